//! Deputies: who acts for a client, and what that means for a message. Pure; the planner and the preview
//! of an incident ask here, and by which address a deputy is reached is said by `reach`, as for any client.
//!
//! A deputy with a mandate for it gets service messages instead of the client. What is for somebody's
//! safety goes to both: nobody stands between a person and that. Nothing that needs a client's own yes
//! (marketing) goes to anybody else.

use crate::domain::clock::Timestamp;
use crate::domain::message::Class;
use crate::domain::reach::{Addressee, KnownAddress};
use crate::text::text_enum::text_enum;

/// Begins the reference of a deputy among the clients; no organisation may use it for a client.
pub const DEPUTY_PREFIX: &str = "deputy:";

/// The mandate of a deputy whom the client named: the words that are kept. Pages say it in their reader's
/// language.
pub const OWN_WISH: &str = "the client's own wish; the deputy agreed by a code";

text_enum! {
    /// What a deputy gets.
    pub enum DeputyMode {
        /// The same as the client, beside the client.
        Copy => "copy",
        /// What the client would get, in the client's place.
        Instead => "instead",
    }
}

text_enum! {
    /// What a code is good for.
    pub enum CodePurpose {
        /// The address becomes one of the client's own.
        Contact => "contact",
        /// The address becomes that of a deputy, for the copy.
        Deputy => "deputy",
        /// Whoever typed it sees a copy of the client's data.
        Copy => "copy",
    }
}

/// Who acts for a client, as far as a plan needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deputy {
    /// The deputy's own row among the clients.
    pub id: i64,
    pub mode: DeputyMode,
    /// Those it acts in; none: all.
    pub topics: Vec<String>,
    /// References of the cases it acts in; none: all, and what is about no case.
    pub cases: Vec<String>,
    /// When the mandate ends, if that is known.
    pub until: Option<Timestamp>,
    pub locale: String,
    /// Where the deputy's clock hangs.
    pub time_zone: String,
    pub contact: KnownAddress,
    /// The deputy's own wish on the message's topic.
    pub wanted: Option<bool>,
}

/// What a plan is about, as far as a mandate asks.
#[derive(Debug, Clone, Copy)]
pub struct MandateMatter<'a> {
    pub class: Class,
    pub topic: &'a str,
    /// The reference of its case, if it is about one.
    pub case: Option<&'a str>,
    pub now: Timestamp,
}

impl Deputy {
    /// Whether the deputy acts for the client in this matter now.
    #[must_use]
    pub fn acts_in(&self, matter: &MandateMatter<'_>) -> bool {
        let in_time = self.until.is_none_or(|until| matter.now < until);
        let of_topic = self.topics.is_empty() || self.topics.iter().any(|it| it == matter.topic);
        let of_case = self.cases.is_empty()
            || matter
                .case
                .is_some_and(|case| self.cases.iter().any(|it| it == case));
        in_time && of_topic && of_case && matter.class != Class::Marketing
    }

    /// Whether the client is not told what this deputy is told.
    #[must_use]
    pub const fn stands_in(&self, class: Class) -> bool {
        matches!((self.mode, class), (DeputyMode::Instead, Class::Service))
    }

    /// What decides by which channel, and at which address. `clients`: the client's wish on the topic.
    #[must_use]
    pub fn addressee(&self, clients: Option<bool>) -> Addressee<'_> {
        Addressee {
            contacts: std::slice::from_ref(&self.contact),
            preferred: Some(self.contact.channel),
            wanted: self.wish(clients),
        }
    }

    /// The wish that holds for the deputy's message: what the client refused is refused for both.
    #[must_use]
    pub fn wish(&self, clients: Option<bool>) -> Option<bool> {
        match self.wanted {
            Some(false) => Some(false),
            _ => clients,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Channel;

    fn deputy(mode: DeputyMode) -> Deputy {
        Deputy {
            id: 2,
            mode,
            topics: Vec::new(),
            cases: Vec::new(),
            until: Some(Timestamp::from_micros(100)),
            locale: "it".to_owned(),
            time_zone: "Europe/Rome".to_owned(),
            contact: KnownAddress {
                channel: Channel::Sms,
                address: "1".to_owned(),
                barred: None,
            },
            wanted: None,
        }
    }

    fn matter(class: Class, at: i64) -> MandateMatter<'static> {
        MandateMatter {
            class,
            topic: "cases",
            case: Some("PR-1"),
            now: Timestamp::from_micros(at),
        }
    }

    #[test]
    fn a_mandate_holds_until_its_end_and_never_for_marketing() {
        let deputy = deputy(DeputyMode::Instead);
        assert!(deputy.acts_in(&matter(Class::Service, 99)));
        assert!(!deputy.acts_in(&matter(Class::Service, 100)));
        assert!(!deputy.acts_in(&matter(Class::Marketing, 1)));
    }

    #[test]
    fn a_mandate_for_topics_or_cases_is_for_these_alone() {
        let mut deputy = deputy(DeputyMode::Copy);
        deputy.topics = vec!["outages".to_owned()];
        assert!(!deputy.acts_in(&matter(Class::Service, 1)));
        deputy.topics.push("cases".to_owned());
        deputy.cases = vec!["PR-2".to_owned()];
        assert!(!deputy.acts_in(&matter(Class::Service, 1)));
        deputy.cases.push("PR-1".to_owned());
        assert!(deputy.acts_in(&matter(Class::Service, 1)));
        let about_none = MandateMatter {
            case: None,
            ..matter(Class::Service, 1)
        };
        assert!(!deputy.acts_in(&about_none));
    }

    #[test]
    fn safety_goes_to_both_and_a_copy_silences_nobody() {
        assert!(deputy(DeputyMode::Instead).stands_in(Class::Service));
        assert!(!deputy(DeputyMode::Instead).stands_in(Class::Safety));
        assert!(!deputy(DeputyMode::Copy).stands_in(Class::Service));
    }

    #[test]
    fn what_the_client_refused_is_refused_for_the_deputy_as_well() {
        let mut deputy = deputy(DeputyMode::Copy);
        assert_eq!(deputy.wish(Some(false)), Some(false));
        deputy.wanted = Some(false);
        assert_eq!(deputy.wish(None), Some(false));
        deputy.wanted = Some(true);
        assert_eq!(deputy.wish(None), None);
    }
}
