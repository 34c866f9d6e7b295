//! What their server says of our slot, and what follows from it: whether it may be read, from where,
//! and whether it keeps too much of their disk. A slot that nobody reads keeps their log for ever;
//! so it goes before their disk does.

use super::lsn::LogPlace;
use super::place::{ChangesPlace, GivenUp, UnseenChanges};
use super::settings::{ChangesSettings, SlotNames};
use super::size::shown;
use crate::domain::Timestamp;
use crate::source::fault::SourceFault;

/// Asks about the slot $1. Not written but flushed: what is written alone is not decoded yet, and
/// the slot must not be moved past it.
pub(super) const SLOT: &str = "SELECT current_setting('wal_level'), \
     CAST(pg_current_wal_flush_lsn() AS text), \
     substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8), CAST(s.plugin AS text), \
     s.database = current_database(), s.wal_status, CAST(s.confirmed_flush_lsn AS text), \
     CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) AS bigint), s.safe_wal_size \
     FROM (SELECT 1) AS one \
     LEFT JOIN pg_catalog.pg_replication_slots s ON s.slot_name = $1";

/// The level of their log, where it ends, on which timeline; then of the slot, if it is there: its
/// plugin, whether it is of this database, its state, how far it was moved, what it keeps, how much
/// more it may keep.
pub(super) type SlotRow = (
    String,
    String,
    String,
    Option<String>,
    Option<bool>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

/// What can be done.
#[derive(Debug, PartialEq)]
pub(super) enum SlotState {
    Readable(ReadableSlot),
    /// It keeps too much of their disk, and has to go. The place says so.
    TooLarge(ChangesPlace),
}

/// A slot that can be read.
#[derive(Debug, PartialEq)]
pub(super) struct ReadableSlot {
    /// From where it is to be read.
    pub(super) place: ChangesPlace,
    /// That is the place that was kept.
    pub(super) is_known: bool,
    /// The end of their log when we asked.
    pub(super) end: LogPlace,
    /// How far we have moved it.
    pub(super) confirmed: LogPlace,
    /// What an operator should know.
    pub(super) doubt: Option<String>,
}

/// Whose slot is looked at, and when.
pub(super) struct SlotCheck<'a> {
    pub(super) name: &'a str,
    pub(super) names: &'a SlotNames,
    pub(super) settings: &'a ChangesSettings,
    pub(super) now: Timestamp,
}

impl SlotCheck<'_> {
    /// What follows from a row of [`SLOT`]. `server`: the number of their cluster; `known`: how far
    /// we are, `None` at the beginning.
    pub(super) fn state(
        &self,
        row: SlotRow,
        server: &str,
        known: Option<ChangesPlace>,
    ) -> Result<SlotState, SourceFault> {
        let (level, end, timeline, plugin, ours, status, confirmed, retained, left) = row;
        if level != "logical" {
            return Err(SourceFault::Unexpected(format!(
                "`wal_level` over there is `{level}`: set it to `logical` and restart their server"
            )));
        }
        let Some(plugin) = plugin else {
            return Err(self.missing(known.as_ref()));
        };
        self.must_be_ours(&plugin, ours == Some(true))?;
        let (Some(confirmed), false) = (confirmed, status.as_deref() == Some("lost")) else {
            return Err(self.lost_by_them(known.as_ref()));
        };
        let (end, confirmed) = (log_place(&end)?, log_place(&confirmed)?);
        let kept = known.clone();
        let place = self.go_on(known, &format!("{server}/{timeline}"), end, confirmed);
        let retained = u64::try_from(retained.unwrap_or_default()).unwrap_or_default();
        if retained > self.settings.max_retained {
            return Ok(SlotState::TooLarge(ChangesPlace {
                given_up: Some(GivenUp {
                    at: self.now,
                    retained,
                }),
                ..place
            }));
        }
        Ok(SlotState::Readable(ReadableSlot {
            doubt: self.doubt(retained, status.as_deref(), left),
            is_known: kept.as_ref() == Some(&place),
            place,
            end,
            confirmed,
        }))
    }

    /// The fault of a slot that was given up.
    pub(super) fn given_up(&self, given_up: GivenUp, after: LogPlace) -> SourceFault {
        SourceFault::Unexpected(format!(
            "the slot {} was dropped at {} because it kept {} of their disk, and `max_retained` is \
             {}: what changed after {after} will not be told. Find out why nothing was read, run \
             `araldo source install {}`, and tell by hand what must be told",
            self.names.slot,
            given_up.at,
            shown(given_up.retained),
            shown(self.settings.max_retained),
            self.name
        ))
    }

    fn missing(&self, known: Option<&ChangesPlace>) -> SourceFault {
        if let Some(place) = known
            && let Some(given_up) = place.given_up
        {
            return self.given_up(given_up, place.lsn);
        }
        let lost = known.map(|place| {
            let after = place.lsn;
            format!("; what changes after {after} until then will not be told")
        });
        SourceFault::Unexpected(format!(
            "there is no slot {}: run `araldo source install {}`{}",
            self.names.slot,
            self.name,
            lost.unwrap_or_default()
        ))
    }

    fn lost_by_them(&self, known: Option<&ChangesPlace>) -> SourceFault {
        let after = known.map(|place| format!(" after {}", place.lsn));
        SourceFault::Unexpected(format!(
            "their server has given up the slot {}, which kept more than their \
             `max_slot_wal_keep_size`: what changed{} will not be told; run \
             `araldo source install {}`, which makes it anew",
            self.names.slot,
            after.unwrap_or_default(),
            self.name
        ))
    }

    fn must_be_ours(&self, plugin: &str, is_of_database: bool) -> Result<(), SourceFault> {
        let slot = &self.names.slot;
        let what = match (plugin, is_of_database) {
            ("pgoutput", true) => return Ok(()),
            ("pgoutput", false) => "is of another database".to_owned(),
            (plugin, _) => format!("is read by the plugin `{plugin}`, not by `pgoutput`"),
        };
        Err(SourceFault::Unexpected(format!(
            "the slot {slot} {what}: name another `slot`"
        )))
    }

    /// Where to read on. What nobody will ever show us is said: places before the slot's, or those of
    /// a log that is gone.
    fn go_on(
        &self,
        known: Option<ChangesPlace>,
        cluster: &str,
        end: LogPlace,
        confirmed: LogPlace,
    ) -> ChangesPlace {
        let begin = ChangesPlace {
            lsn: confirmed,
            cluster: cluster.to_owned(),
            ..ChangesPlace::default()
        };
        let Some(mut known) = known else {
            return begin;
        };
        known.given_up = None;
        let slot = &self.names.slot;
        let why = if known.cluster != cluster || end < known.lsn {
            format!(
                "it is another database than before (restored, or a standby took over): read from \
                 the place {confirmed} of its log on; what was taken from the old one after that \
                 and is undone here was told"
            )
        } else if confirmed > known.lsn {
            format!(
                "the slot {slot} was made anew or read by somebody else: changes from {} to \
                 {confirmed} will not be told",
                known.lsn
            )
        } else {
            return known;
        };
        tracing::warn!(source.name = self.name, "{why}");
        ChangesPlace {
            lost: Some(UnseenChanges {
                said: why,
                at: self.now,
            }),
            passed: known.passed,
            ..begin
        }
    }

    fn doubt(&self, retained: u64, status: Option<&str>, left: Option<i64>) -> Option<String> {
        let slot = &self.names.slot;
        let most = self.settings.max_retained;
        if status == Some("unreserved") || left.is_some_and(|left| left <= 0) {
            return Some(format!(
                "the slot {slot} keeps more than their `max_slot_wal_keep_size` allows, and is lost \
                 soon: is reading too slow, or a transaction open for long?"
            ));
        }
        (retained > most / 2).then(|| {
            format!(
                "the slot {slot} keeps {} of their disk and is given up at {} (`max_retained`): is \
                 reading too slow, or a transaction open for long?",
                shown(retained),
                shown(most)
            )
        })
    }
}

fn log_place(text: &str) -> Result<LogPlace, SourceFault> {
    text.parse().map_err(SourceFault::Unexpected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::postgres_changes::settings::example;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    /// A healthy slot that was moved to this place and keeps so many bytes.
    fn row(confirmed: &str, retained: i64) -> SlotRow {
        (
            "logical".to_owned(),
            "0/9000".to_owned(),
            "00000001".to_owned(),
            Some("pgoutput".to_owned()),
            Some(true),
            Some("reserved".to_owned()),
            Some(confirmed.to_owned()),
            Some(retained),
            None,
        )
    }

    fn known(lsn: &str) -> ChangesPlace {
        ChangesPlace {
            lsn: lsn.parse().unwrap(),
            cluster: "7/00000001".to_owned(),
            ..ChangesPlace::default()
        }
    }

    fn state(row: SlotRow, known: Option<ChangesPlace>) -> Result<SlotState, String> {
        let settings = example("max_retained = \"1MB\"");
        let check = SlotCheck {
            name: "crm",
            names: &settings.names("crm"),
            settings: &settings,
            now: NOW,
        };
        let state = check.state(row, "7", known);
        state.map_err(|fault| fault.to_string())
    }

    fn readable(row: SlotRow, known: Option<ChangesPlace>) -> ReadableSlot {
        match state(row, known).unwrap() {
            SlotState::Readable(slot) => slot,
            SlotState::TooLarge(place) => panic!("{place:?}"),
        }
    }

    #[test]
    fn a_new_source_begins_where_the_slot_does() {
        let slot = readable(row("0/8000", 0), None);
        assert_eq!(slot.place, known("0/8000"));
        assert_eq!(slot.doubt, None);
    }

    #[test]
    fn a_slot_that_lags_behind_us_is_read_from_our_place_on() {
        let slot = readable(row("0/7000", 0), Some(known("0/8000")));
        assert_eq!(slot.place, known("0/8000"));
        assert_eq!(slot.confirmed, LogPlace(0x7000));
    }

    #[test]
    fn changes_that_nobody_will_show_us_are_said() {
        let slot = readable(row("0/8800", 0), Some(known("0/8000")));
        assert_eq!(slot.place.lsn, LogPlace(0x8800));
        let said = slot.place.lost.unwrap().said;
        assert!(said.contains("from 0/8000 to 0/8800"), "{said}");
    }

    #[test]
    fn a_log_that_is_not_the_one_we_read_is_read_from_its_slot_on() {
        let mut other = known("0/8000");
        other.cluster = "7/00000002".to_owned();
        for before in [other, known("0/A000")] {
            let slot = readable(row("0/7000", 0), Some(before));
            assert_eq!(slot.place.lsn, LogPlace(0x7000));
            assert_eq!(slot.place.cluster, "7/00000001");
            let said = slot.place.lost.unwrap().said;
            assert!(said.starts_with("it is another database"), "{said}");
        }
    }

    #[test]
    fn their_disk_goes_first() {
        let half = readable(row("0/8000", 600 << 10), Some(known("0/8000")));
        let doubt = half.doubt.unwrap();
        assert!(doubt.contains("keeps 600 kB of their disk"), "{doubt}");
        let gone = state(row("0/8000", 3 << 20), Some(known("0/8000")));
        let Ok(SlotState::TooLarge(place)) = gone else {
            panic!("{gone:?}");
        };
        assert_eq!(place.given_up.unwrap().retained, 3 << 20);
        // From now on the slot is not there, and the reason is known.
        let mut away = row("0/8000", 0);
        away.3 = None;
        let fault = state(away, Some(place)).unwrap_err();
        assert!(fault.contains("kept 3.0 MB of their disk"), "{fault}");
        assert!(fault.contains("after 0/8000"), "{fault}");
        // Somebody has made it anew.
        let mut place = known("0/8000");
        place.given_up = Some(GivenUp {
            at: NOW,
            retained: 1,
        });
        let anew = readable(row("0/8F00", 0), Some(place));
        assert_eq!(anew.place.given_up, None);
        assert!(anew.place.lost.is_some());
    }

    #[test]
    fn a_slot_that_cannot_be_read_says_what_to_do() {
        let with = |change: fn(&mut SlotRow)| {
            let mut row = row("0/8000", 0);
            change(&mut row);
            state(row, Some(known("0/7000"))).unwrap_err()
        };
        let level = with(|row| row.0 = "replica".to_owned());
        assert!(
            level.starts_with("`wal_level` over there is `replica`"),
            "{level}"
        );
        let missing = with(|row| row.3 = None);
        assert!(
            missing.contains("run `araldo source install crm`"),
            "{missing}"
        );
        assert!(missing.contains("after 0/7000"), "{missing}");
        let other = with(|row| row.4 = Some(false));
        assert!(other.contains("is of another database"), "{other}");
        let plugin = with(|row| row.3 = Some("wal2json".to_owned()));
        assert!(plugin.contains("the plugin `wal2json`"), "{plugin}");
        let lost = with(|row| row.5 = Some("lost".to_owned()));
        assert!(lost.contains("`max_slot_wal_keep_size`"), "{lost}");
        let soon = {
            let mut row = row("0/8000", 0);
            row.5 = Some("unreserved".to_owned());
            readable(row, None).doubt.unwrap()
        };
        assert!(soon.contains("is lost soon"), "{soon}");
    }
}
