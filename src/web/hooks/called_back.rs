//! What providers call back by their names, `/hooks/NAME/...`: each is proven and read as its kind says
//! (`channel::callback`), and kept here. Who is not proven is told nothing. A report about an attempt
//! that this provider never had is answered with 404, so that one which overtook the answer to its own
//! request is brought again.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::channel::{
    CallRefused, HandsetText, MailCallbacks, ProviderCall, ProviderCallbacks, ProviderReport,
    Reference, ReportSubject,
};
use crate::domain::MessageId;
use crate::domain::limits::{CALLBACK_BYTES, INBOUND_SMS_BYTES, INBOUND_SMS_ID};
use crate::store::StoreError;
use crate::store::messages::receipts::NewReceipt;
use crate::web::Web;
use crate::web::hooks::mail_events;
use crate::web::inbound::{self, InboundSms};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Who reads the calls of each provider, by its name in the settings.
#[derive(Default)]
pub struct CallbackDesk {
    handsets: BTreeMap<String, Arc<dyn ProviderCallbacks>>,
    mails: BTreeMap<String, Arc<dyn MailCallbacks>>,
}

impl CallbackDesk {
    /// Lets a provider call.
    pub fn admit(&mut self, provider: &str, reader: Arc<dyn ProviderCallbacks>) {
        self.handsets.insert(provider.to_owned(), reader);
    }

    /// Lets a service tell what became of e-mails.
    pub fn admit_mail(&mut self, provider: &str, reader: Arc<dyn MailCallbacks>) {
        self.mails.insert(provider.to_owned(), reader);
    }

    fn reader(&self, provider: &str) -> Option<&dyn ProviderCallbacks> {
        self.handsets.get(provider).map(|reader| &**reader)
    }

    fn mail_reader(&self, provider: &str) -> Option<&dyn MailCallbacks> {
        self.mails.get(provider).map(|reader| &**reader)
    }
}

impl std::fmt::Debug for CallbackDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.handsets.keys().chain(self.mails.keys());
        f.debug_set().entries(names).finish()
    }
}

/// `GET|POST /hooks/{provider}/{token}`; the token is a secret where the settings give one, and the word
/// `events` where a service tells of e-mails.
pub(super) async fn report(
    State(web): State<Web>,
    Path((provider, token)): Path<(String, String)>,
    request: Request,
) -> Response {
    if let Some(reader) = web.door.callbacks.mail_reader(&provider) {
        return mail_events::take(&web, reader, (provider.as_str(), token.as_str()), request).await;
    }
    let read = called(&web, &provider, &token, request, |reader, call| {
        reader.report(call)
    });
    let report = match read.await {
        Ok(Some(report)) => report,
        Ok(None) => return StatusCode::OK.into_response(),
        Err(refusal) => return refusal,
    };
    match attempt(&web, &provider, &report.about).await {
        Ok(Some(attempt)) => keep(&web, provider, attempt, report).await,
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// `POST /hooks/{provider}/reply`: what a client wrote.
pub(super) async fn text(
    State(web): State<Web>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let read = called(&web, &provider, "", request, |reader, call| {
        reader.text(call)
    });
    let text = match read.await {
        Ok(text) => text,
        Err(refusal) => return refusal,
    };
    match take(&web, &provider, &text).await {
        // Whoever wrote: whether a number is a client's is nobody's business. And no text: it would be
        // sent to the client.
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// What a call says by its provider's reader, or what it is answered with.
async fn called<T>(
    web: &Web,
    provider: &str,
    key: &str,
    request: Request,
    read: impl FnOnce(&dyn ProviderCallbacks, &ProviderCall<'_>) -> Result<T, CallRefused>,
) -> Result<T, Response> {
    let Some(reader) = web.door.callbacks.reader(provider) else {
        return Err(StatusCode::NOT_FOUND.into_response());
    };
    let (uri, headers): (Uri, HeaderMap) = (request.uri().clone(), request.headers().clone());
    let body = web.door.unproven.read(request, CALLBACK_BYTES).await;
    let (body, room) = body.map_err(Problem::into_response)?;
    let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let said = read(
        reader,
        &ProviderCall {
            target,
            query: uri.query().unwrap_or_default(),
            key,
            headers: &headers,
            body: &body,
        },
    );
    drop(room);
    said.map_err(refusal)
}

/// How a call is answered that is not taken.
pub(super) fn refusal(refused: CallRefused) -> Response {
    match refused {
        CallRefused::Unproven => StatusCode::NOT_FOUND.into_response(),
        CallRefused::Unreadable(detail) => Problem::field("", detail).into_response(),
        CallRefused::NotNow(why) => {
            tracing::warn!(error = %why, "a call cannot be proven now; it will be brought again");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// The attempt that a report names, if this provider had it.
pub(super) async fn attempt(
    web: &Web,
    provider: &str,
    about: &ReportSubject,
) -> Result<Option<(MessageId, i64)>, StoreError> {
    let name = match about {
        ReportSubject::Attempt(message, lease_no) => return Ok(Some((*message, *lease_no))),
        ReportSubject::Name(name) => name,
    };
    let mut tx = web.store.read().await?;
    let Some(message) = Reference::message(name) else {
        return tx.attempts().under_provider_ref(provider, name).await;
    };
    let lease_no = tx
        .attempts()
        .under_reference(provider, message, name)
        .await?;
    Ok(lease_no.map(|lease_no| (message, lease_no)))
}

async fn keep(
    web: &Web,
    provider: String,
    attempt: (MessageId, i64),
    report: ProviderReport,
) -> Response {
    match web
        .track
        .receipts
        .take(receipt(provider, attempt, report))
        .await
    {
        Ok(_) => StatusCode::OK.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Of each kind an attempt has one report: who holds a token cannot file more than there are kinds.
pub(super) fn receipt(
    provider: String,
    (message, lease_no): (MessageId, i64),
    report: ProviderReport,
) -> NewReceipt {
    NewReceipt {
        provider,
        key: format!("{message}-{lease_no}-{}", report.kind),
        message: Some(message),
        kind: report.kind,
        code: report.code,
        detail: None,
        provider_at: report.at,
        bad_address: report.bad_address,
    }
}

/// A text that a client wrote, whoever brings it.
pub(super) async fn take(web: &Web, provider: &str, text: &HandsetText) -> Result<(), Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_id = (1..=INBOUND_SMS_ID).contains(&text.id.len()) && text.id.chars().all(fits);
    if !is_id {
        let detail = format!(
            "the provider's name for the text is 1 to {INBOUND_SMS_ID} letters, digits and hyphens"
        );
        return Err(Problem::field("/id", detail));
    }
    if text.text.len() > INBOUND_SMS_BYTES {
        return Err(Problem::too_large(INBOUND_SMS_BYTES));
    }
    let sms = InboundSms {
        provider,
        id: &text.id,
        from: &text.from,
        text: &text.text,
    };
    inbound::take(web, &sms).await?;
    Ok(())
}
