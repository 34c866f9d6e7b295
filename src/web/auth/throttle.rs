//! Slows down guessing, without giving anybody the means to shut out somebody else.
//!
//! A try is counted before its password is looked at, so that a hundred at once are not a hundred
//! guesses. What is counted: wrong passwords for one account from one network, from one network
//! for whatever account, and from everywhere. A browser that logged in before is counted by
//! itself alone: no stranger's tries make it wait. Kept in memory, in a fixed number of small
//! entries; a restart forgives.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::domain::Timestamp;
use crate::domain::limits::{
    LOGIN_ALL, LOGIN_AUDIT, LOGIN_FREE_TRIES, LOGIN_LONGEST_WAIT, LOGIN_NETWORK, LOGIN_REMEMBERED,
};

/// From where somebody tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::web) enum LoginOrigin {
    /// A /24 (IPv4) or /48 (IPv6): the length, then the prefix.
    Network([u8; 7]),
    /// A browser that logged in to this account before, by its cookie's hash.
    Device(u64),
    /// Anywhere, for whoever has the password already and guesses at a code: there are only a million, and
    /// many networks together would come to the right one.
    WithPassword,
}

impl LoginOrigin {
    /// The network of an address.
    pub(in crate::web) fn of(address: IpAddr) -> Self {
        let mut network = [0; 7];
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                network[0] = 24;
                network[1..4].copy_from_slice(&v4.octets()[..3]);
            }
            IpAddr::V6(v6) => {
                network[0] = 48;
                network[1..].copy_from_slice(&v6.octets()[..6]);
            }
        }
        Self::Network(network)
    }
}

/// Tries that were counted.
#[derive(Debug, Default)]
pub(in crate::web) struct Throttle {
    /// Chosen again at each start: nobody can make two accounts share an entry.
    hash: RandomState,
    tries: Mutex<Tries>,
}

#[derive(Debug, Default)]
struct Tries {
    accounts: HashMap<(u64, LoginOrigin), Count>,
    networks: HashMap<LoginOrigin, Bucket>,
    all: Bucket,
    audit: Bucket,
    refused: u64,
    told: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    wrong: u32,
    last: Timestamp,
}

/// So many at once, then one in each interval, as the time at which the last is paid off.
#[derive(Debug, Clone, Copy)]
struct Bucket(Timestamp);

impl Default for Bucket {
    fn default() -> Self {
        Self(Timestamp::from_micros(0))
    }
}

impl Bucket {
    fn wait(self, (burst, every): (u32, TimeDelta), now: Timestamp) -> TimeDelta {
        let paid = self.0.max(now) + every;
        let most = every * i32::try_from(burst).unwrap_or(i32::MAX);
        (paid - now - most).max(TimeDelta::zero())
    }

    fn take(&mut self, (_, every): (u32, TimeDelta), now: Timestamp) {
        self.0 = self.0.max(now) + every;
    }

    fn give_back(&mut self, (_, every): (u32, TimeDelta)) {
        self.0 = self.0 - every;
    }
}

impl Throttle {
    /// Counts a try as a wrong one, or says how long to wait; then it is not counted.
    pub(in crate::web) fn take(
        &self,
        account: &str,
        origin: LoginOrigin,
        now: Timestamp,
    ) -> Result<(), TimeDelta> {
        let key = (self.hash.hash_one(account), origin);
        let mut tries = self.lock();
        tries.forget(now);
        let wait = tries.wait(&key, now);
        if wait > TimeDelta::zero() {
            tries.refused += 1;
            return Err(wait);
        }
        tries.count(key, now);
        Ok(())
    }

    /// The password was right: the try is taken back, and those before it are forgiven.
    pub(in crate::web) fn right(&self, account: &str, origin: LoginOrigin) {
        let key = (self.hash.hash_one(account), origin);
        let mut tries = self.lock();
        tries.accounts.remove(&key);
        tries.give_back(origin);
    }

    /// The password was not looked at: the try is taken back.
    pub(in crate::web) fn take_back(&self, account: &str, origin: LoginOrigin) {
        let key = (self.hash.hash_one(account), origin);
        let mut tries = self.lock();
        if let Some(count) = tries.accounts.get_mut(&key) {
            count.wrong = count.wrong.saturating_sub(1);
        }
        tries.give_back(origin);
    }

    /// Whether one more failed login may be written into the audit, which is kept for good.
    pub(in crate::web) fn may_note(&self, now: Timestamp) -> bool {
        let mut tries = self.lock();
        let may = tries.audit.wait(LOGIN_AUDIT, now).is_zero();
        if may {
            tries.audit.take(LOGIN_AUDIT, now);
        }
        may
    }

    /// How many were refused since this was last told, at most once a minute.
    pub(in crate::web) fn refused(&self, now: Timestamp) -> Option<u64> {
        let mut tries = self.lock();
        if tries
            .told
            .is_some_and(|at| now - at < TimeDelta::minutes(1))
        {
            return None;
        }
        tries.told = Some(now);
        Some(std::mem::take(&mut tries.refused))
    }

    fn lock(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tries {
    fn wait(&self, key: &(u64, LoginOrigin), now: Timestamp) -> TimeDelta {
        let mine = self.accounts.get(key).map_or(TimeDelta::zero(), |count| {
            let over = count.wrong.checked_sub(LOGIN_FREE_TRIES);
            let whole = over.map_or(TimeDelta::zero(), |over| {
                TimeDelta::seconds(1 << over.min(10)).min(LOGIN_LONGEST_WAIT)
            });
            whole - (now - count.last)
        });
        let LoginOrigin::Network(_) = key.1 else {
            return mine;
        };
        // Full in spite of `forget`: nothing can be remembered, so nothing is tried.
        if self.accounts.len() >= LOGIN_REMEMBERED {
            return LOGIN_LONGEST_WAIT;
        }
        let network = self.networks.get(&key.1).copied().unwrap_or_default();
        let network = network.wait(LOGIN_NETWORK, now);
        mine.max(network).max(self.all.wait(LOGIN_ALL, now))
    }

    fn count(&mut self, key: (u64, LoginOrigin), now: Timestamp) {
        let count = self.accounts.entry(key).or_insert(Count {
            wrong: 0,
            last: now,
        });
        *count = Count {
            wrong: count.wrong.saturating_add(1),
            last: now,
        };
        if let LoginOrigin::Network(_) = key.1 {
            self.networks
                .entry(key.1)
                .or_default()
                .take(LOGIN_NETWORK, now);
            self.all.take(LOGIN_ALL, now);
        }
    }

    fn give_back(&mut self, origin: LoginOrigin) {
        if let LoginOrigin::Network(_) = origin {
            if let Some(network) = self.networks.get_mut(&origin) {
                network.give_back(LOGIN_NETWORK);
            }
            self.all.give_back(LOGIN_ALL);
        }
    }

    /// Forgets what is over, once half of the entries are in use.
    fn forget(&mut self, now: Timestamp) {
        if self.accounts.len() >= LOGIN_REMEMBERED / 2 {
            self.accounts
                .retain(|_, count| now - count.last < LOGIN_LONGEST_WAIT);
        }
        if self.networks.len() >= LOGIN_REMEMBERED / 2 {
            self.networks.retain(|_, bucket| bucket.0 > now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn from(third: u8) -> LoginOrigin {
        LoginOrigin::of(IpAddr::from([198, 51, third, 7]))
    }

    #[test]
    fn guessing_becomes_slow_and_the_count_comes_before_the_answer() {
        let throttle = Throttle::default();
        let mut now = START;
        let let_in = (0..100)
            .filter(|_| throttle.take("a@b.it", from(1), now).is_ok())
            .count();
        assert_eq!(let_in, 5, "none of them has been answered yet");
        let wait = throttle.take("a@b.it", from(1), now);
        assert_eq!(wait, Err(TimeDelta::seconds(1)));
        assert_eq!(throttle.take("c@d.it", from(1), now), Ok(()));
        now = now + TimeDelta::seconds(2);
        assert_eq!(throttle.take("a@b.it", from(1), now), Ok(()));
        let wait = throttle.take("a@b.it", from(1), now);
        assert_eq!(wait, Err(TimeDelta::seconds(2)));
        throttle.right("a@b.it", from(1));
        assert_eq!(throttle.take("a@b.it", from(1), now), Ok(()));
    }

    #[test]
    fn a_stranger_elsewhere_makes_nobody_wait() {
        let throttle = Throttle::default();
        for _ in 0..50 {
            throttle.take("admin@b.it", from(1), START).ok();
        }
        assert_eq!(throttle.take("admin@b.it", from(2), START), Ok(()));
        let beside = throttle.take("admin@b.it", LoginOrigin::Device(9), START);
        assert_eq!(beside, Ok(()));
    }

    #[test]
    fn codes_are_guessed_no_faster_from_many_networks() {
        let throttle = Throttle::default();
        let guess = |now| throttle.take("a@b.it", LoginOrigin::WithPassword, now);
        assert_eq!((0..100).filter(|_| guess(START).is_ok()).count(), 5);
        let day = (0..86_400).map(|second| START + TimeDelta::seconds(second));
        let guesses = day.filter(|now| guess(*now).is_ok()).count();
        assert!(guesses < 150, "{guesses} of a million in a day");
    }

    #[test]
    fn one_network_and_all_together_have_their_pace() {
        let throttle = Throttle::default();
        let tries = |origin: &dyn Fn(u32) -> LoginOrigin, count: u32, from: u32| {
            (from..from + count)
                .filter(|n| {
                    throttle
                        .take(&format!("{n}@b.it"), origin(*n), START)
                        .is_ok()
                })
                .count()
        };
        assert_eq!(tries(&|_| from(1), 100, 0), 30);
        let anywhere = |n: u32| {
            let [_, _, a, b] = n.to_be_bytes();
            LoginOrigin::of(IpAddr::from([10, a, b, 1]))
        };
        assert_eq!(tries(&anywhere, 3_000, 1_000), 1_000 - 30);
        let wait = throttle.take("x@b.it", from(3), START).unwrap_err();
        assert_eq!(wait, TimeDelta::milliseconds(200));
        assert_eq!(
            throttle.take("x@b.it", LoginOrigin::Device(1), START),
            Ok(())
        );
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let throttle = Throttle::default();
        let mut now = START;
        for n in 0..200_000u32 {
            now = now + TimeDelta::milliseconds(50);
            let [_, a, b, c] = n.to_be_bytes();
            let origin = LoginOrigin::of(IpAddr::from([a, b, c, 1]));
            throttle.take(&format!("{n}@b.it"), origin, now).ok();
        }
        let tries = throttle.lock();
        assert!(tries.accounts.len() < LOGIN_REMEMBERED);
        assert!(tries.networks.len() < LOGIN_REMEMBERED);
        assert!(tries.refused > 100_000);
    }

    #[test]
    fn the_audit_cannot_be_filled() {
        let throttle = Throttle::default();
        let noted = (0..1_000).filter(|_| throttle.may_note(START)).count();
        assert_eq!(noted, 60);
        assert_eq!(throttle.refused(START), Some(0));
        assert_eq!(throttle.refused(START), None);
    }
}
