//! Addresses as they stand in sentences and fields: `<a@b>`, `rfc822; a@b`, `a@b (reason)`, with a
//! display name, with `mailto:`. Lenient, because the address only has to be found again among ours.

use crate::domain::limits::{EMAIL_DOMAIN, EMAIL_LOCAL, RETURNED_ADDRESSES};

/// Signs that a local part may have, beyond letters and digits (RFC 5322 §3.2.3).
const SIGNS: &str = "!#$%&'*+-/=?^_`{|}~.";
/// Signs of a sentence that would pass for the beginning of a local part.
const BEFORE: &[char] = &[
    '\'', '`', '*', '-', '/', '=', '.', '&', '#', '|', '{', '~', '!', '?',
];

/// Names of those who write reports, and never are what one is about.
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailerdaemon",
    "mailer_daemon",
    "mail-daemon",
    "maildaemon",
    "mail.daemon",
    "mdaemon",
    "postmaster",
    "postmast",
    "mail-delivery-subsystem",
    "mail_delivery_subsystem",
    "maildeliverysystem",
    "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
    "double-bounce",
    "delivery-status",
];

/// The first addresses in a text, in its order, once each; domains in lower case.
pub(super) fn addresses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices('@') {
        if found.len() == RETURNED_ADDRESSES {
            break;
        }
        let (before, after) = text.split_at(at);
        if let Some(address) = around(before, after.get(1..).unwrap_or_default())
            && !found.iter().any(|known| same(known, &address))
        {
            found.push(address);
        }
    }
    found
}

pub(super) fn first_address(text: &str) -> Option<String> {
    addresses(text).into_iter().next()
}

/// Whether two addresses lead to one mailbox, as far as anybody but its server can say.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether a mail system writes from this address.
pub(super) fn is_daemon(address: &str) -> bool {
    let local = local_part(address).to_ascii_lowercase();
    DAEMONS.iter().any(|name| {
        let rest = local.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '-', '.', '=', '_']))
    })
}

pub(super) fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}

pub(super) fn domain_part(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// What stands behind the `+` of a local part.
pub(super) fn token(address: &str) -> Option<&str> {
    let (_, token) = local_part(address).split_once('+')?;
    Some(token).filter(|token| !token.is_empty())
}

fn around(before: &str, after: &str) -> Option<String> {
    let is_local = |c: char| c.is_alphanumeric() || SIGNS.contains(c);
    let start = before.rfind(|c| !is_local(c)).map_or(0, |at| {
        at + before
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(1, char::len_utf8)
    });
    let local = before.get(start..)?.trim_start_matches(BEFORE);
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let end = after.find(|c| !is_domain(c)).unwrap_or(after.len());
    let domain = after
        .get(..end)?
        .trim_end_matches(['.', '-', '_'])
        .to_lowercase();
    let fits = (1..=EMAIL_LOCAL).contains(&local.len()) && domain.len() <= EMAIL_DOMAIN;
    (fits && is_host(&domain)).then(|| format!("{local}@{domain}"))
}

fn is_host(domain: &str) -> bool {
    let mut labels = domain.split('.');
    let last = labels.next_back().unwrap_or_default();
    let named = last.starts_with("xn--") || last.chars().all(char::is_alphabetic);
    let has_parts = labels.next().is_some_and(|label| !label.is_empty());
    domain == "sandbox" || named && last.len() > 1 && has_parts && !domain.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_however_they_are_written() {
        for (text, address) in [
            ("<maria@Example.IT>:", "maria@example.it"),
            ("rfc822; maria.rossi@example.it", "maria.rossi@example.it"),
            ("RFC822;<maria@example.it>", "maria@example.it"),
            ("maria@example.it (in reply to RCPT TO)", "maria@example.it"),
            ("to=<o'brien+x@example.it>,", "o'brien+x@example.it"),
            ("'maria@example.it'", "maria@example.it"),
            ("mailto:maria@example.it.", "maria@example.it"),
            ("* maria@example.it", "maria@example.it"),
            ("Maria <maria@mail.example.it> ha", "maria@mail.example.it"),
            ("perché@example.it", "perché@example.it"),
        ] {
            assert_eq!(first_address(text).as_deref(), Some(address), "{text}");
        }
        for text in ["@", "a@", "@b.it", "a@b", "a@1.2.3.4", "a @ b.it", "@@@@"] {
            assert_eq!(first_address(text), None, "{text}");
        }
    }

    #[test]
    fn mail_systems_are_known_by_their_names() {
        for address in [
            "MAILER-DAEMON@example.it",
            "postmaster@example.it",
            "mdaemon+x@a.it",
        ] {
            assert!(is_daemon(address), "{address}");
        }
        for address in [
            "postmasters@example.it",
            "maria@example.it",
            "daemon@example.it",
        ] {
            assert!(!is_daemon(address), "{address}");
        }
    }

    #[test]
    fn a_token_stands_behind_the_plus() {
        assert_eq!(token("rimbalzi+k7x2@example.it"), Some("k7x2"));
        assert_eq!(token("rimbalzi@example.it"), None);
        assert_eq!(token("rimbalzi+@example.it"), None);
    }
}
