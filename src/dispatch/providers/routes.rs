//! All routes of a node: who carries the next message of a channel. By what came of the message's earlier
//! tries, then by the points of providers that share the channel (`weight`), then by preference; a
//! provider that rests is passed over, or asked by one message. How one provider does is `route`'s.

use std::sync::Arc;

use chrono::TimeDelta;

use super::breaker::Way;
use super::route::{ProviderRoute, ProviderStatus};
use super::weight::drawn;
use crate::domain::{Channel, Timestamp};

/// A message that may go to a route. While it asks a provider that rested, nobody else does;
/// dropped without an answer, the next one asks.
pub(in crate::dispatch) struct Chosen {
    pub(in crate::dispatch) route: Arc<ProviderRoute>,
    asks: bool,
}

impl Chosen {
    /// Whether it is to find out if its provider works again.
    pub(in crate::dispatch) const fn asks(&self) -> bool {
        self.asks
    }
}

impl Drop for Chosen {
    fn drop(&mut self) {
        if self.asks {
            self.route.health().breaker.unasked();
        }
    }
}

/// Whom a message would rather be given to, by what came of its earlier tries.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Leaning {
    /// Who had it, and knows it or its sender again.
    pub(in crate::dispatch) to: Option<String>,
    /// Who certainly did not take it: they get it only where nobody else is well.
    pub(in crate::dispatch) away: Vec<String>,
    /// Different for each message, the same for each of its tries: draws who gets it, where several
    /// share the channel.
    pub(in crate::dispatch) number: u64,
}

impl Leaning {
    /// The lower, the rather.
    fn rank(&self, route: &ProviderRoute) -> u8 {
        let name = route.provider.name();
        match () {
            () if self.away.iter().any(|away| away == name) => 2,
            () if self.to.as_deref() == Some(name) => 0,
            () => 1,
        }
    }
}

/// Every route, by channel, in order of preference.
#[derive(Clone, Default)]
pub struct ProviderRoutes(Vec<Arc<ProviderRoute>>);

/// Who carries the next message.
pub(in crate::dispatch) enum Choice {
    Route(Chosen),
    /// All of them rest; come back then.
    Wait(Timestamp),
    /// Nobody carries this channel.
    Nobody,
}

impl ProviderRoutes {
    /// In order of preference within each channel.
    #[must_use]
    pub fn new(routes: Vec<ProviderRoute>) -> Self {
        Self(routes.into_iter().map(Arc::new).collect())
    }

    /// The first route of the channel that is well, or that is to be asked.
    pub(in crate::dispatch) fn choose(
        &self,
        channel: Channel,
        leaning: &Leaning,
        now: Timestamp,
    ) -> Choice {
        let mut soonest: Option<(&Arc<ProviderRoute>, Timestamp)> = None;
        for route in self.in_order(channel, leaning) {
            let mut health = route.health();
            let asks = match health.breaker.way(now) {
                Way::Open => false,
                Way::Ask => {
                    health.turned_away = 0;
                    true
                }
                Way::Closed => {
                    let until = health.breaker.rests_until().unwrap_or(now);
                    if soonest.is_none_or(|(_, sooner)| until < sooner) {
                        soonest = Some((route, until));
                    }
                    continue;
                }
            };
            drop(health);
            let route = Arc::clone(route);
            return Choice::Route(Chosen { route, asks });
        }
        soonest.map_or(Choice::Nobody, |(route, _)| {
            Choice::Wait(route.health().wait(now))
        })
    }

    /// Who is drawn comes first, the others as they are preferred; what came of earlier tries counts
    /// more than both.
    fn in_order(&self, channel: Channel, leaning: &Leaning) -> Vec<&Arc<ProviderRoute>> {
        let mut routes: Vec<_> = self.of(channel).collect();
        let points = routes
            .iter()
            .map(|route| route.weight().map_or(0, |weight| weight.points()));
        let points: Vec<u32> = points.collect();
        if let Some(first) = drawn(&points, leaning.number) {
            let first = routes.remove(first);
            routes.insert(0, first);
        }
        routes.sort_by_key(|route| leaning.rank(route));
        routes
    }

    pub(super) fn of(&self, channel: Channel) -> impl Iterator<Item = &Arc<ProviderRoute>> {
        self.0
            .iter()
            .filter(move |route| route.provider.capabilities().channel == channel)
    }

    /// Whether somebody else carries this channel and is well.
    pub(in crate::dispatch) fn has_other(&self, channel: Channel, but: &[String]) -> bool {
        self.of(channel)
            .filter(|route| !but.iter().any(|name| name == route.provider.name()))
            .any(|route| !route.rests())
    }

    /// The route of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<ProviderRoute>> {
        self.0.iter().find(|route| route.provider.name() == name)
    }

    /// The channels whose waiting messages are to be fetched now: a route of theirs is well again.
    pub(in crate::dispatch) fn to_fetch(&self) -> Vec<Channel> {
        let well = self.0.iter().filter(|route| route.takes_fetch());
        let mut channels: Vec<Channel> = well
            .map(|route| route.provider.capabilities().channel)
            .collect();
        channels.dedup();
        channels
    }

    /// The longest that any provider of this channel may take for one message.
    #[must_use]
    pub fn longest_send(&self, channel: Channel) -> TimeDelta {
        let longest = self
            .of(channel)
            .map(|route| route.provider.capabilities().longest_send);
        TimeDelta::from_std(longest.max().unwrap_or_default()).unwrap_or(TimeDelta::minutes(10))
    }

    #[must_use]
    pub fn statuses(&self, now: Timestamp) -> Vec<ProviderStatus> {
        self.0.iter().map(|route| route.status(now)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::{BoxFuture, ready};

    use super::*;
    use crate::channel::{
        Accepted, Capabilities, Concern, Found, Outgoing, Provider, Reference, SendError,
    };

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    /// Has a name and a channel, and carries nothing.
    struct IdleProvider(&'static str);

    fn idle<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, SendError>> {
        Box::pin(ready(Err(away())))
    }

    fn away() -> SendError {
        SendError::NotSent {
            stage: "connect",
            code: None,
            detail: "nobody is there".to_owned(),
            retry_after: None,
            concerns: Concern::Provider,
        }
    }

    impl Provider for IdleProvider {
        fn name(&self) -> &str {
            self.0
        }

        fn capabilities(&self) -> Capabilities {
            let (channel, longest_send) = match self.0 {
                "relay" => (Channel::Email, Duration::from_mins(10)),
                _ => (Channel::Sms, Duration::from_secs(1)),
            };
            Capabilities {
                channel,
                idempotent_for: None,
                can_be_asked: false,
                gives_receipts: true,
                longest_send,
                concurrency: 1,
            }
        }

        fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
            idle()
        }

        fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
            idle()
        }

        fn query<'a>(&'a self, _: &'a Reference) -> BoxFuture<'a, Result<Found, SendError>> {
            idle()
        }
    }

    fn route(name: &'static str) -> ProviderRoute {
        ProviderRoute::new(Arc::new(IdleProvider(name)), None)
    }

    fn chosen(routes: &ProviderRoutes, leaning: &Leaning) -> String {
        match routes.choose(Channel::Sms, leaning, NOW) {
            Choice::Route(chosen) => chosen.route.provider.name().to_owned(),
            Choice::Wait(_) => "wait".to_owned(),
            Choice::Nobody => "nobody".to_owned(),
        }
    }

    #[test]
    fn the_preferred_one_carries_it_unless_an_earlier_try_speaks_for_another() {
        let routes = ProviderRoutes::new(vec![route("a"), route("b")]);
        assert_eq!(chosen(&routes, &Leaning::default()), "a");
        let away = Leaning {
            away: vec!["a".to_owned()],
            ..Leaning::default()
        };
        assert_eq!(chosen(&routes, &away), "b");
        let to = Leaning {
            to: Some("b".to_owned()),
            ..Leaning::default()
        };
        assert_eq!(chosen(&routes, &to), "b");
        let both = Leaning {
            away: vec!["b".to_owned(), "a".to_owned()],
            ..Leaning::default()
        };
        assert_eq!(chosen(&routes, &both), "a", "rather than nobody");
    }

    #[test]
    fn one_that_rests_is_passed_over_and_when_all_rest_it_waits() {
        let routes = ProviderRoutes::new(vec![route("a"), route("b")]);
        let rest = |name: &str| {
            for _ in 0..3 {
                let route = routes.named(name).expect("a route");
                route.unreached(&away(), NOW);
            }
        };
        let but_b = ["b".to_owned()];
        assert!(routes.has_other(Channel::Sms, &but_b));
        rest("a");
        assert!(!routes.has_other(Channel::Sms, &but_b));
        assert_eq!(chosen(&routes, &Leaning::default()), "b");
        rest("b");
        assert_eq!(chosen(&routes, &Leaning::default()), "wait");
    }

    #[test]
    fn how_long_a_send_may_take_is_each_channels_own() {
        let routes = ProviderRoutes::new(vec![route("a"), route("relay")]);
        assert_eq!(routes.longest_send(Channel::Sms), TimeDelta::seconds(1));
        assert_eq!(routes.longest_send(Channel::Email), TimeDelta::minutes(10));
        let none = ProviderRoutes::new(vec![route("relay")]).longest_send(Channel::Sms);
        assert_eq!(none, TimeDelta::zero(), "nobody is waited for");
    }

    #[test]
    fn those_with_points_share_the_channel_by_them() {
        let weighed = vec![route("a").weighing(75), route("b").weighing(25)];
        let routes = ProviderRoutes::new(weighed);
        let drawn = (0..100).map(|number| {
            let leaning = Leaning {
                number,
                ..Leaning::default()
            };
            chosen(&routes, &leaning)
        });
        assert_eq!(drawn.filter(|name| name == "a").count(), 75);
    }
}
