//! The mails that come with the program can be read by weak eyes: WCAG 2.2 §1.4.3 asks for 4.5 to 1
//! between a text and its ground, as they are sent and where a mail program turns to dark.

use std::collections::BTreeSet;

use araldo::template::{Compiled, Fullness, Input, Source};
use htmlparser::{ElementEnd, Token, Tokenizer};

/// Lightness as WCAG 2.2 defines it ("relative luminance").
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_what_the_recommendation_says_it_is() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

/// Elements that need no end.
const VOID: [&str; 4] = ["meta", "br", "img", "link"];

/// Colours of a text and of its ground, as a filter of spam reads them: by `style` and `bgcolor`,
/// down the elements, in those that are hidden as well.
fn pairs(html: &str) -> BTreeSet<(String, String)> {
    let mut open = vec![("", "#000000".to_owned(), "#ffffff".to_owned())];
    let mut found = BTreeSet::new();
    // Word's own comments hold halves of tables.
    let html = without_comments(html);
    for token in Tokenizer::from(html.as_str()) {
        match token.unwrap() {
            Token::ElementStart { local, .. } => {
                let (_, ink, ground) = open.last().unwrap().clone();
                open.push((local.as_str(), ink, ground));
            }
            Token::Attribute { local, value, .. } => {
                let value = value.map_or("", |value| value.as_str());
                let (_, ink, ground) = open.last_mut().unwrap();
                match local.as_str() {
                    "bgcolor" => value.clone_into(ground),
                    "style" => read_style(value, ink, ground),
                    _ => {}
                }
            }
            Token::ElementEnd { end, .. }
                if !matches!(end, ElementEnd::Open) || VOID.contains(&open.last().unwrap().0) =>
            {
                open.pop();
            }
            Token::Text { text } if !text.as_str().trim().is_empty() => {
                let (name, ink, ground) = open.last().unwrap();
                if !matches!(*name, "style" | "title") {
                    found.insert((ink.clone(), ground.clone()));
                }
            }
            _ => {}
        }
    }
    found
}

fn without_comments(html: &str) -> String {
    let mut out = html.replacen("<!doctype html>", "", 1);
    while let Some(start) = out.find("<!--") {
        let end = start + out[start..].find("-->").unwrap() + 3;
        out.replace_range(start..end, "");
    }
    out
}

fn read_style(style: &str, ink: &mut String, ground: &mut String) {
    for (property, value) in style.split(';').filter_map(|it| it.split_once(':')) {
        let place = match property.trim() {
            "color" => &mut *ink,
            "background-color" => &mut *ground,
            _ => continue,
        };
        value.trim().clone_into(place);
    }
}

/// Every `color` and every ground of the rules for dark mode.
fn dark(html: &str) -> (Vec<String>, Vec<String>) {
    let (_, rules) = html.split_once("prefers-color-scheme: dark").unwrap();
    let rules = rules.split_once("</style>").unwrap().0;
    let of = |word: &str| -> Vec<String> {
        let values = rules.split(['{', ';', '}']).map(str::trim);
        let values = values.filter_map(|it| it.strip_prefix(word)?.split_whitespace().next());
        values.map(str::to_owned).collect()
    };
    (of("color:"), of("background:"))
}

#[test]
fn every_shipped_mail_has_enough_contrast_by_day_and_by_night() {
    for source in Source::shipped().unwrap() {
        let compiled = Compiled::compile(&source).unwrap();
        for locale in ["it", "en"] {
            let input = Input {
                variables: &source.sample(locale, Fullness::Everything),
                link: &|index| compiled.links()[index].clone(),
                pixel: None,
            };
            let html = compiled.email(locale, &input).unwrap().html;
            let found = pairs(&html);
            assert!(found.len() > 2, "{found:?}");
            for (ink, ground) in found {
                let ratio = contrast(&ink, &ground);
                assert!(
                    ratio >= 4.5,
                    "{} {locale}: {ink} on {ground}: {ratio:.1}",
                    source.name
                );
            }
            let (inks, grounds) = dark(&html);
            assert!(
                inks.len() >= 3 && grounds.len() >= 2,
                "{inks:?} {grounds:?}"
            );
            for (ink, ground) in inks
                .iter()
                .flat_map(|ink| grounds.iter().map(move |it| (ink, it)))
            {
                assert!(
                    contrast(ink, ground) >= 4.5,
                    "{} by night: {ink} on {ground}",
                    source.name
                );
            }
        }
    }
}
