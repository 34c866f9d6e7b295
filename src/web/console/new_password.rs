//! A password that somebody chose in a form, typed twice: judged (`advice` says why it is not good), and hashed. Who
//! may choose it is decided where the form is (`invitation`, `me`).

mod advice;

use axum::http::StatusCode;

use super::shell::{ConsoleWords, FluentValue};
use crate::web::auth::csrf::FormFields;
use crate::web::auth::password::{self, PasswordError, SHORTEST, TooManyLogins};
use crate::web::problem::Problem;

/// What came of it: the hash to keep, or what is wrong, for whoever typed it.
pub(super) type ChosenPassword = Result<String, String>;

/// The fields `password` and `again` of a form of this person.
pub(super) async fn chosen(
    fields: &FormFields,
    email: &str,
    words: ConsoleWords,
) -> Result<ChosenPassword, Problem> {
    let password = fields.get("password");
    if password != fields.get("again") {
        return Ok(Err(words.say("people-password-not-twice").into_owned()));
    }
    match password::make(password.to_owned(), email.to_owned()).await {
        Ok(hash) => Ok(Ok(hash)),
        Err(PasswordError::Length(_)) => Ok(Err(rule(words))),
        Err(PasswordError::Address) => Ok(Err(words.say("people-password-address").into_owned())),
        Err(PasswordError::Weak(found)) => Ok(Err(advice::on(&found, words))),
        Err(PasswordError::Busy(busy)) => Err(too_many(busy)),
        Err(PasswordError::Hash(fault)) => {
            tracing::error!(error = fault, "a password could not be hashed");
            Err(Problem::page_failed())
        }
    }
}

/// What a password must be, beside its field and where it is not.
pub(super) fn rule(words: ConsoleWords) -> String {
    let shortest = [("shortest", FluentValue::from(SHORTEST))];
    words.say_with("people-password-rule", &shortest)
}

pub(super) fn too_many(busy: TooManyLogins) -> Problem {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "too_many_logins", busy.to_string())
}
