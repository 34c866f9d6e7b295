//! A mail in MJML written on as Markdown, and the other way round. Nothing is saved by it.
//!
//! To MJML nothing is lost: it is what the Markdown becomes. To Markdown the layout is lost, which
//! is the house's then; the words come from the plain text of the mail, if it has one.

use crate::domain::template::{Part, Source};
use crate::template::as_mjml;
use crate::web::Web;

use super::typed::Tab;

/// What stands before the signature of a plain text, which the layout of the house has by itself.
const SIGNATURE: &str = "\n-- \n";

/// What a mail is written on as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MailForm {
    Markdown,
    Mjml,
}

/// The template with the mail of a tab in the other form. Done in the workshop, since it reads what
/// somebody typed; a text that takes too long stays as it is.
pub(super) async fn written_as(web: &Web, form: MailForm, source: &Source, tab: &Tab) -> Source {
    let (mut copy, tab) = (source.clone(), tab.clone());
    let work = move || {
        write_as(form, &mut copy, &tab);
        copy
    };
    let done = web.console.texts.work(work).await;
    done.unwrap_or_else(|_| source.clone())
}

fn write_as(form: MailForm, source: &mut Source, tab: &Tab) {
    let Some(parts) = source.parts.get_mut(&tab.locale) else {
        return;
    };
    if form == MailForm::Mjml {
        let markdown = parts.get(Part::EmailMarkdown).unwrap_or_default();
        // What does not hold stays as it is: its fault is shown beside it.
        if let Ok(mjml) = as_mjml(&tab.locale, markdown) {
            parts.set(Part::EmailMjml, Some(mjml));
            parts.set(Part::EmailMarkdown, None);
        }
        return;
    }
    let text = parts.get(Part::EmailText).unwrap_or_default();
    let words = text.split(SIGNATURE).next().unwrap_or_default().trim();
    let begun = match words {
        "" => "{{ organisation.name }}".to_owned(),
        words => format!("{words}\n"),
    };
    parts.set(Part::EmailMarkdown, Some(begun));
    parts.set(Part::EmailMjml, None);
    parts.set(Part::EmailText, None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Channel;
    use crate::template::{Compiled, Fullness};

    fn tab() -> Tab {
        Tab {
            locale: "it".to_owned(),
            channel: Channel::Email,
            fullness: Fullness::Everything,
        }
    }

    #[test]
    fn every_shipped_mail_can_be_written_on_as_markdown_and_back() {
        for mut source in Source::shipped().unwrap() {
            write_as(MailForm::Markdown, &mut source, &tab());
            let parts = &source.parts["it"];
            assert!(parts.email_mjml.is_none() && parts.email_text.is_none());
            assert!(
                !parts
                    .email_markdown
                    .as_ref()
                    .unwrap()
                    .contains("unsubscribe")
            );
            let compiled = Compiled::compile(&source);
            assert!(compiled.is_ok(), "{}: {compiled:?}", source.name);
            write_as(MailForm::Mjml, &mut source, &tab());
            assert!(source.parts["it"].email_markdown.is_none());
            let compiled = Compiled::compile(&source);
            assert!(compiled.is_ok(), "{}: {compiled:?}", source.name);
        }
    }
}
