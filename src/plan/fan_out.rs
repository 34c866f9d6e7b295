//! The fan-out: one message row for every client of a plan's audience, chunk by chunk. Each
//! chunk is one transaction with the plan's cursor, so that a crash repeats nothing and forgets
//! nobody; the first messages leave while later chunks are still being planned.

use std::borrow::Cow;

use chrono::TimeDelta;

use super::eligibility::{self, EligibilityInput, PlannedMessage};
use super::news::{ClientNews, UpdateNews};
use super::{Planner, audience, deputising, variables};
use crate::domain::event::{Event, Incident};
use crate::domain::reach::NotifiedAddresses;
use crate::domain::rule::{Audience, PlanSettings};
use crate::domain::{ClientId, MessageId, MessageState, PlanId, Reason, Timestamp, Tracking};
use crate::store::messages::NewMessage;
use crate::store::planning::candidates::{Candidate, Member};
use crate::store::planning::incidents::WiderIncident;
use crate::store::planning::plans::{Advance, Plan};
use crate::store::{StoreError, Tx};

/// Clients planned in one transaction.
pub(super) const CHUNK: usize = 4_000;

/// Where a chunk ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) upto: i64,
    pub(super) is_last: bool,
}

/// By what the clients of a plan may know already what it says.
pub(super) struct BesidePlan {
    /// The wider incidents that keep its news from whoever knows of them.
    wider: Vec<WiderIncident>,
    /// What was told before; none where all is new to all.
    told: Option<UpdateNews>,
}

/// What was read of the clients of a chunk.
pub(super) struct ReadChunk {
    /// The last of them.
    upto: i64,
    pub(super) candidates: Vec<Candidate>,
    /// Those who know of a wider incident, in order of their rows.
    covered: Vec<i64>,
    /// What they do not know yet.
    news: ClientNews,
}

impl BesidePlan {
    /// Nobody knows anything: what was told before is not looked at.
    pub(super) const fn of_nothing() -> Self {
        Self {
            wider: Vec::new(),
            told: None,
        }
    }

    /// `least`: by how much a time moves at least that is told.
    pub(super) async fn read(
        tx: &mut Tx,
        plan: &Plan,
        (audience, event, incident): (Audience, &Event, Option<&Incident>),
        (now, least): (Timestamp, TimeDelta),
    ) -> Result<Self, StoreError> {
        Ok(Self {
            wider: audience::wider(tx, audience, incident, now).await?,
            told: match (audience, incident) {
                (Audience::IncidentArea, Some(incident)) => {
                    UpdateNews::read(tx, plan, event, incident, least).await?
                }
                _ => None,
            },
        })
    }
}

impl ReadChunk {
    /// Reads clients of a plan's audience.
    pub(super) async fn read(
        tx: &mut Tx,
        members: &[Member],
        plan: &Plan,
        beside: &BesidePlan,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            upto: members.last().map_or(0, |member| member.client),
            candidates: tx.candidates().read(members, &plan.topic).await?,
            covered: audience::covered(tx, &beside.wider, members, plan.class).await?,
            news: match &beside.told {
                Some(told) => told.of(tx, members).await?,
                None => ClientNews::default(),
            },
        })
    }
}

impl Planner {
    /// Makes the rest of a plan's messages. Between chunks, events that came meanwhile are
    /// planned, so that a large incident does not hold up a small one. False: another node works at
    /// this plan, or has finished it.
    pub(super) async fn fan_out(&self, id: PlanId) -> Result<bool, StoreError> {
        let mut tx = self.store.read().await?;
        let Some(plan) = tx.plans().get_many(&[id]).await?.pop() else {
            return Ok(false);
        };
        let settings = settings_of(&plan)?;
        let members = self.members(&mut tx, &plan, &settings).await?;
        let beside = self.beside(&mut tx, &plan, &settings).await?;
        let mut told = NotifiedAddresses::for_about(members.len());
        if plan.cursor > 0 {
            for (channel, address) in tx.messages().addresses_of(id).await? {
                told.note(channel, &address);
            }
        }
        drop(tx);
        let left = members.partition_point(|member| member.client <= plan.cursor);
        let mut chunks = members[left..].chunks(CHUNK);
        let mut next = self.candidates(chunks.next(), &plan, &beside).await?;
        while let Some(chunk) = next {
            let messages = self.messages(&plan, &settings, &chunk, &mut told);
            let following = chunks.next();
            let end = End {
                upto: chunk.upto,
                is_last: following.is_none(),
            };
            let (written, read) = tokio::join!(
                self.write_chunk(&plan, &messages, end),
                self.candidates(following, &plan, &beside)
            );
            if !written? {
                return Ok(false);
            }
            next = read?;
            self.wake.messages_queued(&[plan.lane]);
            if end.is_last {
                return Ok(true);
            }
            self.plan_events().await?;
        }
        // Nobody is left, or was there at all.
        let mut tx = self.store.write_soon().await?;
        tx.plans().finish(id, self.clock.now()).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn candidates(
        &self,
        chunk: Option<&[Member]>,
        plan: &Plan,
        beside: &BesidePlan,
    ) -> Result<Option<ReadChunk>, StoreError> {
        let Some(members) = chunk.filter(|members| !members.is_empty()) else {
            return Ok(None);
        };
        let mut tx = self.store.read().await?;
        ReadChunk::read(&mut tx, members, plan, beside)
            .await
            .map(Some)
    }

    async fn write_chunk(
        &self,
        plan: &Plan,
        messages: &[NewMessage],
        end: End,
    ) -> Result<bool, StoreError> {
        fail::fail_point!("chunk-read");
        let mut tx = self.store.write_soon().await?;
        let messages = without_the_erased(&mut tx, messages, end).await?;
        // Before the plan's lock, which whoever holds the incident's may be waiting for.
        note_kept(&mut tx, plan, &messages).await?;
        if tx
            .plans()
            .lock_unfinished(plan.id)
            .await?
            .is_none_or(|now| now.cursor >= end.upto)
        {
            return Ok(false);
        }
        self.write_messages(&mut tx, plan, &messages, end).await?;
        fail::fail_point!("chunk-before-commit");
        tx.commit().await?;
        fail::fail_point!("chunk-after-commit");
        Ok(true)
    }

    /// Writes messages and the plan's cursor.
    pub(super) async fn write_messages(
        &self,
        tx: &mut Tx,
        plan: &Plan,
        messages: &[NewMessage],
        end: End,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let inserted = tx.messages().insert(plan, messages, now).await?;
        let advance = Advance {
            cursor: end.upto,
            planned: inserted.planned,
            suppressed: inserted.suppressed,
            over: end.is_last.then_some(now),
        };
        tx.plans().advance(plan.id, &advance).await
    }

    /// What each candidate gets.
    pub(super) fn messages(
        &self,
        plan: &Plan,
        settings: &PlanSettings,
        chunk: &ReadChunk,
        told: &mut NotifiedAddresses,
    ) -> Vec<NewMessage> {
        let input = EligibilityInput {
            settings,
            class: plan.class,
            due_at: plan.due_at.max(plan.created_at),
            now: self.clock.now(),
            age: (plan.created_at - plan.occurred_at).max(TimeDelta::zero()),
            quiet_hours: self.settings.quiet_hours,
            overtaken: plan.superseded_by.is_some(),
            without_template: plan.template_version.is_none(),
            covered: &chunk.covered,
            known: &chunk.news.known,
        };
        let matter = deputising::matter(plan, input.now);
        let mut messages = Vec::with_capacity(chunk.candidates.len());
        for candidate in &chunk.candidates {
            let changed = chunk.news.to(candidate.client);
            let mut own = eligibility::decide(candidate, &input);
            let shares = deputising::share(candidate, &mut own, &input, &matter);
            let to = Recipient {
                client: candidate.client,
                locale: &candidate.locale,
                tracking: eligibility::tracking(&candidate.tracking_consent, self.settings.opens),
                variables: &variables::of_client(candidate, changed),
            };
            self.address(&to, own, told, &mut messages);
            for share in shares {
                let to = Recipient {
                    client: share.deputy.id,
                    locale: &share.deputy.locale,
                    // Nobody asked them: what they open is not measured, and never the client's reading.
                    tracking: Tracking::None,
                    variables: &variables::of_deputy(candidate, changed),
                };
                self.address(&to, share.messages, told, &mut messages);
            }
        }
        messages
    }

    /// Makes messages of what was decided for one recipient.
    fn address(
        &self,
        to: &Recipient<'_>,
        verdicts: Vec<PlannedMessage>,
        told: &mut NotifiedAddresses,
        messages: &mut Vec<NewMessage>,
    ) {
        for mut verdict in verdicts {
            merge_households(&mut verdict, told);
            messages.push(NewMessage {
                id: MessageId::new(self.ids.next()),
                client: ClientId::new(to.client),
                channel: verdict.channel,
                address: verdict.address,
                locale: to.locale.to_owned(),
                tracking: to.tracking,
                variables: to.variables.to_owned(),
                state: verdict.state,
                reason: verdict.reason,
                due_at: verdict.due_at,
                expires_at: verdict.expires_at,
            });
        }
    }
}

/// Whom a message is for: a client, or a deputy by the deputy's own row.
struct Recipient<'a> {
    client: i64,
    locale: &'a str,
    tracking: Tracking,
    /// What only this one's text needs, as JSON.
    variables: &'a str,
}

/// Candidates were read before this transaction began: who was erased since gets no message.
async fn without_the_erased<'a>(
    tx: &mut Tx,
    messages: &'a [NewMessage],
    end: End,
) -> Result<Cow<'a, [NewMessage]>, StoreError> {
    if !tx.erasure().watch().await? {
        return Ok(Cow::Borrowed(messages));
    }
    // Deputies have rows of their own, which stand anywhere.
    let clients = messages.iter().map(|message| message.client.get());
    let first = clients.clone().min().unwrap_or_default();
    let last = clients.max().unwrap_or_default().max(end.upto);
    let gone = tx.erasure().between(first, last).await?;
    if gone.is_empty() {
        return Ok(Cow::Borrowed(messages));
    }
    let still = messages
        .iter()
        .filter(|message| gone.binary_search(&message.client.get()).is_err());
    Ok(Cow::Owned(still.cloned().collect()))
}

/// Notes that an incident is kept from some: whether they hear of it later is for the clock.
pub(super) async fn note_kept(
    tx: &mut Tx,
    plan: &Plan,
    messages: &[NewMessage],
) -> Result<(), StoreError> {
    let is_kept = |message: &NewMessage| message.reason == Some(Reason::WiderIncident);
    match (
        messages.iter().any(is_kept),
        plan.subject.strip_prefix("incident:"),
    ) {
        (true, Some(incident)) => tx.incidents().keep(incident).await,
        _ => Ok(()),
    }
}

/// One message per address, even if a household has three contracts. The others have a row too.
fn merge_households(verdict: &mut PlannedMessage, told: &mut NotifiedAddresses) {
    let goes_out = matches!(verdict.state, MessageState::Queued | MessageState::Held);
    if goes_out && !told.note(verdict.channel, &verdict.address) {
        verdict.state = MessageState::Suppressed;
        verdict.reason = Some(Reason::SameAddress);
    }
}

/// The settings a plan froze.
pub(super) fn settings_of(plan: &Plan) -> Result<PlanSettings, StoreError> {
    serde_json::from_str(&plan.settings).map_err(|_| StoreError::Inconsistent {
        table: "plan",
        column: "settings",
        row: plan.id.to_string(),
        value: plan.settings.clone(),
    })
}
