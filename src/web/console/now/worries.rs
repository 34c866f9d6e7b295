//! What is the matter with incidents: a sentence for each thing that an operator should look after.

use super::view::Alarm;
use crate::domain::Timestamp;
use crate::store::planning::incidents::IncidentWorry;
use crate::web::console::shell::format::{When, grouped};
use crate::web::console::state::Moment;

/// The alarms of one incident.
pub(super) fn alarms(worry: &IncidentWorry, now: Moment) -> Vec<Alarm> {
    let name = &worry.reference;
    let passed = |at: &Timestamp| *at < now.at;
    let mut alarms = Vec::new();
    let mut alarm = |sentence, since, remedy| {
        alarms.push(Alarm {
            sentence,
            found: When::new(since, now),
            example: None,
            source: None,
            remedy,
        });
    };
    if let Some(end) = worry.expected_end.filter(passed) {
        let sentence = format!("The incident {name} should be over, and nothing came");
        alarm(
            sentence,
            end,
            "Say when it will end (incident.updated), or that it is over (incident.resolved).",
        );
    }
    if let Some(promised) = worry.next_update.filter(passed) {
        let sentence = format!("The next word on the incident {name} was promised, and is due");
        alarm(
            sentence,
            promised,
            "Send incident.updated, with the next promise if there is nothing new.",
        );
    }
    if worry.still_out > 0 {
        let first = worry.parent.as_deref().unwrap_or(name);
        let sentence = format!(
            "{} clients say that the incident {first} is not over for them: {name}",
            grouped(worry.still_out)
        );
        alarm(
            sentence,
            worry.opened_at,
            "Its page lists how many; end it with incident.resolved once it is mended.",
        );
    }
    if worry.late_notice {
        let sentence = format!("The works {name} were announced later than they had to be");
        alarm(
            sentence,
            worry.opened_at,
            "They can be moved (incident.updated); else this goes when they begin.",
        );
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worry_is_an_alarm_and_what_is_still_ahead_is_none() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let now = Moment {
            at: at("2026-11-22T20:00:00Z"),
            zone: chrono_tz::Europe::Rome,
        };
        let quiet = IncidentWorry {
            reference: "G-77/still-1".to_owned(),
            parent: Some("G-77".to_owned()),
            began_at: Some(at("2026-11-23T08:00:00Z")),
            expected_end: Some(at("2026-11-22T21:00:00Z")),
            next_update: Some(at("2026-11-22T21:00:00Z")),
            late_notice: false,
            still_out: 0,
            opened_at: at("2026-11-22T18:00:00Z"),
        };
        assert!(alarms(&quiet, now).is_empty());
        let loud = IncidentWorry {
            expected_end: Some(at("2026-11-22T19:00:00Z")),
            next_update: Some(at("2026-11-22T19:30:00Z")),
            late_notice: true,
            still_out: 3,
            ..quiet
        };
        let said: Vec<String> = alarms(&loud, now)
            .into_iter()
            .map(|alarm| alarm.sentence)
            .collect();
        assert_eq!(
            said,
            [
                "The incident G-77/still-1 should be over, and nothing came",
                "The next word on the incident G-77/still-1 was promised, and is due",
                "3 clients say that the incident G-77 is not over for them: G-77/still-1",
                "The works G-77/still-1 were announced later than they had to be",
            ]
        );
    }
}
