//! Who got something, and when: what a server notes when it notes nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The times of each address, in their order.
type Times = HashMap<String, Vec<Instant>>;

/// Notes from many connections at once.
#[derive(Debug, Default)]
pub struct Arrivals(Mutex<Times>);

impl Arrivals {
    /// Something came for `address`, now. How many that makes for it.
    pub fn note(&self, address: &str) -> usize {
        let at = Instant::now();
        let mut all = self.all();
        if let Some(times) = all.get_mut(address) {
            times.push(at);
            return times.len();
        }
        all.insert(address.to_owned(), vec![at]);
        1
    }

    /// When the first came for `address`.
    pub fn first(&self, address: &str) -> Option<Instant> {
        self.all().get(address)?.first().copied()
    }

    /// How many addresses there are, and how much came for all of them.
    pub fn counts(&self) -> (usize, usize) {
        let all = self.all();
        (all.len(), all.values().map(Vec::len).sum())
    }

    pub fn total(&self) -> usize {
        self.counts().1
    }

    pub fn times(&self) -> HashMap<String, Vec<Instant>> {
        self.all().clone()
    }

    /// How much came for each address.
    pub fn by_address(&self) -> HashMap<String, usize> {
        let all = self.all();
        all.iter()
            .map(|(address, times)| (address.clone(), times.len()))
            .collect()
    }

    pub fn forget(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
