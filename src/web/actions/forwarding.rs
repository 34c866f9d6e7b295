//! What a client reports of a body is marked for it, by a person at the console or by a program: the body
//! gets it with others in one mail (`source::clock`). Who marks it sees the words first and may change
//! them, so that nothing goes along that need not; name and address go along only where the settings say so.

use crate::domain::conversation::{LineWay, about};
use crate::domain::forwarding::ProblemKind;
use crate::domain::limits::FORWARDED_WORDS;
use crate::domain::{ClientId, MessageId};
use crate::store::Tx;
use crate::store::access::audit::AuditEntry;
use crate::store::people::forwardings::NewProblem;
use crate::text::sanitize;
use crate::web::Web;
use crate::web::problem::Problem;

/// Passed on of a client who said no to "is it back?" and wrote nothing.
const STILL_OUT: &str = "È tornata? NO";

/// Where a client reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum ReportedAt {
    Conversation(i64),
    /// As an answer to this message.
    Message(MessageId),
}

/// What a client reported, as it would be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct ReportedProblem {
    client: Option<ClientId>,
    /// `case:PR-1`, `incident:G-1`, or empty.
    pub(in crate::web) subject: String,
    /// The client's own; empty where nothing was written.
    pub(in crate::web) words: String,
    /// The client's name and address.
    who: String,
}

/// What somebody chose to pass on of it.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct ChosenForwarding<'a> {
    pub(in crate::web) by: &'a str,
    pub(in crate::web) body: &'a str,
    pub(in crate::web) problem: ProblemKind,
    /// None: as the client wrote it.
    pub(in crate::web) words: Option<&'a str>,
}

/// Why nothing was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum NotForwarded {
    /// The settings name nobody for it.
    UnknownBody,
    /// The words are empty, or too long.
    Unfit,
    /// The same waits for this body already.
    Waits,
}

impl NotForwarded {
    /// As programs hear it.
    pub(in crate::web) fn problem(self) -> Problem {
        match self {
            Self::UnknownBody => Problem::unprocessable(
                "unknown_body",
                "/body",
                "[clock] bodies names nobody for this body",
            ),
            Self::Unfit => Problem::unprocessable(
                "invalid_field",
                "/text",
                format!("write a text of at most {FORWARDED_WORDS} characters"),
            ),
            Self::Waits => Problem::conflict("this waits for the next mail to the body already"),
        }
    }
}

/// What was reported there. A message to which nobody answered has nothing to pass on.
pub(in crate::web) async fn reported(
    tx: &mut Tx,
    at: ReportedAt,
) -> Result<ReportedProblem, Problem> {
    match at {
        ReportedAt::Conversation(id) => in_conversation(tx, id).await,
        ReportedAt::Message(message) => {
            let found = tx.forwardings().reported_on(message).await?;
            let found = found.filter(|it| it.words.is_some() || it.still_out);
            let missing = || Problem::not_found("answer to message", &message.to_string());
            let found = found.ok_or_else(missing)?;
            let subject = about(&found.subject);
            Ok(ReportedProblem {
                client: Some(found.client),
                subject,
                words: found.words.unwrap_or_else(|| STILL_OUT.to_owned()),
                who: named(found.client_name.as_deref(), &found.address),
            })
        }
    }
}

async fn in_conversation(tx: &mut Tx, id: i64) -> Result<ReportedProblem, Problem> {
    let talk = super::conversations::found(tx, id).await?;
    let mut lines = tx.conversations().lines(id).await?;
    lines.retain(|line| line.way == LineWay::In && line.text.is_some());
    let waiting = lines.iter().any(|line| line.answered_at.is_none());
    match waiting {
        true => lines.retain(|line| line.answered_at.is_none()),
        false => drop(lines.drain(..lines.len().saturating_sub(1))),
    }
    let words: Vec<String> = lines.into_iter().filter_map(|line| line.text).collect();
    let name = talk.client_name.filter(|_| !talk.is_unknown);
    let address = match talk.client {
        Some(client) => tx.conversations().address_of(client, talk.channel).await?,
        None => talk.address,
    };
    Ok(ReportedProblem {
        client: talk.client,
        subject: talk.subject,
        words: words.join("\n"),
        who: named(name.as_deref(), address.as_deref().unwrap_or_default()),
    })
}

fn named(name: Option<&str>, address: &str) -> String {
    let parts = [name.unwrap_or_default(), address];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Marks it for a body. None: it goes with the next mail to the body.
pub(in crate::web) async fn forward(
    web: &Web,
    at: ReportedAt,
    chosen: &ChosenForwarding<'_>,
) -> Result<Option<NotForwarded>, Problem> {
    let dialogue = &web.console.dialogue;
    if !dialogue.bodies.iter().any(|body| body == chosen.body) {
        return Ok(Some(NotForwarded::UnknownBody));
    }
    let mut tx = web.store.write().await?;
    let reported = reported(&mut tx, at).await?;
    let words = sanitize::prose(chosen.words.unwrap_or(&reported.words));
    let words = words.trim();
    if words.is_empty() || words.chars().nth(FORWARDED_WORDS).is_some() {
        return Ok(Some(NotForwarded::Unfit));
    }
    let id = web.ids.next();
    let (conversation, message) = match at {
        ReportedAt::Conversation(id) => (Some(id), None),
        ReportedAt::Message(message) => (None, Some(message)),
    };
    let new = NewProblem {
        id,
        body: chosen.body,
        problem: chosen.problem,
        client: reported.client,
        conversation,
        message,
        subject: &reported.subject,
        words,
        who: Some(reported.who.as_str()).filter(|who| dialogue.forward_names && !who.is_empty()),
        by: chosen.by,
        at: web.clock.now(),
    };
    if !tx.forwardings().mark(&new).await? {
        return Ok(Some(NotForwarded::Waits));
    }
    let subject = id.to_string();
    let entry = AuditEntry::new(chosen.by, "problem.forwarded", &subject).with(chosen.body);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(None)
}
