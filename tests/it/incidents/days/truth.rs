//! What clients must hear of the recording. A model of what docs/sources.md and docs/incidents.md promise, that
//! shares nothing with the program: it sees what the map shows and knows what time it is. The recording has no
//! street under a district (see `inhibited`), so neither has the model.

use std::collections::{BTreeMap, BTreeSet};

use super::recording::{DAY_LONG, MapAnswer, MapRow, Recording, TOWNS, WORKS, minute_of, written};

/// In minutes, as `[incidents]` has them by default.
const MATERIAL: i64 = 30;
const OVERDUE_GRACE: i64 = 30;
const CONFIRM_AFTER: i64 = 30;
/// Minutes from midnight to the hour of reminders.
const REMIND_AT: i64 = 18 * 60;
/// A handset of the sandbox keeps so many; a client hears at most so many in an hour.
const KEPT: usize = 20;
const IN_AN_HOUR: usize = 10;

/// What each municipality's clients hear, in its order.
pub(super) type Words = BTreeMap<u32, Vec<Word>>;

/// One message.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Minutes since day 1 began.
    pub(super) at: i64,
    pub(super) template: &'static str,
    pub(super) incident: String,
    /// What its text must say, if anything: a time, or how long it lasted.
    pub(super) says: String,
}

/// What must come of the recording, or of its first looks.
#[derive(Default)]
pub(super) struct Truth {
    pub(super) words: Words,
    /// What the clock says by itself: the look by whose time it does, type and incident.
    pub(super) reckoned: Vec<(usize, String)>,
    /// Looks at which operators must be warned.
    pub(super) doubtful: BTreeSet<usize>,
    /// Interruptions that cannot be read.
    pub(super) unreadable: BTreeSet<String>,
    threads: BTreeMap<String, Thread>,
    /// The last look held at least half of what was going on.
    last_was_whole: bool,
}

/// One interruption from its beginning to its end.
struct Thread {
    incident: String,
    said: MapSays,
    /// As it was when the map showed it first: what nobody was told of is measured by that.
    stood: MapSays,
    /// As it was when each municipality was told of it last; none for which it is over.
    told: BTreeMap<u32, MapSays>,
    told_at: Option<i64>,
    /// The look that first did not show it, if the last one did not.
    gone_at: Option<i64>,
    over_at: Option<i64>,
    late_for: Option<i64>,
    reminded_of: Option<i64>,
    asked: bool,
    spoken_at: Option<i64>,
}

/// What the rows of one interruption come to.
#[derive(Clone)]
struct MapSays {
    towns: BTreeSet<u32>,
    is_planned: bool,
    cause: Option<&'static str>,
    since: i64,
    until: Option<i64>,
    note: Option<String>,
}

impl Truth {
    pub(super) fn of(recording: &Recording, looks: usize) -> Self {
        let mut truth = Self::default();
        for look in 0..looks {
            truth.reckon(look);
            if let MapAnswer::Rows(rows) = recording.answer(look) {
                truth.see(look, rows);
            }
        }
        for words in truth.words.values() {
            let soon = |word: &Word| word.at..word.at + 60;
            let hours = words.iter().map(soon);
            let full = hours.map(|hour| words.iter().filter(|it| hour.contains(&it.at)).count());
            assert!(full.max() <= Some(IN_AN_HOUR) && words.len() <= KEPT);
            let in_order = words.windows(2).all(|two| two[0].at < two[1].at);
            assert!(in_order, "two at once have no order: {words:#?}");
        }
        truth
    }

    /// Every interruption that can be read.
    pub(super) fn incidents(&self) -> Vec<&str> {
        self.threads.keys().map(String::as_str).collect()
    }

    fn reckon(&mut self, look: usize) {
        let at = minute_of(look);
        for thread in self.threads.values_mut() {
            if let Some(step) = thread.due(at) {
                self.reckoned
                    .push((look, format!("{step} {}", thread.incident)));
                thread.speak(step, at, &mut self.words);
            }
        }
    }

    fn see(&mut self, look: usize, rows: &[MapRow]) {
        let at = minute_of(look);
        let (readable, broken): (Vec<_>, Vec<_>) =
            rows.iter().partition(|row| row.town().is_some());
        let broken = broken.iter().map(|row| row.incident().to_owned());
        self.unreadable.extend(broken);
        let mut shown: BTreeMap<&str, Vec<&MapRow>> = BTreeMap::new();
        for row in readable {
            shown.entry(row.incident()).or_default().push(row);
        }
        let going_on = self.threads.values().filter(|it| it.over_at.is_none());
        let is_whole = shown.len() * 2 >= going_on.count();
        if !is_whole || rows.iter().any(|row| row.exchanged) {
            self.doubtful.insert(look);
        }
        for (incident, rows) in &shown {
            let says = MapSays::of(rows);
            if let Some(thread) = self.threads.get_mut(*incident) {
                thread.hear(says, at, &mut self.words);
                continue;
            }
            let mut thread = Thread::of(incident, says);
            // What stands there when the source is new is told to nobody.
            if look > 0 {
                thread.begin(at, &mut self.words);
            }
            self.threads.insert((*incident).to_owned(), thread);
        }
        let absent = |thread: &&mut Thread| !shown.contains_key(thread.incident.as_str());
        for thread in self.threads.values_mut().filter(absent) {
            let twice = thread.gone_at.is_some() && is_whole && self.last_was_whole;
            thread.gone_at.get_or_insert(at);
            if twice && thread.over_at.is_none() {
                thread.end(at, &mut self.words);
            }
        }
        self.last_was_whole = is_whole;
    }
}

impl Thread {
    fn of(incident: &str, says: MapSays) -> Self {
        Self {
            incident: incident.to_owned(),
            stood: says.clone(),
            said: says,
            told: BTreeMap::new(),
            told_at: None,
            gone_at: None,
            over_at: None,
            late_for: None,
            reminded_of: None,
            asked: false,
            spoken_at: None,
        }
    }

    fn begin(&mut self, at: i64, words: &mut Words) {
        let (template, says) = match self.said.is_planned {
            true => ("planned-announced", clock(self.said.since)),
            false => ("incident-started", self.said.end()),
        };
        let everybody = self.everybody(&says);
        self.inform((at, template), everybody, words);
    }

    /// It is shown, as it was or otherwise.
    fn hear(&mut self, says: MapSays, at: i64, words: &mut Words) {
        self.gone_at = None;
        self.said = says;
        if self.over_at.take().is_some() {
            self.asked = false;
            return self.begin(at, words);
        }
        self.leave(at, words);
        let nobody_knows = self.told.is_empty();
        if nobody_knows && !self.said.is_news_since(&self.stood) {
            return;
        }
        let (template, usual) = match self.said.is_planned {
            true => ("planned-moved", clock(self.said.since)),
            false => ("incident-updated", self.said.end()),
        };
        let news = self.said.towns.iter().filter_map(|town| {
            let says = match self.told.get(town) {
                None => Some(usual.clone()),
                Some(then) => self.said.differs_from(then),
            };
            says.map(|says| (*town, says))
        });
        let news: Vec<_> = news.collect();
        if !news.is_empty() {
            self.inform((at, template), news, words);
        }
    }

    /// Whoever it does not cover any more hears that it is over there.
    fn leave(&mut self, at: i64, words: &mut Words) {
        let towns = &self.said.towns;
        let gone = self.told.keys().filter(|town| !towns.contains(town));
        let gone: Vec<u32> = gone.copied().collect();
        for town in gone {
            self.told.remove(&town);
            if has_clients(town) {
                words.entry(town).or_default().push(Word {
                    at,
                    template: "incident-restored",
                    incident: self.incident.clone(),
                    says: lasted(at - self.said.since),
                });
            }
        }
    }

    fn end(&mut self, at: i64, words: &mut Words) {
        self.over_at = Some(at);
        let has_begun = self.gone_at.is_none_or(|gone| gone >= self.said.since);
        if self.said.is_planned && !has_begun {
            // Nobody was without, and nobody is asked whether it is back.
            self.asked = true;
            return self.tell_those_told((at, "incident-cancelled"), "", words);
        }
        let says = lasted(at - self.said.since);
        self.tell_those_told((at, "incident-restored"), &says, words);
    }

    /// What there is to be said of it at that time though the map says nothing.
    fn due(&self, at: i64) -> Option<&'static str> {
        let told_at = self.told_at?;
        if let Some(over_at) = self.over_at {
            let asks = !self.asked && at >= over_at + CONFIRM_AFTER;
            return asks.then_some("incident.confirm");
        }
        let is_late = self.said.until.is_some_and(|until| {
            let said = self.late_for;
            let is_another = said.is_none_or(|said| (until - said).abs() >= MATERIAL);
            is_another && at >= until.max(told_at) + OVERDUE_GRACE
        });
        if is_late {
            return Some("incident.overdue");
        }
        let begin = self.said.since;
        let evening = (begin.div_euclid(DAY_LONG) - 1) * DAY_LONG + REMIND_AT;
        let reminds = self.said.is_planned
            && told_at < evening
            && (evening..begin).contains(&at)
            && self.reminded_of != Some(begin);
        reminds.then_some("incident.reminder")
    }

    fn speak(&mut self, step: &str, at: i64, words: &mut Words) {
        let nothing = String::new();
        match step {
            "incident.confirm" => {
                self.asked = true;
                self.tell_those_told((at, "incident-confirm"), &nothing, words);
            }
            "incident.overdue" => {
                self.late_for = self.said.until;
                self.tell_those_told((at, "incident-overdue"), &nothing, words);
            }
            _ => {
                self.reminded_of = Some(self.said.since);
                let everybody = self.everybody(&clock(self.said.since));
                self.tell((at, "planned-reminder"), everybody, words);
            }
        }
    }

    /// Everybody in its area, with what their text must say.
    fn everybody(&self, says: &str) -> Vec<(u32, String)> {
        let towns = self.said.towns.iter();
        towns.map(|town| (*town, says.to_owned())).collect()
    }

    /// Tells some of its area how it stands.
    fn inform(&mut self, what: (i64, &'static str), each: Vec<(u32, String)>, words: &mut Words) {
        for (town, _) in each.iter().filter(|(town, _)| has_clients(*town)) {
            self.told.insert(*town, self.said.clone());
        }
        self.tell(what, each, words);
    }

    /// Tells those of its area who were told before.
    fn tell_those_told(&mut self, what: (i64, &'static str), says: &str, words: &mut Words) {
        let mut each = self.everybody(says);
        each.retain(|(town, _)| self.told.contains_key(town));
        self.tell(what, each, words);
    }

    fn tell(
        &mut self,
        (at, template): (i64, &'static str),
        each: Vec<(u32, String)>,
        words: &mut Words,
    ) {
        // Which of the two came first, nobody could say.
        let spoken = self.spoken_at.replace(at);
        assert_ne!(spoken, Some(at), "two words of {} at once", self.incident);
        for (town, says) in each.into_iter().filter(|(town, _)| has_clients(*town)) {
            words.entry(town).or_default().push(Word {
                at,
                template,
                incident: self.incident.clone(),
                says,
            });
            self.told_at = Some(at);
        }
    }
}

fn has_clients(town: u32) -> bool {
    TOWNS.iter().any(|(_, code, _)| *code == town)
}

/// So many minutes as a text says them.
fn lasted(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

impl MapSays {
    fn of(rows: &[&MapRow]) -> Self {
        let since = rows.iter().map(|row| row.since).min();
        Self {
            towns: rows.iter().filter_map(|row| row.town()).collect(),
            is_planned: rows.iter().all(|row| row.cause == Some(WORKS)),
            cause: rows[0].cause,
            since: since.expect("a row"),
            until: rows.iter().filter_map(|row| row.until).max(),
            note: rows[0].note.clone(),
        }
    }

    fn is_news_since(&self, told: &Self) -> bool {
        self.towns != told.towns || self.differs_from(told).is_some()
    }

    /// What a text must say to whoever was told this; none where it could say nothing else.
    fn differs_from(&self, told: &Self) -> Option<String> {
        let end_moved = match (self.until, told.until) {
            (Some(now), Some(then)) => (now - then).abs() >= MATERIAL,
            (now, then) => now != then,
        };
        let moved = (self.since - told.since).abs() >= MATERIAL;
        if self.is_planned && moved {
            return Some(clock(self.since));
        }
        if end_moved {
            return Some(self.end());
        }
        if self.cause != told.cause {
            return self.cause.map(|cause| format!("Causa: {cause}"));
        }
        if self.note != told.note {
            return self.note.clone();
        }
        (moved || self.is_planned != told.is_planned).then(String::new)
    }

    fn end(&self) -> String {
        self.until.map_or("non ancora nota".to_owned(), clock)
    }
}

/// A time as a text says it.
fn clock(minute: i64) -> String {
    written(minute, "%-d/%-m alle %H:%M")
}
