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
    /// As it was when its clients were last told of it, or when the source was new.
    told: MapSays,
    told_at: Option<i64>,
    listeners: BTreeSet<u32>,
    /// The last look did not show it.
    absent: bool,
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
            let twice = thread.absent && is_whole && self.last_was_whole;
            if twice && thread.over_at.is_none() {
                thread.end(at, &mut self.words);
            }
            thread.absent = true;
        }
        self.last_was_whole = is_whole;
    }
}

impl Thread {
    fn of(incident: &str, says: MapSays) -> Self {
        Self {
            incident: incident.to_owned(),
            told: says.clone(),
            said: says,
            told_at: None,
            listeners: BTreeSet::new(),
            absent: false,
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
        self.tell_all((at, template), says, words);
    }

    /// It is shown, as it was or otherwise.
    fn hear(&mut self, says: MapSays, at: i64, words: &mut Words) {
        self.absent = false;
        self.said = says;
        if self.over_at.take().is_some() {
            self.asked = false;
            return self.begin(at, words);
        }
        if self.said.is_news_since(&self.told) {
            let (template, says) = match self.said.is_planned {
                true => ("planned-moved", clock(self.said.since)),
                false => ("incident-updated", self.said.end()),
            };
            self.tell_all((at, template), says, words);
        }
    }

    fn end(&mut self, at: i64, words: &mut Words) {
        self.over_at = Some(at);
        let lasted = at - self.said.since;
        let says = match (lasted / 60, lasted % 60) {
            (0, minutes) => format!("{minutes} min"),
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        };
        self.tell_those_told((at, "incident-restored"), says, words);
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
                self.tell_those_told((at, "incident-confirm"), nothing, words);
            }
            "incident.overdue" => {
                self.late_for = self.said.until;
                self.tell_those_told((at, "incident-overdue"), nothing, words);
            }
            _ => {
                self.reminded_of = Some(self.said.since);
                self.tell_all((at, "planned-reminder"), clock(self.said.since), words);
            }
        }
    }

    /// Tells everybody in its area, and how it stands.
    fn tell_all(&mut self, what: (i64, &'static str), says: String, words: &mut Words) {
        self.told = self.said.clone();
        self.tell(what, says, self.said.towns.clone(), words);
    }

    /// Tells those of its area who were told before.
    fn tell_those_told(&mut self, what: (i64, &'static str), says: String, words: &mut Words) {
        let towns = &self.said.towns & &self.listeners;
        self.tell(what, says, towns, words);
    }

    fn tell(
        &mut self,
        (at, template): (i64, &'static str),
        says: String,
        towns: BTreeSet<u32>,
        words: &mut Words,
    ) {
        // Which of the two came first, nobody could say.
        let spoken = self.spoken_at.replace(at);
        assert_ne!(spoken, Some(at), "two words of {} at once", self.incident);
        let word = Word {
            at,
            template,
            incident: self.incident.clone(),
            says,
        };
        for town in towns {
            if TOWNS.iter().any(|(_, code, _)| *code == town) {
                words.entry(town).or_default().push(word.clone());
                self.listeners.insert(town);
                self.told_at = Some(at);
            }
        }
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
        let ends = match (self.until, told.until) {
            (Some(now), Some(then)) => (now - then).abs() >= MATERIAL,
            (now, then) => now != then,
        };
        ends || (self.since - told.since).abs() >= MATERIAL
            || (&self.towns, self.is_planned) != (&told.towns, told.is_planned)
            || (self.cause, &self.note) != (told.cause, &told.note)
    }

    fn end(&self) -> String {
        self.until.map_or("non ancora nota".to_owned(), clock)
    }
}

/// A time as a text says it.
fn clock(minute: i64) -> String {
    written(minute, "%-d/%-m alle %H:%M")
}
