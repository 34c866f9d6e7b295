//! Telling exactly those who got a wrong message that it was wrong, as people at the console and programs ask
//! for it: which plans were wrong, who got something of them, what is said, and the events that say it.
//! Each plan is put right once. Who gets the text is decided when that is planned (`plan::rectifying`).

use serde_json::json;

use crate::domain::event::{Event, MESSAGE_RECTIFIED};
use crate::domain::limits::{RECTIFIED_PLANS, RECTIFIED_TEXT};
use crate::domain::{Channel, FieldError, PlanId, Timestamp};
use crate::intake::accept;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::rectifications::{
    NewRectification, Rectification, VersionSpan, WrongPlan, WrongReach,
};
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::web::Web;
use crate::web::problem::Problem;

/// Who the events come from.
const SOURCE: &str = "console";
/// The template that says so.
const TEMPLATE: &str = "rectified";

/// Which messages were wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum WrongScope {
    /// Those of one plan.
    Plan(PlanId),
    /// Those of an event, by its own id.
    Event(String),
    /// Those of a version of a template.
    Version {
        template: String,
        version: i64,
        from: Timestamp,
        /// Up to here, without it.
        to: Timestamp,
    },
}

/// What was wrong, and who got it.
#[derive(Debug)]
pub(in crate::web) struct WrongMessages {
    /// Those that nobody has put right.
    pub(in crate::web) plans: Vec<PlanId>,
    /// How many others are put right already, or wait for it.
    pub(in crate::web) taken: usize,
    pub(in crate::web) reach: Vec<WrongReach>,
    /// How many clients that are, each once.
    pub(in crate::web) clients: i64,
}

/// What is said, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct RectifyingText {
    pub(in crate::web) wrong: String,
    pub(in crate::web) holds: String,
}

impl RectifyingText {
    /// One line each; the dot at the end is the template's.
    pub(in crate::web) fn of(wrong: &str, holds: &str) -> Result<Self, FieldError> {
        Ok(Self {
            wrong: line("/wrong", wrong)?,
            holds: line("/holds", holds)?,
        })
    }
}

fn line(pointer: &str, given: &str) -> Result<String, FieldError> {
    let line = sanitize::line(given);
    let line = line.trim_end_matches(['.', ' ']);
    if line.is_empty() || line.chars().nth(RECTIFIED_TEXT).is_some() {
        let detail = format!("write a text of at most {RECTIFIED_TEXT} characters");
        return Err(FieldError::new(pointer, detail));
    }
    Ok(line.to_owned())
}

/// Whom a rectification would reach.
pub(in crate::web) async fn look(
    tx: &mut Tx,
    scope: &WrongScope,
) -> Result<WrongMessages, Problem> {
    let most = i64::try_from(RECTIFIED_PLANS).unwrap_or(i64::MAX);
    let mut plans = match scope {
        WrongScope::Plan(plan) => vec![*plan],
        WrongScope::Event(event) => tx.rectifications().plans_of_event(event, most + 1).await?,
        WrongScope::Version {
            template,
            version,
            from,
            to,
        } => {
            let span = VersionSpan {
                template,
                version: *version,
                from: *from,
                to: *to,
            };
            tx.rectifications().plans_of_version(span, most + 1).await?
        }
    };
    if plans.len() > RECTIFIED_PLANS {
        let detail = format!("more than {RECTIFIED_PLANS} plans; choose a shorter time");
        return Err(Problem::field("/from", detail));
    }
    let all = plans.len();
    let taken = tx.rectifications().taken(&plans).await?;
    plans.retain(|plan| !taken.contains(plan));
    Ok(WrongMessages {
        taken: all - plans.len(),
        reach: tx.rectifications().reach(&plans).await?,
        clients: tx.rectifications().clients(&plans).await?,
        plans,
    })
}

/// Writes it down, and sends it if nobody has to approve it. Refused where nobody got anything, where
/// somebody else was first, or where the text that carries it is not published.
pub(in crate::web) async fn write(
    web: &Web,
    by: &str,
    id: i64,
    found: &WrongMessages,
    text: &RectifyingText,
) -> Result<Rectification, Problem> {
    if found.clients == 0 {
        return Err(nobody(found));
    }
    let now = web.clock.now();
    let new = NewRectification {
        id,
        wrong: &text.wrong,
        holds: &text.holds,
        author: by,
        clients: found.clients,
    };
    let mut tx = web.store.write().await?;
    if tx.templates().lookup_published(TEMPLATE).await?.is_none() {
        let detail = format!("there is no published template `{TEMPLATE}`; publish one first");
        return Err(Problem::unprocessable("unknown_template", "", detail));
    }
    if !tx.rectifications().write(&new, &found.plans, now).await? {
        return Err(Problem::conflict(
            "somebody else puts one of these messages right already; look again",
        ));
    }
    note(web, &mut tx, by, "rectification.written", id).await?;
    let row = row_of(&mut tx, id).await?;
    if !web.console.declaring.needs_approval(found.clients) {
        carry_out(web, &mut tx, by, &row).await?;
    }
    let row = row_of(&mut tx, id).await?;
    tx.commit().await?;
    web.wake.events_stored();
    Ok(row)
}

/// Sends one that a second person approves. False: it is not as they saw it.
pub(in crate::web) async fn send(
    web: &Web,
    by: &str,
    row: &Rectification,
) -> Result<bool, Problem> {
    let mut tx = web.store.write().await?;
    if !carry_out(web, &mut tx, by, row).await? {
        return Ok(false);
    }
    tx.commit().await?;
    web.wake.events_stored();
    Ok(true)
}

/// Takes one back that nobody was told of, or refuses it for a reason. False: it is not as they saw it.
pub(in crate::web) async fn withdraw(
    web: &Web,
    by: &str,
    row: &Rectification,
    reason: Option<&str>,
) -> Result<bool, Problem> {
    let (mut tx, key) = (web.store.write().await?, (row.id, row.revision));
    let now = web.clock.now();
    if !tx.rectifications().withdraw(key, (by, reason), now).await? {
        return Ok(false);
    }
    note(web, &mut tx, by, "rectification.withdrawn", row.id).await?;
    tx.commit().await?;
    Ok(true)
}

async fn carry_out(web: &Web, tx: &mut Tx, by: &str, row: &Rectification) -> Result<bool, Problem> {
    let now = web.clock.now();
    let key = (row.id, row.revision);
    if !tx.rectifications().send(key, by, now).await? {
        return Ok(false);
    }
    let plans = tx.rectifications().plans(row.id).await?;
    let newest = tx.rectifications().newest(&plans).await?;
    let newest = newest.ok_or_else(|| StoreError::missing("plan", row.id))?;
    let about = about(&newest, plans.len());
    let mut events = Vec::new();
    for reached in tx.rectifications().reach(&plans).await? {
        events.push(event(row, &newest, about, reached.channel, now)?);
    }
    accept::take_in(tx, &events, now, &*web.ids).await?;
    note(web, tx, by, "rectification.sent", row.id).await?;
    Ok(true)
}

fn event(
    row: &Rectification,
    plan: &WrongPlan,
    about: Option<&str>,
    channel: Channel,
    now: Timestamp,
) -> Result<Event, Problem> {
    let event = json!({
        "specversion": "1.0",
        "id": format!("rectification-{}-{channel}", row.id),
        "source": SOURCE,
        "type": MESSAGE_RECTIFIED,
        "subject": format!("rectification:{}", row.id),
        "data": {
            "rectification": row.id.to_string(),
            "channel": channel,
            "topic": plan.topic,
            "class": plan.class,
            "lane": plan.lane,
            "wrong": row.wrong,
            "holds": row.holds,
            "about": about,
        },
    });
    Ok(Event::parse(&event, now)?)
}

/// The case or incident that all the wrong messages were about, as far as one plan tells.
fn about(plan: &WrongPlan, plans: usize) -> Option<&str> {
    let subject = plan.subject.as_str();
    let named = subject
        .strip_prefix("case:")
        .or_else(|| subject.strip_prefix("incident:"));
    named.filter(|_| plans == 1)
}

fn nobody(found: &WrongMessages) -> Problem {
    Problem::conflict(match found.taken {
        0 => "nobody got such a message, or may have got one: there is nobody to tell",
        _ => "whoever got such a message was told already that it was wrong, or is about to be",
    })
}

async fn row_of(tx: &mut Tx, id: i64) -> Result<Rectification, StoreError> {
    let found = tx.rectifications().lookup(id).await?;
    found.ok_or_else(|| StoreError::missing("rectification", id))
}

async fn note(web: &Web, tx: &mut Tx, by: &str, action: &str, id: i64) -> Result<(), StoreError> {
    web.audit(tx, &AuditEntry::new(by, action, &id.to_string()))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_one_line_without_its_dot() {
        let text = RectifyingText::of(" not via Roma.\n", "via Milano. ").unwrap();
        assert_eq!((&*text.wrong, &*text.holds), ("not via Roma", "via Milano"));
        assert_eq!(
            RectifyingText::of(" . ", "x").unwrap_err().pointer,
            "/wrong"
        );
        let long = "x".repeat(RECTIFIED_TEXT + 1);
        assert_eq!(
            RectifyingText::of("x", &long).unwrap_err().pointer,
            "/holds"
        );
    }

    #[test]
    fn a_case_is_named_only_where_all_messages_were_about_it() {
        let plan = WrongPlan {
            topic: "t".to_owned(),
            class: crate::domain::Class::Service,
            lane: crate::domain::Lane::Normal,
            subject: "case:PR-1".to_owned(),
        };
        assert_eq!(about(&plan, 1), Some("PR-1"));
        assert_eq!(about(&plan, 2), None);
    }
}
