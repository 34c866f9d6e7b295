//! Where a webhook leads, what it is called, and of what it is told: checked as it is typed in.

use ipnet::IpNet;
use url::Url;

use super::guard::AddressGuard;
use crate::domain::FieldError;
use crate::domain::limits::{FEED_TYPE, FEED_TYPES, WEBHOOK_NAME, WEBHOOK_URL};
use crate::text::invisible::harmless;

/// The families of types.
const FAMILIES: [&str; 4] = ["message", "reply", "case", "incident"];

/// Types, or families of them, that somebody wants to be told; all when none is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedTypes(Vec<String>);

impl FeedTypes {
    /// Reads words such as `message.delivered` or `case`; `pointer` is where they stand.
    pub fn parse<'a>(
        words: impl Iterator<Item = &'a str>,
        pointer: &str,
    ) -> Result<Self, FieldError> {
        let mut types: Vec<String> = Vec::new();
        for word in words.map(str::trim).filter(|word| !word.is_empty()) {
            if !is_type(word) {
                let known = FAMILIES.join(", ");
                let fault = format!(
                    "`{}` is no type: write a family ({known}) or one of its types, such as \
                     message.delivered",
                    harmless(word)
                );
                return Err(FieldError::new(pointer, fault));
            }
            if !types.iter().any(|known| known == word) {
                types.push(word.to_owned());
            }
        }
        if types.len() > FEED_TYPES {
            let fault = format!("these are more than {FEED_TYPES} types: name families");
            return Err(FieldError::new(pointer, fault));
        }
        Ok(Self(types))
    }

    /// Those of the store, which were checked.
    pub(super) fn stored(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// Separated by blanks, as the store keeps them.
    #[must_use]
    pub fn joined(&self) -> String {
        self.0.join(" ")
    }

    /// As `store::feed` reads them: JSON rows of one text each.
    #[must_use]
    pub fn rows(&self) -> String {
        let wanted: Vec<[&str; 1]> = match self.0.as_slice() {
            [] => FAMILIES.map(|family| [family]).to_vec(),
            types => types.iter().map(|word| [word.as_str()]).collect(),
        };
        serde_json::json!(wanted).to_string()
    }
}

fn is_type(word: &str) -> bool {
    let family = word.split_once('.').map_or(word, |(family, _)| family);
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter == b'_' || letter == b'.';
    FAMILIES.contains(&family) && word.len() <= FEED_TYPE && word.bytes().all(plain)
}

/// A name that stands well in a path, a figure and a log.
pub fn check_name(name: &str) -> Result<(), FieldError> {
    let plain =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if (1..=WEBHOOK_NAME).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    let fault = format!("a name is made of up to {WEBHOOK_NAME} of the letters a-z, 0-9 and -");
    Err(FieldError::new("/name", fault))
}

/// An address to which can be posted. Whether a name may lead there is seen when it is: it leads to other
/// addresses tomorrow. `allowed`: networks of our own to which it may. What was typed may hold a token: no
/// word of it is repeated but the host that is refused.
pub fn check_address(text: &str, allowed: &[IpNet], pointer: &str) -> Result<(), FieldError> {
    let fault = |why: &str| Err(FieldError::new(pointer, why));
    if text.len() > WEBHOOK_URL {
        return fault("the address is too long");
    }
    let Ok(url) = Url::parse(text) else {
        return fault("write an address such as https://crm.example.it/araldo");
    };
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return fault("the address must begin with https:");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fault("the address holds a name or a password: the signature says who sends");
    }
    if url.fragment().is_some() {
        return fault("the address must end before `#`");
    }
    AddressGuard::system(allowed)
        .of(&url)
        .judge(&url)
        .map_err(|refused| FieldError::new(pointer, refused.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_families_or_stand_in_one() {
        let read = |text: &str| FeedTypes::parse(text.split(','), "/types");
        let types = read("message.delivered, case,case").unwrap();
        assert_eq!(types.joined(), "message.delivered case");
        assert_eq!(types.rows(), r#"[["message.delivered"],["case"]]"#);
        assert_eq!(FeedTypes::stored(&types.joined()), types);
        assert!(read("").unwrap().rows().contains("incident"));
        for wrong in ["messages", "message.%", "Message", "client.created"] {
            assert_eq!(read(wrong).unwrap_err().pointer, "/types", "{wrong}");
        }
    }

    #[test]
    fn names_and_addresses_are_checked_and_no_secret_repeated() {
        assert!(check_name("crm-2").is_ok());
        for wrong in ["", "CRM", "a b", "a/b", &"a".repeat(41)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
        assert!(check_address("https://a.example:8443/x?token=c4nary", &[], "/url").is_ok());
        for wrong in [
            "c4nary",
            "ftp://c4nary.example/",
            "https://u:c4nary@a.example/",
            "https://a.example/#c4nary",
            "https://169.254.169.254/c4nary",
            "http://10.0.0.1/c4nary",
            "http://93.184.215.14/c4nary",
        ] {
            let fault = check_address(wrong, &[], "/url").unwrap_err();
            assert!(!fault.detail.contains("c4nary"), "{fault:?}");
        }
        let ours: [IpNet; 1] = ["10.0.0.0/8".parse().unwrap()];
        assert!(check_address("http://10.0.0.1/told", &ours, "/url").is_ok());
    }
}
