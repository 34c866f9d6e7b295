//! What a mail's layout may cost, known before it is laid out: elements, how deep they stand
//! within one another, and what is repeated at each of them.
//!
//! The layout program parses, renders and forgets an element by calling itself. It is read here
//! by the very tokenizer that it uses, so that both see the same elements.

use htmlparser::{ElementEnd, Token, Tokenizer};

use crate::domain::limits::{
    MAIL_DEPTH, MAIL_ELEMENTS, MAIL_LAID_OUT_BYTES, MAIL_STYLE_BYTES, MAIL_STYLED_BYTES,
};

/// What the layout program should not be given, where, and what to do.
#[derive(Debug)]
pub(super) struct Refused {
    /// The byte it was found at, where there is one to name.
    pub(super) at: Option<usize>,
    pub(super) what: String,
    pub(super) advice: &'static str,
}

/// Refuses MJML that the layout program should not be given. What is not well formed is left for
/// the layout program to name.
pub(super) fn within_limits(mjml: &str) -> Result<(), Refused> {
    conditional_comments_are_closed(mjml)?;
    let mut seen = Seen::default();
    for token in Tokenizer::from(mjml) {
        let Ok(token) = token else { break };
        seen.token(&token)?;
    }
    Ok(())
}

/// Refuses laid out HTML whose styles would be repeated too often.
pub(super) fn styled_within_limits(html: &str) -> Result<(), Refused> {
    let too_large = |what: String, advice| {
        Err(Refused {
            at: None,
            what,
            advice,
        })
    };
    if html.len() > MAIL_LAID_OUT_BYTES {
        return too_large(
            format!("the layout has {} bytes", html.len()),
            "say less, or set fewer attributes for all elements",
        );
    }
    let tags = html.matches('<').count();
    if html.contains("<style") && tags.saturating_mul(style_bytes(html)) > MAIL_STYLED_BYTES {
        return too_large(
            "the styles are too long for so many elements".to_owned(),
            "shorten <mj-style>, or use fewer elements",
        );
    }
    Ok(())
}

/// The tokenizer panics at `<![if` without its end.
fn conditional_comments_are_closed(mjml: &str) -> Result<(), Refused> {
    const OPENINGS: [&str; 4] = ["<!--[if", "<![if", "<![endif", "<!--<![endif"];
    for (at, _) in mjml.match_indices("<!") {
        let comment = &mjml[at..];
        if !OPENINGS.iter().any(|opening| comment.starts_with(opening)) {
            continue;
        }
        let whole = !comment.starts_with("<![endif") || comment.starts_with("<![endif]");
        let after = comment.split_once(']').map_or("", |(_, after)| after);
        if !whole || !(after.starts_with('>') || after.starts_with("-->")) {
            return Err(Refused {
                at: Some(at),
                what: "a conditional comment is not well formed".to_owned(),
                advice: "write <!--[if mso]> ... <![endif]-->",
            });
        }
    }
    Ok(())
}

/// What stands between each `<style` and the next `</style`.
fn style_bytes(html: &str) -> usize {
    let parts = html.split("<style").skip(1);
    parts
        .map(|part| part.find("</style").unwrap_or(part.len()))
        .sum()
}

#[derive(Default)]
struct Seen<'a> {
    /// Names of the open elements.
    open: Vec<&'a str>,
    elements: usize,
    /// Bytes of styles and of defaults.
    styles: usize,
    defaults: usize,
}

impl<'a> Seen<'a> {
    fn token(&mut self, token: &Token<'a>) -> Result<(), Refused> {
        match token {
            Token::ElementStart { local, span, .. } => {
                self.open.push(local.as_str());
                self.elements += 1;
                self.counted(span.start())
            }
            Token::ElementEnd { end, .. } => {
                let leaf = self.open.last().is_some_and(|name| is_void(name));
                if !matches!(end, ElementEnd::Open) || leaf {
                    self.open.pop();
                }
                Ok(())
            }
            Token::Attribute { span, .. } if self.stands_in("mj-attributes") => {
                self.defaults += span.as_str().len();
                self.measured(span.start())
            }
            Token::Text { text } if self.stands_in("mj-style") || self.stands_in("style") => {
                self.styles += text.as_str().len();
                self.measured(text.start())
            }
            _ => Ok(()),
        }
    }

    fn stands_in(&self, name: &str) -> bool {
        self.open.contains(&name)
    }

    fn counted(&self, at: usize) -> Result<(), Refused> {
        if self.open.len() > MAIL_DEPTH {
            return Err(Refused {
                at: Some(at),
                what: format!("more than {MAIL_DEPTH} elements stand within one another"),
                advice: "close each element before the next, or nest them less deep",
            });
        }
        if self.elements > MAIL_ELEMENTS {
            return Err(Refused {
                at: Some(at),
                what: format!("the mail has more than {MAIL_ELEMENTS} elements"),
                advice: "say less in one mail",
            });
        }
        Ok(())
    }

    fn measured(&self, at: usize) -> Result<(), Refused> {
        if self.styles.max(self.defaults) <= MAIL_STYLE_BYTES {
            return Ok(());
        }
        Err(Refused {
            at: Some(at),
            what: format!("the styles or defaults have more than {MAIL_STYLE_BYTES} bytes"),
            advice: "shorten <mj-style> and <mj-attributes>",
        })
    }
}

/// Elements of HTML that hold nothing and need no end. The layout program has the same list.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}
