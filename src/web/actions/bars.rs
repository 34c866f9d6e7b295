//! Bars of addresses that staff lift, at the console or by a program: each is noted in the audit. What a
//! client decided stays, whoever asks. Nothing that was not sent is sent later. Who barred what:
//! `store::people::suppressions`.

use crate::store::access::audit::AuditEntry;
use crate::store::people::suppressions::Suppression;
use crate::web::Web;
use crate::web::problem::Problem;

/// Lifts those bars of a client's addresses that are meant, all that staff may lift. None that is
/// meant is a 404; only what the client decided a 409.
pub(in crate::web) async fn lift(
    web: &Web,
    actor: &str,
    client: &str,
    reason: &str,
    is_meant: impl Fn(&Suppression) -> bool,
) -> Result<(), Problem> {
    let mut tx = web.store.write().await?;
    let mut bars = tx.suppressions().of_client(client).await?;
    bars.retain(is_meant);
    if bars.is_empty() {
        return Err(Problem::not_found("bar of an address of client", client));
    }
    bars.retain(|bar| bar.reason.staff_may_lift());
    if bars.is_empty() {
        return Err(Problem::conflict(
            "the client decided so themselves: only they can take it back",
        ));
    }
    for bar in &bars {
        tx.suppressions().lift(&bar.address).await?;
        let detail = format!("{} {} {reason}", bar.address.channel(), bar.reason);
        let entry = AuditEntry::new(actor, "suppression.lifted", client).with(detail.trim_end());
        web.audit(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(())
}
