//! `POST /v1/conversations/{id}`: answers, assigns, closes, opens again, or says which client wrote, as
//! `action` says. Answers with the conversation as it stands then.

use axum::extract::State;
use serde_json::Value;

use super::{ConversationWithLines, number};
use crate::domain::FieldError;
use crate::domain::fields::Fields;
use crate::domain::limits::{CLOSING_REASON, REFERENCE};
use crate::web::Web;
use crate::web::actions::conversations;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// What is to be done.
enum Asked {
    Answer {
        text: String,
        /// How many lines were seen; none: however many there are.
        seen: Option<i64>,
    },
    /// To a person by e-mail, or to nobody.
    Assign(Option<String>),
    Close(String),
    Reopen,
    /// It was this client, by reference, who wrote.
    Identify(String),
}

pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Path(id): Path<String>,
    Json(body): Json,
) -> Result<axum::Json<ConversationWithLines>, Problem> {
    let (id, by) = (number(&id)?, caller.actor());
    let asked = Asked::parse(&body)
        .map_err(|fault| Problem::unprocessable("invalid_field", fault.pointer, fault.detail))?;
    match asked {
        Asked::Answer { text, seen } => answer(&web, &by, (id, seen), &text).await?,
        Asked::Assign(to) => {
            if !conversations::assign(&web, &by, id, to.as_deref()).await? {
                let detail = "there is nobody of this e-mail address who may answer clients";
                return Err(Problem::unprocessable("unknown_person", "/to", detail));
            }
        }
        Asked::Close(reason) => {
            if !conversations::close(&web, &by, id, &reason).await? {
                let detail = format!("write a reason of at most {CLOSING_REASON} characters");
                return Err(Problem::unprocessable("invalid_field", "/reason", detail));
            }
        }
        Asked::Reopen => conversations::reopen(&web, &by, id).await?,
        Asked::Identify(client) => {
            if let Some(fault) = conversations::identify(&web, &by, id, &client).await? {
                return Err(fault.problem());
            }
        }
    }
    let found = ConversationWithLines::read(&web, id).await?;
    Ok(axum::Json(found))
}

async fn answer(
    web: &Web,
    by: &str,
    (id, seen): (i64, Option<i64>),
    text: &str,
) -> Result<(), Problem> {
    let seen = if let Some(seen) = seen {
        seen
    } else {
        let mut tx = web.store.read().await?;
        conversations::found(&mut tx, id).await?.lines
    };
    match conversations::answer(web, by, id, seen, text).await? {
        None => Ok(()),
        Some(fault) => Err(conversations::problem(fault)),
    }
}

impl Asked {
    fn parse(body: &Value) -> Result<Self, FieldError> {
        let fields = Fields::of(body, "")?;
        let text = |name: &str| Ok::<_, FieldError>(fields.text_if(name)?.map(str::to_owned));
        match fields.text_if("action")? {
            Some("answer") => {
                fields.only(&["action", "text", "seen"])?;
                let number = |value: &Value| {
                    let fault =
                        || fields.fault("seen", "`seen` is the `count` of the conversation");
                    value.as_i64().ok_or_else(fault)
                };
                let seen = fields.get("seen").map(number).transpose()?;
                let text = text("text")?.unwrap_or_default();
                Ok(Self::Answer { text, seen })
            }
            Some("assign") => {
                fields.only(&["action", "to"])?;
                let to = fields.visible_if("to", REFERENCE)?;
                Ok(Self::Assign(to.map(str::to_owned)))
            }
            Some("close") => {
                fields.only(&["action", "reason"])?;
                Ok(Self::Close(text("reason")?.unwrap_or_default()))
            }
            Some("reopen") => {
                fields.only(&["action"])?;
                Ok(Self::Reopen)
            }
            Some("identify") => {
                fields.only(&["action", "client"])?;
                Ok(Self::Identify(fields.reference("client", REFERENCE)?))
            }
            _ => Err(fields.fault(
                "action",
                "`action` is `answer`, `assign`, `close`, `reopen` or `identify`",
            )),
        }
    }
}
