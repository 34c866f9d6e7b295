//! The end of a run against the truth: nobody lost, nobody told twice without our saying so,
//! every state the truth, every sum its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use araldo::domain::event::Event;
use araldo::domain::receipt::{Fold, ReceiptKind};
use araldo::domain::{MessageState, Reason};

use super::erasure;
use super::story::Story;
use super::world::Arrival;
use crate::support::node::{Eye, sums_close};

row! {
    #[derive(Debug, Clone)]
    struct Row {
        id: i64,
        plan_id: i64,
        client_id: i64,
        client: String,
        event: String,
        rule: String,
        class: String,
        channel: String,
        address: String,
        state: String,
        reason: Option<String>,
        expires_at: i64,
        opens: i64,
        risky: bool,
        receipt_rank: i64,
        late_bounce: bool,
    }
}

const ROWS: &str =
    "SELECT m.id, m.plan_id, m.client_id, coalesce(c.ref, '') AS client, e.event_id AS event,
    p.rule, p.class, m.channel, m.address, m.state, m.reason, m.expires_at, m.opens, m.risky,
    m.receipt_rank, m.late_bounce FROM message m JOIN plan p ON p.id = m.plan_id
    JOIN event e ON e.id = p.event_id LEFT JOIN client c ON c.id = m.client_id ORDER BY m.id";

row! {
    #[derive(Debug, Clone)]
    struct Attempt {
        message_id: i64,
        opened_at: i64,
        closed_at: Option<i64>,
        outcome: Option<String>,
    }
}

impl Attempt {
    fn may_have_left(&self) -> bool {
        matches!(self.outcome.as_deref(), None | Some("accepted" | "unknown"))
    }
}

const ATTEMPTS: &str = "SELECT message_id, opened_at, closed_at, outcome FROM attempt
    ORDER BY message_id, lease_no";

row! {
    #[derive(Debug, Clone)]
    struct Logged {
        what: String,
        id: i64,
        one: String,
        two: String,
    }
}

const LOG: &str = "SELECT what, id, one, two FROM truth_log ORDER BY at, seq";

row! {
    #[derive(Debug, Clone)]
    struct Kept {
        message_id: Option<i64>,
        kind: String,
    }
}

row! {
    #[derive(Debug, Clone)]
    struct Planned {
        event: String,
        created_at: i64,
    }
}

const PLANS: &str = "SELECT e.event_id AS event, p.created_at FROM plan p
    JOIN event e ON e.id = p.event_id";

row! {
    #[derive(Debug, Clone)]
    struct Hushed {
        event: String,
    }
}

const HUSHED: &str = "SELECT event_id AS event FROM event WHERE detail LIKE 'told nobody%'";

const RECEIPTS: &str = "SELECT message_id, kind FROM receipt";

/// All that is known at the end.
struct Findings {
    rows: Vec<Row>,
    attempts: HashMap<i64, Vec<Attempt>>,
    log: Vec<Logged>,
    receipts: HashMap<i64, Vec<ReceiptKind>>,
    arrivals: HashMap<i64, Vec<Arrival>>,
    /// Who was not erased.
    there: BTreeSet<String>,
    /// When each event was planned.
    planned: HashMap<String, i64>,
    /// Events that were told to nobody, because nothing in them was new.
    hushed: BTreeSet<String>,
    wrong: Vec<String>,
}

macro_rules! all {
    ($eye:expr, $sql:expr) => {
        match $eye {
            Eye::Sqlite(pool) => sqlx::query_as($sql).fetch_all(pool).await,
            Eye::Postgres(pool) => sqlx::query_as($sql).fetch_all(pool).await,
        }
        .expect("the store can be read")
    };
}

/// What is wrong at the end of a run; nothing, if all promises were kept.
pub(super) async fn what_is_wrong(story: &Story) -> Vec<String> {
    let eye = &*story.plot.eye;
    let rows: Vec<Row> = all!(eye, ROWS);
    let attempts: Vec<Attempt> = all!(eye, ATTEMPTS);
    let kept: Vec<Kept> = all!(eye, RECEIPTS);
    let mut findings = Findings {
        rows,
        attempts: HashMap::new(),
        log: all!(eye, LOG),
        receipts: HashMap::new(),
        arrivals: HashMap::new(),
        there: erasure::still_there(eye).await,
        planned: HashMap::new(),
        hushed: BTreeSet::new(),
        wrong: story.world.broken_rules(),
    };
    let planned: Vec<Planned> = all!(eye, PLANS);
    for plan in planned {
        findings.planned.insert(plan.event, plan.created_at);
    }
    let hushed: Vec<Hushed> = all!(eye, HUSHED);
    findings
        .hushed
        .extend(hushed.into_iter().map(|it| it.event));
    for attempt in attempts {
        let of = findings.attempts.entry(attempt.message_id).or_default();
        of.push(attempt);
    }
    for receipt in kept {
        let kind = receipt.kind.parse().expect("a known kind");
        let of = findings.receipts.entry(receipt.message_id.unwrap_or(0));
        of.or_default().push(kind);
    }
    for arrival in story.world.arrivals() {
        let of = findings.arrivals.entry(arrival.message.get()).or_default();
        of.push(arrival);
    }
    findings.nobody_is_lost(story);
    for row in findings.rows.clone() {
        findings.the_state_is_true(&row);
        findings.doubles_are_shown(&row);
        findings.attempts_are_whole(&row);
        findings.receipts_are_folded(&row);
    }
    findings.one_address_is_told_once();
    findings.the_flood_is_held_back(story);
    findings.the_log_is_lawful();
    let erased = erasure::what_is_wrong(story, &findings.there).await;
    findings.wrong.extend(erased);
    findings
        .wrong
        .extend(super::clocks::what_is_wrong(story).await);
    // Panics by itself, with both sides shown.
    sums_close(eye).await;
    findings.wrong
}

impl Findings {
    /// Everyone whom a piece of news concerns has a row for each rule that tells it.
    fn nobody_is_lost(&mut self, story: &Story) {
        let have: BTreeSet<(&str, &str, &str)> = self
            .rows
            .iter()
            .map(|row| (row.event.as_str(), row.rule.as_str(), row.client.as_str()))
            .collect();
        let mut lost = Vec::new();
        for event in &story.told {
            let rules: Vec<&str> = match event.kind.as_str() {
                "message.requested" => vec!["direct"],
                kind => story
                    .rules
                    .iter()
                    .filter(|rule| rule.on.iter().any(|on| on == kind))
                    .map(|rule| rule.name.as_str())
                    .collect(),
            };
            let mut concerned = story.town.audience(event);
            if self.hushed.contains(&event.id) {
                concerned.clear();
            }
            if event.kind == "incident.resolved" {
                concerned.retain(|client| self.had_heard(client, event));
            }
            for client in concerned.intersection(&self.there) {
                for rule in &rules {
                    if !have.contains(&(event.id.as_str(), rule, client.as_str())) {
                        lost.push(format!("{client} has no row for {} by {rule}", event.id));
                    }
                }
            }
        }
        self.wrong.extend(lost);
    }

    /// Whether a client was certainly told something about an incident before an event about it was
    /// planned.
    fn had_heard(&self, client: &str, event: &Event) -> bool {
        let Some(planned) = self.planned.get(&event.id) else {
            return false;
        };
        let about = |row: &&Row| row.client == client && row.rule.starts_with("tell-incident");
        self.rows.iter().filter(about).any(|row| {
            let attempts = self.attempts.get(&row.id).into_iter().flatten();
            let mut earlier = attempts.filter(|attempt| attempt.opened_at < *planned);
            row.event != event.id && earlier.next().is_some()
        })
    }

    fn the_state_is_true(&mut self, row: &Row) {
        use MessageState as S;
        let state: S = row.state.parse().expect("a known state");
        let arrived = self.arrivals.contains_key(&row.id);
        if !state.is_final() {
            self.wrong.push(format!("not at an end: {row:?}"));
        }
        let claims = matches!(
            state,
            S::Accepted | S::Delivered | S::Undelivered | S::Unconfirmed
        );
        if claims && !arrived {
            self.wrong.push(format!("nobody ever took it: {row:?}"));
        }
        let doubted = self
            .attempts
            .get(&row.id)
            .is_some_and(|all| all.iter().any(|a| a.outcome.as_deref() == Some("unknown")));
        if arrived && !claims && state != S::Unresolved && !doubted {
            self.wrong
                .push(format!("it arrived, without a doubt shown: {row:?}"));
        }
        // An answer that came after the node had been given up is written to its attempt only.
        let given_up = row.reason.as_deref() == Some(Reason::NodeDied.as_str());
        if state == S::Unresolved && !doubted && !given_up {
            self.wrong
                .push(format!("nothing about it was ever unknown: {row:?}"));
        }
    }

    /// Twice only where it is marked as a risk taken, or where the provider made two of one.
    fn doubles_are_shown(&mut self, row: &Row) {
        let arrivals = self.arrivals.get(&row.id).map_or(&[][..], Vec::as_slice);
        let ours = arrivals.iter().filter(|one| !one.by_provider).count();
        if ours > 1 && !row.risky {
            self.wrong
                .push(format!(
                    "{ours} arrived, and no risk was taken: {row:?}; attempts: {:?}; arrivals: {arrivals:?}",
                    self.attempts.get(&row.id)
                ));
        }
        if ours > 2 {
            self.wrong
                .push(format!(
                    "a risk is taken once, {ours} arrived: {row:?}; attempts: {:?}; arrivals: {arrivals:?}",
                    self.attempts.get(&row.id)
                ));
        }
    }

    fn attempts_are_whole(&mut self, row: &Row) {
        let attempts = self.attempts.get(&row.id).map_or(&[][..], Vec::as_slice);
        if attempts.iter().any(|attempt| attempt.closed_at.is_none()) {
            self.wrong
                .push(format!("an attempt was never closed: {row:?}"));
        }
        if i64::try_from(attempts.len()).expect("a few") != row.opens {
            self.wrong.push(format!(
                "{} attempts, not {}: {row:?}",
                attempts.len(),
                row.opens
            ));
        }
        if attempts
            .iter()
            .any(|attempt| attempt.opened_at > row.expires_at)
        {
            self.wrong
                .push(format!("sent when it was too late: {row:?}"));
        }
    }

    fn receipts_are_folded(&mut self, row: &Row) {
        let kinds = self.receipts.get(&row.id).map_or(&[][..], Vec::as_slice);
        let fold: Fold = kinds.iter().copied().collect();
        let shown = Fold {
            rank: row.receipt_rank,
            late_bounce: row.late_bounce,
        };
        // The answer of a node that had been given up counts as a report that it was taken.
        let found = fold == Fold::NONE && shown == Fold::NONE.with(ReceiptKind::Accepted);
        if fold != shown && !found {
            self.wrong.push(format!("receipts say {fold:?}: {row:?}"));
        }
        if fold.rank == 3 && row.state != "delivered" {
            self.wrong
                .push(format!("it was delivered, by its receipts: {row:?}"));
        }
    }

    /// A household with one telephone hears one piece of news once.
    fn one_address_is_told_once(&mut self) {
        let mut told: BTreeMap<(i64, &str, &str), Vec<i64>> = BTreeMap::new();
        for row in &self.rows {
            // The address of the erased is not known any more.
            if self.arrivals.contains_key(&row.id) && !row.address.is_empty() {
                let key = (row.plan_id, row.channel.as_str(), row.address.as_str());
                told.entry(key).or_default().push(row.id);
            }
        }
        let twice = told.into_iter().filter(|(_, ids)| ids.len() > 1);
        let twice: Vec<String> = twice
            .map(|((plan, channel, _), ids)| {
                format!("one address got {ids:?} of plan {plan} by {channel}")
            })
            .collect();
        self.wrong.extend(twice);
    }

    fn the_flood_is_held_back(&mut self, story: &Story) {
        let mut opened: HashMap<i64, Vec<(i64, bool)>> = HashMap::new();
        for row in &self.rows {
            let attempts = self.attempts.get(&row.id).into_iter().flatten();
            for attempt in attempts.filter(|attempt| attempt.may_have_left()) {
                let safety = row.class == "safety";
                let of = opened.entry(row.client_id).or_default();
                of.push((attempt.opened_at, safety));
            }
        }
        let guard = story.settings.flood;
        for (client, mut times) in opened {
            times.sort_unstable();
            for (index, (at, safety)) in times.iter().enumerate() {
                let room = if *safety { 3 } else { 1 };
                let hour = times[..index]
                    .iter()
                    .filter(|(before, _)| *before > at - 3_600_000_000)
                    .count();
                // Of attempts at one time the safe ones may have come first.
                let same = times.iter().filter(|(other, _)| other == at).count();
                let most = guard.per_hour * room + i64::try_from(same).expect("a few");
                if i64::try_from(hour).expect("a few") >= most {
                    self.wrong
                        .push(format!("client {client} was flooded at {at}"));
                }
            }
        }
    }

    /// Every move in its order: only along the state machine, and nothing is opened after it was
    /// withdrawn or its address barred.
    fn the_log_is_lawful(&mut self) {
        let rows: HashMap<i64, &Row> = self.rows.iter().map(|row| (row.id, row)).collect();
        let mut barred: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut withdrawn: BTreeSet<i64> = BTreeSet::new();
        let mut wrong = Vec::new();
        for entry in &self.log {
            match entry.what.as_str() {
                "moved" if !is_lawful(&entry.one, &entry.two) => {
                    wrong.push(format!(
                        "message {} moved {} → {}",
                        entry.id, entry.one, entry.two
                    ));
                }
                "barred" => drop(barred.insert((&entry.one, &entry.two))),
                "withdrawn" => drop(withdrawn.insert(entry.id)),
                "opened" => {
                    let Some(row) = rows.get(&entry.id) else {
                        continue;
                    };
                    if withdrawn.contains(&row.plan_id) {
                        wrong.push(format!("opened after it was withdrawn: {row:?}"));
                    }
                    let stopped = barred.contains(&(row.channel.as_str(), row.address.as_str()));
                    if stopped && row.class != "safety" {
                        wrong.push(format!("opened after its address was barred: {row:?}"));
                    }
                }
                _ => {}
            }
        }
        for row in &self.rows {
            let same = row.reason.as_deref() == Some(Reason::SameAddress.as_str());
            if same && row.opens > 0 {
                wrong.push(format!("merged, and yet sent: {row:?}"));
            }
        }
        self.wrong.extend(wrong);
    }
}

fn is_lawful(from: &str, to: &str) -> bool {
    let from: MessageState = from.parse().expect("a known state");
    let to: MessageState = to.parse().expect("a known state");
    from.may_become(to)
}
