//! What stays known from one look to the next, and which incident an alert belongs to. An alert
//! names those that it follows, and all of a chain are one incident: it is called by the first one,
//! so that an update goes to those who were told before.
//!
//! What an index lists no more has not ended: alerts expire, or are cancelled. One that has expired
//! ends its incident in silence: nobody has said that the danger is over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::alert::{CapAlert, CapReference, CapStep};
use super::settings::CapSettings;
use crate::domain::Timestamp;
use crate::domain::event::IncidentStep;
use crate::domain::limits::{CAP_REMEMBERED, REFERENCE};
use crate::source::http::FeedValidator;
use crate::source::mapping::digest;
use crate::source::reader::{Cursor, SourceRecord};
use crate::text::sanitize;

/// Whoever prolongs an alert may do so a little after it has expired. Shorter than the time after
/// which clients hear that an incident lasts longer than expected (`[incidents] overdue_grace`).
const PROLONGED_WITHIN: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CapMemory {
    /// What `url` said of itself when all that it lists had been read.
    pub(super) validator: Option<FeedValidator>,
    /// Links of the index that were read, each with its entry's mark. A hash of the address stands
    /// for it, which may hold a token: a cursor is shown to people.
    pub(super) links: BTreeMap<String, String>,
    /// Alerts that were read or named by others.
    alerts: BTreeMap<String, KnownAlert>,
    /// Incidents of which a record was made.
    incidents: BTreeMap<String, KnownIncident>,
    /// Tests, exercises and what is not public.
    pub(super) passed_over: u64,
}

/// What is known of one alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KnownAlert {
    /// Absent: clients cannot be told of it.
    incident: Option<String>,
    /// A hash of what it said; absent while only others have named it.
    said: Option<String>,
    sent: Option<Timestamp>,
    /// When it expires, as far as known.
    until: Option<Timestamp>,
}

/// Where an incident stands by the newest of its alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KnownIncident {
    sent: Option<Timestamp>,
    /// Absent: until it is cancelled.
    until: Option<Timestamp>,
    /// When it was over: cancelled, all clear, expired.
    over: Option<Timestamp>,
}

/// What an alert comes to, before it is remembered.
#[derive(Default)]
pub(super) struct CapNews {
    pub(super) records: Vec<SourceRecord>,
    /// What an operator should know of it.
    pub(super) doubt: Option<String>,
    is_withheld: bool,
    alerts: Vec<(String, KnownAlert)>,
    incidents: Vec<(String, KnownIncident)>,
}

/// What happens to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CapTurn {
    GoesOn,
    /// It was over, and holds again.
    Returns,
    Ends,
    IsCancelled,
    Expires,
}

impl CapMemory {
    /// What the store has; nothing where it is none of ours.
    pub(super) fn read(cursor: Option<&Cursor>) -> Self {
        let known = cursor.map(|cursor| serde_json::from_value(cursor.0.clone()));
        known.and_then(Result::ok).unwrap_or_default()
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or(Value::Null))
    }

    /// What an alert comes to. Nothing is changed before [`Self::note`].
    pub(super) fn news(&self, alert: &CapAlert, settings: &CapSettings, now: Timestamp) -> CapNews {
        let key = alert.name().key();
        // Of their words alone: other settings make no news of it.
        let said = digest(&format!("{alert:?}"));
        let known = self.alerts.get(&key);
        if known.is_some_and(|known| known.said.as_ref() == Some(&said)) {
            return CapNews::default();
        }
        let is_for_clients = alert.is_public() && alert.step() != CapStep::Receipt;
        let incident = self.incident_of(alert).filter(|_| is_for_clients);
        let turns = match (&incident, is_for_clients) {
            (Some(incident), true) => self.turns(alert, incident, settings, now),
            // It has no name: the mapping refuses it, and a person looks at it.
            (None, true) => vec![(None, CapTurn::GoesOn)],
            (_, false) => Vec::new(),
        };
        let until = alert.until(&settings.language);
        let mut news = CapNews {
            is_withheld: !alert.is_public(),
            ..CapNews::default()
        };
        let mut columns = alert.columns(settings);
        let version = format!("{} {}", alert.sent, alert.identifier);
        columns.insert("version".to_owned(), json!(version));
        for (incident, turn) in turns {
            news.records.push(SourceRecord {
                place: sanitize::excerpt(&key, REFERENCE),
                fields: turn.added_to(columns.clone(), incident.as_deref()),
            });
            let stands = incident.map(|incident| {
                let stands = self.stands_after(&incident, alert, until, turn, now);
                (incident, stands)
            });
            news.incidents.extend(stands);
        }
        if !news.records.is_empty() {
            news.doubt = alert.doubt(&settings.language);
        }
        let known = KnownAlert {
            incident,
            said: Some(said),
            sent: alert.sent_at(),
            until,
        };
        news.alerts = self.named(alert, key, known);
        news
    }

    /// What ends in silence: at most `limit` incidents whose words have expired, and nobody has
    /// prolonged them.
    pub(super) fn expired(&self, settings: &CapSettings, limit: usize, now: Timestamp) -> CapNews {
        let ended = self.incidents.iter().filter_map(|(incident, stands)| {
            let until = stands.until.filter(|_| stands.over.is_none())?;
            (until + PROLONGED_WITHIN <= now).then_some((incident, stands, until))
        });
        let mut news = CapNews::default();
        for (incident, stands, until) in ended.take(limit) {
            let mut columns = CapAlert::default().columns(settings);
            columns.insert("version".to_owned(), json!(format!("expired {until}")));
            columns.insert("sent".to_owned(), json!(until));
            news.records.push(SourceRecord {
                place: incident.clone(),
                fields: CapTurn::Expires.added_to(columns, Some(incident)),
            });
            let stands = KnownIncident {
                over: Some(until),
                ..stands.clone()
            };
            news.incidents.push((incident.clone(), stands));
        }
        news
    }

    /// Remembers what became of an alert.
    pub(super) fn note(&mut self, news: CapNews) {
        self.alerts.extend(news.alerts);
        self.incidents.extend(news.incidents);
        self.passed_over += u64::from(news.is_withheld);
    }

    /// Forgets what is too much: first what has expired, the oldest first.
    pub(super) fn forget(&mut self, now: Timestamp) {
        let excess = self.alerts.len().saturating_sub(CAP_REMEMBERED);
        if excess == 0 {
            return;
        }
        let mut oldest: Vec<_> = self.alerts.iter().collect();
        oldest.sort_by_key(|(_, known)| (known.until.is_none_or(|end| end > now), known.sent));
        let oldest = oldest.iter().take(excess);
        let oldest: BTreeSet<_> = oldest.map(|(key, _)| (*key).clone()).collect();
        self.alerts.retain(|key, _| !oldest.contains(key));
        let alerts = self.alerts.values();
        let left: BTreeSet<_> = alerts.filter_map(|known| known.incident.as_ref()).collect();
        self.incidents.retain(|incident, _| left.contains(incident));
    }

    /// The incident that an alert begins or goes on.
    fn incident_of(&self, alert: &CapAlert) -> Option<String> {
        let own = self.known(&alert.name());
        if let Some(incident) = own.and_then(|known| known.incident.clone()) {
            return Some(incident);
        }
        let earlier = in_order(&alert.references);
        let mut known = earlier.iter().filter_map(|named| self.known(named));
        let known = known.find_map(|known| known.incident.clone());
        let first = earlier.first().copied().cloned();
        let first = first.unwrap_or_else(|| alert.name());
        known.or_else(|| first.incident().map(short))
    }

    /// What is known of an alert by the name that another one gives it. The time of it may be
    /// written in another way, or not at all.
    fn known(&self, named: &CapReference) -> Option<&KnownAlert> {
        let stem = named.stem();
        let alike = self.alerts.range(stem.clone()..);
        let mut alike = alike.take_while(|(key, _)| key.starts_with(&stem));
        self.alerts
            .get(&named.key())
            .or_else(|| alike.next().map(|(_, known)| known))
    }

    /// What becomes of which incidents by an alert, which belongs to `incident`.
    fn turns(
        &self,
        alert: &CapAlert,
        incident: &str,
        settings: &CapSettings,
        now: Timestamp,
    ) -> Vec<(Option<String>, CapTurn)> {
        // What nobody has heard of, or what is over, is not news when it ends.
        let goes_on = |incident: &str| {
            let stands = self.incidents.get(incident);
            stands.is_some_and(|stands| stands.over.is_none())
        };
        if alert.step() == CapStep::Cancel {
            let named = alert.references.iter();
            let named = named.filter_map(|named| self.known(named)?.incident.clone());
            let named: BTreeSet<String> = named.collect();
            let ended = named.into_iter().filter(|incident| goes_on(incident));
            return ended.map(|it| (Some(it), CapTurn::IsCancelled)).collect();
        }
        let over = self.incidents.get(incident).and_then(|stands| stands.over);
        let turn = match over {
            _ if alert.is_over(&settings.language) => {
                Some(CapTurn::Ends).filter(|_| goes_on(incident))
            }
            _ if alert.is_past(&settings.language, now) => {
                Some(CapTurn::Expires).filter(|_| goes_on(incident))
            }
            Some(over) if alert.sent_at() > Some(over) => Some(CapTurn::Returns),
            _ => Some(CapTurn::GoesOn),
        };
        let own = Some(incident.to_owned());
        turn.map(|turn| (own, turn)).into_iter().collect()
    }

    /// Where an incident stands after an alert. One that is older than what is known changes nothing.
    fn stands_after(
        &self,
        incident: &str,
        alert: &CapAlert,
        until: Option<Timestamp>,
        turn: CapTurn,
        now: Timestamp,
    ) -> KnownIncident {
        let sent = alert.sent_at();
        let known = self.incidents.get(incident);
        if let Some(newer) = known.filter(|known| known.sent > sent) {
            return newer.clone();
        }
        let goes_on = matches!(turn, CapTurn::GoesOn | CapTurn::Returns);
        KnownIncident {
            sent,
            until,
            over: (!goes_on).then(|| sent.unwrap_or(now)),
        }
    }

    /// The alert and those that it names: whichever of them is read or named later belongs to the
    /// same incident.
    fn named(&self, alert: &CapAlert, key: String, known: KnownAlert) -> Vec<(String, KnownAlert)> {
        let unknown = alert.references.iter();
        let unknown = unknown.filter(|named| self.known(named).is_none());
        let unknown = unknown.filter(|_| known.incident.is_some());
        let named = unknown.map(|named| {
            let only_named = KnownAlert {
                said: None,
                sent: Timestamp::parse(&named.sent).ok(),
                ..known.clone()
            };
            (named.key(), only_named)
        });
        let mut alerts: Vec<_> = named.collect();
        alerts.push((key, known));
        alerts
    }
}

impl CapTurn {
    /// The columns of a record, those that hang on other alerts among them.
    fn added_to(
        self,
        mut columns: serde_json::Map<String, Value>,
        incident: Option<&str>,
    ) -> serde_json::Map<String, Value> {
        let step = match self {
            Self::Returns => Some(IncidentStep::Opened),
            Self::IsCancelled => Some(IncidentStep::Cancelled),
            Self::GoesOn | Self::Ends | Self::Expires => None,
        };
        columns.extend([
            ("incident".to_owned(), json!(incident)),
            ("step".to_owned(), json!(step)),
            (
                "ended".to_owned(),
                json!(matches!(self, Self::Ends | Self::Expires)),
            ),
            ("quiet".to_owned(), json!(self == Self::Expires)),
        ]);
        columns
    }
}

/// The oldest first; those without a time last.
fn in_order(references: &[CapReference]) -> Vec<&CapReference> {
    let mut references: Vec<_> = references.iter().collect();
    references.sort_by_key(|named| {
        let sent = Timestamp::parse(&named.sent).ok();
        (sent.is_none(), sent)
    });
    references
}

/// A reference has a limit, and two of them must never become the same.
fn short(incident: String) -> String {
    match incident.chars().count() <= REFERENCE {
        true => incident,
        false => digest(&incident),
    }
}
