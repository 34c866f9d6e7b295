//! What only several hits together show: one task's memory of the last moments.
//!
//! Three different addresses of one message within two seconds is a scanner that follows them
//! all, and the first two hits were its too. The pixel and the page that asks whether to
//! unsubscribe are addresses like the links: a mail as it is shipped has no more than two links
//! and a pixel, and no person opens a mail and both its links in two seconds, or follows two links
//! within one, pixel or not. Whoever asks for the headers of an address and then for the address
//! itself looks before it leaps, as no browser does; a scanner that looks at the very moment when a
//! person clicks has another network, and takes nothing from that person. Many mails opened
//! from one network within a minute is suspicious, no more: behind one address of a mobile operator
//! sit thousands of people, and in a blackout they all look at once. So that rule only takes
//! certainty away, and only from e-mail. Networks are kept for a minute, here, and written nowhere.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;

use chrono::TimeDelta;

use crate::domain::{Channel, MessageId, Timestamp};
use crate::store::messages::engagement::{Burst, Ruling};
use crate::track::verdict::rules;

/// How close together the hits of a scanner are.
const BURST: TimeDelta = TimeDelta::seconds(2);
/// Different addresses of one message within [`BURST`] that no person fetches.
const BURST_TARGETS: usize = 3;
/// How close together two links are followed by no person: a mail is behind the page by then.
const TWO_LINKS: TimeDelta = TimeDelta::seconds(1);
/// How long a network's hits are remembered.
const SWEEP: TimeDelta = TimeDelta::seconds(60);
/// Different mails from one network within [`SWEEP`] that make it look like a scanner.
const SWEEP_MESSAGES: usize = 30;
/// Hits on one message within [`SWEEP`] that are kept; the rest is hammering.
const MESSAGE_HITS: usize = 60;
/// What a burst is called in the record: its rule, and its grounds.
const MANY: (&str, &str) = (
    "scanner.burst",
    "fetched three or more addresses within two seconds",
);
const TWO: (&str, &str) = ("scanner.two_links", "followed two links within a second");
const LOOKED_FIRST: (&str, &str) = (
    "scanner.looked_first",
    "asked for the headers and then for the page",
);

/// The /24 (IPv4) or /48 (IPv6) a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network([u8; 6]);

impl Network {
    /// `None` for no address, and for those inside a house: they say where our own proxy is, not
    /// who reads.
    #[must_use]
    pub fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            none if none.is_unspecified() => None,
            IpAddr::V4(v4) if v4.is_loopback() || v4.is_private() || v4.is_link_local() => None,
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Some(Self([0, 0, 0, a, b, c]))
            }
            IpAddr::V6(v6) if v6.is_loopback() || v6.is_unique_local() => None,
            IpAddr::V6(v6) => {
                let mut prefix = [0; 6];
                prefix.copy_from_slice(&v6.octets()[..6]);
                Some(Self(prefix))
            }
        }
    }
}

/// Which address of a message was hit: a link, or one of the pages (negative).
pub(crate) type Target = i64;

/// One hit on a message, as far as others are held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) target: Target,
    /// A link was followed; not a picture loaded, nor a page shown again after a form.
    pub(crate) followed: bool,
    /// Only the headers were asked for.
    pub(crate) bodiless: bool,
    pub(crate) network: Option<Network>,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Default)]
pub(crate) struct Recent {
    messages: HashMap<MessageId, VecDeque<Touch>>,
    networks: HashMap<Network, VecDeque<(Timestamp, MessageId)>>,
}

impl Recent {
    /// Remembers a hit. False when the message was hit so often that one more says nothing.
    pub(crate) fn remember(&mut self, message: MessageId, touch: Touch) -> bool {
        let hits = self.messages.entry(message).or_default();
        drop_before(hits, touch.at - SWEEP);
        if hits.len() >= MESSAGE_HITS {
            return false;
        }
        hits.push_back(touch);
        true
    }

    /// The burst the last hit on a message belongs to, if it is one: with it, the hits before it.
    pub(crate) fn burst(&self, message: MessageId) -> Option<Burst> {
        let hits = self.messages.get(&message)?;
        let last = hits.back()?;
        let near = |within: TimeDelta| {
            hits.iter()
                .filter(move |hit| (last.at - hit.at).abs() <= within)
        };
        // Hits that came at once may be noted out of order.
        let to = near(BURST).map(|hit| hit.at).max()?;
        let burst = |first: Timestamp, (rule, grounds): (&'static str, &'static str)| Burst {
            message,
            from: first.min(last.at),
            to,
            grounds,
            ruling: Some(Ruling {
                rule,
                version: rules::known().version,
            }),
        };
        let first = near(BURST).map(|hit| hit.at).min()?;
        let targets: HashSet<Target> = near(BURST).map(|hit| hit.target).collect();
        if targets.len() >= BURST_TARGETS {
            return Some(burst(first, MANY));
        }
        // The page that a link leads to is noted after the link, at the same moment.
        let follows = near(TimeDelta::zero()).any(|hit| hit.followed && hit.target == last.target);
        let other = |hit: &&Touch| hit.followed && hit.target != last.target;
        if let Some(link) = near(TWO_LINKS).find(other).filter(|_| follows) {
            return Some(burst(link.at, TWO));
        }
        let before =
            |hit: &&Touch| hit.bodiless && hit.target == last.target && hit.network == last.network;
        let looked = near(BURST).find(before).filter(|_| !last.bodiless)?;
        Some(burst(looked.at, LOOKED_FIRST))
    }

    /// Remembers a network's hit on a mail. True when it hit so many that it may be a scanner.
    pub(crate) fn sweeps(
        &mut self,
        network: Option<Network>,
        channel: Channel,
        message: MessageId,
        at: Timestamp,
    ) -> bool {
        let (Some(network), Channel::Email) = (network, channel) else {
            return false;
        };
        let hits = self.networks.entry(network).or_default();
        drop_before(hits, at - SWEEP);
        // More than enough to decide; a flood must not fill the memory.
        if hits.len() < 4 * SWEEP_MESSAGES {
            hits.push_back((at, message));
        }
        let messages: HashSet<MessageId> = hits.iter().map(|(_, message)| *message).collect();
        messages.len() >= SWEEP_MESSAGES
    }

    /// Forgets what no rule can use any more.
    pub(crate) fn forget_before(&mut self, now: Timestamp) {
        let horizon = now - SWEEP;
        self.messages
            .retain(|_, hits| hits.back().is_some_and(|hit| hit.at >= horizon));
        self.networks
            .retain(|_, hits| hits.back().is_some_and(|hit| hit.moment() >= horizon));
    }
}

/// What happened at a moment.
trait Dated {
    fn moment(&self) -> Timestamp;
}

impl Dated for Touch {
    fn moment(&self) -> Timestamp {
        self.at
    }
}

impl Dated for (Timestamp, MessageId) {
    fn moment(&self) -> Timestamp {
        self.0
    }
}

fn drop_before<T: Dated>(hits: &mut VecDeque<T>, horizon: Timestamp) {
    while hits.front().is_some_and(|hit| hit.moment() < horizon) {
        hits.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: MessageId = MessageId::new(5);

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_micros(milliseconds * 1_000)
    }

    /// A link that was followed.
    fn link(target: Target, milliseconds: i64) -> Touch {
        Touch {
            target,
            followed: true,
            bodiless: false,
            network: None,
            at: at(milliseconds),
        }
    }

    /// A picture or a page that was loaded.
    fn loaded(target: Target, milliseconds: i64) -> Touch {
        Touch {
            followed: false,
            ..link(target, milliseconds)
        }
    }

    fn after(touches: &[Touch]) -> Option<Burst> {
        let mut recent = Recent::default();
        for touch in touches {
            assert!(recent.remember(MESSAGE, *touch));
        }
        recent.burst(MESSAGE)
    }

    #[test]
    fn three_addresses_within_two_seconds_are_a_burst_from_the_first_hit_on() {
        let first = [loaded(1, 100_000), link(2, 100_500)];
        assert_eq!(after(&first), None);
        let burst = after(&[first[0], first[1], loaded(3, 101_900)]).unwrap();
        assert_eq!((burst.from, burst.to), (at(100_000), at(101_900)));
        assert_eq!(burst.ruling.unwrap().rule, "scanner.burst");
    }

    #[test]
    fn nobody_follows_two_links_within_a_second() {
        let burst = after(&[link(1, 100_000), link(2, 101_000)]).unwrap();
        assert_eq!((burst.from, burst.to), (at(100_000), at(101_000)));
        assert_eq!(after(&[link(1, 100_000), link(2, 101_001)]), None);
        assert_eq!(after(&[link(1, 0), loaded(2, 10)]), None, "a picture");
    }

    #[test]
    fn whoever_looks_first_is_a_machine_and_whoever_clicks_from_elsewhere_is_none() {
        let looked = Touch {
            bodiless: true,
            ..link(1, 100_000)
        };
        let burst = after(&[looked, link(1, 100_400)]).unwrap();
        assert_eq!(burst.ruling.unwrap().rule, "scanner.looked_first");
        let elsewhere = Touch {
            network: Network::of("203.0.113.9".parse().unwrap()),
            ..link(1, 100_400)
        };
        assert_eq!(after(&[looked, elsewhere]), None);
        assert_eq!(after(&[looked, link(1, 103_000)]), None);
    }

    #[test]
    fn the_same_link_again_and_links_at_a_persons_pace_are_no_burst() {
        let again: Vec<Touch> = [0, 100, 200, 300].map(|moment| link(1, moment)).to_vec();
        assert_eq!(after(&again), None);
        assert_eq!(after(&[link(1, 0), link(2, 4_000), link(3, 8_000)]), None);
    }

    #[test]
    fn a_network_that_opens_many_mails_is_suspicious_and_one_that_texts_is_not() {
        let mut recent = Recent::default();
        let network = Network::of("203.0.113.9".parse().unwrap());
        let mut sweep = |channel, step: i64| {
            recent.sweeps(network, channel, MessageId::new(step), at(step * 100))
        };
        assert!((0..100).all(|step| !sweep(Channel::Sms, step)));
        assert!((0..29).all(|step| !sweep(Channel::Email, step)));
        assert!(sweep(Channel::Email, 29));
        assert!(!sweep(Channel::Email, 1_000));
    }

    #[test]
    fn our_own_proxy_is_no_network() {
        for own in ["127.0.0.1", "10.1.2.3", "::1", "::ffff:192.168.1.1"] {
            assert_eq!(Network::of(own.parse().unwrap()), None);
        }
        let one = Network::of("203.0.113.9".parse().unwrap());
        assert_eq!(one, Network::of("203.0.113.77".parse().unwrap()));
        assert_ne!(one, Network::of("203.0.114.9".parse().unwrap()));
    }

    #[test]
    fn hammering_one_link_is_kept_sixty_times_a_minute() {
        let mut recent = Recent::default();
        let kept = (0..500)
            .filter(|step| recent.remember(MESSAGE, link(1, *step)))
            .count();
        assert_eq!(kept, 60);
        assert!(recent.remember(MESSAGE, link(1, 70_000)));
        recent.forget_before(at(200_000));
        assert!(recent.messages.is_empty());
    }
}
