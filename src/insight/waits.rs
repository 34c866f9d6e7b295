//! How long until it arrives, how long until it is read: the middle and the slow end of counted
//! steps. Both are upper bounds, "within"; who never got it, or never read it, is in neither.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::delay::within;
use crate::store::insight::days::{Awaited, DelayCount};

/// How long some messages took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TypicalWait {
    /// How many it is said of.
    pub messages: i64,
    /// Half of them within so many seconds.
    pub median_s: i64,
    /// 90 in 100 within so many seconds.
    pub slowest_tenth_after_s: i64,
}

/// The waits of one template, channel or provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KeyWaits {
    pub key: String,
    /// From acceptance until a receipt says that it arrived.
    pub delivery: Option<TypicalWait>,
    /// From acceptance until the first sign of a person.
    pub reading: Option<TypicalWait>,
}

/// One line for each key, in order; `key` says what the lines are of.
#[must_use]
pub fn waits(steps: &[DelayCount], key: impl Fn(&DelayCount) -> &str) -> Vec<KeyWaits> {
    let mut by_key: BTreeMap<&str, [Vec<(i64, i64)>; 2]> = BTreeMap::new();
    for step in steps {
        let both = by_key.entry(key(step)).or_default();
        let place = usize::from(step.what == Awaited::Reading);
        both[place].push((step.step, step.messages));
    }
    let line = |(key, [delivery, reading]): (&str, [Vec<(i64, i64)>; 2])| KeyWaits {
        key: key.to_owned(),
        delivery: wait(delivery),
        reading: wait(reading),
    };
    by_key.into_iter().map(line).collect()
}

fn wait(mut steps: Vec<(i64, i64)>) -> Option<TypicalWait> {
    steps.sort_unstable();
    Some(TypicalWait {
        messages: steps.iter().map(|(_, count)| count).sum(),
        median_s: within(&steps, 50)?,
        slowest_tenth_after_s: within(&steps, 90)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_middle_and_slow_end() {
        let step = |what, channel: &str, step, messages| DelayCount {
            what,
            template: "t".to_owned(),
            channel: channel.to_owned(),
            provider: "gateway".to_owned(),
            step,
            messages,
        };
        let steps = [
            step(Awaited::Delivery, "sms", 5, 80),
            step(Awaited::Delivery, "sms", 60, 20),
            step(Awaited::Reading, "sms", 3_600, 1),
            step(Awaited::Delivery, "email", 1, 4),
        ];
        let found = waits(&steps, |step| &step.channel);
        assert_eq!((found[0].key.as_str(), found[0].reading), ("email", None));
        let sms = found[1].delivery.unwrap();
        let told = (sms.messages, sms.median_s, sms.slowest_tenth_after_s);
        assert_eq!(told, (100, 5, 60));
        assert_eq!(found[1].reading.unwrap().median_s, 3_600);
    }
}
