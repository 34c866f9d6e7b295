//! Values within the addresses of a text. Where a link leads is for who writes the text to say: its
//! scheme and host are written out, and a value comes after them, as part of the path or the query,
//! percent-encoded, so that it cannot end what it stands in.
//!
//! A text that lets a value decide the host is refused when it is tried or to be published
//! ([`undecided`]). One that is published already goes on being sent. Addresses without any value are
//! for `links`.

use std::collections::BTreeSet;

use minijinja::Value;
use minijinja::value::ValueKind;

use super::fault::TemplateFault;
use super::scan::{Piece, line_at, pieces};
use super::{links, markdown};
use crate::domain::template::{Part, Source};

/// The filter through which a value goes that stands in an address.
pub(super) const ENCODED: &str = "_encoded";

/// Where a value stands. What is worse comes later: of several ways to get there the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AddressPlace {
    Elsewhere,
    /// In the path, the query or the fragment.
    Behind,
    /// In the scheme or the host.
    Host,
}

/// A condition or a loop that is open.
struct OpenChoice {
    before: AddressPlace,
    /// The worst end of the branches so far.
    worst: AddressPlace,
    has_else: bool,
}

/// Every link of a template that a value would lead elsewhere.
#[must_use]
pub fn undecided(source: &Source) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    each_text(source, |file, pieces, line| {
        let mut text = String::new();
        for (piece, place) in pieces.iter().zip(places(pieces)) {
            if place == AddressPlace::Host {
                faults.push(TemplateFault::at(
                    file,
                    line(line_at(&text, text.len())),
                    format!("`{}` decides where a link leads", piece.text()),
                    "write its scheme and host out and end them with /, such as \
                     https://www.example.org/{{ case.ref }}",
                ));
            }
            text.push_str(piece.text());
        }
    });
    faults.dedup();
    faults
}

/// The addresses that hold values, as they are written, with their marks.
pub(super) fn with_values(source: &Source) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_text(source, |_, pieces, _| {
        let mut before = String::new();
        for (at, place) in places(pieces).into_iter().enumerate() {
            if place != AddressPlace::Elsewhere {
                found.insert(address_around(&before, &pieces[at..]));
            }
            before.push_str(pieces[at].text());
        }
    });
    found
}

/// The text with every value of an address sent through the filter [`ENCODED`].
pub(super) fn encoded(pieces: &[Piece<'_>]) -> String {
    let mut out = String::new();
    for (piece, place) in pieces.iter().zip(places(pieces)) {
        match piece {
            Piece::Print(mark) if place == AddressPlace::Behind => {
                let inside = inner(mark);
                let (opening, inside) = match inside.strip_prefix('-') {
                    Some(inside) => ("{{- (", inside),
                    None => ("{{ (", inside),
                };
                let (inside, closing) = match inside.strip_suffix('-') {
                    Some(inside) => (inside, " -}}"),
                    None => (inside, " }}"),
                };
                out.extend([opening, inside.trim(), ")|", ENCODED, closing]);
            }
            other => out.push_str(other.text()),
        }
    }
    out
}

/// `_encoded`: what is no sign of an address by itself stays (RFC 3986 §2.3). What cannot be printed
/// stays what it is, and is refused where it is printed.
pub(super) fn percent(value: &Value) -> Value {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let text = match value.kind() {
        ValueKind::String | ValueKind::Number | ValueKind::Bool => value.to_string(),
        _ => return value.clone(),
    };
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Value::from(out)
}

/// Shows every text with its file and what makes its lines those of who wrote it. One that cannot be
/// read is for `Compiled` to refuse.
fn each_text(source: &Source, mut look: impl FnMut(&str, &[Piece<'_>], &dyn Fn(usize) -> usize)) {
    for (locale, parts) in &source.parts {
        for part in Part::ALL {
            let Some(text) = parts.get(*part) else {
                continue;
            };
            let file = format!("{locale}/{part}");
            if *part == Part::EmailMarkdown {
                let Ok(mail) = markdown::mail(&file, locale, text) else {
                    continue;
                };
                if let Ok(found) = pieces(&file, &mail.mjml) {
                    look(&file, &found, &|line| mail.line(line));
                }
            } else if let Ok(found) = pieces(&file, text) {
                look(&file, &found, &|line| line);
            }
        }
    }
}

/// Where each piece stands that prints a value.
fn places(pieces: &[Piece<'_>]) -> Vec<AddressPlace> {
    let mut now = AddressPlace::Elsewhere;
    let mut open = Vec::new();
    let mut found = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        let mut stands = AddressPlace::Elsewhere;
        match piece {
            Piece::Literal(text) => now = after(text, now),
            Piece::Print(mark) if constant(mark).is_some() => {
                now = after(constant(mark).unwrap_or_default(), now);
            }
            Piece::Print(mark) => {
                let is_whole = links::is_slot(*piece) || markdown::is_own(mark);
                if (begins_an_address(pieces, at) && !is_whole) || is_built(mark) {
                    now = AddressPlace::Host;
                }
                stands = now;
                if is_whole && now == AddressPlace::Elsewhere {
                    now = AddressPlace::Behind;
                }
            }
            Piece::Statement(mark) => {
                if is_built(mark) {
                    stands = AddressPlace::Host;
                }
                now = branched(&mut open, mark, now);
            }
            Piece::Remark(_) => {}
        }
        found.push(stands);
    }
    found
}

/// Where one is behind a statement.
fn branched(open: &mut Vec<OpenChoice>, mark: &str, now: AddressPlace) -> AddressPlace {
    let statement = inner(mark).trim_start_matches(['-', '+']).trim_start();
    let end = statement.find(|c: char| !c.is_ascii_alphanumeric());
    match &statement[..end.unwrap_or(statement.len())] {
        "if" | "for" => open.push(OpenChoice {
            before: now,
            worst: AddressPlace::Elsewhere,
            has_else: false,
        }),
        word @ ("elif" | "else") => {
            if let Some(choice) = open.last_mut() {
                choice.worst = choice.worst.max(now);
                choice.has_else |= word == "else";
                return choice.before;
            }
        }
        "endif" | "endfor" => {
            if let Some(choice) = open.pop() {
                let worst = choice.worst.max(now);
                return match choice.has_else {
                    true => worst,
                    false => worst.max(choice.before),
                };
            }
        }
        _ => {}
    }
    now
}

/// Where one is behind a text.
fn after(text: &str, from: AddressPlace) -> AddressPlace {
    let lower = text.to_ascii_lowercase();
    let (mut rest, mut now) = (lower.as_str(), from);
    loop {
        let (next, at) = match now {
            AddressPlace::Elsewhere => (AddressPlace::Host, scheme_end(rest)),
            AddressPlace::Host => {
                let end = rest.find(|c: char| ends(c) || matches!(c, '/' | '?' | '#'));
                let is_end = end.is_some_and(|at| rest[at..].starts_with(ends));
                let next = match is_end {
                    true => AddressPlace::Elsewhere,
                    false => AddressPlace::Behind,
                };
                (next, end.map(|at| at + char_length(&rest[at..])))
            }
            AddressPlace::Behind => {
                let end = rest.find(ends).map(|at| at + char_length(&rest[at..]));
                let another = scheme_end(rest);
                match another.filter(|at| end.is_none_or(|end| *at < end)) {
                    Some(at) => (AddressPlace::Host, Some(at)),
                    None => (AddressPlace::Elsewhere, end),
                }
            }
        };
        let Some(at) = at else {
            return now;
        };
        (rest, now) = (&rest[at..], next);
    }
}

fn char_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Behind the first `https://`.
fn scheme_end(lower: &str) -> Option<usize> {
    let end = |scheme: &str| lower.find(scheme).map(|at| at + scheme.len());
    match (end("https://"), end("http://")) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// What no address goes on behind.
fn ends(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"')
}

/// Whether an address begins with this value, or within its scheme.
fn begins_an_address(pieces: &[Piece<'_>], at: usize) -> bool {
    let before = match at.checked_sub(1).and_then(|at| pieces.get(at)) {
        Some(Piece::Literal(text)) => text.to_ascii_lowercase(),
        _ => String::new(),
    };
    let before = before.trim_end();
    let begun = ["href=\"", "href='", "http:", "https:", "http:/", "https:/"];
    let goes_on =
        matches!(pieces.get(at + 1), Some(Piece::Literal(text)) if text.starts_with("://"));
    goes_on || begun.iter().any(|it| before.ends_with(it))
}

/// Whether a mark makes an address of several values.
fn is_built(mark: &str) -> bool {
    let joins = ["~", " + ", "join", "replace"];
    mark.contains("://") && joins.iter().any(|it| mark.contains(it))
}

/// What a mark always prints, if it is nothing but a text.
fn constant(mark: &str) -> Option<&str> {
    let inside = inner(mark).trim_matches('-').trim();
    let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = inside.strip_prefix(quote)?.strip_suffix(quote)?;
    (!text.contains([quote, '\\'])).then_some(text)
}

/// The address that the first piece stands in, of which `before` holds the beginning.
fn address_around(before: &str, pieces: &[Piece<'_>]) -> String {
    let lower = before.to_ascii_lowercase();
    let start = [lower.rfind("https://"), lower.rfind("http://")];
    let start = start.into_iter().flatten().max();
    // What a blank parts from the value is another address.
    let start = start.filter(|start| !without_marks(&lower[*start..]).contains(ends));
    let mut address = before[start.unwrap_or(before.len())..].to_owned();
    let Some((first, behind)) = pieces.split_first() else {
        return address;
    };
    address.push_str(first.text());
    for piece in behind {
        match piece {
            Piece::Literal(text) => {
                let end = text.find(ends);
                address.push_str(&text[..end.unwrap_or(text.len())]);
                if end.is_some() {
                    break;
                }
            }
            Piece::Print(mark) => address.push_str(mark),
            Piece::Statement(_) | Piece::Remark(_) => {}
        }
    }
    address.replace("&amp;", "&")
}

fn without_marks(text: &str) -> String {
    let literal = |piece: &Piece<'_>| match piece {
        Piece::Literal(text) => (*text).to_owned(),
        _ => String::new(),
    };
    pieces("", text).map_or_else(|_| text.to_owned(), |it| it.iter().map(literal).collect())
}

/// Between the marks' own signs.
fn inner(mark: &str) -> &str {
    mark.get(2..mark.len().saturating_sub(2))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::check::{Severity, check};
    use super::super::compiled::{Compiled, Input};
    use super::super::{difference, trial};
    use super::*;
    use serde_json::json;

    fn sms(text: &str) -> Source {
        trial::text(text)
    }

    fn mail(part: Part, text: &str) -> Source {
        let mut source = sms("{{ case.ref }}");
        let parts = source.parts.entry("it".to_owned()).or_default();
        parts.email_subject = Some("Oggetto".to_owned());
        parts.set(part, Some(text.to_owned()));
        source
    }

    fn mjml(body: &str) -> Source {
        let text = format!(
            "<mjml><mj-body><mj-section><mj-column><mj-text>\n{body}\n</mj-text></mj-column></mj-section></mj-body></mjml>"
        );
        mail(Part::EmailMjml, &text)
    }

    fn lines(source: &Source) -> Vec<Option<usize>> {
        undecided(source).iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn no_value_decides_where_a_link_leads() {
        for text in [
            "https://a.example{{ case.ref }}",
            "https://{{ case.ref }}/",
            "HTTPS://a.example.{{ case.ref }}/x",
            "https://a.example:{{ case.ref }}/",
            "https://a.example@{{ case.ref }}/",
            "https:{{ case.ref }}",
            "{{ case.ref }}://a.example/",
            "{{ 'https://' ~ case.ref }}",
            "{% set u = 'https://' ~ case.ref %}{{ u }}",
            "https://{% if case.ref %}a.example{% endif %}{{ case.ref }}/",
            "{% if x %}https://a.example{% else %}https://b.example/{% endif %}{{ case.ref }}",
            "{% if x %}https://b.example/{% else %}https://a.example{% endif %}{{ case.ref }}",
        ] {
            assert_eq!(lines(&sms(&format!("x\n{text}"))), [Some(2)], "{text}");
            let faults = check(&sms(text));
            assert!(
                faults.iter().any(|it| it.severity == Severity::Error
                    && it.message.contains("decides where a link leads")),
                "{text}: {faults:?}"
            );
        }
        for text in [
            "https://a.example/{{ case.ref }}",
            "https://a.example?x={{ case.ref }}",
            "https://a.example#{{ case.ref }}",
            "https://a.example {{ case.ref }}",
            "{{ links.status }}?x={{ case.ref }}",
            "{{- links.status -}}",
            "{{ case.ref }}: https://a.example",
            "https://{{ 'a.example' }}/{{ case.ref }}",
        ] {
            assert!(lines(&sms(text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_mail_is_held_to_the_same_by_its_own_lines() {
        for text in [
            "Ciao\n\n[x](https://a.example{{ case.ref }})",
            "Ciao\n\n[x](https://{{case.ref}}/) qui",
            "Ciao\n\nhttps://a.example{{ case.ref }} qui",
        ] {
            let source = mail(Part::EmailMarkdown, text);
            let faults = undecided(&source);
            assert!(!faults.is_empty(), "{text}");
            for fault in faults {
                assert_eq!((fault.part.as_str(), fault.line), ("it/email.md", Some(3)));
            }
            assert!(Compiled::compile(&source).is_ok(), "it is sent as before");
        }
        let good = "[x](https://a.example/{{ case.ref }})\n\n[y]({{ links.status }})\n\n[z](tel:{{ contact.phone }})";
        assert!(lines(&mail(Part::EmailMarkdown, good)).is_empty());
        for body in [
            r#"<a href="https://a.example{{ case.ref }}">x</a>"#,
            r#"<a href="{{ case.ref }}">x</a>"#,
            "<a href='{{ case.ref }}'>x</a>",
        ] {
            assert_eq!(lines(&mjml(body)), [Some(2)], "{body}");
        }
        let good = r#"<a href="https://a.example/?q={{ case.ref }}">x</a> <a href="{{ links.status }}">y</a> <a href="tel:{{ contact.phone }}">z</a> {{ case.ref }}"#;
        assert!(lines(&mjml(good)).is_empty());
    }

    #[test]
    fn a_value_within_an_address_is_percent_encoded() {
        let variables = json!({
            "case": { "ref": "A/1 &?x=è" },
            "links": { "status": "https://s.example/s/t", "unsubscribe": "https://s.example/u/t" },
            "organisation": { "name": "Comune" },
        });
        let input = Input {
            variables: &variables,
            link: &|_| String::new(),
            pixel: None,
        };
        let encoded = "A%2F1%20%26%3Fx%3D%C3%A8";
        let text = "{{ case.ref }}: https://a.example/{{- case.ref or 'x' -}}?y={{case.ref}} {{ links.status }}?z={{ case.ref }}";
        let said = Compiled::compile(&sms(text))
            .unwrap()
            .sms("it", &input)
            .unwrap();
        assert_eq!(
            said,
            format!(
                "A/1 &?x=è: https://a.example/{encoded}?y={encoded} https://s.example/s/t?z={encoded}"
            )
        );
        for source in [
            mjml(r#"<a href="https://a.example/{{ case.ref }}">{{ case.ref }}</a>"#),
            mail(
                Part::EmailMarkdown,
                "[{{ case.ref }}](https://a.example/{{ case.ref }})",
            ),
        ] {
            let mail = Compiled::compile(&source).unwrap();
            let html = mail.email("it", &input).unwrap().html;
            assert!(
                html.contains(&format!("href=\"https://a.example/{encoded}\"")),
                "{html}"
            );
            assert!(html.contains("A/1 &amp;?x=è"), "{html}");
        }
    }

    #[test]
    fn what_is_published_says_where_links_with_values_lead() {
        let source = sms(
            "https://b.example https://a.example/{{ case.ref }}?y={{ case.ref }}&z. {{ links.status }} https://a.example{{ case.ref }}",
        );
        assert_eq!(
            difference(None, &source).new_links,
            [
                "https://a.example/{{ case.ref }}?y={{ case.ref }}&z.",
                "https://a.example{{ case.ref }}",
                "https://b.example",
            ]
        );
    }
}
