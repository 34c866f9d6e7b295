//! Eligibility, pure: by which channel one candidate is told, now or later or not at all, and why.
//! `dispatch` checks the part that can change once more before sending.

use chrono::TimeDelta;

use crate::domain::client::TrackingConsent;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::reach::{Addressee, Reach};
use crate::domain::rule::PlanSettings;
use crate::domain::{Channel, Class, MessageState, Reason, Timestamp, Tracking};
use crate::store::planning::candidates::Candidate;

/// What has to be known besides the candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct EligibilityInput<'a> {
    pub(super) settings: &'a PlanSettings,
    pub(super) class: Class,
    /// Messages are due then at the earliest.
    pub(super) due_at: Timestamp,
    pub(super) now: Timestamp,
    /// How long ago the news happened when it was planned: it has been ageing meanwhile.
    pub(super) age: TimeDelta,
    /// Quiet hours of clients who set none.
    pub(super) quiet_hours: Option<QuietHours>,
    /// Whether something newer on the subject came already.
    pub(super) overtaken: bool,
    /// Whether the template is missing, so that nothing can be written.
    pub(super) without_template: bool,
    /// Clients who know of a wider incident, in order of their rows.
    pub(super) covered: &'a [i64],
    /// Clients who know all that it says, in order of their rows.
    pub(super) known: &'a [i64],
}

/// One message that is to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedMessage {
    pub(super) channel: Channel,
    /// Where to; empty when there is none.
    pub(super) address: String,
    /// `queued`, `held` or a final state.
    pub(super) state: MessageState,
    /// Why, when it is not simply queued.
    pub(super) reason: Option<Reason>,
    /// Not sent before this.
    pub(super) due_at: Timestamp,
    /// Not sent after this.
    pub(super) expires_at: Timestamp,
}

/// The messages one candidate gets: at least one, if only a suppressed one with the reason.
#[must_use]
pub(super) fn decide(candidate: &Candidate, input: &EligibilityInput<'_>) -> Vec<PlannedMessage> {
    let addressee = candidate.addressee();
    addressee
        .channels(&input.settings.channels, input.class)
        .into_iter()
        .map(|channel| verdict(candidate, &addressee, channel, input))
        .collect()
}

/// How this client's reading may be measured: by name only with consent, not at all after a no.
#[must_use]
pub(super) fn tracking(consent: &str, at_most: Tracking) -> Tracking {
    match (consent.parse(), at_most) {
        (Ok(TrackingConsent::Granted), Tracking::Individual) => Tracking::Individual,
        (Ok(TrackingConsent::Denied | TrackingConsent::Withdrawn) | Err(_), _) => Tracking::None,
        _ => Tracking::Aggregate,
    }
}

fn verdict(
    candidate: &Candidate,
    addressee: &Addressee<'_>,
    channel: Channel,
    input: &EligibilityInput<'_>,
) -> PlannedMessage {
    let reach = addressee.on(channel, input.class);
    let address = match reach {
        Reach::At(address) => Some(address),
        Reach::Not { address, .. } => address,
    };
    let mut due_at = input.due_at;
    let life = TimeDelta::seconds(input.settings.expires_s);
    let (state, reason) = if let Reach::Not { reason, .. } = reach {
        (MessageState::Suppressed, Some(reason))
    } else if input.covered.binary_search(&candidate.client).is_ok() {
        // Before all that time decides: who is kept in the dark is told when that is over.
        (MessageState::Suppressed, Some(Reason::WiderIncident))
    } else if input.overtaken {
        (MessageState::Superseded, Some(Reason::Newer))
    } else if input.known.binary_search(&candidate.client).is_ok() {
        (MessageState::Suppressed, Some(Reason::NothingNew))
    } else if input.age >= life {
        due_at = input.now;
        (MessageState::Expired, Some(Reason::TooLate))
    } else if input.without_template {
        (MessageState::Held, Some(Reason::NoTemplate))
    } else if let Some(until) = quiet_until(candidate, input) {
        due_at = until;
        (MessageState::Held, Some(Reason::QuietHours))
    } else if input.due_at > input.now {
        (MessageState::Queued, Some(Reason::Coalesced))
    } else {
        (MessageState::Queued, None)
    };
    PlannedMessage {
        channel,
        address: address.unwrap_or_default().to_owned(),
        state,
        reason,
        due_at,
        // What is left of its life when it is due: quiet hours defer a message and never drop it,
        // but news that was under way for long is not fresh because it arrived.
        expires_at: due_at + life - input.age,
    }
}

fn quiet_until(candidate: &Candidate, input: &EligibilityInput<'_>) -> Option<Timestamp> {
    if !input.settings.respects_quiet_hours {
        return None;
    }
    let own = QuietHours::of_minutes(candidate.quiet_from, candidate.quiet_to);
    let zone = candidate.time_zone.parse().ok()?;
    own.or(input.quiet_hours)?.until(input.due_at, zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OnUnknown;
    use crate::domain::reach::KnownAddress;
    use crate::domain::rule::{Audience, ChannelChoice};

    fn candidate() -> Candidate {
        Candidate {
            client: 1,
            reference: "C-1".into(),
            name: "Maria Rossi".into(),
            locale: "it".into(),
            time_zone: "Europe/Rome".into(),
            preferred: Some("sms".into()),
            quiet_from: None,
            quiet_to: None,
            tracking_consent: "unknown".into(),
            wanted: None,
            place: None,
            place_kind: None,
            municipality: None,
            postal_code: None,
            contacts: vec![
                contact(Channel::Sms, "+393331234567", None),
                contact(Channel::Email, "maria@example.it", None),
            ],
            deputies: Vec::new(),
        }
    }

    fn contact(channel: Channel, address: &str, barred: Option<Reason>) -> KnownAddress {
        KnownAddress {
            channel,
            address: address.into(),
            barred,
        }
    }

    fn settings() -> PlanSettings {
        PlanSettings {
            audience: Audience::CaseClient,
            channels: vec![ChannelChoice::Preferred],
            on_unknown: OnUnknown::Reconcile,
            respects_quiet_hours: true,
            expires_s: 3_600,
            fallback: None,
            unread: None,
            answers: false,
        }
    }

    fn input(settings: &PlanSettings, at: &str) -> EligibilityInput<'static> {
        let now = Timestamp::parse(at).unwrap();
        EligibilityInput {
            settings: Box::leak(Box::new(settings.clone())),
            class: Class::Service,
            due_at: now,
            now,
            age: TimeDelta::zero(),
            quiet_hours: Some(QuietHours {
                from_minute: 21 * 60,
                to_minute: 8 * 60,
            }),
            overtaken: false,
            without_template: false,
            covered: &[],
            known: &[],
        }
    }

    #[test]
    fn by_day_it_is_queued_on_the_preferred_channel() {
        let verdicts = decide(
            &candidate(),
            &input(&settings(), "2026-11-23T10:00:00+01:00"),
        );
        assert_eq!(verdicts.len(), 1);
        assert_eq!(verdicts[0].channel, Channel::Sms);
        assert_eq!(verdicts[0].state, MessageState::Queued);
    }

    #[test]
    fn quiet_hours_defer_and_never_shorten_a_life() {
        let verdicts = decide(
            &candidate(),
            &input(&settings(), "2026-11-23T23:00:00+01:00"),
        );
        let morning = Timestamp::parse("2026-11-24T08:00:00+01:00").unwrap();
        assert_eq!(verdicts[0].state, MessageState::Held);
        assert_eq!(verdicts[0].due_at, morning);
        assert_eq!(verdicts[0].expires_at, morning + TimeDelta::hours(1));
    }

    #[test]
    fn life_counts_from_when_it_happened() {
        let settings = settings();
        let at = |age| EligibilityInput {
            age,
            ..input(&settings, "2026-11-23T10:00:00+01:00")
        };
        let now = at(TimeDelta::zero()).now;
        let late = decide(&candidate(), &at(TimeDelta::minutes(45)));
        assert_eq!(late[0].state, MessageState::Queued);
        assert_eq!(late[0].expires_at, now + TimeDelta::minutes(15));
        let stale = decide(&candidate(), &at(TimeDelta::days(3)));
        assert_eq!(stale[0].state, MessageState::Expired);
        assert_eq!(stale[0].reason, Some(Reason::TooLate));
        assert!(stale[0].expires_at < now);
        // What bars the client is said first: it held before the news came.
        let mut barred = candidate();
        barred.contacts = vec![contact(Channel::Sms, "+393331234567", Some(Reason::Stop))];
        let barred = decide(&barred, &at(TimeDelta::days(3)));
        assert_eq!(barred[0].state, MessageState::Suppressed);
    }

    #[test]
    fn nobody_vanishes() {
        let mut nobody = candidate();
        nobody.contacts.clear();
        let verdicts = decide(&nobody, &input(&settings(), "2026-11-23T10:00:00+01:00"));
        assert_eq!(verdicts[0].state, MessageState::Suppressed);
        assert_eq!(verdicts[0].reason, Some(Reason::NoContact));
    }

    #[test]
    fn whoever_knows_of_a_wider_incident_is_not_told_unless_something_bars_it_anyway() {
        let settings = settings();
        let covered = EligibilityInput {
            covered: &[1],
            overtaken: true,
            ..input(&settings, "2026-11-23T10:00:00+01:00")
        };
        let verdict = &decide(&candidate(), &covered)[0];
        let found = (verdict.state, verdict.reason);
        let kept = (MessageState::Suppressed, Some(Reason::WiderIncident));
        assert_eq!(found, kept);
        let mut barred = candidate();
        barred.contacts = vec![contact(Channel::Sms, "+393331234567", Some(Reason::Stop))];
        let barred = decide(&barred, &covered);
        assert_eq!(barred[0].reason, Some(Reason::Stop));
        let others = EligibilityInput {
            covered: &[2],
            overtaken: false,
            ..covered
        };
        let told = decide(&candidate(), &others);
        assert_eq!(told[0].state, MessageState::Queued);
    }

    #[test]
    fn whoever_knows_what_it_says_is_not_told_again_however_late_it_is() {
        let settings = settings();
        let known = EligibilityInput {
            known: &[1],
            age: TimeDelta::days(3),
            ..input(&settings, "2026-11-23T10:00:00+01:00")
        };
        let verdict = &decide(&candidate(), &known)[0];
        let found = (verdict.state, verdict.reason);
        assert_eq!(found, (MessageState::Suppressed, Some(Reason::NothingNew)));
        let overtaken = EligibilityInput {
            overtaken: true,
            ..known
        };
        let verdict = &decide(&candidate(), &overtaken)[0];
        assert_eq!(verdict.reason, Some(Reason::Newer));
    }

    #[test]
    fn a_barred_number_turns_to_the_address_that_works() {
        let mut barred = candidate();
        barred.contacts[0].barred = Some(Reason::HardBounce);
        let verdicts = decide(&barred, &input(&settings(), "2026-11-23T10:00:00+01:00"));
        assert_eq!(verdicts[0].channel, Channel::Email);
        assert_eq!(verdicts[0].state, MessageState::Queued);
        barred.contacts.pop();
        let verdicts = decide(&barred, &input(&settings(), "2026-11-23T10:00:00+01:00"));
        assert_eq!(verdicts[0].reason, Some(Reason::HardBounce));
    }

    #[test]
    fn reading_is_measured_by_name_only_with_consent() {
        assert_eq!(
            tracking("granted", Tracking::Individual),
            Tracking::Individual
        );
        assert_eq!(
            tracking("granted", Tracking::Aggregate),
            Tracking::Aggregate
        );
        assert_eq!(
            tracking("unknown", Tracking::Individual),
            Tracking::Aggregate
        );
        assert_eq!(tracking("withdrawn", Tracking::Individual), Tracking::None);
    }
}
