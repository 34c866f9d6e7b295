//! What an event would come to, before it is sent: how many messages by which channel and in which
//! language, who is not told and why, and what some of them would read. The event is planned and the
//! plan thrown away (`rehearsal`); then its audience is read as the fan-out reads it and judged by the
//! same function, and nothing is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::fan_out::{BesidePlan, ReadChunk};
use super::rehearsal::{InVain, Rehearsed};
use super::{Planner, fan_out};
use crate::domain::event::Arrival;
use crate::domain::limits::FORETOLD_CLIENTS;
use crate::domain::reach::NotifiedAddresses;
use crate::domain::rule::PlanSettings;
use crate::domain::{Channel, MessageState, Reason, TemplateVersionId};
use crate::store::messages::NewMessage;
use crate::store::planning::candidates::Member;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, Tx};

/// Texts that are kept: enough to have one of each channel in some languages.
const TEXTS: usize = 12;

/// What an event would come to. Of a very large audience every so many clients are looked at.
#[derive(Debug, Clone, Default)]
pub struct Foretold {
    pub rules: Vec<ForetoldRule>,
    /// Why nobody would be told, if nobody would.
    pub nobody: Option<String>,
    /// Clients of all audiences together, each once.
    pub clients: i64,
    /// Of them, those that were looked at one by one; all that follows is counted among these.
    pub looked_at: i64,
    /// Messages that would go out, by channel and locale.
    pub goes: BTreeMap<(Channel, String), i64>,
    /// Of these, those that would wait first, by the reason.
    pub put_off: BTreeMap<Reason, i64>,
    /// Clients without a message of their own, by the reason of the first that they do not get.
    pub untold: BTreeMap<Reason, i64>,
    /// Some of the messages: first one of each channel and locale, then the first there are.
    pub texts: Vec<ForetoldText>,
}

/// A rule that would apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForetoldRule {
    pub rule: String,
    pub template: String,
    /// None: it is not published, and nothing could be written.
    pub version: Option<TemplateVersionId>,
    /// That version's number; 0 when none.
    pub number: i64,
    pub clients: i64,
}

/// A message that would go out, with what it is written from.
#[derive(Debug, Clone)]
pub struct ForetoldText {
    pub plan: Arc<Plan>,
    pub message: NewMessage,
}

/// A plan that is thrown away, with whom it is for.
struct VainPlan {
    plan: Arc<Plan>,
    settings: PlanSettings,
    members: Vec<Member>,
    beside: BesidePlan,
}

/// Counts while audiences are gone through.
#[derive(Default)]
struct Tally {
    foretold: Foretold,
    clients: HashSet<i64>,
    /// What comes of it for a client; none: they get a message.
    outcomes: HashMap<i64, Option<Reason>>,
    kinds: HashSet<(Channel, String)>,
    /// Texts of a kind that there is one of already.
    more: Vec<ForetoldText>,
}

impl Planner {
    /// Plans an event within a unit of work that is dropped, and counts whom it would tell. A large
    /// audience is gone through after that: then whoever waits for an older message about the same
    /// counts as one who knows it.
    pub async fn foretell(&self, event: &Arrival) -> Result<Foretold, StoreError> {
        let mut tx = self.store.write().await?;
        let (nobody, plans) = match self.plan_in_vain(&mut tx, event).await? {
            InVain::Known => return Ok(told_to_nobody(&Rehearsed::Known)),
            InVain::Refused(why) => return Ok(told_to_nobody(&Rehearsed::Refused(why))),
            InVain::Planned { nobody, plans } => (nobody, plans),
        };
        let mut vain = Vec::with_capacity(plans.len());
        for plan in plans {
            vain.push(self.vain_plan(&mut tx, plan).await?);
        }
        if vain.iter().any(|it| it.members.len() > fan_out::CHUNK) {
            // Others who write do not wait for so long.
            drop(tx);
            tx = self.store.read().await?;
        }
        let mut tally = Tally::default();
        for plan in &vain {
            self.tally(&mut tx, plan, &mut tally).await?;
        }
        Ok(tally.end(nobody))
    }

    async fn vain_plan(&self, tx: &mut Tx, plan: Plan) -> Result<VainPlan, StoreError> {
        let settings = fan_out::settings_of(&plan)?;
        let members = self.members(tx, &plan, &settings).await?;
        let beside = self.beside(tx, &plan, &settings).await?;
        Ok(VainPlan {
            plan: Arc::new(plan),
            settings,
            members,
            beside,
        })
    }

    /// Goes through the audience of one plan.
    async fn tally(
        &self,
        tx: &mut Tx,
        vain: &VainPlan,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        let VainPlan {
            plan,
            settings,
            members,
            beside,
        } = vain;
        tally
            .clients
            .extend(members.iter().map(|member| member.client));
        tally.foretold.rules.push(ForetoldRule {
            rule: plan.rule.clone(),
            template: plan.template.clone(),
            version: plan.template_version,
            number: plan.version,
            clients: i64::try_from(members.len()).unwrap_or(i64::MAX),
        });
        let mut told = NotifiedAddresses::for_about(members.len().min(FORETOLD_CLIENTS));
        let chunks = members.len().div_ceil(fan_out::CHUNK);
        let every = chunks.div_ceil(FORETOLD_CLIENTS / fan_out::CHUNK).max(1);
        for members in members.chunks(fan_out::CHUNK).step_by(every) {
            let chunk = ReadChunk::read(tx, members, plan, beside).await?;
            for message in self.messages(plan, settings, &chunk, &mut told) {
                tally.note(plan, message);
            }
        }
        Ok(())
    }
}

fn told_to_nobody(rehearsed: &Rehearsed) -> Foretold {
    Foretold {
        nobody: rehearsed.nobody().map(str::to_owned),
        ..Foretold::default()
    }
}

impl Tally {
    fn note(&mut self, plan: &Arc<Plan>, message: NewMessage) {
        let client = message.client.get();
        if !matches!(message.state, MessageState::Queued | MessageState::Held) {
            let reason = message.reason.unwrap_or(Reason::NoContact);
            self.outcomes.entry(client).or_insert(Some(reason));
            return;
        }
        self.outcomes.insert(client, None);
        if let Some(reason) = message.reason {
            *self.foretold.put_off.entry(reason).or_default() += 1;
        }
        let kind = (message.channel, message.locale.clone());
        *self.foretold.goes.entry(kind.clone()).or_default() += 1;
        let is_new = self.kinds.insert(kind);
        let texts = match is_new {
            true => &mut self.foretold.texts,
            false => &mut self.more,
        };
        if texts.len() < TEXTS {
            let plan = Arc::clone(plan);
            texts.push(ForetoldText { plan, message });
        }
    }

    fn end(self, nobody: Option<String>) -> Foretold {
        let mut foretold = self.foretold;
        for reason in self.outcomes.values().flatten() {
            *foretold.untold.entry(*reason).or_default() += 1;
        }
        foretold.looked_at = i64::try_from(self.outcomes.len()).unwrap_or(i64::MAX);
        foretold.clients = i64::try_from(self.clients.len()).unwrap_or(i64::MAX);
        let rules = foretold.rules.iter();
        let rules = rules.map(|rule| (rule.rule.clone(), 0)).collect();
        let rehearsed = Rehearsed::Told { rules, nobody };
        foretold.nobody = rehearsed.nobody().map(str::to_owned);
        foretold.texts.extend(self.more);
        foretold.texts.truncate(TEXTS);
        foretold
    }
}
