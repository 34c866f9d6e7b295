//! Preview: how many clients an incident would be told to and by what, before anybody is. The
//! plan's own rules, audience, wider incidents, addresses and households, in chunks; nothing is stored.
//!
//! What time decides is not asked: quiet hours, caps, and whether the news is old. A message that
//! these only put off counts.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::fan_out::CHUNK;
use super::matching::Matcher;
use super::{audience, variables};
use crate::domain::deputy::{Deputy, MandateMatter};
use crate::domain::event::{Event, EventData, Incident, IncidentData, IncidentStep};
use crate::domain::reach::{Addressee, NotifiedAddresses, Reach};
use crate::domain::rule::{Audience, ChannelChoice, Rule};
use crate::domain::{Channel, Class, Reason, Timestamp};
use crate::store::planning::candidates::{Member, Reachable};
use crate::store::planning::incidents::WiderIncident;
use crate::store::{StoreError, Tx};

/// Who would be told, and how. Each client of the area is counted once, as told, as sharing an
/// address with somebody who is, as knowing of a wider incident, as having refused, or as
/// unreachable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IncidentPreview {
    /// Whether any rule tells the clients of an area about such an incident.
    pub has_rule: bool,
    /// Clients with a place in the area.
    pub clients: i64,
    /// Messages that would go by SMS.
    pub sms: i64,
    /// Messages that would go by e-mail.
    pub email: i64,
    /// Clients told by the message of somebody else at their address.
    pub same_address: i64,
    /// Clients who know of a wider incident that goes on, and would not be told.
    pub wider_incident: i64,
    /// Clients who refused the topic, or never asked for it where that is needed.
    pub refused: i64,
    /// Clients without any address that may be used.
    pub unreachable: i64,
}

/// What it comes to for one client, over all rules and channels: the best that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ToldHow {
    Unreachable,
    Refused,
    WiderIncident,
    SameAddress,
    Told,
}

/// What a rule means for an audience.
struct AreaRule {
    channels: Vec<ChannelChoice>,
    class: Class,
    topic: String,
    told: NotifiedAddresses,
}

/// What the conditions of rules see as the source of an event that nobody sent.
const SOURCE: &str = "/v1/incidents:preview";

/// Counts whom the opening of this incident would be told now. `raw`: the same as it came, which
/// conditions of rules may look at.
pub async fn preview(
    tx: &mut Tx,
    matcher: &Matcher,
    data: &IncidentData,
    raw: &Value,
    now: Timestamp,
) -> Result<IncidentPreview, StoreError> {
    let incident = Incident::begin(IncidentStep::Opened, data, now);
    let mut rules = rules(tx, matcher, &incident, data, raw).await?;
    let wider = tx.incidents().wider_than(&incident, now).await?;
    let area = data.area.clone().unwrap_or_default();
    let members = audience::freeze_area(tx, &area).await?;
    let mut preview = IncidentPreview {
        has_rule: !rules.is_empty(),
        clients: i64::try_from(members.len()).unwrap_or(i64::MAX),
        ..IncidentPreview::default()
    };
    for chunk in members.chunks(CHUNK) {
        count(tx, &mut rules, chunk, (&wider, now), &mut preview).await?;
    }
    Ok(preview)
}

/// The rules that tell an area about this incident.
async fn rules(
    tx: &mut Tx,
    matcher: &Matcher,
    incident: &Incident,
    data: &IncidentData,
    raw: &Value,
) -> Result<Vec<AreaRule>, StoreError> {
    let step = IncidentStep::Opened;
    let event = Event {
        source: SOURCE.to_owned(),
        id: String::new(),
        kind: step.as_str().to_owned(),
        subject: Some(data.incident.clone()),
        occurred_at: incident.opened_at,
        claimed_at: None,
        raw: raw.clone(),
        data: EventData::Incident(step, data.clone()),
        fingerprint: String::new(),
        quiet: false,
        late: false,
    };
    let mut facts = Map::new();
    variables::add_incident(&mut facts, incident);
    let mut rules = Vec::new();
    for rule in matcher.for_event(&event, &facts) {
        if rule.audience == Audience::IncidentArea {
            let topic = topic(tx, &rule).await?;
            rules.push(AreaRule {
                channels: rule.channels,
                class: rule.class,
                topic,
                told: NotifiedAddresses::default(),
            });
        }
    }
    Ok(rules)
}

async fn topic(tx: &mut Tx, rule: &Rule) -> Result<String, StoreError> {
    let template = tx.plans().pin(&rule.template).await?;
    Ok(rule.topic_with(template.as_ref().map(|template| template.topic.as_str())))
}

async fn count(
    tx: &mut Tx,
    rules: &mut [AreaRule],
    chunk: &[Member],
    (wider, now): (&[WiderIncident], Timestamp),
    preview: &mut IncidentPreview,
) -> Result<(), StoreError> {
    let mut outcomes: HashMap<i64, ToldHow> = HashMap::with_capacity(chunk.len());
    for rule in rules {
        let covered = audience::covered(tx, wider, chunk, rule.class).await?;
        for client in tx.candidates().reachable(chunk, &rule.topic).await? {
            let knows = covered.binary_search(&client.client).is_ok();
            let outcome = rule.outcomes(&client, knows, now, preview);
            let best = outcomes.entry(client.client).or_insert(outcome);
            *best = outcome.max(*best);
        }
    }
    let mut sums: BTreeMap<ToldHow, i64> = BTreeMap::new();
    for outcome in outcomes.into_values() {
        *sums.entry(outcome).or_default() += 1;
    }
    let sum = |outcome| sums.get(&outcome).copied().unwrap_or_default();
    preview.same_address += sum(ToldHow::SameAddress);
    preview.wider_incident += sum(ToldHow::WiderIncident);
    preview.refused += sum(ToldHow::Refused);
    preview.unreachable += sum(ToldHow::Unreachable);
    Ok(())
}

impl AreaRule {
    /// What it comes to for one client and those who act for the client.
    fn outcomes(
        &mut self,
        client: &Reachable,
        knows: bool,
        now: Timestamp,
        preview: &mut IncidentPreview,
    ) -> ToldHow {
        let topic = self.topic.clone();
        let matter = MandateMatter {
            class: self.class,
            topic: &topic,
            case: None,
            now,
        };
        let wish = client.wish();
        let acting = client.deputies.iter().filter(|it| it.acts_in(&matter));
        let acting: Vec<&Deputy> = acting.collect();
        let stands_in = |rule: &Self, deputy: &Deputy| {
            deputy.stands_in(rule.class) && !knows && rule.reaches(&deputy.addressee(wish))
        };
        let mut each = acting.iter().copied();
        let instead = each.any(|deputy| stands_in(self, deputy));
        let mut best = match instead {
            true => ToldHow::Unreachable,
            false => self.outcome(&client.addressee(), knows, preview),
        };
        for deputy in acting {
            let outcome = self.outcome(&deputy.addressee(wish), knows, preview);
            if instead && deputy.stands_in(self.class) {
                best = best.max(outcome);
            }
        }
        best
    }

    fn reaches(&self, addressee: &Addressee<'_>) -> bool {
        let mut channels = addressee.channels(&self.channels, self.class).into_iter();
        channels.any(|channel| matches!(addressee.on(channel, self.class), Reach::At(_)))
    }

    /// What one client gets of this rule; messages are counted. `knows`: of a wider incident.
    fn outcome(
        &mut self,
        client: &Addressee<'_>,
        knows: bool,
        preview: &mut IncidentPreview,
    ) -> ToldHow {
        let mut best = ToldHow::Unreachable;
        for channel in client.channels(&self.channels, self.class) {
            let outcome = match client.on(channel, self.class) {
                Reach::At(_) if knows => ToldHow::WiderIncident,
                Reach::At(address) if self.told.note(channel, address) => {
                    match channel {
                        Channel::Sms => preview.sms += 1,
                        Channel::Email => preview.email += 1,
                    }
                    ToldHow::Told
                }
                Reach::At(_) => ToldHow::SameAddress,
                Reach::Not { reason, .. } => match reason {
                    Reason::TopicRefused | Reason::NoConsent => ToldHow::Refused,
                    _ => ToldHow::Unreachable,
                },
            };
            best = best.max(outcome);
        }
        best
    }
}
