//! Plain text from the HTML of a mail, for templates that bring none of their own.
//!
//! The HTML may come from loops and conditions over a client's data, so how deep it is is known
//! only now. Its reader makes a tree without calling itself; the tree is measured before what
//! writes it out, which does.

use std::rc::Rc;

use crate::domain::limits::{PLAIN_DEPTH, PLAIN_NODES};

/// Columns of the text (RFC 5322 §2.1.1 asks for at most 78).
const COLUMNS: usize = 76;

/// Elements that a reader of HTML opens again in every block until they are closed.
const OPENED_AGAIN: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// The text, or what keeps it from being made.
pub(super) fn of_html(html: &str) -> Result<String, String> {
    let failed = |error: html2text::Error| error.to_string();
    if repeated(html) > PLAIN_NODES {
        return Err("the HTML has too many elements to make plain text of: \
                    write email.txt"
            .to_owned());
    }
    let reader = html2text::config::plain()
        .no_table_borders()
        .allow_width_overflow();
    let dom = reader.parse_html(html.as_bytes()).map_err(failed)?;
    let mut deepest = 0;
    let mut left = vec![(Rc::clone(&dom.document), 0_usize)];
    while let Some((node, depth)) = left.pop() {
        deepest = deepest.max(depth);
        left.extend(
            node.children
                .borrow()
                .iter()
                .map(|child| (Rc::clone(child), depth + 1)),
        );
    }
    if deepest > PLAIN_DEPTH {
        return Err(format!(
            "more than {PLAIN_DEPTH} elements of the HTML stand within one another: \
             close each in the condition or loop that opens it"
        ));
    }
    let tree = reader.dom_to_render_tree(&dom).map_err(failed)?;
    let text = reader.render_to_string(tree, COLUMNS).map_err(failed)?;
    Ok(paragraphs(&text))
}

/// At most so many nodes the HTML can become: every element, and every one that is opened again
/// in every other.
fn repeated(html: &str) -> usize {
    let (mut elements, mut again) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        let end = tag
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(tag.len());
        let name = &tag[..end];
        if name.is_empty() {
            continue;
        }
        elements += 1;
        again += usize::from(
            OPENED_AGAIN
                .iter()
                .any(|one| name.eq_ignore_ascii_case(one)),
        );
    }
    elements.saturating_mul(again.saturating_add(1))
}

/// The line before a signature: by its blank, mail programs know what not to quote (RFC 3676 §4.3).
const DELIMITER: &str = "-- ";

/// Plain text of an e-mail: no trailing blanks but the delimiter's, never more than one empty line.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut empty = 0;
    for line in text.lines().map(without_trailing_blanks) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 && !(line.is_empty() && out.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn without_trailing_blanks(line: &str) -> &str {
    if line == DELIMITER {
        line
    } else {
        line.trim_end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_single_empty_lines() {
        assert_eq!(paragraphs("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
    }

    #[test]
    fn the_delimiter_before_a_signature_keeps_its_blank() {
        assert_eq!(
            paragraphs("a \n\n-- \nAraldo  \n--\n--  \n"),
            "a\n\n-- \nAraldo\n--\n--\n"
        );
    }
}
