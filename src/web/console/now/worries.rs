//! What is the matter with incidents, and with clients who wait for an answer: a sentence for each thing that an operator should look after.

use super::view::Alarm;
use crate::domain::Timestamp;
use crate::domain::event::DeclaredState;
use crate::domain::role::Right;
use crate::store::feed::Webhook;
use crate::store::people::conversations::WaitingClients;
use crate::store::planning::declared::DeclaredNotice;
use crate::store::planning::incidents::{IncidentWorry, OverlongOutage};
use crate::store::sources::inboxes::InboxRow;
use crate::web::console::shell::{FluentValue, Visit, When};
use crate::web::console::state::Moment;

/// The alarms of one incident.
pub(super) fn alarms(worry: &IncidentWorry, now: Moment) -> Vec<Alarm> {
    let (name, words) = (&worry.reference, now.words);
    let passed = |at: &Timestamp| *at < now.at;
    let mut alarms = Vec::new();
    let mut alarm = |sentence, since, remedy| {
        alarms.push(Alarm {
            sentence,
            found: When::new(since, now),
            example: None,
            source: None,
            declared: None,
            remedy: words.say(remedy),
        });
    };
    if let Some(end) = worry.expected_end.filter(passed) {
        let sentence = words.with("now-incident-overdue", "incident", name);
        alarm(sentence, end, "now-incident-overdue-remedy");
    }
    if let Some(promised) = worry.next_update.filter(passed) {
        let sentence = words.with("now-incident-word-due", "incident", name);
        alarm(sentence, promised, "now-incident-word-due-remedy");
    }
    if worry.still_out > 0 {
        let first = worry.parent.as_deref().unwrap_or(name);
        let values = [
            ("count", FluentValue::from(worry.still_out)),
            ("number", FluentValue::from(words.number(worry.still_out))),
            ("first", FluentValue::from(first)),
            ("incident", FluentValue::from(name)),
        ];
        let sentence = words.say_with("now-incident-still-out", &values);
        alarm(sentence, worry.opened_at, "now-incident-still-out-remedy");
    }
    if worry.late_notice {
        let sentence = words.with("now-works-late", "incident", name);
        alarm(sentence, worry.opened_at, "now-works-late-remedy");
    }
    alarms
}

/// What is declared and waits for this person: to be approved by them, or to be written otherwise.
pub(super) fn declared(notices: &[DeclaredNotice], visit: &Visit) -> Vec<Alarm> {
    let (now, words) = (visit.moment(), visit.words());
    let me = &visit.person.email;
    let alarm = |sentence, since, remedy, page| Alarm {
        sentence,
        found: When::new(since, now),
        example: None,
        source: None,
        declared: Some(page),
        remedy: words.say(remedy),
    };
    let page = |notice: &DeclaredNotice| format!("/console/declared/{}", notice.id);
    let of = |state: DeclaredState| notices.iter().filter(move |it| it.state == state);
    let mut alarms = Vec::new();
    if visit.may_approve() {
        let others = of(DeclaredState::Waiting).filter(|notice| notice.author != *me);
        let waiting: Vec<&DeclaredNotice> = others.collect();
        let count = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        if let Some(oldest) = waiting.first() {
            let page = match waiting.len() {
                1 => page(oldest),
                _ => "/console/incidents".to_owned(),
            };
            let sentence = words.count("now-declared-waiting", count);
            let remedy = "now-declared-waiting-remedy";
            alarms.push(alarm(sentence, oldest.changed_at, remedy, page));
        }
    }
    for notice in of(DeclaredState::Returned).filter(|notice| notice.author == *me) {
        let sentence = words.with("now-declared-returned", "incident", &notice.incident);
        let remedy = "now-declared-returned-remedy";
        alarms.push(alarm(sentence, notice.changed_at, remedy, page(notice)));
    }
    alarms
}

/// Nobody there is told any more what happens, for those who may look after it.
pub(super) fn given_up(webhooks: &[Webhook], visit: &Visit) -> Vec<Alarm> {
    if !visit.may(Right::SeeWebhooks) {
        return Vec::new();
    }
    let (now, words) = (visit.moment(), visit.words());
    let alarm = |webhook: &Webhook| Alarm {
        sentence: words.with("now-webhook-given-up", "name", &webhook.name),
        found: When::new(webhook.off_at.unwrap_or(now.at), now),
        example: None,
        source: None,
        declared: None,
        remedy: words.say("now-webhook-given-up-remedy"),
    };
    webhooks.iter().map(alarm).collect()
}

/// A mailbox cannot be read: bounces, answers and STOPs that came there wait unseen.
pub(super) fn unread_inbox(inbox: &InboxRow, now: Moment) -> Alarm {
    let words = now.words;
    // Whoever is asked for what became of SMS, or for what clients wrote, stands there with both words.
    let (key, remedy) = match inbox.name.contains('/') {
        true => ("now-asked-fault", "now-asked-fault-remedy"),
        false => ("now-inbox-fault", "now-inbox-fault-remedy"),
    };
    let name = ("inbox", FluentValue::from(inbox.name.as_str()));
    let fault = inbox.fault.as_deref().unwrap_or_default();
    let since = inbox.fault_since.or(inbox.looked_at).unwrap_or(now.at);
    Alarm {
        sentence: words.say_with(key, &[name, ("why", fault.into())]),
        found: When::new(since, now),
        example: None,
        source: None,
        declared: None,
        remedy: words.say(remedy),
    }
}

/// Clients wrote, and nobody answered in the time that was promised.
pub(super) fn unheard(found: WaitingClients, now: Moment) -> Alarm {
    let words = now.words;
    Alarm {
        sentence: words.count("now-unheard", found.waiting),
        found: When::new(found.since.unwrap_or(now.at), now),
        example: None,
        source: None,
        declared: Some("/console/inbox".to_owned()),
        remedy: words.say("now-unheard-remedy"),
    }
}

/// Municipalities that one alarm names.
const TOWNS: usize = 10;

/// An outage lasted longer than it may. That stays so, whatever becomes of it.
pub(super) fn overlong(outage: &OverlongOutage, now: Moment) -> Alarm {
    let words = now.words;
    let span = match outage.after_s % 3_600 {
        0 => format!("{} h", outage.after_s / 3_600),
        _ => format!("{} min", outage.after_s / 60),
    };
    let towns = &outage.municipalities;
    let mut named = towns[..towns.len().min(TOWNS)].join(", ");
    if towns.len() > TOWNS {
        named.push_str(", ...");
    }
    let incident = FluentValue::from(outage.reference.as_str());
    let values = [("incident", incident), ("span", FluentValue::from(span))];
    let sentence = if named.is_empty() {
        words.say_with("now-outage-overlong", &values)
    } else {
        let [incident, span] = values;
        let towns = ("towns", FluentValue::from(named));
        words.say_with("now-outage-overlong-in", &[incident, span, towns])
    };
    Alarm {
        sentence,
        found: When::new(outage.since, now),
        example: None,
        source: None,
        declared: None,
        remedy: words.say("now-outage-overlong-remedy"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::console::shell::ConsoleWords;

    #[test]
    fn an_outage_that_lasted_too_long_is_named_with_its_towns() {
        let now = Moment {
            at: Timestamp::parse("2026-11-22T20:00:00Z").unwrap(),
            zone: chrono_tz::Europe::Rome,
            words: ConsoleWords::ENGLISH,
        };
        let outage = |after_s, towns: usize| OverlongOutage {
            reference: "G-77".to_owned(),
            after_s,
            since: now.at,
            municipalities: (0..towns).map(|town| format!("{town:06}")).collect(),
        };
        let said = |outage| overlong(&outage, now).sentence;
        assert_eq!(
            said(outage(28_800, 2)),
            "The outage G-77 lasted longer than 8 h in 000000, 000001"
        );
        assert_eq!(
            said(outage(5_400, 0)),
            "The outage G-77 lasted longer than 90 min"
        );
        assert!(said(outage(28_800, 11)).ends_with("000009, ..."));
    }

    #[test]
    fn each_worry_is_an_alarm_and_what_is_still_ahead_is_none() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let now = Moment {
            at: at("2026-11-22T20:00:00Z"),
            zone: chrono_tz::Europe::Rome,
            words: ConsoleWords::ENGLISH,
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
