//! XML of strangers as a tree. What would take the parser long is found before it begins: the
//! parser does not call itself for elements within one another, but holds each attribute against
//! the others, and gives each element a list of all namespaces around it.

use roxmltree::{Document, Error, Node, ParsingOptions};

use crate::domain::limits::{XML_ATTRIBUTES, XML_DEPTH, XML_NAMESPACES, XML_NODES};
use crate::text::sanitize;

/// How pages for people begin.
const HTML: &str = "<!doctype html";
/// Longest words of the parser in a fault, in characters.
const QUOTED_WORDS: usize = 120;

/// Reads a document. A fault says what is wrong with it.
pub(super) fn parsed(text: &str) -> Result<Document<'_>, String> {
    let start: String = text.chars().take(HTML.len()).collect();
    let start = start.to_ascii_lowercase();
    if start.starts_with("<html") || start == HTML {
        return Err(
            "it is a page of HTML and no XML: is the address right, or is a login asked for?"
                .to_owned(),
        );
    }
    screened(text)?;
    let options = ParsingOptions {
        nodes_limit: XML_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => {
            "it has a DOCTYPE, which no alert needs and which attacks are made of: it is not read"
                .to_owned()
        }
        Error::NodesLimitReached => format!("it has more than {XML_NODES} elements and texts"),
        error => {
            let words = sanitize::excerpt(&error.to_string(), QUOTED_WORDS);
            format!("it is no XML: {words}")
        }
    })
}

/// The children of an element that are called so and are of its namespace: a signature has another.
pub(super) fn children<'a, 'i>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    let space = node.tag_name().namespace();
    node.children().filter(move |child| {
        let tag = child.tag_name();
        child.is_element() && tag.name() == name && tag.namespace() == space
    })
}

/// The text of the first such child without blanks around it; empty where there is none.
pub(super) fn text(node: Node<'_, '_>, name: &'static str) -> String {
    children(node, name).next().map(text_of).unwrap_or_default()
}

/// The text that stands in an element itself.
pub(super) fn text_of(node: Node<'_, '_>) -> String {
    let parts = node.children().filter(Node::is_text);
    let text: String = parts.filter_map(|part| part.text()).collect();
    text.trim().to_owned()
}

/// Refuses what is too deep or has too many attributes or namespaces.
fn screened(text: &str) -> Result<(), String> {
    let (mut depth, mut declared) = (0_usize, 0);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(end) = unread(rest) {
            rest = &rest[end..];
            continue;
        }
        let (end, attributes) = tag(rest);
        let written = &rest[..end];
        declared += written.matches("xmlns").count();
        depth = match (written.starts_with("</"), written.ends_with("/>")) {
            (true, _) => depth.saturating_sub(1),
            (false, true) => depth,
            (false, false) => depth + 1,
        };
        if depth > XML_DEPTH {
            return Err(format!(
                "more than {XML_DEPTH} elements stand within one another"
            ));
        }
        if attributes > XML_ATTRIBUTES {
            return Err(format!(
                "an element has more than {XML_ATTRIBUTES} attributes"
            ));
        }
        if declared > XML_NAMESPACES {
            return Err(format!("it declares more than {XML_NAMESPACES} namespaces"));
        }
        rest = &rest[end..];
    }
    Ok(())
}

/// Where a comment, a section of text or an instruction ends, if that is what begins here.
fn unread(text: &str) -> Option<usize> {
    let kinds = [
        ("<!--", "-->"),
        ("<![CDATA[", "]]>"),
        ("<?", "?>"),
        ("<!", ">"),
    ];
    let (open, close) = kinds.into_iter().find(|(open, _)| text.starts_with(open))?;
    let inside = &text[open.len()..];
    let end = inside.find(close).map(|at| open.len() + at + close.len());
    Some(end.unwrap_or(text.len()))
}

/// Where the tag that begins here ends, and how many quoted values stand in it.
fn tag(text: &str) -> (usize, usize) {
    let (mut quote, mut attributes) = (None, 0);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return (at + 1, attributes),
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                attributes += 1;
            }
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    (text.len(), attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        parsed(text).err().unwrap_or_default()
    }

    #[test]
    fn what_would_eat_the_machine_is_refused_before_it_is_read() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]><a>&c;</a>";
        assert!(fault(bomb).contains("DOCTYPE"), "{}", fault(bomb));
        let deep = "<a>".repeat(2_000_000);
        assert!(fault(&deep).contains("within one another"));
        let names = (0..100_000).fold(String::new(), |all, it| all + &format!(" a{it}=\"\""));
        assert!(fault(&format!("<a{names}/>")).contains("attributes"));
        let spaces = (0..60_000).fold(String::new(), |all, it| {
            all + &format!("<a xmlns:a{it}=\"u\"/>")
        });
        assert!(fault(&format!("<r>{spaces}</r>")).contains("namespaces"));
        let many = format!("<r>{}</r>", "<a/>".repeat(200_001));
        assert!(fault(&many).contains("elements and texts"));
    }

    #[test]
    fn a_sign_within_quotes_or_comments_is_no_element() {
        let text = format!(
            "<a b=\"x>{0}\"><!-- {0} --><![CDATA[{0}]]><?p {0}?></a>",
            "<c>".repeat(XML_DEPTH + 1).replace('<', "&lt;")
        );
        assert_eq!(fault(&text), "");
        let text = format!("<a><![CDATA[{}]]></a>", "<c>".repeat(XML_DEPTH + 1));
        assert_eq!(fault(&text), "");
    }

    #[test]
    fn what_is_no_xml_is_named() {
        for (text, said) in [
            ("", "it is no XML"),
            ("nonsense", "it is no XML"),
            ("<a><b></a>", "it is no XML: expected 'b' tag"),
            ("<!doctype HTML><html>", "a page of HTML"),
            ("<HTML lang='it'>", "a page of HTML"),
            ("<a>&eacute;</a>", "it is no XML: unknown entity"),
        ] {
            assert!(fault(text).contains(said), "{text}: {}", fault(text));
        }
    }

    #[test]
    fn a_text_is_whole_whatever_stands_in_it() {
        let document =
            parsed("<a><b> due &amp; <![CDATA[<tre>]]><!-- no --> fine\n</b></a>").unwrap();
        assert_eq!(text(document.root_element(), "b"), "due & <tre> fine");
        assert_eq!(text(document.root_element(), "c"), "");
    }
}
