//! A model of some nodes on one PostgreSQL: what each would be doing at every microsecond, if
//! statements took as long as they were seen to take. Pure, and the same for the same seed.
//!
//! A node claims, begins and finishes attempts in one writer, sends through a window, and buys
//! its slots of a rate in blocks from one row. The database works at as many statements at once
//! as it has processors; the row of the rate has one owner at a time. Not in the model: the
//! network beyond what the recorded times hold, autovacuum, and a disk that grows slower.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::outcome::{Outcome, Sends};
use araldo::dispatch::USED_PERCENT;
use araldo_sandbox::dice::Dice;

/// What a second has.
pub(super) const SECOND: i64 = 1_000_000;
/// The longest block of slots a node buys.
const BLOCK: i64 = 250_000;
/// A node with slots for so long does not buy.
const AHEAD: i64 = 100_000;
/// A slot not used for so long is lost.
const VOID_AFTER: i64 = 10_000;
/// Messages claimed in one batch, between begin and finish at once, and written together.
const CLAIM: usize = 200;
const WINDOW: usize = 200;
const BATCH: usize = 256;

/// How long statements took, in microseconds; none may be empty.
#[derive(Debug, Clone)]
pub(super) struct Latencies {
    /// Claiming [`CLAIM`] messages.
    pub(super) claim: Vec<i64>,
    pub(super) open: Vec<i64>,
    pub(super) close: Vec<i64>,
    /// Buying a block of slots.
    pub(super) rate: Vec<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) nodes: usize,
    /// Messages a second by contract, over all nodes.
    pub(super) rate: Option<i64>,
    /// Statements the database works at at once.
    pub(super) cores: usize,
    /// How long a provider takes for a message, in microseconds.
    pub(super) provider: i64,
    /// How long to go on, in seconds; the first does not count.
    pub(super) seconds: i64,
    pub(super) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Done {
    Claimed,
    Written { opened: usize, closed: usize },
    Bought { first: i64, slots: i64 },
    Sent,
    SlotCame,
}

#[derive(Debug, Default)]
struct Node {
    claiming: bool,
    writing: bool,
    buying: bool,
    leased: usize,
    /// Opened, waiting for a slot.
    ready: usize,
    /// Begun and not finished, in all.
    busy: usize,
    answered: usize,
    slots: VecDeque<i64>,
    /// How long buying took the last time: a block begins no earlier after it is asked for.
    lead: i64,
    /// How many slots were bought then, and when.
    bought: (i64, i64),
    /// The slot that is waited for.
    alarm: i64,
}

/// The model under way.
pub(super) struct Model<'a> {
    plan: &'a Plan,
    times: &'a Latencies,
    dice: Dice,
    now: i64,
    number: u64,
    ahead: BinaryHeap<Reverse<(i64, u64, usize, Done)>>,
    nodes: Vec<Node>,
    /// When each processor of the database is free.
    free: BinaryHeap<Reverse<i64>>,
    /// When the row of the rate is, and until when its slots are sold.
    row_free: i64,
    sold_until: i64,
    sends: Sends,
    outcome: Outcome,
}

impl<'a> Model<'a> {
    /// Runs it to its end.
    pub(super) fn run(plan: &'a Plan, times: &'a Latencies) -> Outcome {
        let mut model = Self {
            plan,
            times,
            dice: Dice::from_state(plan.seed.wrapping_mul(2).wrapping_add(1)),
            now: 0,
            number: 0,
            ahead: BinaryHeap::new(),
            nodes: (0..plan.nodes).map(|_| Node::default()).collect(),
            free: (0..plan.cores.max(1)).map(|_| Reverse(0)).collect(),
            row_free: 0,
            sold_until: 0,
            sends: Sends::default(),
            outcome: Outcome::default(),
        };
        for node in 0..plan.nodes {
            model.go_on(node);
        }
        let end = plan.seconds * SECOND;
        while let Some(Reverse((at, _, node, done))) = model.ahead.pop() {
            if at > end {
                break;
            }
            model.now = at;
            model.take(node, done);
            model.go_on(node);
        }
        model.outcome.close(plan, &model.sends)
    }

    fn take(&mut self, at: usize, done: Done) {
        let node = &mut self.nodes[at];
        match done {
            Done::Claimed => {
                node.claiming = false;
                node.leased += CLAIM;
            }
            Done::Written { opened, closed } => {
                node.writing = false;
                node.ready += opened;
                node.busy -= closed;
                if self.now >= SECOND {
                    self.outcome.closed += closed;
                }
            }
            Done::Bought { first, slots } => {
                node.buying = false;
                let apart = apart(self.plan.rate.unwrap_or(1));
                node.slots
                    .extend((0..slots).map(|slot| first + slot * apart));
            }
            Done::Sent => node.answered += 1,
            Done::SlotCame => {}
        }
    }

    /// Begins whatever the node can begin now.
    fn go_on(&mut self, at: usize) {
        self.claim(at);
        self.write(at);
        match self.plan.rate {
            None => {
                for _ in 0..std::mem::take(&mut self.nodes[at].ready) {
                    self.send(at);
                }
            }
            Some(rate) => {
                self.use_slots(at);
                self.buy(at, rate);
            }
        }
    }

    fn claim(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        if !node.claiming && node.leased < CLAIM / 2 {
            node.claiming = true;
            let took = one_of(&mut self.dice, &self.times.claim);
            let end = self.statement(took);
            self.later(end, at, Done::Claimed);
        }
    }

    fn write(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let opened = node.leased.min(WINDOW - node.busy).min(BATCH);
        let closed = node.answered.min(BATCH - opened);
        if node.writing || opened + closed == 0 {
            return;
        }
        node.writing = true;
        node.leased -= opened;
        node.busy += opened;
        node.answered -= closed;
        let mut took = 0;
        if opened > 0 {
            took += one_of(&mut self.dice, &self.times.open);
        }
        if closed > 0 {
            took += one_of(&mut self.dice, &self.times.close);
        }
        let end = self.statement(took);
        self.later(end, at, Done::Written { opened, closed });
    }

    fn send(&mut self, at: usize) {
        if self.now >= SECOND {
            self.sends.note(self.now);
        }
        // Half to one and a half of the usual time.
        let spread = i64::try_from(self.dice.below(1_001)).unwrap_or(500);
        let took = self.plan.provider * (500 + spread) / 1_000;
        self.later(self.now + took, at, Done::Sent);
    }

    fn use_slots(&mut self, at: usize) {
        while self.nodes[at].ready > 0 {
            let Some(slot) = self.nodes[at].slots.front().copied() else {
                return;
            };
            if slot > self.now {
                if self.nodes[at].alarm != slot {
                    self.nodes[at].alarm = slot;
                    self.later(slot, at, Done::SlotCame);
                }
                return;
            }
            self.nodes[at].slots.pop_front();
            if slot + VOID_AFTER < self.now {
                self.outcome.void += 1;
                continue;
            }
            self.nodes[at].ready -= 1;
            self.send(at);
        }
    }

    /// Buys what the messages waiting need; who used up the last block at once buys twice as much.
    fn buy(&mut self, at: usize, rate: i64) {
        let now = self.now;
        let node = &mut self.nodes[at];
        let supplied = node.slots.back().is_some_and(|last| *last > now + AHEAD);
        let missing = node.ready.saturating_sub(node.slots.len());
        if node.buying || supplied || missing == 0 {
            return;
        }
        let grown = match node.bought {
            (count, when) if now - when < BLOCK => 2 * count,
            (count, _) => count,
        };
        let most = (BLOCK / apart(rate)).max(1);
        let slots = i64::try_from(missing)
            .unwrap_or(1)
            .max(grown)
            .clamp(1, most);
        node.buying = true;
        let took = one_of(&mut self.dice, &self.times.rate);
        let start = self.processor().max(self.row_free);
        let end = start + took;
        self.free.push(Reverse(end));
        self.row_free = end;
        self.outcome.database_us += took;
        let node = &mut self.nodes[at];
        let first = self.sold_until.max(start + node.lead);
        node.bought = (slots, now);
        node.lead = end - now;
        self.sold_until = first + slots * apart(rate);
        self.later(end, at, Done::Bought { first, slots });
    }

    /// Has the database do something that takes `took`; when it will be done.
    fn statement(&mut self, took: i64) -> i64 {
        let end = self.processor() + took;
        self.free.push(Reverse(end));
        self.outcome.database_us += took;
        end
    }

    /// When a processor of the database is free for this; it is taken.
    fn processor(&mut self) -> i64 {
        self.free
            .pop()
            .map_or(self.now, |Reverse(free)| free.max(self.now))
    }

    fn later(&mut self, at: i64, node: usize, done: Done) {
        self.number += 1;
        self.ahead.push(Reverse((at, self.number, node, done)));
    }
}

/// Between one slot and the next, as the dispatcher sells them: below the contract, which makes
/// room for the slots that are used late.
fn apart(rate: i64) -> i64 {
    SECOND * 100 / (rate.max(1) * i64::from(USED_PERCENT))
}

/// One of the times that were seen; `Latencies` holds no empty list of them.
fn one_of(dice: &mut Dice, times: &[i64]) -> i64 {
    (*dice.one_of(times)).max(1)
}
