//! Templates made of one text that could be anything: for the fuzz targets, and for the test that
//! drives the same with texts put together at random.

use std::collections::BTreeMap;

use crate::domain::language::Language;
use crate::domain::template::{Source, TemplateParts, Variable};

/// A template whose SMS is this text.
#[must_use]
pub fn text(text: &str) -> Source {
    of(TemplateParts {
        sms: Some(text.to_owned()),
        ..TemplateParts::default()
    })
}

/// Templates with this text in the body of a mail, in its head, as the whole mail, and as a mail in
/// Markdown.
#[must_use]
pub fn mails(text: &str) -> [Source; 4] {
    let body = format!(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{text}</mj-text></mj-column></mj-section></mj-body></mjml>"
    );
    let head = format!("<mjml><mj-head>{text}</mj-head><mj-body></mj-body></mjml>");
    let [body, head, whole] = [body, head, text.to_owned()].map(|mjml| {
        of(TemplateParts {
            email_subject: Some("{{ case.ref }}".to_owned()),
            email_mjml: Some(mjml),
            ..TemplateParts::default()
        })
    });
    [body, head, whole, markdown(text)]
}

/// A template whose mail is this Markdown.
#[must_use]
pub fn markdown(text: &str) -> Source {
    of(TemplateParts {
        email_subject: Some("{{ case.ref }}".to_owned()),
        email_markdown: Some(text.to_owned()),
        ..TemplateParts::default()
    })
}

fn of(parts: TemplateParts) -> Source {
    Source {
        name: "trial".to_owned(),
        description: String::new(),
        topic: "trial".to_owned(),
        variables: vec![Variable {
            name: "case.ref".to_owned(),
            description: String::new(),
            required: true,
            example: "PR-1".into(),
            examples: BTreeMap::new(),
        }],
        parts: BTreeMap::from([(Language::HOME.tag().to_owned(), parts)]),
    }
}
