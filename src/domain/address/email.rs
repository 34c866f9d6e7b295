//! E-mail addresses: one bare address, deliverable by any mail server.
//!
//! No display names, no lists, no quoted local parts, no address literals: what a header could
//! be built from in two ways is refused here, so that nothing further on has to escape it.
//! Accented domains become their ASCII form (RFC 5891); letters beyond ASCII before the `@` stay,
//! and whether a relay takes them is found out when it is used (RFC 6531). Whether a mailbox exists is not asked.
//!
//! `@sandbox`, `*.sandbox` and `*.example` (RFC 2606 §2) are for the sandbox and the demo.

use email_address::Options;

use super::error::{AddressError, EmailFault};
use crate::domain::limits::{EMAIL_DOMAIN as DOMAIN_MAX, EMAIL_LOCAL as LOCAL_MAX};
use crate::text::invisible::{harmless, is_invisible};

/// An e-mail address (RFC 5321 §4.1.2), domain in lower case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses one bare address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        parse(text.trim_matches(' '))
            .map(Self)
            .map_err(|fault| AddressError::Email {
                given: harmless(text),
                fault,
            })
    }

    /// Takes back what the store kept: it was parsed before it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The first letter and the domain: `m•••@example.it`.
    #[must_use]
    pub fn masked(&self) -> String {
        let first: String = self.0.chars().take(1).filter(|c| *c != '@').collect();
        format!("{first}•••@{}", self.domain())
    }
}

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

impl serde::Serialize for EmailAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

fn parse(text: &str) -> Result<String, EmailFault> {
    if text.is_empty() {
        return Err(EmailFault::Empty);
    }
    if text.len() > LOCAL_MAX + 1 + DOMAIN_MAX {
        return Err(EmailFault::TooLong);
    }
    // Before anything else: a line break in an address is the start of a header injection.
    if let Some(c) = text.chars().find(|c| c.is_control() || is_invisible(*c)) {
        return Err(EmailFault::Character(c));
    }
    if text.contains([',', ';', '<', '>', '"', '(', ')']) {
        return Err(EmailFault::NotBare);
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace()) {
        return Err(EmailFault::Character(c));
    }
    let (local, domain) = text.rsplit_once('@').ok_or(EmailFault::NoAt)?;
    check_local(local)?;
    let address = format!("{local}@{}", ascii_domain(domain)?);
    let strict = Options::default()
        .without_display_text()
        .without_domain_literal();
    email_address::EmailAddress::parse_with_options(&address, strict)
        .map(|_| address)
        .map_err(|error| fault(&error))
}

fn check_local(local: &str) -> Result<(), EmailFault> {
    // One letter can be written in two ways (RFC 6532 §3.1), and two addresses must not look alike.
    if let Some(c) = local.chars().find(|c| matches!(c, '\u{300}'..='\u{36f}')) {
        return Err(EmailFault::Character(c));
    }
    if local.contains('@') {
        return Err(EmailFault::NotBare);
    }
    if local.len() > LOCAL_MAX {
        return Err(EmailFault::TooLong);
    }
    Ok(())
}

/// The domain in lower case and ASCII, when mail can go there.
fn ascii_domain(domain: &str) -> Result<String, EmailFault> {
    if domain.starts_with('[') {
        return Err(EmailFault::Numeric);
    }
    // A per cent sign would be decoded below, and could hide what was refused above.
    if domain.contains('%') {
        return Err(EmailFault::Domain);
    }
    let url::Host::Domain(domain) = url::Host::parse(domain).map_err(|_| EmailFault::Domain)?
    else {
        return Err(EmailFault::Numeric);
    };
    if domain.len() > DOMAIN_MAX {
        return Err(EmailFault::TooLong);
    }
    if !domain.contains('.') && domain != "sandbox" {
        return Err(EmailFault::NoDot);
    }
    let well_formed = domain.split('.').all(is_host_label);
    well_formed.then_some(domain).ok_or(EmailFault::Domain)
}

/// Letters, digits and inner hyphens (RFC 1123 §2.1), at most 63.
fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn fault(error: &email_address::Error) -> EmailFault {
    use email_address::Error as E;
    match error {
        E::LocalPartTooLong | E::DomainTooLong | E::SubDomainTooLong => EmailFault::TooLong,
        E::DomainTooFew => EmailFault::NoDot,
        E::DomainEmpty | E::SubDomainEmpty | E::DomainInvalidSeparator => EmailFault::Domain,
        E::InvalidIPAddress | E::UnsupportedDomainLiteral => EmailFault::Numeric,
        E::UnsupportedDisplayName | E::MissingDisplayName | E::MissingEndBracket => {
            EmailFault::NotBare
        }
        E::MissingSeparator => EmailFault::NoAt,
        E::InvalidCharacter | E::LocalPartEmpty | E::UnbalancedQuotes | E::InvalidComment => {
            EmailFault::Local
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn real_and_sandbox_addresses_are_let_in_with_the_domain_in_lower_case() {
        for (text, normal) in [
            ("maria@example.it", "maria@example.it"),
            (" Maria.Rossi@Example.IT ", "Maria.Rossi@example.it"),
            (
                "o'brien+bills@mail.example.com",
                "o'brien+bills@mail.example.com",
            ),
            ("bounce@sandbox", "bounce@sandbox"),
            ("slow@Town.Sandbox", "slow@town.sandbox"),
            ("anna@bologna.example", "anna@bologna.example"),
            ("info@perché.example", "info@xn--perch-fsa.example"),
            // Goes where the relay speaks SMTPUTF8 (RFC 6531).
            ("Perché.no@Example.it", "Perché.no@example.it"),
            ("用户@example.it", "用户@example.it"),
        ] {
            assert_eq!(parse(text.trim()).as_deref(), Ok(normal), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_bare_address_is_refused_with_its_reason() {
        use EmailFault as F;
        let long_local = format!("{}@example.it", "a".repeat(65));
        let long_domain = format!("a@{}it", "abcdefghi.".repeat(26));
        let long = format!("a@{}.it", "b".repeat(400));
        for (text, fault) in [
            ("", F::Empty),
            ("a@b.it, c@d.it", F::NotBare),
            ("a@b.it;c@d.it", F::NotBare),
            ("Maria <maria@example.it>", F::NotBare),
            ("\"maria rossi\"@example.it", F::NotBare),
            ("a@b@example.it", F::NotBare),
            ("maria@example.it\r\nBcc: x@y.it", F::Character('\r')),
            ("maria\n@example.it", F::Character('\n')),
            ("maria\0@example.it", F::Character('\0')),
            ("maria\u{202e}@example.it", F::Character('\u{202e}')),
            ("maria\u{200b}@example.it", F::Character('\u{200b}')),
            ("maria rossi@example.it", F::Character(' ')),
            ("maria\u{a0}@example.it", F::Character('\u{a0}')),
            ("maria.example.it", F::NoAt),
            ("maria@", F::Domain),
            ("@example.it", F::Local),
            (".maria@example.it", F::Local),
            ("ma..ria@example.it", F::Local),
            ("maria@example.it.", F::Domain),
            ("maria@.example.it", F::Domain),
            ("maria@exa_mple.it", F::Domain),
            ("maria@-example.it", F::Domain),
            ("maria@example.it%0d", F::Domain),
            ("root@localhost", F::NoDot),
            ("maria@10.0.0.1", F::Numeric),
            ("maria@[10.0.0.1]", F::Numeric),
            ("perche\u{301}@example.it", F::Character('\u{301}')),
            ("perché.@example.it", F::Local),
            (&long_local, F::TooLong),
            (&long_domain, F::TooLong),
            (&long, F::TooLong),
        ] {
            assert_eq!(parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_mask_of_anything_stored_is_safe() {
        for (stored, masked) in [
            ("maria@example.it", "m•••@example.it"),
            ("@x", "•••@x"),
            ("", "•••@"),
        ] {
            assert_eq!(
                EmailAddress::from_stored(stored.to_owned()).masked(),
                masked
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_let_in_can_stand_in_a_header_and_is_let_in_again(
            text in "[ -~\\PC]{0,20}@?[ -~\\PC]{0,20}"
        ) {
            if let Ok(address) = parse(&text) {
                let visible = |c: char| !c.is_control() && !c.is_whitespace() && !is_invisible(c);
                prop_assert!(address.chars().all(visible));
                prop_assert!(!address.contains(['<', '>', '"', ',', ';', '(', ')']));
                prop_assert_eq!(address.matches('@').count(), 1);
                prop_assert_eq!(parse(&address), Ok(address.clone()));
            }
        }
    }
}
