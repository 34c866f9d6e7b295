//! How far messages got: told, delivered, read.

use std::borrow::Cow;

use super::words::ConsoleWords;
use crate::insight::Proportion;
use crate::store::reports::DeliveryFunnel;

/// One step of told → delivered → read.
pub(crate) struct FunnelStep {
    pub(crate) word: Cow<'static, str>,
    pub(crate) count: String,
    /// Of its own whole, 0 to 100; nothing when there is no whole.
    pub(crate) percent: Option<i64>,
    /// Its whole, in words.
    pub(crate) of: String,
    pub(crate) tone: &'static str,
}

/// The three steps, each as a share of those it can be said of: who was not to be told is no
/// failure, and a relay that never reports has not lost anything.
#[rustfmt::skip] // a table is read line by line
pub(crate) fn funnel(delivery: &DeliveryFunnel, words: ConsoleWords) -> Vec<FunnelStep> {
    let to_tell = delivery.planned - delivery.suppressed;
    [
        ("shell-told", "going", delivery.told, to_tell, "shell-told-of"),
        ("shell-delivered", "delivered", delivery.delivered, delivery.reporting, "shell-delivered-of"),
        ("shell-read", "read", delivery.read, delivery.read_measurable, "shell-read-of"),
    ]
    .into_iter()
    .map(|(word, tone, count, whole, of)| FunnelStep {
        word: words.say(word),
        count: words.number(count),
        percent: (whole > 0).then(|| Proportion::new(count, whole).percent()),
        of: words.count(of, whole),
        tone,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a storm told by SMS and e-mail: a relay that never reports is in no share of what arrived.
    #[test]
    fn each_step_is_a_share_of_those_it_can_be_said_of() {
        let storm = DeliveryFunnel {
            planned: 100,
            suppressed: 10,
            told: 81,
            reporting: 60,
            delivered: 57,
            read_measurable: 50,
            read: 20,
            ..DeliveryFunnel::default()
        };
        let steps = funnel(&storm, ConsoleWords::ENGLISH);
        let shown = steps.iter().map(|step| (step.percent, step.of.as_str()));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                (Some(90), "of 90 to be told"),
                (
                    Some(95),
                    "of 60 whose provider reports it, or of which a report came"
                ),
                (Some(40), "of 50 who can be measured"),
            ]
        );
        let mails = DeliveryFunnel {
            reporting: 0,
            delivered: 0,
            ..storm
        };
        let steps = funnel(&mails, ConsoleWords::ENGLISH);
        assert_eq!(steps[1].percent, None, "nobody knows, which is not nobody");
    }
}
