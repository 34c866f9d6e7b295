//! The promise of a rate: whatever nodes do, no second sees more than the contract.

use proptest::prelude::*;

use super::*;

/// The account, as `store::cluster::rate_limit` keeps it.
#[derive(Default)]
struct Account(i64);

impl Account {
    fn sell(&mut self, now: i64, span: i64, lead: i64) -> i64 {
        let first = self.0.max(now + lead);
        self.0 = first + span;
        first
    }
}

/// One node: its own clock runs `ahead` of the database's.
struct Node {
    ahead: i64,
    clock: OtherClock,
    buffer: SlotBuffer,
}

impl Node {
    fn new(rate: SlotRate, ahead: i64) -> Self {
        Self {
            ahead,
            clock: OtherClock::default(),
            buffer: SlotBuffer::new(rate),
        }
    }

    /// Uses what it may at `now` (true time), each time waking up `late`.
    fn send(&mut self, now: i64, late: i64, times: usize, sent: &mut Vec<i64>) {
        let mut now = now + self.ahead;
        for _ in 0..times {
            self.buffer.drop_expired(now);
            let Some(at) = self.buffer.take() else { return };
            now = now.max(at) + late;
            if !is_expired(at, now) {
                sent.push(now - self.ahead);
            }
        }
    }

    fn buy(&mut self, account: &mut Account, rate: SlotRate, now: i64, step: &Step) {
        let first = account.sell(now, rate.span_us(step.count), step.lead);
        self.clock.learn(now, now + step.way + self.ahead);
        self.buffer.add(self.clock.here(first), step.count);
    }
}

/// One thing a node does.
#[derive(Debug, Clone)]
struct Step {
    node: usize,
    /// How much later than the step before, in microseconds.
    after: i64,
    count: u32,
    lead: i64,
    /// How long the database's answer took to come.
    way: i64,
    late: i64,
    times: usize,
    crashes: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let late = prop_oneof![6 => 0..8_000_i64, 2 => 8_000..30_000_i64, 1 => 0..2_000_000_i64];
    let numbers = (0..4_usize, 0..120_000_i64, 1..30_u32, 0..50_000_i64);
    let more = (0..30_000_i64, late, 0..40_usize, prop::bool::weighted(0.05));
    (numbers, more).prop_map(
        |((node, after, count, lead), (way, late, times, crashes))| Step {
            node,
            after,
            count,
            lead,
            way,
            late,
            times,
            crashes,
        },
    )
}

/// The most that any window of one second holds.
fn busiest_second(sent: &mut [i64]) -> usize {
    sent.sort_unstable();
    let in_window =
        |(index, first): (usize, &i64)| sent[index..].partition_point(|at| *at < first + 1_000_000);
    sent.iter().enumerate().map(in_window).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_second_holds_more_than_the_contract_whatever_four_nodes_do(
        rate in prop_oneof![Just(1_u32), Just(7), Just(50), Just(100), Just(1_000), 2..3_000_u32],
        ahead in prop::array::uniform4(-1_000_000_000..1_000_000_000_i64),
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let interval = SlotRate::per_second(f64::from(rate));
        let mut account = Account::default();
        let mut nodes = ahead.map(|ahead| Node::new(interval, ahead));
        let (mut now, mut sent) = (1_000_000_000, Vec::new());
        for step in &steps {
            now += step.after;
            let node = &mut nodes[step.node];
            if step.crashes {
                // What it had bought is lost, and it knows no clock.
                *node = Node::new(interval, node.ahead);
                continue;
            }
            node.buy(&mut account, interval, now, step);
            node.send(now, step.late, step.times, &mut sent);
        }
        prop_assert!(busiest_second(&mut sent) <= rate as usize);
    }
}

#[test]
fn a_node_that_is_never_late_uses_nearly_all_of_the_contract() {
    let rate = SlotRate::per_second(100.0);
    let (mut account, mut node, mut sent) = (Account::default(), Node::new(rate, 7), Vec::new());
    for _ in 0..40 {
        let now = sent.last().copied().unwrap_or(0);
        let step = Step {
            node: 0,
            after: 0,
            count: 25,
            lead: 0,
            way: 500,
            late: 1_000,
            times: 25,
            crashes: false,
        };
        node.buy(&mut account, rate, now, &step);
        node.send(now, 1_000, 25, &mut sent);
    }
    assert_eq!(sent.len(), 1_000);
    let took = sent[999] - sent[0];
    assert!((10_500_000..10_700_000).contains(&took), "{took} µs");
    assert!(busiest_second(&mut sent) <= 100);
}

#[test]
fn a_slot_is_void_after_its_time() {
    let mut buffer = SlotBuffer::new(SlotRate::per_second(10.0));
    buffer.add(1_000, 3);
    assert_eq!((buffer.len(), buffer.nth(0)), (3, Some(1_000)));
    buffer.drop_expired(1_000 + LATE_US);
    assert_eq!(buffer.len(), 3);
    buffer.drop_expired(1_001 + LATE_US);
    assert_eq!((buffer.len(), buffer.take()), (2, Some(106_264)));
    assert_eq!((buffer.take(), buffer.take()), (Some(211_527), None));
}

#[test]
fn the_other_clock_is_known_by_its_quickest_answer_until_it_is_put_back() {
    let mut clock = OtherClock::default();
    clock.learn(1_000_000, 5_080_000);
    clock.learn(2_000_000, 6_000_300);
    assert_eq!(clock.here(3_000_000), 7_000_300);
    clock.learn(3_000_000, 7_030_000);
    // Half a millisecond a second is allowed for drift.
    assert_eq!(clock.here(4_000_000), 8_000_814);
    // Put back by an hour: believed when it is said twice.
    let earlier = 4_000_000 - 3_600_000_000;
    clock.learn(earlier, 8_000_400);
    assert!(clock.here(earlier) < 8_000_400);
    clock.learn(earlier + 100_000, 8_100_400);
    assert_eq!(clock.here(earlier), 8_000_400);
    // One slow answer says nothing.
    clock.learn(earlier + 200_000, 9_000_000);
    assert!(clock.here(earlier) < 8_001_000);
}
