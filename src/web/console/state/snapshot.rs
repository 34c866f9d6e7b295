//! What is going on, read once for everybody who looks within a second.

use chrono::TimeDelta;

use super::{Moment, ProviderFace, Throughput};
use crate::domain::Timestamp;
use crate::domain::limits::{COMPENSATION_SHOWN, DECLARED_SHOWN};
use crate::store::StoreError;
use crate::store::cluster::upkeep::Breach;
use crate::store::feed::Webhook;
use crate::store::people::conversations::WaitingClients;
use crate::store::planning::bodies::BodyStanding;
use crate::store::planning::declared::DeclaredNotice;
use crate::store::planning::incidents::{IncidentRecord, IncidentWorry, OverlongOutage};
use crate::store::reports::{
    DeliveryFunnel, LaneLoad, MessageFilter, MessageRow, NodeRow, ProviderRow, Totals,
};
use crate::store::sources::SourceRow;
use crate::store::sources::inboxes::InboxRow;
use crate::web::Web;

/// An urgent message that waits so long is an alarm.
pub(crate) const URGENT_WAIT: TimeDelta = TimeDelta::seconds(30);

/// What is going on, read once for everybody.
pub(crate) struct Snapshot {
    pub(crate) lanes: Vec<LaneLoad>,
    pub(crate) totals: Totals,
    pub(crate) throughput: Throughput,
    pub(crate) incidents: Vec<(IncidentRecord, DeliveryFunnel)>,
    /// Incidents that somebody has to look after.
    pub(crate) worries: Vec<IncidentWorry>,
    /// Outages that lasted longer than they may, also those that are over.
    pub(crate) overlong: Vec<OverlongOutage>,
    /// What waits for a second person, or for its author again.
    pub(crate) declared: Vec<DeclaredNotice>,
    /// With whom cases stand still.
    pub(crate) bodies: Vec<BodyStanding>,
    pub(crate) providers: Vec<(ProviderFace, Option<ProviderRow>)>,
    pub(crate) nodes: Vec<NodeRow>,
    pub(crate) paused: Option<(String, Timestamp)>,
    pub(crate) breaches: Vec<Breach>,
    /// What is watched, as far as somebody has to look after it.
    pub(crate) sources: Vec<SourceRow>,
    /// Mailboxes that cannot be read: what came back there waits.
    pub(crate) inboxes: Vec<InboxRow>,
    /// Webhooks that were given up.
    pub(crate) given_up: Vec<Webhook>,
    /// Replies that nobody has answered.
    pub(crate) replies: i64,
    /// Clients who have waited for an answer longer than was promised.
    pub(crate) unheard: Option<WaitingClients>,
    pub(crate) recent: Vec<MessageRow>,
}

impl Snapshot {
    pub(crate) async fn take(web: &Web, now: Moment) -> Result<Self, StoreError> {
        let mut tx = web.store.read().await?;
        let totals = tx.reports().totals(now.day()).await?;
        let going_on = tx.incidents().outlines(true, None, 10).await?;
        let worries = tx.incidents().worries(now.at, 10).await?;
        let overlong = now.at - COMPENSATION_SHOWN;
        let overlong = tx.incidents().overlong_since(overlong, 10).await?;
        let declared = tx.declared().notices(DECLARED_SHOWN).await?;
        let recent = tx
            .reports()
            .messages(&MessageFilter::default(), None, 20)
            .await?;
        let known = tx.reports().providers().await?;
        let lanes = tx.reports().lanes().await?;
        let nodes = tx.reports().nodes(20).await?;
        let paused = tx.reports().dispatch_paused().await?;
        let mut breaches = tx.upkeep().breaches().await?;
        breaches.retain(|breach| breach.invariant.alarms());
        let mut sources = tx.sources().list().await?;
        sources.retain(SourceRow::is_an_alarm);
        let mut inboxes = tx.inboxes().list().await?;
        inboxes.retain(InboxRow::is_an_alarm);
        let mut given_up = tx.webhooks().list().await?;
        given_up.retain(Webhook::is_given_up);
        let bodies = tx.bodies().standing().await?;
        let replies = tx.replies().unanswered().await?;
        let unheard = match web.console.dialogue.promise.overdue_since(now.at) {
            Some(since) => Some(tx.conversations().waiting_since(since).await?),
            None => None,
        };
        drop(tx);
        let mut incidents = Vec::with_capacity(going_on.len());
        for incident in going_on {
            let delivery = web.console.funnel(web, incident.id.get()).await?;
            incidents.push((incident, delivery));
        }
        Ok(Self {
            lanes,
            throughput: web.console.throughput(now.at, totals.ever.accepted).await,
            totals,
            incidents,
            worries,
            overlong,
            declared,
            bodies,
            providers: with_state(&web.console.providers, known),
            nodes,
            paused,
            breaches,
            sources,
            inboxes,
            given_up,
            replies,
            unheard: unheard.filter(|found| found.waiting > 0),
            recent: recent.items,
        })
    }
}

fn with_state(
    faces: &[ProviderFace],
    mut known: Vec<ProviderRow>,
) -> Vec<(ProviderFace, Option<ProviderRow>)> {
    faces
        .iter()
        .map(|face| {
            let at = known.iter().position(|row| row.name == face.name);
            (face.clone(), at.map(|at| known.swap_remove(at)))
        })
        .collect()
}

/// Whether a provider rests.
pub(crate) fn is_paused(row: Option<&ProviderRow>, now: Timestamp) -> bool {
    row.and_then(|row| row.paused_until)
        .is_some_and(|until| until > now)
}
