//! What stands between the world and the handlers: who may try to log in and how often, which
//! proxies and gateways are believed, and answers that are given to everybody and so kept for a second.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use axum::http::HeaderMap;
use chrono::TimeDelta;
use ipnet::IpNet;
use tokio::sync::Mutex;

use crate::domain::{Clock, Timestamp};
use crate::web::auth::throttle::Throttle;
use crate::web::hooks::{CallbackDesk, ReplySecrets};
use crate::web::inbound::StrangersBarred;
use crate::web::problem::Problem;
use crate::web::request::unproven::UnprovenBodies;

/// How long a kept answer is given again.
const FRESH: TimeDelta = TimeDelta::seconds(1);

/// What all requests share before they are let in.
#[derive(Debug, Default)]
pub struct Door {
    proxies: Vec<IpNet>,
    pub(in crate::web) throttle: Throttle,
    /// What is read before it is known who sent it.
    pub(in crate::web) unproven: UnprovenBodies,
    /// Whether the store can take events.
    pub(in crate::web) ready: CachedAnswer<bool>,
    pub(in crate::web) figures: CachedAnswer<Result<String, Problem>>,
    /// Which gateways may bring what clients write.
    pub(in crate::web) replies: ReplySecrets,
    /// Who reads what providers call back, by their names.
    pub(in crate::web) callbacks: CallbackDesk,
    /// Texts of numbers that no client has, since this node began.
    pub(in crate::web) strangers: AtomicU64,
    /// How many of those numbers were barred of late.
    pub(in crate::web) strangers_barred: StrangersBarred,
}

impl Door {
    /// `proxies`: whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn new(proxies: Vec<IpNet>) -> Self {
        Self {
            proxies,
            ..Self::default()
        }
    }

    /// The same with the gateways that bring what clients write.
    #[must_use]
    pub fn taking_replies(self, replies: ReplySecrets) -> Self {
        Self { replies, ..self }
    }

    /// The same with those who read what providers call back.
    #[must_use]
    pub fn taking_calls(self, callbacks: CallbackDesk) -> Self {
        Self { callbacks, ..self }
    }

    /// Who asks: the peer, or behind a proxy of ours the last address that is none of ours.
    /// Earlier entries of `X-Forwarded-For` are the caller's own invention.
    #[must_use]
    pub fn caller(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        if !self.is_ours(peer) {
            return peer;
        }
        let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let words = lines.into_iter().rev();
        let words = words.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        // What cannot be read may stand for anybody: nothing before it is believed.
        let mut seen = words.map_while(address);
        seen.find(|one| !self.is_ours(*one)).unwrap_or(peer)
    }

    fn is_ours(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.proxies.iter().any(|net| net.contains(&address))
    }
}

/// One entry: an address, which some proxies write with its port, or within brackets.
fn address(word: &str) -> Option<IpAddr> {
    let word = word.trim();
    let bare = word
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let with_port = || word.parse().map(|socket: SocketAddr| socket.ip());
    let address = bare.unwrap_or(word).parse();
    address.or_else(|_| with_port()).ok()
}

/// An answer that is the same for everybody, asked for at most once a second: a failure too, so
/// that a sick store is not asked by everybody who looks.
#[derive(Debug)]
pub(in crate::web) struct CachedAnswer<T>(Mutex<Option<(Timestamp, T)>>);

impl<T> Default for CachedAnswer<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> CachedAnswer<T> {
    /// The kept answer, or a new one. Whoever comes meanwhile waits for it.
    pub(in crate::web) async fn or(&self, clock: &dyn Clock, fresh: impl Future<Output = T>) -> T {
        let mut kept = self.0.lock().await;
        if let Some((at, answer)) = kept.as_ref()
            && (TimeDelta::zero()..FRESH).contains(&(clock.now() - *at))
        {
            return answer.clone();
        }
        let answer = fresh.await;
        // The second begins when it was found: those who waited meanwhile get it.
        *kept = Some((clock.now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::FixedClock;

    fn asked(door: &Door, peer: &str, forwarded: &[&str]) -> String {
        let mut extensions = Extensions::new();
        let peer: SocketAddr = peer.parse().unwrap();
        extensions.insert(ConnectInfo(peer));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        door.caller(&extensions, &headers).to_string()
    }

    #[test]
    fn only_a_proxy_of_ours_may_say_who_asks() {
        let ours = ["127.0.0.0/8", "10.0.0.0/8"].map(|net| net.parse().unwrap());
        let door = Door::new(ours.to_vec());
        let said = ["6.6.6.6, 198.51.100.9", "10.0.0.3"];
        assert_eq!(asked(&door, "127.0.0.1:1", &said), "198.51.100.9");
        assert_eq!(asked(&door, "203.0.113.5:1", &said), "203.0.113.5");
        assert_eq!(asked(&door, "127.0.0.1:1", &["junk"]), "127.0.0.1");
        assert_eq!(asked(&door, "[::ffff:10.1.1.1]:1", &["1.2.3.4"]), "1.2.3.4");
    }

    #[test]
    fn an_entry_with_a_port_counts_and_one_that_cannot_be_read_ends_the_search() {
        let door = Door::new(vec!["127.0.0.0/8".parse().unwrap()]);
        for (said, who) in [
            ("6.6.6.6, 198.51.100.9:51234", "198.51.100.9"),
            ("6.6.6.6, 127.0.0.2:80", "6.6.6.6"),
            ("6.6.6.6, 2001:db8::9", "2001:db8::9"),
            ("6.6.6.6, [2001:db8::9]", "2001:db8::9"),
            ("6.6.6.6, [2001:db8::9]:51234", "2001:db8::9"),
            ("6.6.6.6, unknown", "127.0.0.1"),
            ("6.6.6.6, unknown, 127.0.0.2", "127.0.0.1"),
            ("6.6.6.6,", "127.0.0.1"),
        ] {
            assert_eq!(asked(&door, "127.0.0.1:1", &[said]), who, "{said}");
        }
        let lines = ["6.6.6.6", "\u{e9}"];
        assert_eq!(asked(&door, "127.0.0.1:1", &lines), "127.0.0.1");
    }

    #[tokio::test]
    async fn a_kept_answer_is_given_for_a_second() {
        let clock = FixedClock::at("2026-11-22T17:30:00Z");
        let kept = CachedAnswer::default();
        let ask = async |answer: u8| kept.or(&clock, async { answer }).await;
        assert_eq!(ask(1).await, 1);
        clock.advance(TimeDelta::milliseconds(999));
        assert_eq!(ask(2).await, 1);
        clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(ask(3).await, 3);
        clock.advance(TimeDelta::hours(-1));
        assert_eq!(ask(4).await, 4, "the clock was set back");
        clock.advance(TimeDelta::seconds(1));
        let slow = async {
            clock.advance(TimeDelta::seconds(3));
            5
        };
        assert_eq!(kept.or(&clock, slow).await, 5);
        assert_eq!(
            ask(6).await,
            5,
            "kept since it was found, not since it was asked for"
        );
    }
}
