//! Finds the addresses that operators wrote out, and puts a slot in their place, so that each
//! message can carry a tracked address or the plain one. An address built from variables is left
//! as it is: where it leads is not known when the template is compiled.

use super::fault::TemplateFault;
use super::scan::{Piece, pieces};
use crate::domain::limits::LINKS;

/// The addresses of a template in order of first use.
#[derive(Debug, Default)]
pub(super) struct TemplateLinks(Vec<String>);

impl TemplateLinks {
    pub(super) fn into_urls(self) -> Vec<String> {
        self.0
    }

    fn slot(&mut self, url: &str) -> String {
        let index = self
            .0
            .iter()
            .position(|known| known == url)
            .unwrap_or_else(|| {
                self.0.push(url.to_owned());
                self.0.len() - 1
            });
        format!("{{{{ {SLOTS}[{index}] }}}}")
    }

    fn are_few(&self, part: &str) -> Result<(), TemplateFault> {
        if self.0.len() <= LINKS {
            return Ok(());
        }
        Err(TemplateFault::of(
            part,
            format!("the template has more than {LINKS} addresses"),
            "name the page they all stand on",
        ))
    }

    /// A text with slots for the addresses that stand in it.
    pub(super) fn in_text(&mut self, part: &str, source: &str) -> Result<String, TemplateFault> {
        self.each_literal(part, source, |links, literal, open_end, out| {
            let lower = literal.to_ascii_lowercase();
            let mut rest = literal;
            while let Some(start) = url_start(&lower[literal.len() - rest.len()..]) {
                let length = url_length(&rest[start..]);
                out.push_str(&rest[..start]);
                let url = &rest[start..start + length];
                let reaches_a_variable = open_end && start + length == rest.len();
                if reaches_a_variable || !is_address(url) {
                    out.push_str(url);
                } else {
                    out.push_str(&links.slot(url));
                }
                rest = &rest[start + length..];
            }
            out.push_str(rest);
        })
    }

    /// MJML with slots for the addresses in `href="..."`. Those of fonts and included files are
    /// the layout's own business.
    pub(super) fn in_mjml(&mut self, part: &str, source: &str) -> Result<String, TemplateFault> {
        self.each_literal(part, source, |links, literal, _, out| {
            let mut rest = literal;
            while let Some(start) = rest.find("href=\"") {
                let value = start + "href=\"".len();
                let before = &rest[..value];
                out.push_str(before);
                let end = rest[value..].find('"').map(|end| value + end);
                rest = match end {
                    Some(end) if is_address(&rest[value..end]) && !belongs_to_layout(before) => {
                        out.push_str(&links.slot(&rest[value..end].replace("&amp;", "&")));
                        &rest[end..]
                    }
                    _ => &rest[value..],
                };
            }
            out.push_str(rest);
        })
    }

    fn each_literal(
        &mut self,
        part: &str,
        source: &str,
        mut replace: impl FnMut(&mut Self, &str, bool, &mut String),
    ) -> Result<String, TemplateFault> {
        let pieces = pieces(part, source)?;
        let mut out = String::with_capacity(source.len());
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Literal(text) => {
                    let open_end = matches!(pieces.get(at + 1), Some(Piece::Print(_)));
                    replace(self, text, open_end, &mut out);
                    self.are_few(part)?;
                }
                other => out.push_str(other.text()),
            }
        }
        Ok(out)
    }
}

/// Whether a mark is one that this module put in.
pub(super) fn is_slot(piece: Piece<'_>) -> bool {
    matches!(piece, Piece::Print(text) if text[2..].trim_start().starts_with(SLOTS))
}

/// Where the rendering puts the addresses of one message.
pub(super) const SLOTS: &str = "_links";

fn url_start(lower: &str) -> Option<usize> {
    match (lower.find("https://"), lower.find("http://")) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Up to white space or a delimiter, without the full stop or bracket of the sentence around it.
fn url_length(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '{' | '}' | '|'))
        .unwrap_or(text.len());
    text[..end]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')'])
        .len()
}

fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
    })
}

fn belongs_to_layout(before: &str) -> bool {
    let tag = before.rfind('<').map_or("", |at| &before[at + 1..]);
    ["mj-font", "mj-include", "link"]
        .iter()
        .any(|name| tag.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_get_slots_and_sentences_keep_their_full_stop() {
        let mut links = TemplateLinks::default();
        let text = links
            .in_text(
                "it/sms.txt",
                "Vedi https://a.example/x?y=1. O (http://b.example) https://a.example/x?y=1",
            )
            .unwrap();
        assert_eq!(
            text,
            "Vedi {{ _links[0] }}. O ({{ _links[1] }}) {{ _links[0] }}"
        );
        assert_eq!(
            links.into_urls(),
            ["https://a.example/x?y=1", "http://b.example"]
        );
    }

    #[test]
    fn an_address_built_from_variables_is_left_alone() {
        let mut links = TemplateLinks::default();
        let text = "https://a.example/{{ case.ref }} {{ 'https://b.example' }}";
        assert_eq!(links.in_text("it/sms.txt", text).unwrap(), text);
        let mjml = r#"<a href="https://a.example/{{ case.ref }}">x</a><mj-font href="https://f.example/f.css" />"#;
        assert_eq!(links.in_mjml("it/email.mjml", mjml).unwrap(), mjml);
        assert!(links.into_urls().is_empty());
    }

    #[test]
    fn hrefs_are_read_as_html_writes_them() {
        let mut links = TemplateLinks::default();
        let mjml = links
            .in_mjml("it/email.mjml", r#"<mj-button href="https://a.example/?a=1&amp;b=2">x</mj-button> <a href="mailto:a@b.example">"#)
            .unwrap();
        assert_eq!(
            mjml,
            r#"<mj-button href="{{ _links[0] }}">x</mj-button> <a href="mailto:a@b.example">"#
        );
        assert_eq!(links.into_urls(), ["https://a.example/?a=1&b=2"]);
    }
}
