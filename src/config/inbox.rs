//! `[inbox.NAME]`: mailboxes that are read. Understood by `channel`, which knows the kinds.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Layers};
use super::named;
use crate::channel::email::inbox::InboxSettings;
use crate::domain::limits::{INBOXES, SOURCE_NAME};

/// One mailbox as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredInbox {
    pub settings: InboxSettings,
    /// Where its section begins.
    pub at: Origin,
}

/// Takes every `inbox.NAME` out of the layers.
pub(super) fn read(layers: &mut Layers) -> Result<BTreeMap<String, ConfiguredInbox>, ConfigError> {
    let sections: Vec<(String, Entries)> = layers
        .0
        .extract_if(.., |section, _| section.starts_with("inbox."))
        .collect();
    let mut inboxes = BTreeMap::new();
    for (section, entries) in sections {
        let name = section.trim_start_matches("inbox.").to_owned();
        let fault = |detail: String| named::fault(&section, &entries, detail);
        if !is_name(&name) {
            return Err(fault(format!(
                "an inbox is called by 1 to {SOURCE_NAME} small letters, digits and hyphens"
            )));
        }
        if inboxes.len() == INBOXES {
            return Err(fault(format!("there are more than {INBOXES} inboxes")));
        }
        let settings: InboxSettings =
            named::understood(&section, &entries, named::table(&entries))?;
        settings.check().map_err(fault)?;
        let at = entries.at.clone();
        inboxes.insert(name, ConfiguredInbox { settings, at });
    }
    Ok(inboxes)
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=SOURCE_NAME).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::layers::Layers;
    use crate::config::{Config, ConfigError, faults};

    fn load(file: &str) -> Result<Config, ConfigError> {
        let file = Some((Path::new("araldo.toml"), file));
        let (layers, stray) = Layers::merge(file, std::iter::empty())?;
        faults::read(layers, stray).settings()
    }

    fn refusal(file: &str) -> String {
        load(file).unwrap_err().to_string()
    }

    #[test]
    fn mails_that_nobody_brings_are_warned_about() {
        let inbox = "[inbox.bounces]\nkind = \"imap\"\nhost = \"localhost\"\n\
                     username = \"a\"\npassword = \"b\"\n";
        let email = "[email]\nbounces = \"rimbalzi@avvisi.example.it\"\n";
        let warned = |text: &str| load(text).unwrap().warnings.join("\n");
        let relay = "[channels]\nemail = [\"relay\"]\n[provider.relay]\nkind = \"smtp\"\n\
                     host = \"127.0.0.1\"\nsecurity = \"none\"\nfrom = \"a@example.it\"\n";
        assert!(warned(&format!("{email}{relay}")).contains("`araldo receive`"));
        assert_eq!(
            warned(email),
            "",
            "the sandbox brings what comes back itself"
        );
        assert!(warned(inbox).contains("`[email] bounces`"));
        assert_eq!(warned(&format!("{email}{inbox}")), "");
    }

    #[test]
    fn a_mailbox_that_can_bear_no_token_is_refused() {
        let said = refusal("[email]\nbounces = \"rimbalzi+x@example.it\"\n");
        assert!(
            said.starts_with("araldo.toml:2: [email] bounces: "),
            "{said}"
        );
        let said = refusal(
            "[inbox.b]\nkind = \"imap\"\nhost = \"mail.example.it\"\nusername = \"a\"\n\
             security = \"none\"\npassword = \"b\"\n",
        );
        assert!(
            said.starts_with("araldo.toml:5: [inbox.b]: `security`"),
            "{said}"
        );
    }
}
