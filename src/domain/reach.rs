//! Reach: by which channel and at which address a client is told something, or why not. The one
//! home of this rule, pure: the planner, the preview of an incident, the fallback to another
//! channel and the API's `reachable` all ask here.
//!
//! A channel's address is the first one, in the client's own order, that nothing bars for the
//! class of the message: a second number is used when the first is barred. That a household is
//! told once per address comes after it ([`NotifiedAddresses`]); times and quiet hours are
//! `plan`'s.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::domain::consent::refusal;
use crate::domain::message::{Channel, Class, Reason};
use crate::domain::rule::ChannelChoice;

/// An address of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAddress {
    /// What it is reached by.
    pub channel: Channel,
    pub address: String,
    /// What bars it, for the classes that a bar of this kind stops.
    pub barred: Option<Reason>,
}

/// What decides where a message to one client goes.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    /// In the client's order of preference within each channel.
    pub contacts: &'a [KnownAddress],
    /// The channel the client prefers; SMS when none was named.
    pub preferred: Option<Channel>,
    /// The client's wish on the message's topic, if there is one.
    pub wanted: Option<bool>,
}

/// Whether a channel reaches a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach<'a> {
    At(&'a str),
    Not {
        /// The first address of the channel, if there is one.
        address: Option<&'a str>,
        /// Why that one is not used, nor any other.
        reason: Reason,
    },
}

impl<'a> Addressee<'a> {
    /// The channels that a rule's wishes come to, each once; at least one for at least one wish.
    #[must_use]
    pub fn channels(&self, choices: &[ChannelChoice], class: Class) -> Vec<Channel> {
        let mut channels = Vec::with_capacity(choices.len());
        for choice in choices {
            let channel = match choice {
                ChannelChoice::Fixed(channel) => *channel,
                ChannelChoice::Preferred => self.best(class),
            };
            if !channels.contains(&channel) {
                channels.push(channel);
            }
        }
        channels
    }

    /// The address on a channel, or why there is none.
    #[must_use]
    pub fn on(&self, channel: Channel, class: Class) -> Reach<'a> {
        let refused = |contact: &KnownAddress| refusal(class, contact.barred, self.wanted);
        let mut own = self.of(channel);
        let Some(first) = own.next() else {
            return Reach::Not {
                address: None,
                reason: Reason::NoContact,
            };
        };
        let Some(reason) = refused(first) else {
            return Reach::At(&first.address);
        };
        match own.find(|contact| refused(contact).is_none()) {
            Some(other) => Reach::At(&other.address),
            None => Reach::Not {
                address: Some(&first.address),
                reason,
            },
        }
    }

    /// The preferred channel if it works, else the other if that one works. When neither does, one
    /// that has an address: what bars it is then the reason.
    fn best(&self, class: Class) -> Channel {
        let preferred = self.preferred.unwrap_or(Channel::Sms);
        // A refused topic is refused on every channel, so it chooses none.
        let works = |channel| {
            self.of(channel)
                .any(|contact| refusal(class, contact.barred, Some(true)).is_none())
        };
        let exists = |channel| self.of(channel).next().is_some();
        let other = preferred.other();
        if works(preferred) || (exists(preferred) && !works(other)) || !exists(other) {
            preferred
        } else {
            other
        }
    }

    fn of(&self, channel: Channel) -> impl Iterator<Item = &'a KnownAddress> {
        let own = move |contact: &&KnownAddress| contact.channel == channel;
        self.contacts.iter().filter(own)
    }
}

/// Addresses that have their message, as 80 bits each: a million take 23 MB, and that two of a
/// million meet happens once in some 10^12 such plans.
#[derive(Debug, Default)]
pub struct NotifiedAddresses(HashSet<[u8; 10]>);

impl NotifiedAddresses {
    /// With room for so many, so that it need not be copied while it grows.
    #[must_use]
    pub fn for_about(addresses: usize) -> Self {
        Self(HashSet::with_capacity(addresses))
    }

    /// Notes an address. False when it was noted before: whoever shares it is not told again.
    pub fn note(&mut self, channel: Channel, address: &str) -> bool {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, channel, address).hash(&mut hasher);
            hasher.finish().to_le_bytes()
        };
        let mut bits = [0; 10];
        bits[..8].copy_from_slice(&half(0));
        bits[8..].copy_from_slice(&half(1)[..2]);
        self.0.insert(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMS: Channel = Channel::Sms;
    const EMAIL: Channel = Channel::Email;

    fn contact(channel: Channel, address: &str, barred: Option<Reason>) -> KnownAddress {
        KnownAddress {
            channel,
            address: address.to_owned(),
            barred,
        }
    }

    fn of(contacts: &[KnownAddress]) -> Addressee<'_> {
        Addressee {
            contacts,
            preferred: None,
            wanted: None,
        }
    }

    #[test]
    fn the_second_number_is_used_when_the_first_is_barred() {
        let contacts = [
            contact(SMS, "1", Some(Reason::HardBounce)),
            contact(EMAIL, "a", None),
            contact(SMS, "2", None),
        ];
        let client = of(&contacts);
        assert_eq!(client.on(SMS, Class::Service), Reach::At("2"));
        let preferred = [ChannelChoice::Preferred];
        assert_eq!(client.channels(&preferred, Class::Service), [SMS]);
    }

    #[test]
    fn safety_goes_to_the_number_that_said_stop() {
        let contacts = [
            contact(SMS, "1", Some(Reason::Stop)),
            contact(EMAIL, "a", None),
        ];
        let client = of(&contacts);
        let preferred = [ChannelChoice::Preferred];
        assert_eq!(client.channels(&preferred, Class::Safety), [SMS]);
        assert_eq!(client.on(SMS, Class::Safety), Reach::At("1"));
        assert_eq!(client.channels(&preferred, Class::Service), [EMAIL]);
    }

    #[test]
    fn nobody_vanishes_and_the_reason_is_that_of_the_first_address() {
        let nobody = of(&[]);
        let none = Reach::Not {
            address: None,
            reason: Reason::NoContact,
        };
        let preferred = [ChannelChoice::Preferred];
        assert_eq!(nobody.channels(&preferred, Class::Service), [SMS]);
        assert_eq!(nobody.on(SMS, Class::Service), none);
        let contacts = [
            contact(EMAIL, "a", Some(Reason::Complaint)),
            contact(EMAIL, "b", Some(Reason::HardBounce)),
        ];
        let barred = of(&contacts);
        assert_eq!(barred.channels(&preferred, Class::Service), [EMAIL]);
        let why = Reach::Not {
            address: Some("a"),
            reason: Reason::Complaint,
        };
        assert_eq!(barred.on(EMAIL, Class::Service), why);
    }

    #[test]
    fn a_refused_topic_is_no_reason_to_change_the_channel() {
        let contacts = [contact(SMS, "1", None), contact(EMAIL, "a", None)];
        let client = Addressee {
            wanted: Some(false),
            ..of(&contacts)
        };
        assert_eq!(
            client.channels(
                &[ChannelChoice::Preferred, ChannelChoice::Fixed(SMS)],
                Class::Service
            ),
            [SMS]
        );
        let refused = Reach::Not {
            address: Some("1"),
            reason: Reason::TopicRefused,
        };
        assert_eq!(client.on(SMS, Class::Service), refused);
        assert_eq!(client.on(SMS, Class::Safety), Reach::At("1"));
    }

    #[test]
    fn an_address_is_told_once_on_each_channel() {
        let mut told = NotifiedAddresses::default();
        assert!(told.note(SMS, "1") && told.note(EMAIL, "1"));
        assert!(!told.note(SMS, "1"));
    }
}
