//! The rule for sources that show everything that is going on at the moment, and nothing of what has
//! ended: what is new, what differs, and when something that is not shown any more counts as ended.
//!
//! A feed that breaks shows less, or nothing, in good form. So a thing has ended only when it is
//! absent in two whole looks in a row that both hold at least half of what is going on. A look that
//! holds less ends nothing: it is a doubt, which people see at once and clients never. What is new
//! or differs is told all the same. Why it is so stands in DESIGN.md.
//!
//! Nothing is asked here: a reader brings whole looks, and keeps the snapshot as its cursor.
//!
//! Next: `things` (what is kept of one thing).

#[cfg(test)]
mod tests;
mod things;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::things::{GoingThing, PastThing, ended, is_readable, shown, state_of};
use super::fault::SourceFault;
use super::http::FeedValidator;
use super::reader::{Cursor, SourceLook, SourceRecord};
use crate::domain::Timestamp;
use crate::domain::limits::{
    SNAPSHOT_ABSENT_LOOKS, SNAPSHOT_BYTES, SNAPSHOT_DOUBTFUL_LOOKS, SNAPSHOT_FEW, SNAPSHOT_KEY,
    SNAPSHOT_PAST, SNAPSHOT_THINGS,
};
use crate::text::sanitize;

pub(in crate::source) use self::FeedSnapshot as Snapshot;
pub(in crate::source) use self::things::{BACK, GONE_AT, TURN, VANISHED};

/// Why such a source is not asked for its present state.
pub(in crate::source) const SHOWN_EACH_TIME: &str =
    "such a source shows its present state with each look";

/// What was seen, kept as the cursor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::source) struct FeedSnapshot {
    /// What is going on, by key; also what is absent and has not ended yet.
    things: BTreeMap<String, GoingThing>,
    /// What ended, so that it has another turn when it comes back.
    past: BTreeMap<String, PastThing>,
    /// How many things have ended so far: the order in which they are forgotten.
    ends: u64,
    /// Looks in a row that held at least half of what was going on.
    good: u32,
    /// Looks in a row that held less, but not nothing where much was going on.
    doubtful: u32,
    /// The last look brought more than could be taken at once: the next one goes on with it.
    unfinished: bool,
    /// A person said that what the feed shows is true.
    believed: bool,
    /// What the feed said of its last whole answer. Kept only while nothing is pending, so that an
    /// answer without news never delays an end.
    pub(in crate::source) validator: Option<FeedValidator>,
}

/// One thing of a whole look.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::source) struct Thing {
    /// Tells it from all others, and stays the same from look to look.
    pub(in crate::source) key: String,
    /// Names that begin with `_` come along and are not compared.
    pub(in crate::source) fields: Map<String, Value>,
}

/// Finds what cannot be a place in such a source: it has none but its beginning, and the word of a
/// person that what it shows is true.
pub(in crate::source) fn check_belief(place: &Value) -> Result<(), String> {
    match *place == json!({"believe": true}) {
        true => Ok(()),
        false => Err(
            "it shows what is going on, and has no place to go to; write `start`, or \
             {\"believe\": true} when all that it does not show has ended"
                .to_owned(),
        ),
    }
}

/// What is kept when a person says so of a source whose place is a snapshot. `stored`: the snapshot.
pub(in crate::source) fn believed(stored: Option<&str>) -> Value {
    let stored = stored.and_then(|text| serde_json::from_str(text).ok());
    FeedSnapshot::from_cursor(stored.map(Cursor).as_ref()).believing()
}

impl FeedSnapshot {
    /// A cursor that cannot be read is as none: all is seen anew, and known by its events' ids.
    pub(in crate::source) fn from_cursor(cursor: Option<&Cursor>) -> Self {
        let read = cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok());
        read.unwrap_or_default()
    }

    /// The next look is true, whatever it lacks: a person has looked at the feed itself.
    pub(in crate::source) fn believing(mut self) -> Value {
        self.believed = true;
        self.validator = None;
        json!(self)
    }

    /// Compares a whole look with what is going on. Records are of things that are new or differ, in
    /// the order of the feed, then of things that ended, with the fields that were last known. At
    /// most `limit`; the rest comes with the next look.
    pub(in crate::source) fn compare(
        mut self,
        things: Vec<Thing>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        if things.len() > SNAPSHOT_THINGS {
            return Err(too_many(things.len()));
        }
        let (things, twice) = distinct(things)?;
        self.count_absences(&things, now);
        // What cannot be read may be anything: it holds up nothing.
        let readable = things.iter().filter(|thing| is_readable(&thing.fields));
        let (needed, doubt) = self.judge(readable.count());
        let mut taken = Taking {
            records: Vec::new(),
            limit,
            more: false,
        };
        self.take_shown(things, &mut taken);
        if let Some(needed) = needed {
            self.end_absent(needed, &mut taken);
        }
        self.forget_old();
        self.unfinished = taken.more;
        self.believed = self.believed && taken.more;
        let doubt = doubt.or(twice);
        let is_pending =
            taken.more || doubt.is_some() || self.things.values().any(GoingThing::is_absent);
        self.validator = self.validator.filter(|_| !is_pending);
        Ok(SourceLook {
            records: taken.records,
            cursor: Some(self.cursor()?),
            more: taken.more,
            doubt,
        })
    }

    /// The feed said that nothing changed: nothing is new, and nothing was pending.
    #[expect(
        clippy::unused_self,
        reason = "who asks has a snapshot, which stays the cursor as it is"
    )]
    pub(in crate::source) fn unchanged(self) -> SourceLook {
        SourceLook::default()
    }

    fn count_absences(&mut self, shown: &[Thing], now: Timestamp) {
        let shown: HashSet<&str> = shown.iter().map(|thing| thing.key.as_str()).collect();
        for (key, thing) in &mut self.things {
            if shown.contains(key.as_str()) {
                thing.absent = 0;
            } else if !self.unfinished {
                thing.miss(now);
            }
        }
    }

    /// In how many looks a thing must have been absent to have ended by this one, which shows so many
    /// things; none: nothing ends, and with it why.
    fn judge(&mut self, shown: usize) -> (Option<u32>, Option<String>) {
        let held = self.things.values();
        let held = held.filter(|thing| is_readable(&thing.fields)).count();
        if self.believed {
            (self.good, self.doubtful) = (1, 0);
            return (Some(1), None);
        }
        let is_enough = shown * 2 >= held;
        let is_empty = shown == 0 && held > SNAPSHOT_FEW;
        // What goes on with a look is judged as its beginning was.
        if !self.unfinished {
            (self.good, self.doubtful) = match (is_enough, is_empty) {
                (true, _) => (self.good.saturating_add(1), 0),
                (false, true) => (0, 0),
                (false, false) => (0, self.doubtful.saturating_add(1)),
            };
        }
        if self.good > 0 {
            // Not only this look holds enough: the one before, in which they were absent, did too.
            let both = self.good >= SNAPSHOT_ABSENT_LOOKS;
            return (both.then_some(SNAPSHOT_ABSENT_LOOKS), None);
        }
        match self.doubtful >= SNAPSHOT_DOUBTFUL_LOOKS {
            true => (Some(SNAPSHOT_DOUBTFUL_LOOKS), None),
            false => (None, Some(shrunken(shown, held))),
        }
    }

    fn take_shown(&mut self, things: Vec<Thing>, taken: &mut Taking) {
        for thing in things {
            let state = state_of(&thing.fields);
            match self.things.get_mut(&thing.key) {
                Some(known) if known.is_in(&state) => known.see(thing.fields),
                _ if taken.is_full() => taken.more = true,
                _ => {
                    let record = self.take(thing, state);
                    taken.records.push(record);
                }
            }
        }
    }

    fn take(&mut self, thing: Thing, state: String) -> SourceRecord {
        let Thing { key, fields } = thing;
        let past = self.past.remove(&key);
        let is_back = past.is_some();
        let turn = if let Some(known) = self.things.get_mut(&key) {
            known.move_to(fields.clone(), state);
            known.turn
        } else {
            let begun = GoingThing::begun(fields.clone(), state, past);
            let turn = begun.turn;
            self.things.insert(key.clone(), begun);
            turn
        };
        shown(&key, fields, turn, is_back)
    }

    fn end_absent(&mut self, needed: u32, taken: &mut Taking) {
        let gone = self.things.iter().filter(|(_, it)| it.absent >= needed);
        let gone: Vec<String> = gone.map(|(key, _)| key.clone()).collect();
        for key in gone {
            if taken.is_full() {
                taken.more = true;
                return;
            }
            if let Some(thing) = self.things.remove(&key) {
                self.ends += 1;
                let past = PastThing {
                    turn: thing.turn,
                    end: self.ends,
                };
                taken.records.extend(ended(&key, thing));
                self.past.insert(key, past);
            }
        }
    }

    /// Of what ended, the latest stay.
    fn forget_old(&mut self) {
        if self.past.len() > SNAPSHOT_PAST {
            let mut ends: Vec<u64> = self.past.values().map(|it| it.end).collect();
            ends.sort_unstable();
            let oldest = ends[ends.len() - SNAPSHOT_PAST];
            self.past.retain(|_, it| it.end >= oldest);
        }
    }

    fn cursor(&self) -> Result<Cursor, SourceFault> {
        let value = json!(self);
        if value.to_string().len() > SNAPSHOT_BYTES {
            let limit = SNAPSHOT_BYTES / (1024 * 1024);
            return Err(SourceFault::Unexpected(format!(
                "what is going on there fills more than {limit} MiB: ask for less, by an address that \
                 names a region"
            )));
        }
        Ok(Cursor(value))
    }
}

/// What a look brings, up to its limit.
struct Taking {
    records: Vec<SourceRecord>,
    limit: usize,
    more: bool,
}

impl Taking {
    fn is_full(&self) -> bool {
        self.records.len() >= self.limit
    }
}

/// Each thing once; with them a sentence about keys that stand twice with different fields. Pages of a
/// feed shift while they are read, so the first one counts and reading goes on.
fn distinct(things: Vec<Thing>) -> Result<(Vec<Thing>, Option<String>), SourceFault> {
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Thing> = Vec::with_capacity(things.len());
    let mut twice = None;
    for thing in things {
        if thing.key.is_empty() || thing.key.len() > SNAPSHOT_KEY {
            return Err(no_key(&thing.key));
        }
        match at.get(&thing.key).and_then(|at| kept.get(*at)) {
            None => {
                at.insert(thing.key.clone(), kept.len());
                kept.push(thing);
            }
            Some(first) if state_of(&first.fields) == state_of(&thing.fields) => {}
            Some(_) => {
                twice = Some(format!(
                    "`{}` stands there twice with different words; the first one was taken",
                    quoted(&thing.key)
                ));
            }
        }
    }
    Ok((kept, twice))
}

fn shrunken(shown: usize, held: usize) -> String {
    let what = match shown {
        0 => "it shows nothing".to_owned(),
        shown => format!("it shows {shown}"),
    };
    let then = match shown == 0 && held > SNAPSHOT_FEW {
        true => "nothing counts as ended. Look at the feed itself; if all has ended, say so with \
             `araldo source rewind NAME --to '{\"believe\": true}'`"
            .to_owned(),
        false => format!(
            "nothing counts as ended until {SNAPSHOT_DOUBTFUL_LOOKS} looks in a row say the same"
        ),
    };
    format!(
        "{what}, where {held} were going on at the last look: an empty or shrunken feed may be broken; \
         {then}"
    )
}

fn too_many(count: usize) -> SourceFault {
    SourceFault::Unexpected(format!(
        "it shows {count} things that are going on, and at most {SNAPSHOT_THINGS} are watched: ask for \
         less, by an address that names a region"
    ))
}

fn no_key(key: &str) -> SourceFault {
    SourceFault::Unexpected(match key.is_empty() {
        true => "something is shown without a key to tell it by".to_owned(),
        false => format!(
            "`{}..` is longer than {SNAPSHOT_KEY} bytes and can be no key",
            quoted(key)
        ),
    })
}

fn quoted(key: &str) -> String {
    sanitize::excerpt(key, 60)
}
