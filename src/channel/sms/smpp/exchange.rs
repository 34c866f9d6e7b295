//! What is said over a bound connection: parts of SMS out, as many as the window leaves unanswered, each
//! answer joined to its part by the sequence number; reports and texts in, each answered when it is kept.
//!
//! One task says and hears it all. When the connection ends, what had left is `unknown` and what had not
//! was not sent.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::deliver::{self, Delivery};
use super::error::{
    LinkFault, NOT_BOUND, PERMANENT, TEMPORARY, UNKNOWN_COMMAND, WRONG_COMMAND_LENGTH, refused,
};
use super::link::SmppLink;
use super::memory::TextKey;
use super::pdu::{self, DeliverSm, Pdu};
use super::session::{SmppJob, SmppSession, SmppShared};
use super::tally::PartTally;
use crate::channel::{Brought, HandoverDesk, HandoverFate, HandsetText};
use crate::domain::limits::{SMPP_DELIVERIES, SMPP_THROTTLING_SAID};

/// How an exchange ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parting {
    /// The daemon stops, and everything was answered.
    InOrder,
    /// `proven`: something came of it before.
    Lost { proven: bool },
}

/// A part that waits for its answer.
struct OpenPart {
    sms: u64,
    part: usize,
    due: Instant,
}

/// An SMS of which not every part has been answered.
struct OpenSms {
    job: SmppJob,
    tally: PartTally,
    /// Parts that wait to be written or answered.
    open: usize,
}

/// What a delivery is answered with.
struct DeliveryAnswer {
    sequence: u32,
    status: u32,
    /// Of a client's text.
    text: Option<TextKey>,
}

pub(super) struct SmppExchange<'a> {
    session: &'a SmppSession,
    shared: &'a SmppShared,
    link: SmppLink,
    /// By the sequence number that the answer will bear.
    unanswered: BTreeMap<u32, OpenPart>,
    sms: HashMap<u64, OpenSms>,
    /// Parts to be written, each of its SMS.
    waiting: VecDeque<(u64, usize)>,
    deliveries: FuturesUnordered<BoxFuture<'static, DeliveryAnswer>>,
    /// Deliveries that were put off since it was last said in the log.
    put_off: u64,
    put_off_said: Option<Instant>,
    /// It was said in the log that an SMS got no name.
    nameless_said: bool,
    last_sms: u64,
    heard_at: Instant,
    /// When the centre was asked whether it is there, until something is heard.
    enquired_at: Option<Instant>,
    proven: bool,
    /// No more SMS are taken.
    ending: bool,
}

impl<'a> SmppExchange<'a> {
    pub(super) fn over(link: SmppLink, session: &'a SmppSession) -> Self {
        Self {
            session,
            shared: &session.shared,
            link,
            unanswered: BTreeMap::new(),
            sms: HashMap::new(),
            waiting: VecDeque::new(),
            deliveries: FuturesUnordered::new(),
            put_off: 0,
            put_off_said: None,
            nameless_said: false,
            last_sms: 0,
            heard_at: Instant::now(),
            enquired_at: None,
            proven: false,
            ending: false,
        }
    }

    /// Speaks until the connection ends, or the daemon stops.
    pub(super) async fn run(mut self, stopping: impl Future<Output = ()>) -> Parting {
        tokio::pin!(stopping);
        let mut told = false;
        let fault = loop {
            if let Err(fault) = self.write_waiting().await {
                break fault;
            }
            if self.ending && self.sms.is_empty() && self.deliveries.is_empty() {
                self.link.leave().await;
                return Parting::InOrder;
            }
            let has_room = self.unanswered.len() < self.shared.window && self.waiting.is_empty();
            let alarm = self.next_alarm();
            let step = tokio::select! {
                heard = self.link.heard() => match heard {
                    Ok(pdu) => self.hear(&pdu).await,
                    Err(fault) => Err(fault),
                },
                Some(answer) = self.deliveries.next(), if !self.deliveries.is_empty() => {
                    self.answer(&answer).await
                }
                job = self.session.queue.next(), if has_room && !self.ending => {
                    self.take(job);
                    Ok(())
                }
                () = sleep_until(alarm) => self.look_at_clock().await,
                () = &mut stopping, if !told => {
                    told = true;
                    self.session.queue.close().await;
                    Ok(())
                }
            };
            if let Err(fault) = step {
                break fault;
            }
        };
        self.lose(&fault).await
    }

    /// Its first part goes alone: see `tally`.
    fn take(&mut self, job: Option<SmppJob>) {
        let Some(job) = job else {
            self.ending = true;
            return;
        };
        self.last_sms += 1;
        let tally = PartTally::of(job.parts.len());
        self.waiting.push_back((self.last_sms, 0));
        let open = OpenSms {
            job,
            tally,
            open: 1,
        };
        self.sms.insert(self.last_sms, open);
    }

    async fn write_waiting(&mut self) -> Result<(), LinkFault> {
        while self.unanswered.len() < self.shared.window {
            let Some((number, part)) = self.waiting.pop_front() else {
                return Ok(());
            };
            let sequence = self.link.next_sequence();
            let Some(sms) = self.sms.get_mut(&number) else {
                continue;
            };
            let Some(body) = sms.job.parts.get(part) else {
                continue;
            };
            let request = pdu::form(pdu::SUBMIT_SM, 0, sequence, body);
            let written = self.link.say(&request).await;
            if written.as_ref().err().is_none_or(|cut| cut.whole) {
                sms.tally.wrote();
                let open = OpenPart {
                    sms: number,
                    part,
                    due: Instant::now() + self.shared.centre.timeout,
                };
                self.unanswered.insert(sequence, open);
            }
            written.map_err(|cut| cut.fault)?;
        }
        Ok(())
    }

    async fn hear(&mut self, pdu: &Pdu) -> Result<(), LinkFault> {
        self.heard_at = Instant::now();
        self.enquired_at = None;
        match pdu.command {
            pdu::SUBMIT_SM_RESP | pdu::GENERIC_NACK => self.settle(pdu),
            pdu::DELIVER_SM => self.receive(pdu).await,
            pdu::ENQUIRE_LINK => {
                self.reply(pdu::ENQUIRE_LINK_RESP, 0, pdu.sequence, b"")
                    .await
            }
            pdu::UNBIND => {
                let reply = self.reply(pdu::UNBIND_RESP, 0, pdu.sequence, b"");
                reply.await?;
                Err(LinkFault::Unbound)
            }
            pdu::ALERT_NOTIFICATION => Ok(()),
            _ if pdu.is_answer() => Ok(()),
            command => {
                tracing::warn!(
                    provider.name = %self.shared.provider,
                    smpp.command = command,
                    "an SMS centre sent a command that is not known; it was told so"
                );
                let reply = self.reply(pdu::GENERIC_NACK, UNKNOWN_COMMAND, pdu.sequence, b"");
                reply.await
            }
        }
    }

    async fn reply(
        &mut self,
        command: u32,
        status: u32,
        sequence: u32,
        body: &[u8],
    ) -> Result<(), LinkFault> {
        let reply = pdu::form(command, status, sequence, body);
        self.link.say(&reply).await.map_err(|cut| cut.fault)
    }

    /// The answer to a part.
    fn settle(&mut self, pdu: &Pdu) -> Result<(), LinkFault> {
        let Some(part) = self.unanswered.remove(&pdu.sequence) else {
            tracing::debug!("an SMS centre answered what nobody waits for any more");
            return Ok(());
        };
        let Some(sms) = self.sms.get_mut(&part.sms) else {
            return Ok(());
        };
        sms.open -= 1;
        let is_taken = pdu.status == 0 && pdu.command == pdu::SUBMIT_SM_RESP;
        if is_taken {
            self.proven = true;
            let name = self.shared.ids.kept(&pdu.first_text());
            sms.tally.take(part.part, name);
            if part.part == 0 {
                let rest = 1..sms.job.parts.len();
                sms.open += rest.len();
                self.waiting.extend(rest.map(|next| (part.sms, next)));
            }
        } else {
            sms.tally.refuse(refused("submit", pdu.status));
        }
        self.conclude(part.sms, "no answer came");
        match pdu.status == NOT_BOUND && !is_taken {
            true => Err(LinkFault::Forgotten),
            false => Ok(()),
        }
    }

    /// Says what became of an SMS once none of its parts is open. Of one that was refused in part no
    /// more is written.
    fn conclude(&mut self, number: u64, why: &str) {
        let Some(sms) = self.sms.get_mut(&number) else {
            return;
        };
        if !sms.tally.goes_on() {
            let before = self.waiting.len();
            self.waiting.retain(|(its, _)| *its != number);
            sms.open -= before - self.waiting.len();
        }
        if sms.open > 0 {
            return;
        }
        if let Some(sms) = self.sms.remove(&number) {
            self.report(sms, why);
        }
    }

    fn report(&mut self, sms: OpenSms, why: &str) {
        let OpenSms { job, tally, .. } = sms;
        let outcome = tally.outcome(why);
        if let (Ok(accepted), Some(attempt)) = (&outcome, job.attempt) {
            match &accepted.provider_ref {
                Some(name) => self.shared.taken.note(name, attempt),
                None => self.note_nameless(),
            }
        }
        // Whoever does not listen any more has been stopped.
        job.answer.send(outcome).ok();
    }

    /// Once for each connection: such a centre gives none of them a name.
    fn note_nameless(&mut self) {
        if !std::mem::replace(&mut self.nameless_said, true) {
            tracing::warn!(
                provider.name = %self.shared.provider,
                "an SMS centre took an SMS without a name (message_id) that can be kept; it is accepted and not \
                 sent again, and no report can be joined to it"
            );
        }
    }

    /// A report or a text: handed over, and answered when it is kept.
    async fn receive(&mut self, pdu: &Pdu) -> Result<(), LinkFault> {
        let delivery = DeliverSm::read(&pdu.body);
        let read = delivery.as_ref().map_or(Delivery::Unreadable, |delivery| {
            deliver::read(delivery, self.shared.ids, &self.shared.taken)
        });
        let (brought, text) = match (read, delivery) {
            (Delivery::Report(report), _) => (Brought::Report(report), None),
            (Delivery::Text { from, text }, Some(delivery)) => {
                let now = self.shared.clock.now();
                let (key, id) = self.shared.texts.name(&delivery, now);
                (Brought::Text(HandsetText { id, from, text }), Some(key))
            }
            (Delivery::Nothing, _) => return self.answer_delivery(pdu.sequence, 0).await,
            (Delivery::Unreadable | Delivery::Text { .. }, _) => {
                tracing::warn!(
                    provider.name = %self.shared.provider,
                    "an SMS centre delivered what cannot be read; it was told so"
                );
                return self.answer_delivery(pdu.sequence, PERMANENT).await;
            }
        };
        let Some(desk) = self.desk_with_room() else {
            return self.answer_delivery(pdu.sequence, TEMPORARY).await;
        };
        let (provider, sequence) = (self.shared.provider.clone(), pdu.sequence);
        self.deliveries.push(Box::pin(async move {
            let status = match desk.hand_over(provider, brought).await {
                HandoverFate::Kept => 0,
                // One that has overtaken the answer to its SMS is brought again.
                HandoverFate::NotKnown | HandoverFate::NotNow => TEMPORARY,
                HandoverFate::Unreadable => PERMANENT,
            };
            DeliveryAnswer {
                sequence,
                status,
                text,
            }
        }));
        Ok(())
    }

    /// None where nobody keeps anything, and while as many wait to be kept as may.
    fn desk_with_room(&mut self) -> Option<HandoverDesk> {
        let desk = self.shared.desk.clone()?;
        if self.deliveries.len() < SMPP_DELIVERIES {
            return Some(desk);
        }
        self.put_off += 1;
        let now = Instant::now();
        let is_long_ago = |at: Instant| now.saturating_duration_since(at) >= SMPP_THROTTLING_SAID;
        if self.put_off_said.is_none_or(is_long_ago) {
            tracing::warn!(
                provider.name = %self.shared.provider,
                deliveries.waiting = SMPP_DELIVERIES,
                deliveries.put_off = self.put_off,
                "an SMS centre delivers faster than it can be kept; it was told to bring the rest again"
            );
            (self.put_off, self.put_off_said) = (0, Some(now));
        }
        None
    }

    async fn answer(&mut self, answer: &DeliveryAnswer) -> Result<(), LinkFault> {
        self.answer_delivery(answer.sequence, answer.status).await?;
        if answer.status == 0 {
            self.proven = true;
            if let Some(key) = &answer.text {
                self.shared.texts.answered(key);
            }
        }
        Ok(())
    }

    async fn answer_delivery(&mut self, sequence: u32, status: u32) -> Result<(), LinkFault> {
        // The empty `message_id` of the answer.
        self.reply(pdu::DELIVER_SM_RESP, status, sequence, &[0])
            .await
    }

    /// When the clock is to be looked at next, at the latest.
    fn next_alarm(&self) -> Instant {
        let enquiry = match self.enquired_at {
            Some(at) => at + self.shared.centre.timeout,
            None => self.heard_at + self.shared.enquire_every,
        };
        let due = self.unanswered.values().map(|part| part.due).min();
        due.map_or(enquiry, |due| due.min(enquiry))
    }

    /// Parts whose answer did not come are given up; a centre that says nothing is asked, and left.
    async fn look_at_clock(&mut self) -> Result<(), LinkFault> {
        let now = Instant::now();
        let silent = LinkFault::Silent(self.shared.centre.timeout);
        let late: Vec<u32> = self
            .unanswered
            .iter()
            .filter(|(_, part)| part.due <= now)
            .map(|(sequence, _)| *sequence)
            .collect();
        let why = silent.to_string();
        for sequence in late {
            self.give_up(sequence, &why);
        }
        match self.enquired_at {
            Some(at) if now.saturating_duration_since(at) >= self.shared.centre.timeout => {
                Err(silent)
            }
            None if now.saturating_duration_since(self.heard_at) >= self.shared.enquire_every => {
                self.enquired_at = Some(now);
                let sequence = self.link.next_sequence();
                self.reply(pdu::ENQUIRE_LINK, 0, sequence, b"").await
            }
            _ => Ok(()),
        }
    }

    /// Nobody will say what became of this part, so no more of its SMS is written.
    fn give_up(&mut self, sequence: u32, why: &str) {
        let Some(part) = self.unanswered.remove(&sequence) else {
            return;
        };
        let before = self.waiting.len();
        self.waiting.retain(|(its, _)| *its != part.sms);
        if let Some(sms) = self.sms.get_mut(&part.sms) {
            sms.open -= 1 + before - self.waiting.len();
        }
        self.conclude(part.sms, why);
    }

    /// The connection is gone: what had left is unknown, the rest was not sent.
    async fn lose(mut self, fault: &LinkFault) -> Parting {
        tracing::warn!(
            provider.name = %self.shared.provider,
            error = %fault,
            sms.unanswered = self.unanswered.len(),
            "the connection to an SMS centre ended; it is opened again"
        );
        if matches!(fault, LinkFault::Length(_)) {
            let nack = self.reply(pdu::GENERIC_NACK, WRONG_COMMAND_LENGTH, 0, b"");
            if tokio::time::timeout(FAREWELL, nack).await.is_err() {
                tracing::debug!("an SMS centre that sent nonsense does not listen");
            }
        }
        let why = fault.to_string();
        for (_, sms) in std::mem::take(&mut self.sms) {
            self.report(sms, &why);
        }
        Parting::Lost {
            proven: self.proven,
        }
    }
}

/// How long we take to tell a centre that it sent nonsense.
const FAREWELL: Duration = Duration::from_secs(1);
