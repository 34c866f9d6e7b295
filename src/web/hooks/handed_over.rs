//! What providers bring over connections of their own (`channel::handover`): kept as what is called back
//! over HTTP is, and answered when it is durable.

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::called_back::{attempt, receipt, take};
use crate::channel::{Brought, Handover, HandoverFate, HandsetText, MailEvent, ProviderReport};
use crate::domain::limits::HANDOVERS_AT_ONCE;
use crate::track::postbag::{Postbag, ToldMails};
use crate::web::Web;

/// Keeps what is handed over until the daemon stops. What waits then is brought again.
pub async fn keep_handovers(
    (web, postbag): (Web, Postbag),
    handovers: mpsc::Receiver<Handover>,
    stopping: impl Future<Output = ()>,
) {
    let (web, postbag) = (&web, &postbag);
    ReceiverStream::new(handovers)
        .take_until(Box::pin(stopping))
        .for_each_concurrent(HANDOVERS_AT_ONCE, |handover| {
            Box::pin(keep((web, postbag), handover))
        })
        .await;
}

async fn keep((web, postbag): (&Web, &Postbag), handover: Handover) {
    let Handover {
        provider,
        brought,
        answer,
    } = handover;
    let fate = match brought {
        Brought::Report(report) => of_report(web, provider, report).await,
        Brought::Text(text) => of_text(web, &provider, &text).await,
        Brought::Mails(events) => of_mails(web, provider, events).await,
        Brought::Mail(raw) => of_mail(postbag, &raw).await,
    };
    // A connection that was cut meanwhile hears nothing: its centre brings it again, and it is known.
    answer.send(fate).ok();
}

async fn of_report(web: &Web, provider: String, report: ProviderReport) -> HandoverFate {
    let attempt = match attempt(web, &provider, &report.about).await {
        Ok(Some(attempt)) => attempt,
        Ok(None) => return HandoverFate::NotKnown,
        Err(error) => {
            tracing::error!(%error, "a report cannot be joined to its message; it will be brought again");
            return HandoverFate::NotNow;
        }
    };
    let kept = web.track.receipts.take(receipt(provider, attempt, report));
    match kept.await {
        Ok(_) => HandoverFate::Kept,
        Err(_) => HandoverFate::NotNow,
    }
}

async fn of_text(web: &Web, provider: &str, text: &HandsetText) -> HandoverFate {
    match take(web, provider, text).await {
        Ok(()) => HandoverFate::Kept,
        Err(problem) if problem.status.is_client_error() => HandoverFate::Unreadable,
        Err(_) => HandoverFate::NotNow,
    }
}

async fn of_mails(web: &Web, provider: String, events: Vec<MailEvent>) -> HandoverFate {
    match web.track.told.take(ToldMails { provider, events }).await {
        Ok(_) => HandoverFate::Kept,
        Err(_) => HandoverFate::NotNow,
    }
}

async fn of_mail(postbag: &Postbag, raw: &[u8]) -> HandoverFate {
    match postbag.take(raw, "").await {
        Ok(_) => HandoverFate::Kept,
        Err(error) => {
            tracing::error!(%error, "a mail that came back cannot be kept; it will be brought again");
            HandoverFate::NotNow
        }
    }
}
