//! Telephone numbers and e-mail addresses: parsed once, normal form kept, trusted afterwards.
//!
//! `phone` and `email` say what is let in; `error` says why something was not. Nothing here
//! asks a network whether an address exists. An address is personal data: `Debug` prints the
//! masked form, so that one that strays into a log shows nothing.

mod email;
mod error;
mod phone;

pub use email::EmailAddress;
pub use error::{AddressError, EmailFault, PhoneFault};
pub use phone::{PhoneNumber, PhonePolicy};

use crate::domain::message::Channel;

/// An address on some channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    Phone(PhoneNumber),
    Email(EmailAddress),
}

impl Address {
    /// Parses what a person or another system wrote.
    pub fn parse(channel: Channel, text: &str, policy: &PhonePolicy) -> Result<Self, AddressError> {
        match channel {
            Channel::Sms => PhoneNumber::parse(text, policy).map(Self::Phone),
            Channel::Email => EmailAddress::parse(text).map(Self::Email),
        }
    }

    /// Takes back what the store kept: it was parsed before it was stored.
    #[must_use]
    pub fn from_stored(channel: Channel, text: String) -> Self {
        match channel {
            Channel::Sms => Self::Phone(PhoneNumber::from_stored(text)),
            Channel::Email => Self::Email(EmailAddress::from_stored(text)),
        }
    }

    /// The channel it belongs to.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Phone(_) => Channel::Sms,
            Self::Email(_) => Channel::Email,
        }
    }

    /// The normal form, as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(number) => number.as_str(),
            Self::Email(address) => address.as_str(),
        }
    }

    /// The form for pages where the full one is not needed: `+39 333 ••• 4567`, `m•••@example.it`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(number) => number.masked(),
            Self::Email(address) => address.masked(),
        }
    }
}

/// A stored address, of whichever channel, in the form of [`Address::masked`].
#[must_use]
pub fn masked(address: &str) -> String {
    let (channel, text) = match address {
        "" => return "•••".to_owned(),
        mailbox if mailbox.contains('@') => (Channel::Email, mailbox),
        number => (Channel::Sms, number),
    };
    Address::from_stored(channel, text.to_owned()).masked()
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_the_store_and_never_shows_itself_in_debug() {
        for (channel, text, masked) in [
            (Channel::Sms, "333 1234567", "+39 333 ••• 4567"),
            (Channel::Email, "maria.rossi@example.it", "m•••@example.it"),
        ] {
            let address = Address::parse(channel, text, &PhonePolicy::default()).unwrap();
            assert_eq!(address.channel(), channel);
            let back = Address::from_stored(channel, address.as_str().to_owned());
            assert_eq!(back, address);
            assert_eq!(address.masked(), masked);
            let debug = format!("{address:?}");
            assert!(debug.contains(masked), "{debug}");
            assert!(!debug.contains(address.as_str()), "{debug}");
            let json = serde_json::to_value(&address).unwrap();
            assert_eq!(json, address.as_str());
        }
    }
}
