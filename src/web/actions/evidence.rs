//! A person says that a receipt or an act of a reader is wrong: it is marked so, stays, and counts no more.
//! Who said so and of what stands in the audit; why, beside the evidence.

use crate::domain::MessageId;
use crate::domain::limits::OBJECTION_REASON;
use crate::store::access::audit::AuditEntry;
use crate::store::messages::evidence::{Invalidated, Objection};
use crate::text::sanitize;
use crate::web::Web;
use crate::web::problem::Problem;

/// `which`: the number of the evidence, as its message shows it. `typed`: the reason.
pub(in crate::web) async fn invalidate(
    web: &Web,
    by: &str,
    message: MessageId,
    which: &str,
    typed: &str,
) -> Result<(), Problem> {
    let missing = || Problem::not_found("evidence", which);
    let evidence: i64 = which.parse().map_err(|_| missing())?;
    let reason = sanitize::line(typed);
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().nth(OBJECTION_REASON).is_some() {
        let detail = format!("say why, in at most {OBJECTION_REASON} characters");
        return Err(Problem::field("/reason", detail));
    }
    let at = web.clock.now();
    let mut tx = web.store.write().await?;
    let objection = Objection { by, reason, at };
    let outcome = tx
        .receipts(web.track.horizon)
        .invalidate(message, evidence, objection)
        .await?;
    match outcome {
        Invalidated::Done => {}
        Invalidated::Already => {
            return Err(Problem::conflict("it does not count any more"));
        }
        Invalidated::Missing => return Err(missing()),
    }
    let subject = message.to_string();
    let entry = AuditEntry::new(by, "evidence.invalidated", &subject).with(which);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
