//! From the configuration to the settings of each stage: no stage knows the configuration.

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::dispatch::{self, FloodGuard};
use crate::domain::case_kind::CaseKinds;
use crate::domain::limits;
use crate::domain::retry::RetrySchedule;
use crate::intake::Limits;
use crate::plan;
use crate::store::messages::receipts::ReceiptHorizon;
use crate::track::dialogue::SafetyTopics;
use crate::track::postbag::Reception;
use crate::upkeep;
use crate::web::public;
use crate::web::serving::Patience;

/// How the planner works.
pub(super) fn plan(config: &Config, case_kinds: CaseKinds) -> plan::PlannerSettings {
    plan::PlannerSettings {
        quiet_hours: config.quiet_hours,
        opens: config.tracking.opens,
        clicks: config.tracking.clicks,
        zone: config.upkeep.zone,
        contact: contact(config),
        case_kinds,
        small_area: plan::SMALL_AREA,
        material: config.clock.incidents.material,
    }
}

/// How the dispatcher works.
pub(super) fn dispatch(config: &Config) -> dispatch::DispatcherSettings {
    let from = &config.dispatch;
    dispatch::DispatcherSettings {
        window: from.window,
        reserved: from.reserved.clone(),
        claim: u32::try_from(from.claim).unwrap_or(200),
        heartbeat: from.heartbeat.to_std().unwrap_or_default(),
        node_ttl: from.lease,
        retry: RetrySchedule {
            base: from.retry_base,
            cap: from.retry_cap,
            max_tries: from.max_tries,
        },
        flood: FloodGuard {
            per_hour: i64::from(from.flood_per_hour),
            per_day: i64::from(from.flood_per_day),
        },
        quiet_hours: config.quiet_hours,
        reconcile_after: from.reconcile_after,
        reconcile_attempts: from.reconcile_asks,
        sms_horizon: from.receipt_horizon_sms,
        email_horizon: from.receipt_horizon_email,
    }
}

/// How the upkeep works, as configured.
#[must_use]
pub fn upkeep_settings(config: &Config) -> upkeep::UpkeepSchedule {
    upkeep::UpkeepSchedule {
        zone: config.upkeep.zone,
        nightly_minute: config.upkeep.nightly_minute,
        messages: config.retention.messages,
        bodies: config.retention.bodies,
        evidence: config.retention.evidence,
        events: config.retention.events,
        cases: config.retention.cases,
        incidents: config.retention.incidents,
        audit: config.retention.audit,
        feed: config.retention.feed,
        cap_per_hour: i64::from(config.dispatch.flood_per_hour),
        horizon: receipt_horizon(config),
    }
}

/// How long receipts may take.
#[must_use]
pub const fn receipt_horizon(config: &Config) -> ReceiptHorizon {
    ReceiptHorizon {
        sms: config.dispatch.receipt_horizon_sms,
        email: config.dispatch.receipt_horizon_email,
    }
}

/// What is said to those who answer by mail, by the rules in force.
#[must_use]
pub fn reception(config: &Config, rules: Arc<ArcSwap<plan::Matcher>>) -> Reception {
    Reception {
        promise: config.dialogue.promise.clone(),
        safety: SafetyTopics::new(move |topic| rules.load().has_safety(topic)),
        organisation: config.contact.organisation.clone(),
        unknown_mail: config.dialogue.unknown_mail,
    }
}

/// `contact` and `organisation` as texts see them; what is not configured is not there.
#[must_use]
pub fn contact(config: &Config) -> Value {
    let from = &config.contact;
    let facts = [
        ("phone", &from.phone),
        ("phone_free", &from.phone_free),
        ("email", &from.email),
        ("hours", &from.hours),
    ];
    let contact: Map<String, Value> = facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name.to_owned(), json!(fact.as_ref()?))))
        .collect();
    json!({ "organisation": { "name": from.organisation }, "contact": contact })
}

/// The same as the client's page shows it.
pub(super) fn public_contact(config: &Config) -> public::ContactDetails {
    let from = &config.contact;
    public::ContactDetails {
        organisation: from.organisation.clone(),
        phone: from.phone.clone(),
        phone_free: from.phone_free.clone(),
        email: from.email.clone(),
        hours: from.hours.clone(),
    }
}

/// How much a request may bring.
pub(super) fn limits(config: &Config) -> Limits {
    Limits {
        single_bytes: config.http.max_event,
        batch_bytes: config.http.max_batch,
        ..Limits::default()
    }
}

/// How long a connection may take.
pub(super) const fn patience(config: &Config) -> Patience {
    Patience {
        head: config.http.head_within,
        body: config.http.body_within,
        body_in_crowd: limits::BODY_WITHIN_CROWD,
        idle: config.http.idle_within,
        stalled: config.http.stalled_within,
    }
}
