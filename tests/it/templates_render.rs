//! What clients read, as they read it: every shipped template in every language and channel.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use araldo::domain::Channel;
use araldo::domain::segments;
use araldo::template::{Compiled, Fullness, Input, Source, check};

fn plain_links(compiled: &Compiled) -> impl Fn(usize) -> String + Sync + '_ {
    |index| compiled.links()[index].clone()
}

/// The texts of one sample: SMS with its cost, subject, plain text, and the HTML read as text.
fn as_read(source: &Source, locale: &str, fullness: Fullness) -> String {
    let compiled = Compiled::compile(source).unwrap();
    let variables = source.sample(locale, fullness);
    let input = Input {
        variables: &variables,
        link: &plain_links(&compiled),
        pixel: None,
    };
    let sms = compiled.sms(locale, &input).unwrap();
    let mail = compiled.email(locale, &input).unwrap();
    let size = segments::measure(&sms);
    let html: String = html2text::config::plain_no_decorate()
        .no_table_borders()
        .string_from_read(mail.html.as_bytes(), 76)
        .unwrap()
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n");
    format!(
        "SMS ({} {}, {} units)\n{sms}\n\nSUBJECT\n{}\n\nTEXT\n{}\n\nHTML\n{html}",
        size.count, size.alphabet, size.units, mail.subject, mail.text
    )
}

#[test]
fn every_shipped_text_reads_as_reviewed() {
    for source in Source::shipped().unwrap() {
        for locale in ["it", "en"] {
            insta::assert_snapshot!(
                format!("{}.{locale}", source.name),
                as_read(&source, locale, Fullness::Everything)
            );
            insta::assert_snapshot!(
                format!("{}.{locale}.least", source.name),
                as_read(&source, locale, Fullness::Least)
            );
        }
    }
}

#[test]
fn the_html_of_one_mail_stands_as_reviewed() {
    let shipped = Source::shipped().unwrap();
    let source = shipped.iter().find(|it| it.name == "case-waiting").unwrap();
    let compiled = Compiled::compile(source).unwrap();
    let variables = source.sample("it", Fullness::Everything);
    let input = Input {
        variables: &variables,
        link: &plain_links(&compiled),
        pixel: Some("https://avvisi.example.it/o/AZqTb3Jx0kLmN4pQr7sTuVw.gif"),
    };
    let html = compiled.email("it", &input).unwrap().html;
    // Nothing but the pixel is fetched, and it only where opens are measured.
    assert_eq!(html.matches("src=").count(), 1);
    assert!(!html.contains("@import") && !html.contains("<link"));
    insta::assert_snapshot!("case-waiting.it.html", html);
}

#[test]
fn every_shipped_template_passes_the_check_without_a_remark() {
    let shipped = Source::shipped().unwrap();
    assert_eq!(shipped.len(), 32);
    for source in shipped {
        let findings = check(&source);
        assert!(findings.is_empty(), "{}: {findings:#?}", source.name);
    }
}

#[test]
fn every_shipped_sms_fits_one_segment_beside_a_long_status_link() {
    for source in Source::shipped().unwrap() {
        let compiled = Compiled::compile(&source).unwrap();
        for locale in ["it", "en"] {
            let mut variables = source.sample(locale, Fullness::Everything);
            let link = format!("https://avvisi.esempio.it/s/{}", "x".repeat(27));
            assert_eq!(link.len(), 55);
            variables["links"]["status"] = link.into();
            let input = Input {
                variables: &variables,
                link: &plain_links(&compiled),
                pixel: None,
            };
            let text = compiled.sms(locale, &input).unwrap();
            let size = segments::measure(&text);
            assert_eq!(
                (size.count, size.alphabet.as_str()),
                (1, "gsm7"),
                "{} {locale}: {text}",
                source.name
            );
        }
    }
}

#[test]
fn one_thing_to_do_for_a_body_is_said_as_one() {
    for (name, locale, said) in [
        ("body-forwarding", "it", "1 segnalazione dei clienti"),
        ("body-forwarding", "en", "1 report of clients"),
        ("body-report", "it", "1 pratica ferma"),
        ("body-report", "en", "1 case stands still"),
    ] {
        let shipped = Source::shipped().unwrap();
        let source = shipped.iter().find(|source| source.name == name).unwrap();
        let compiled = Compiled::compile(source).unwrap();
        let mut variables = source.sample(locale, Fullness::Everything);
        variables["body"]["count"] = 1.into();
        let input = Input {
            variables: &variables,
            link: &plain_links(&compiled),
            pixel: None,
        };
        let mail = compiled.email(locale, &input).unwrap();
        assert!(mail.subject.contains(said), "{}", mail.subject);
    }
}

#[test]
fn every_shipped_text_says_who_writes_about_what_and_where_to_turn() {
    for source in Source::shipped().unwrap() {
        let compiled = Compiled::compile(&source).unwrap();
        for locale in ["it", "en"] {
            assert!(
                compiled.speaks(locale, Channel::Sms) && compiled.speaks(locale, Channel::Email)
            );
            let variables = source.sample(locale, Fullness::Everything);
            let input = Input {
                variables: &variables,
                link: &plain_links(&compiled),
                pixel: None,
            };
            let sms = compiled.sms(locale, &input).unwrap();
            let mail = compiled.email(locale, &input).unwrap();
            let status = variables["links"]["status"].as_str().unwrap();
            for text in [&sms, &mail.text, &mail.html] {
                assert!(text.contains(status), "{} {locale}: {text}", source.name);
                assert!(
                    text.contains("Energia Comune"),
                    "{} {locale}: {text}",
                    source.name
                );
                let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                assert!(
                    digits.contains("800000000"),
                    "{} {locale}: {text}",
                    source.name
                );
            }
            for text in [&sms, &mail.subject, &mail.text] {
                assert!(!text.contains('!'), "{} {locale}: {text}", source.name);
            }
        }
    }
}
