//! When an incident is a part of a wider one, so that whoever was told of the wider one need not be
//! told of it as well: a street of a district. Pure.
//!
//! In doubt it is no part: one message too many is a nuisance, a person forgotten is the fault. So it
//! must be the same trouble with the same service at the same time, no graver, and lie within; and
//! of the wider one something must have been heard of late. Who was told of it is looked up in the
//! store.

use super::{Incident, IncidentKind, IncidentState};
use crate::domain::clock::Timestamp;
use crate::domain::limits::WIDER_SILENCE;

/// Grades of CAP 1.2 §3.2.2, the mildest first.
const SEVERITIES: [&str; 4] = ["minor", "moderate", "severe", "extreme"];

impl Incident {
    /// Whether it can be a part of another one at all. Those who say that something is not over for
    /// them are not told that it is a part of something.
    #[must_use]
    pub fn may_be_part(&self) -> bool {
        self.kind != IncidentKind::Notice
            && !self.is_of_those_who_say_so()
            && (self.service.is_some() || self.parent.is_some())
    }

    /// Whether `narrower` is a part of this one, and whoever was told of this one need not hear of
    /// it for now.
    #[must_use]
    pub fn is_wider_than(&self, narrower: &Self, now: Timestamp) -> bool {
        narrower.may_be_part()
            && is_same_trouble(self, narrower)
            && is_no_graver(narrower, self)
            && is_of_its_time(narrower, self, now)
            && self.is_heard_of(now)
            && self.encloses(narrower)
    }

    /// Its source names it as the part of this one, or all that it covers is covered by this one and
    /// not the other way round: two that cover the same are two.
    fn encloses(&self, narrower: &Self) -> bool {
        if self.incident == narrower.incident || self.parent.as_ref() == Some(&narrower.incident) {
            return false;
        }
        if narrower.parent.as_ref() == Some(&self.incident) {
            return true;
        }
        narrower.service.is_some()
            && self.area.contains(&narrower.area)
            && !narrower.area.contains(&self.area)
    }

    /// Whether it can still be believed to go on. One whose end nobody reported would keep silent all
    /// that comes after it.
    fn is_heard_of(&self, now: Timestamp) -> bool {
        let last = self
            .expected_end
            .map_or(self.changed_at, |end| end.max(self.changed_at));
        self.state != IncidentState::GoingOn || now < last + WIDER_SILENCE
    }
}

/// Works under way explain that the service is cut, an outage does not explain works.
fn is_same_trouble(wider: &Incident, narrower: &Incident) -> bool {
    let works = (wider.kind, narrower.kind) == (IncidentKind::PlannedOutage, IncidentKind::Outage);
    wider.service == narrower.service && (works || wider.kind == narrower.kind)
}

fn is_no_graver(narrower: &Incident, wider: &Incident) -> bool {
    let grade = |incident: &Incident| {
        let severity = incident.severity.as_deref()?.to_ascii_lowercase();
        SEVERITIES.iter().position(|known| *known == severity)
    };
    narrower.severity.is_none()
        || narrower.severity == wider.severity
        || matches!((grade(narrower), grade(wider)), (Some(less), Some(more)) if less <= more)
}

/// Both are under way; or, if one is announced, the whole time of the narrower one is said to lie in
/// that of the wider one.
fn is_of_its_time(narrower: &Incident, wider: &Incident, now: Timestamp) -> bool {
    let lies_ahead = |incident: &Incident| incident.began_at.is_some_and(|begin| begin > now);
    let is_planned = |incident: &Incident| incident.kind == IncidentKind::PlannedOutage;
    if is_planned(narrower) || lies_ahead(narrower) || lies_ahead(wider) {
        let begins = wider.began_at.zip(narrower.began_at);
        let ends = wider.expected_end.zip(narrower.expected_end);
        return begins.is_some_and(|(wide, narrow)| wide <= narrow)
            && ends.is_some_and(|(wide, narrow)| narrow <= wide);
    }
    // Nobody reports that works are over: when their time is, they explain nothing any more.
    !is_planned(wider) || wider.expected_end.is_some_and(|end| now < end)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::event::{IncidentData, IncidentStep};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// An incident of the morning of that day, a part of whose usual fields is another.
    fn incident(reference: &str, towns: &[&str], other: &Value) -> Incident {
        let mut data = json!({"incident": reference, "kind": "outage", "service": "electricity",
            "area": {"municipalities": towns}});
        for (name, value) in other.as_object().unwrap() {
            data[name] = value.clone();
        }
        let data = IncidentData::parse(IncidentStep::Opened, &data).unwrap();
        Incident::begin(IncidentStep::Opened, &data, at("2026-11-22T09:00:00Z"))
    }

    fn is_part(wider: &Value, narrower: &Value, now: &str) -> bool {
        let wider = incident("W", &["037006", "037020"], wider);
        wider.is_wider_than(&incident("N", &["037006"], narrower), at(now))
    }

    #[test]
    fn it_is_a_part_when_all_but_the_area_is_alike() {
        let now = "2026-11-22T09:01:00Z";
        let usual = json!({});
        assert!(is_part(&usual, &usual, now));
        for (wider, narrower) in [
            (json!({"service": "water"}), json!({})),
            (json!({"kind": "delay"}), json!({})),
            (json!({"kind": "notice"}), json!({"kind": "notice"})),
            (json!({"severity": "minor"}), json!({"severity": "severe"})),
            (json!({"severity": "lieve"}), json!({"severity": "grave"})),
            (json!({}), json!({"severity": "minor"})),
            (json!({}), json!({"area": {"municipalities": ["037009"]}})),
            (json!({"area": {"municipalities": ["037006"]}}), json!({})),
        ] {
            assert!(!is_part(&wider, &narrower, now), "{wider} {narrower}");
        }
        for (wider, narrower) in [
            (json!({"severity": "severe"}), json!({"severity": "minor"})),
            (json!({"severity": "grave"}), json!({"severity": "grave"})),
            (json!({"severity": "severe"}), json!({})),
        ] {
            assert!(is_part(&wider, &narrower, now), "{wider} {narrower}");
        }
        let mut nameless = incident("N", &["037006"], &usual);
        let mut wider = incident("W", &["037006", "037020"], &usual);
        (nameless.service, wider.service) = (None, None);
        assert!(
            !wider.is_wider_than(&nameless, at(now)),
            "of which service?"
        );
        nameless.parent = Some("W".to_owned());
        assert!(wider.is_wider_than(&nameless, at(now)));
    }

    #[test]
    fn whoever_names_it_as_a_part_is_believed_and_none_is_a_part_of_its_own_part() {
        let now = "2026-11-22T09:01:00Z";
        let elsewhere = json!({"parent": "W", "area": {"tags": ["feeder:1"]}});
        assert!(is_part(&json!({}), &elsewhere, now));
        assert!(!is_part(&json!({"parent": "N"}), &json!({}), now));
        assert!(!is_part(&json!({"parent": "N"}), &elsewhere, now));
        let mut say_so = incident("N", &["037006"], &json!({"parent": "W"}));
        say_so.area = crate::domain::area::Area::default();
        let wider = incident("W", &["037006"], &json!({}));
        assert!(!wider.is_wider_than(&say_so, at(now)), "they know better");
    }

    #[test]
    fn what_is_planned_is_a_part_only_of_what_is_planned_for_all_of_its_time() {
        let works = |begin: &str, end: &str| {
            json!({"kind": "planned_outage",
                "began_at": format!("2026-11-{begin}:00:00Z"),
                "expected_end": format!("2026-11-{end}:00:00Z")})
        };
        let (day, within) = (works("27T08", "27T16"), works("27T09", "27T12"));
        let (longer, another) = (works("27T09", "27T17"), works("30T09", "30T12"));
        let now = "2026-11-22T09:01:00Z";
        let outage = json!({});
        assert!(is_part(&day, &within, now));
        for (wider, narrower) in [
            (&day, &longer),
            (&day, &another),
            (&day, &outage),
            (&outage, &within),
        ] {
            assert!(!is_part(wider, narrower, now), "{wider} {narrower}");
        }
        assert!(is_part(&day, &outage, "2026-11-27T10:00:00Z"), "they work");
        assert!(!is_part(&day, &outage, "2026-11-27T16:00:00Z"));
        let tomorrow = json!({"began_at": "2026-11-23T09:00:00Z"});
        assert!(!is_part(&outage, &tomorrow, now));
    }

    #[test]
    fn one_of_which_nothing_is_heard_any_more_hides_nothing() {
        let usual = json!({});
        assert!(is_part(&usual, &usual, "2026-11-23T08:59:59Z"));
        assert!(!is_part(&usual, &usual, "2026-11-23T09:00:00Z"));
        let long = json!({"expected_end": "2026-11-24T09:00:00Z"});
        assert!(is_part(&long, &usual, "2026-11-25T08:59:59Z"));
        assert!(!is_part(&long, &usual, "2026-11-25T09:00:00Z"));
    }
}
