//! Headers that a service takes off a mail again: our reference, which it brings back with each event
//! (some services replace the Message-ID), and the wish that it measures no reading. Opens and clicks are
//! measured here, by consent; a link that leads through somebody else's server would be counted twice.

use super::events::MailService;
use super::head::HeaderField;

/// The name under which our reference comes back.
pub(super) const MARK: &str = "araldo";

/// `reference`: letters, digits and `.-_` only.
pub(super) fn write(out: &mut Vec<u8>, service: Option<MailService>, reference: &str) {
    let mut line = |name: &str, value: &str| HeaderField::line(out, name, value);
    match service {
        Some(MailService::Sendgrid) => {
            let off = r#"{"settings":{"enable":0}}"#;
            let value = format!(
                r#"{{"unique_args":{{"{MARK}":"{reference}"}}, "filters":{{"clicktrack":{off}, "opentrack":{off}}}}}"#
            );
            line("X-SMTPAPI", &value);
        }
        Some(MailService::Postmark) => {
            line(&format!("X-PM-Metadata-{MARK}"), reference);
            line("X-PM-KeepID", "true");
            line("X-PM-TrackOpens", "false");
            line("X-PM-TrackLinks", "None");
        }
        Some(MailService::Mailgun) => line("X-Mailgun-Track", "no"),
        Some(MailService::Brevo) => line("X-Mailin-custom", reference),
        // It brings the headers of the mail back, and measures only what its settings there say.
        Some(MailService::Ses) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_gets_our_reference_where_it_keeps_such() {
        let written = |service| {
            let mut out = Vec::new();
            write(&mut out, service, "araldo-e7");
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(None), "");
        let sendgrid = written(Some(MailService::Sendgrid));
        let value = sendgrid.strip_prefix("X-SMTPAPI: ").unwrap();
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        assert_eq!(value["unique_args"]["araldo"], "araldo-e7");
        assert_eq!(value["filters"]["clicktrack"]["settings"]["enable"], 0);
        let postmark = written(Some(MailService::Postmark));
        assert!(postmark.contains("X-PM-Metadata-araldo: araldo-e7\r\n"));
        assert_eq!(
            written(Some(MailService::Brevo)),
            "X-Mailin-custom: araldo-e7\r\n"
        );
    }
}
