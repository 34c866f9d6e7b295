//! What a person chooses for their own pages: the language, and by whose clock times are told. Kept
//! with their account, so that it holds on every machine. Nobody else's pages change, so it is not
//! written down in the audit.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono_tz::Tz;

use super::shell::strictly;
use super::theme::back;
use crate::domain::language::Language;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::problem::Problem;

/// `POST /console/language`: `it` or `en`. Leads back to the page it was chosen on.
pub(crate) async fn language(
    State(web): State<Web>,
    headers: HeaderMap,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let asked = fields.get("language");
    let spoken = Language::ALL.into_iter().find(|one| one.tag() == asked);
    let Some(language) = spoken else {
        let known = Language::ALL.map(Language::tag).join(" or ");
        let fault = format!("the console does not speak this language; send {known}");
        return Err(Problem::field("/language", fault));
    };
    let mut tx = web.store.write().await?;
    let tag = Some(language.tag());
    tx.users().set_language(&person.email, tag).await?;
    tx.commit().await?;
    Ok(strictly(back(&headers)))
}

/// `POST /console/time-zone`: an IANA name; empty for the one of the settings.
pub(crate) async fn time_zone(
    State(web): State<Web>,
    headers: HeaderMap,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let zone = parsed(fields.get("time_zone"))?;
    let mut tx = web.store.write().await?;
    let name = zone.map(Tz::name);
    tx.users().set_time_zone(&person.email, name).await?;
    tx.commit().await?;
    Ok(strictly(back(&headers)))
}

fn parsed(typed: &str) -> Result<Option<Tz>, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let zone = typed.parse().map_err(|_| {
        let fault = "this is no IANA time zone; write one such as Europe/Rome, or nothing";
        Problem::field("/time_zone", fault)
    })?;
    Ok(Some(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_one_of_those_there_are_or_none() {
        assert_eq!(parsed(" Europe/Rome ").unwrap(), Some(Tz::Europe__Rome));
        assert_eq!(parsed("").unwrap(), None);
        for typed in ["Rome", "europe/rome", "+01:00", "Europe/Rome; DROP"] {
            assert_eq!(parsed(typed).unwrap_err().code, "invalid_field", "{typed}");
        }
    }
}
