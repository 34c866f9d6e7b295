//! Counts what managers ask beyond the sums by template: each hour the messages of today and
//! yesterday, once a day those of the last two weeks, whom we could reach in each zone, and who
//! never reads. In small transactions: it reads beside everybody, and writes a day, a kind of zone
//! or a stretch of clients at a time, each as a whole. What the counts mean stands in
//! `store::insight`; no message waits for any of this.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::slot::beginning;
use crate::domain::Timestamp;
use crate::domain::delay::step_of;
use crate::domain::ids::first_id_at;
use crate::domain::limits::{COUNTED_AT_ONCE, READING_DAYS, UNREAD_MESSAGES, UNREAD_WITHIN};
use crate::domain::money::Money;
use crate::runtime::Lifecycle;
use crate::store::insight::days::{Awaited, COUNTED, DayRows, MessageFacts};
use crate::store::insight::zones::ZoneKind;
use crate::store::{Store, StoreError};

/// The row of `upkeep_mark` that says for which day all was counted last.
const MARK: &str = "insight";
/// Days counted in a store that nobody counted in: an older program left it.
const FIRST_DAYS: i64 = 90;
/// An id may be a little older or younger than the time beside it.
const AROUND: TimeDelta = TimeDelta::hours(1);

/// Counts what is due at `now`, in the days of `zone`.
pub async fn count_insight(
    store: &Store,
    zone: Tz,
    now: Timestamp,
    lifecycle: &Lifecycle,
) -> Result<(), StoreError> {
    let today = now.day_in(zone);
    let counted = store.read().await?.upkeep().mark(MARK).await?;
    let days = match counted {
        0 => FIRST_DAYS,
        day if day < today => READING_DAYS + 1,
        _ => 2,
    };
    for day in today - days + 1..=today {
        count_day(store, day, zone, lifecycle).await?;
    }
    note_counted(store, now, lifecycle).await?;
    if counted < today {
        let anybody = count_people(store, now, lifecycle).await?;
        // A store that still waits for its clients is looked at again in an hour.
        if anybody && !lifecycle.is_stopping() {
            let mut tx = store.write_soon().await?;
            tx.upkeep().note_mark(MARK, today).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Counts today and yesterday, and whom one can reach and who never reads, whatever was counted before:
/// for a store in which an hour is long, as in `araldo demo`.
pub async fn count_insight_again(
    store: &Store,
    zone: Tz,
    now: Timestamp,
    lifecycle: &Lifecycle,
) -> Result<(), StoreError> {
    let today = now.day_in(zone);
    for day in [today - 1, today] {
        count_day(store, day, zone, lifecycle).await?;
    }
    note_counted(store, now, lifecycle).await?;
    count_people(store, now, lifecycle).await.map(drop)
}

/// Whom we could reach in each zone, and who never reads. False when there is no client yet.
async fn count_people(
    store: &Store,
    now: Timestamp,
    lifecycle: &Lifecycle,
) -> Result<bool, StoreError> {
    count_zones(store).await?;
    count_unread(store, now, lifecycle).await
}

/// Writes down from when the counts are: what came since is in none of them.
async fn note_counted(
    store: &Store,
    now: Timestamp,
    lifecycle: &Lifecycle,
) -> Result<(), StoreError> {
    if lifecycle.is_stopping() {
        return Ok(());
    }
    let mut tx = store.write_soon().await?;
    tx.upkeep().note_mark(COUNTED, now.as_micros()).await?;
    tx.commit().await
}

/// A stop leaves the day as it stands, and so does a day without messages.
async fn count_day(
    store: &Store,
    day: i64,
    zone: Tz,
    lifecycle: &Lifecycle,
) -> Result<(), StoreError> {
    let (Some(begin), Some(end)) = (begins(day, zone), begins(day + 1, zone)) else {
        return Ok(());
    };
    let (mut first, last) = (first_id_at(begin - AROUND), first_id_at(end + AROUND));
    let (mut sums, mut any) = (DayFold::default(), false);
    loop {
        if lifecycle.is_stopping() {
            return Ok(());
        }
        let mut tx = store.read().await?;
        let mut days = tx.insight_days();
        let Some(upto) = days.stretch(first, last, COUNTED_AT_ONCE).await? else {
            break;
        };
        for facts in days.facts((first, upto), (begin, end)).await? {
            sums.add(&facts, zone);
            any = true;
        }
        first = upto + 1;
    }
    if !any {
        return Ok(());
    }
    let mut tx = store.write_soon().await?;
    tx.insight_days().replace(day, &sums.rows()).await?;
    tx.commit().await
}

fn begins(day: i64, zone: Tz) -> Option<Timestamp> {
    let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
    beginning(date, zone, 0).map(Timestamp::from)
}

async fn count_zones(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.read().await?;
    let municipalities = tx.zones().count_municipalities().await?;
    let postal_codes = tx.zones().count_postal_codes().await?;
    drop(tx);
    let mut tx = store.write_soon().await?;
    let mut zones = tx.zones();
    zones
        .replace(ZoneKind::Municipality, &municipalities)
        .await?;
    zones.replace(ZoneKind::PostalCode, &postal_codes).await?;
    tx.commit().await
}

/// False when there is no client to look at.
async fn count_unread(
    store: &Store,
    now: Timestamp,
    lifecycle: &Lifecycle,
) -> Result<bool, StoreError> {
    let since = first_id_at(now - UNREAD_WITHIN);
    let mut after = 0;
    while !lifecycle.is_stopping() {
        let mut tx = store.read().await?;
        let mut unread = tx.unread();
        let Some(upto) = unread.stretch(after, COUNTED_AT_ONCE).await? else {
            break;
        };
        let span = (after, upto);
        let found = unread.count(span, since, UNREAD_MESSAGES).await?;
        drop(tx);
        let mut tx = store.write_soon().await?;
        // Until the end nobody is erased of whom something is written.
        tx.erasure().watch().await?;
        tx.unread().replace(span, &found).await?;
        tx.commit().await?;
        after = upto;
    }
    Ok(after > 0)
}

/// The sums of one day while its messages are looked at.
#[derive(Default)]
struct DayFold {
    hours: BTreeMap<(String, i64), i64>,
    delays: BTreeMap<(String, String, String, Awaited, i64), i64>,
    providers: BTreeMap<(String, String), [i64; 8]>,
    kinds: BTreeMap<String, i64>,
}

impl DayFold {
    fn add(&mut self, facts: &MessageFacts, zone: Tz) {
        let read_at = facts.read_at.filter(|_| facts.readable);
        if let Some(at) = read_at {
            let key = (facts.channel.clone(), hour_of_week(at, zone));
            *self.hours.entry(key).or_default() += 1;
        }
        let delivered_at = facts.delivered_at.filter(|_| facts.delivered);
        self.wait(facts, Awaited::Delivery, delivered_at);
        self.wait(facts, Awaited::Reading, read_at);
        if facts.accepted {
            if let Some(kind) = &facts.kind {
                *self.kinds.entry(kind.clone()).or_default() += 1;
            }
            let key = (facts.provider.clone(), facts.channel.clone());
            let sums = self.providers.entry(key).or_default();
            let ones = [
                true,
                facts.reporting,
                facts.delivered,
                facts.undelivered,
                facts.readable,
                read_at.is_some(),
                facts.cost.is_some(),
            ];
            let cost = facts.cost.map_or(0, Money::micros);
            let adds = ones.map(i64::from).into_iter().chain([cost]);
            for (sum, more) in sums.iter_mut().zip(adds) {
                *sum += more;
            }
        }
    }

    fn wait(&mut self, facts: &MessageFacts, what: Awaited, until: Option<Timestamp>) {
        let (Some(from), Some(until)) = (facts.accepted_at, until) else {
            return;
        };
        let Some(step) = step_of(until.as_micros() - from.as_micros()) else {
            return;
        };
        let (template, channel) = (facts.template.clone(), facts.channel.clone());
        let key = (template, channel, facts.provider.clone(), what, step);
        *self.delays.entry(key).or_default() += 1;
    }

    fn rows(self) -> DayRows {
        let hours = self.hours.into_iter();
        let delays = self.delays.into_iter();
        let providers = self.providers.into_iter();
        DayRows {
            kinds: self.kinds.into_iter().collect(),
            hours: hours
                .map(|((channel, hour), count)| (channel, hour, count))
                .collect(),
            delays: delays
                .map(|((template, channel, provider, what, step), count)| {
                    (template, channel, provider, what, step, count)
                })
                .collect(),
            providers: providers
                .map(|((provider, channel), sums)| (provider, channel, sums))
                .collect(),
        }
    }
}

/// 0 for Monday from midnight to one, 167 for the last hour of Sunday, as clocks on the wall show.
fn hour_of_week(at: Timestamp, zone: Tz) -> i64 {
    use chrono::{Datelike as _, Timelike as _};
    let local = at.to_utc().with_timezone(&zone);
    i64::from(local.weekday().num_days_from_monday() * 24 + local.hour())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_begins_on_monday_by_the_clock_on_the_wall() {
        let rome = chrono_tz::Europe::Rome;
        let hour = |text| hour_of_week(Timestamp::parse(text).unwrap(), rome);
        assert_eq!(hour("2026-11-22T22:59:00Z"), 167, "Sunday, 23:59 in Rome");
        assert_eq!(hour("2026-11-22T23:00:00Z"), 0, "Monday, midnight in Rome");
        assert_eq!(hour("2026-07-01T08:30:00Z"), 2 * 24 + 10, "summer time");
    }
}
