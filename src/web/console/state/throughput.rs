//! How quickly messages go out, noted every few seconds whether anybody looks or not.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::web::Web;

/// How long the pace is looked back on.
const SPAN: TimeDelta = TimeDelta::seconds(60);
/// How often the pace is noted, whether anybody looks or not.
const EVERY: Duration = Duration::from_secs(5);
/// Two notes closer together than this say nothing about a minute.
const LEAST: TimeDelta = TimeDelta::seconds(3);

/// Notes from now on how quickly messages go out, so that whoever opens the page sees it at once.
/// Reads one sum every few seconds.
pub(crate) fn watch(web: &Web) {
    let web = web.clone();
    let lifecycle = web.console.lifecycle.clone();
    let tasks = lifecycle.clone();
    lifecycle.spawn("watch the pace", async move {
        while !tasks.is_stopping() {
            if let Err(error) = note(&web).await {
                tracing::debug!(error = %error, "the pace could not be noted");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = tasks.stopping() => {}
            }
        }
    });
}

async fn note(web: &Web) -> Result<(), StoreError> {
    let accepted = web.store.read().await?.reports().accepted_ever().await?;
    web.console.throughput(web.clock.now(), accepted).await;
    Ok(())
}

/// How quickly messages go out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Throughput {
    pub(crate) per_minute: Option<i64>,
    /// Accepted between one note and the next, oldest first.
    pub(crate) spark: Vec<i64>,
}

/// How many were accepted since the beginning, noted from time to time, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Meter(VecDeque<(Timestamp, i64)>);

impl Meter {
    /// The last note of more than a minute ago stays: from it the minute is counted.
    pub(crate) fn note(&mut self, now: Timestamp, accepted: i64) -> Throughput {
        let close = self.0.back().is_some_and(|(at, _)| now - *at < LEAST);
        if !close {
            self.0.push_back((now, accepted));
        }
        while self.0.get(1).is_some_and(|(at, _)| now - *at >= SPAN) {
            self.0.pop_front();
        }
        let counts = self.0.iter().map(|(_, count)| *count);
        let spark = counts.clone().zip(counts.skip(1));
        let per_minute = self.0.front().and_then(|(at, count)| {
            let past = now - *at;
            let ms = past.num_milliseconds();
            (past >= LEAST).then(|| (accepted - count) * 60_000 / ms)
        });
        Throughput {
            per_minute,
            spark: spark.map(|(before, after)| after - before).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_pace_is_that_of_the_last_minute_whether_anybody_looked_or_not() {
        let mut meter = Meter::default();
        assert_eq!(meter.note(at(0), 100).per_minute, None);
        // Eight in a second, noted every five.
        for step in 1..=30 {
            let throughput = meter.note(at(step * 5), 100 + step * 40);
            assert_eq!(throughput.per_minute, Some(480), "after {} s", step * 5);
        }
        // Somebody looks between two notes, and again at once.
        assert_eq!(meter.note(at(151), 100 + 151 * 8).per_minute, Some(480));
        // Then nothing goes out; after a minute the pace is nought.
        for step in 31..=44 {
            meter.note(at(step * 5), 100 + 151 * 8);
        }
        let quiet = meter.note(at(225), 100 + 151 * 8);
        assert_eq!(quiet.per_minute, Some(0));
        assert!(quiet.spark.len() <= 13, "{:?}", quiet.spark);
    }
}
