//! Why a link or a form leads nowhere, and the page that says so. Nobody learns more from it than
//! they knew: a forged token, one of a client who was erased and one of a message long gone look
//! the same.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::page::{self, Note};
use super::visitor::Visitor;
use crate::domain::MessageId;
use crate::domain::token::Purpose;
use crate::store::reports::status_page::{Followed, NotifiedMessage};
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::problem::Problem;

/// Why it is not followed.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A page elsewhere sent the form.
    FromElsewhere,
    /// The token is not ours, or what it named is gone.
    Nothing,
    /// The message went to an address that is not its client's any more.
    Ended,
    /// The store does not answer.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refusal {
    pub(super) fn shown(&self) -> Response {
        match self {
            Self::Nothing => page::missing(),
            Self::Store(error) => page::unavailable(error),
            Self::Ended => {
                let note = Note::both(
                    "Collegamento scaduto",
                    "Questo collegamento non vale più: il messaggio era per un recapito che non è \
                     più in uso, oppure è passato troppo tempo. Usi il collegamento nell'ultimo \
                     messaggio ricevuto, o ci telefoni.",
                    "This link is no longer valid: the message went to an address that is no \
                     longer in use, or it is too old. Please use the link in the latest message \
                     you received, or call us.",
                );
                page::show(StatusCode::GONE, &note)
            }
            Self::FromElsewhere => {
                let note = Note::both(
                    "Richiesta non accettata",
                    "La richiesta arriva da un'altra pagina. Apra il collegamento che Le abbiamo \
                     mandato e riprovi da lì.",
                    "This request came from another page. Please open the link we sent you and \
                     try again from there.",
                );
                page::show(StatusCode::FORBIDDEN, &note)
            }
        }
    }
}

/// Turns a problem into a note: what comes by a link comes from a person.
pub(super) async fn as_note(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) => refused(problem),
        None => response,
    }
}

/// A request that is none of those a page of ours makes.
pub(in crate::web) fn refused(problem: &Problem) -> Response {
    if problem.status == StatusCode::NOT_FOUND {
        return page::missing();
    }
    let note = Note::both(
        "Richiesta non accettata",
        "Non è stato possibile leggere la richiesta. Apra il collegamento che Le abbiamo mandato e \
         riprovi da lì.",
        "This request could not be read. Please open the link we sent you and try again from \
         there.",
    );
    page::show(problem.status, &note)
}

/// The message a form is about. The token is what only its reader has; a form sent by a page
/// elsewhere is refused all the same.
pub(super) fn message_of(web: &Web, token: &str, visitor: Visitor) -> Result<MessageId, Refusal> {
    if visitor.from_elsewhere {
        return Err(Refusal::FromElsewhere);
    }
    named(web, Purpose::Status, token)
}

/// The message a token names.
pub(super) fn named(web: &Web, purpose: Purpose, token: &str) -> Result<MessageId, Refusal> {
    let message = web.signer.open_one(purpose, token);
    message.map(MessageId::new).ok_or(Refusal::Nothing)
}

/// The message as its reader knows it, if it is still theirs. To be asked in the transaction that
/// changes something for them.
pub(super) async fn told(tx: &mut Tx, message: MessageId) -> Result<NotifiedMessage, Refusal> {
    match tx.status_page().follow(message).await? {
        Followed::Told(told) => Ok(*told),
        Followed::Ended => Err(Refusal::Ended),
        Followed::Nothing => Err(Refusal::Nothing),
    }
}
