//! `[sandbox]`: how fast time runs in a world in which nothing is real. What its addresses do is
//! `araldo_sandbox`'s; what a fast clock means for each part of a node is `domain::clock`'s.

use chrono::TimeDelta;

use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::section::Section;
use crate::text::time::parse_time;

/// How long a day may last: with less, nothing is due in its order any more; with more, nobody waits.
const SHORTEST_DAY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_DAY: TimeDelta = TimeDelta::hours(12);
const MILLIS_A_DAY: i64 = 86_400_000;

/// `[sandbox]`
#[derive(Debug, Clone)]
pub struct SandboxTime {
    /// How many times as fast as real time it runs, 2 to 8,640. None: time is real.
    pub pace: Option<u32>,
    /// Where that was set.
    pub at: Origin,
}

impl SandboxTime {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "sandbox");
        let day = section.optional("day")?;
        let pace = day.as_deref().map(pace_of).transpose();
        let settings = Self {
            pace: pace.map_err(|detail| section.fault("day", detail))?,
            at: section.at("day"),
        };
        section.finish()?;
        Ok(settings)
    }
}

/// Whole times as fast, of how long a day lasts.
fn pace_of(day: &str) -> Result<u32, String> {
    let lasts = parse_time(day)?;
    let pace = match (SHORTEST_DAY..=LONGEST_DAY).contains(&lasts) {
        true => u32::try_from(MILLIS_A_DAY / lasts.num_milliseconds()).ok(),
        false => None,
    };
    pace.ok_or_else(|| {
        format!("a day of `{day}` is too short or too long; write 10s to 12h, such as 1m")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_a_minute_is_1440_times_as_fast() {
        assert_eq!(pace_of("1m"), Ok(1_440));
        assert_eq!(pace_of("10s"), Ok(8_640));
        assert_eq!(pace_of("12h"), Ok(2));
        for wrong in ["9s", "13h", "1", "soon"] {
            assert!(pace_of(wrong).is_err(), "{wrong}");
        }
    }
}
