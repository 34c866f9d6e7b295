//! Blocks written as MJML, into the layout that all mails of the house have: who writes above, the
//! text, and below why it came and where to choose what comes.

use super::guard::sign;
use super::tree::{MailBlock, MailElement};
use crate::domain::language::Language;

/// The end of a line within a paragraph: it was typed to be one.
pub(super) const BREAK: &str = "<br />\n";

/// Up to the text. The same styles as the mails that come with the program.
const HEAD: &str = r##"  <mj-head>
    <mj-title>{{ organisation.name }}</mj-title>
    <mj-raw>
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
    </mj-raw>
    <mj-attributes>
      <mj-all font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text color="#1f2328" font-size="18px" line-height="1.55" padding="8px 24px" />
      <mj-button background-color="#0b57a4" color="#ffffff" border-radius="8px" font-size="18px" font-weight="600" inner-padding="16px 28px" padding="16px 24px" align="left" />
      <mj-divider border-color="#c5ccd3" border-width="1px" padding="8px 24px" />
    </mj-attributes>
    <mj-style>
      a { color: #0b57a4; }
      @media (prefers-color-scheme: dark) {
        body, .page { background: #0f1318 !important; }
        .card, .card > table { background: #181d23 !important; }
        .facts { background: #222a33 !important; }
        .ink div, .ink strong, .ink h1, .ink h2, .ink h3 { color: #eef1f4 !important; }
        .quiet div { color: #b3bdc7 !important; }
        .ink a, .quiet a { color: #8cc4ff !important; }
      }
    </mj-style>
  </mj-head>
  <mj-body background-color="#f4f5f7" css-class="page">
    <mj-section css-class="card" background-color="#ffffff" padding="24px 8px 24px">
      <mj-column>
        <mj-text css-class="quiet" color="#4b5560" font-size="16px">{{ organisation.name }}</mj-text>
"##;

const BEHIND: &str = r##"      </mj-column>
    </mj-section>
    <mj-section padding="16px 8px 32px">
      <mj-column>
        <mj-text css-class="quiet" color="#4b5560" font-size="15px">
"##;

const END: &str = r"        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
";

/// A whole mail, with signs for the marks of its text.
pub(super) fn mail(locale: &str, blocks: &[MailBlock]) -> String {
    let mut out = format!("<mjml lang=\"{}\">\n{HEAD}", in_text(locale));
    column(&mut out, blocks);
    let (why, choose) = Language::for_reader(locale).choose(
        (
            "Le scrive perché questa notizia La riguarda.",
            "Scelga che cosa ricevere e come",
        ),
        (
            "writes to you because this news concerns you.",
            "Choose what you receive and how",
        ),
    );
    out.push_str(BEHIND);
    out.push_str("          {{ organisation.name }} ");
    out.push_str(why);
    out.push_str("\n          <a href=\"{{ links.unsubscribe }}\">");
    out.push_str(choose);
    out.push_str("</a>.\n");
    out.push_str(END);
    out
}

/// What stands one below the other.
fn column(out: &mut String, blocks: &[MailBlock]) {
    for block in blocks {
        match block {
            MailBlock::Statement(mark) => {
                out.push_str(&sign(*mark, true));
                out.push('\n');
            }
            MailBlock::Choice(blocks) => column(out, blocks),
            MailBlock::Element(MailElement::Rule, _) => out.push_str("<mj-divider />\n"),
            MailBlock::Element(MailElement::Quote, blocks) => {
                out.push_str("<mj-text css-class=\"ink facts\" container-background-color=\"#eef3f8\" padding=\"16px 24px 8px\">\n");
                inline(out, blocks, BOXED);
                out.push_str("</mj-text>\n");
            }
            MailBlock::Element(MailElement::Paragraph, blocks) => match button(blocks) {
                Some((address, label)) => {
                    out.push_str("<mj-button href=\"");
                    out.push_str(address);
                    out.push_str("\">");
                    inline(out, label, TIGHT);
                    out.push_str("</mj-button>\n");
                }
                None => in_ink(out, block),
            },
            MailBlock::Element(..) | MailBlock::Text(_) => in_ink(out, block),
        }
    }
}

fn in_ink(out: &mut String, block: &MailBlock) {
    out.push_str("<mj-text css-class=\"ink\">\n");
    inline(out, std::slice::from_ref(block), TIGHT);
    out.push_str("</mj-text>\n");
}

/// A paragraph that is one link: where it leads, and its text.
fn button(blocks: &[MailBlock]) -> Option<(&str, &[MailBlock])> {
    let [MailBlock::Element(MailElement::Link(address), label)] = blocks else {
        return None;
    };
    Some((address.as_str(), label.as_slice()))
}

/// The space below a paragraph.
const TIGHT: &str = "0";
const BOXED: &str = "0 0 8px";

/// HTML inside of an element of MJML.
fn inline(out: &mut String, blocks: &[MailBlock], margin: &str) {
    for block in blocks {
        match block {
            MailBlock::Text(html) => out.push_str(html),
            MailBlock::Statement(mark) => out.push_str(&sign(*mark, true)),
            MailBlock::Choice(blocks) => inline(out, blocks, margin),
            MailBlock::Element(element, blocks) => {
                let (opening, closing) = tags(element, margin);
                out.push_str(&opening);
                inline(out, blocks, BOXED);
                out.push_str(closing);
            }
        }
    }
}

fn tags(element: &MailElement, margin: &str) -> (String, &'static str) {
    let heading = |tag: &str, size: &str| {
        format!("<{tag} style=\"margin: {margin}; font-size: {size}; line-height: 1.25\">")
    };
    match element {
        MailElement::Paragraph => (format!("<p style=\"margin: {margin}\">"), "</p>\n"),
        MailElement::Heading(1) => (heading("h1", "26px"), "</h1>\n"),
        MailElement::Heading(2) => (heading("h2", "21px"), "</h2>\n"),
        MailElement::Heading(_) => (heading("h3", "18px"), "</h3>\n"),
        MailElement::List(None) => (
            "<ul style=\"margin: 0; padding: 0 0 0 24px\">\n".to_owned(),
            "</ul>\n",
        ),
        MailElement::List(Some(first)) => (
            format!("<ol start=\"{first}\" style=\"margin: 0; padding: 0 0 0 24px\">\n"),
            "</ol>\n",
        ),
        MailElement::Item => ("<li style=\"margin: 0 0 8px\">".to_owned(), "</li>\n"),
        MailElement::Quote => (
            "<blockquote style=\"margin: 0 0 8px 16px\">\n".to_owned(),
            "</blockquote>\n",
        ),
        MailElement::Rule => ("<br />".to_owned(), ""),
        MailElement::Strong => ("<strong>".to_owned(), "</strong>"),
        MailElement::Emphasis => ("<em>".to_owned(), "</em>"),
        MailElement::Code => ("<code>".to_owned(), "</code>"),
        MailElement::Link(address) => (format!("<a href=\"{address}\">"), "</a>"),
    }
}

/// Text as it stands in HTML. A curly bracket is printed by the engine, which would otherwise take
/// two of them for its own.
pub(super) fn in_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '{' => out.push_str("{{ '{' }}"),
            '\n' => out.push_str(BREAK),
            c => out.push(c),
        }
    }
    out
}

/// An address as it stands in an attribute.
pub(super) fn in_address(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '"' => out.push_str("%22"),
            '\'' => out.push_str("%27"),
            '{' => out.push_str("%7B"),
            '}' => out.push_str("%7D"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}
