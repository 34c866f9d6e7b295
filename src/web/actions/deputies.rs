//! Deputies as staff and programs enter and end them: each change checked, written, and noted in the audit,
//! without names or addresses. What a client does about them on the page is `public::yours`; both end one
//! here.

use crate::domain::client::Client;
use crate::domain::deputy::{DEPUTY_PREFIX, DeputyMode};
use crate::domain::limits::DEPUTIES;
use crate::domain::{Address, ClientId, MessageId, PhoneNumber, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::people::deputies::{DeputyRecord, NewDeputy};
use crate::store::{StoreError, Tx};
use crate::track::dialogue::{DeputyStop, MandateEnd};
use crate::web::Web;
use crate::web::problem::Problem;

/// Who is to act for a client, as it was asked for and read.
pub(in crate::web) struct DeputyWish {
    pub(in crate::web) name: String,
    pub(in crate::web) locale: String,
    pub(in crate::web) address: Address,
    pub(in crate::web) mode: DeputyMode,
    pub(in crate::web) topics: Vec<String>,
    pub(in crate::web) cases: Vec<String>,
    pub(in crate::web) mandate: String,
    pub(in crate::web) until: Option<Timestamp>,
}

/// Those who act for a client, or did.
pub(in crate::web) async fn list(
    tx: &mut Tx,
    client: &str,
) -> Result<Vec<DeputyRecord>, StoreError> {
    let found = tx.clients().lookup_id(client).await?;
    let client = found.ok_or_else(|| StoreError::missing("client", client))?;
    tx.deputies().of_client(client).await
}

/// Enters one, or changes whoever acts at that address already. True: somebody new.
pub(in crate::web) async fn put(
    web: &Web,
    actor: &str,
    client: &str,
    wish: &DeputyWish,
) -> Result<bool, Problem> {
    let now = web.clock.now();
    if client.starts_with(DEPUTY_PREFIX) {
        return Err(Problem::conflict(
            "a deputy acts for somebody else and has no deputies",
        ));
    }
    if wish.until.is_some_and(|until| until <= now) {
        return Err(Problem::field(
            "/until",
            "the mandate would be over already",
        ));
    }
    let mut tx = web.store.write().await?;
    let id = client_of(&mut tx, client).await?;
    tx.codes().lock(id).await?;
    if has(&tx.clients().record(id).await?.client, &wish.address) {
        return Err(Problem::field(
            "/address",
            "the address is the client's own; name one at which the deputy alone is reached",
        ));
    }
    check_room(&mut tx, id, &wish.address).await?;
    let new = NewDeputy {
        client: id,
        name: &wish.name,
        locale: &wish.locale,
        address: &wish.address,
        proven: false,
        mode: wish.mode,
        topics: &wish.topics,
        cases: &wish.cases,
        mandate: &wish.mandate,
        given_by: actor,
        until: wish.until,
    };
    let (deputy, created) = tx.deputies().put(&new, now, &*web.ids).await?;
    let detail = format!("{} {}", deputy_of(deputy), wish.mode);
    let entry = AuditEntry::new(actor, "client.deputy_put", client).with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(created)
}

/// Ends one, by its own reference.
pub(in crate::web) async fn end(
    web: &Web,
    actor: &str,
    client: &str,
    deputy: &str,
) -> Result<(), Problem> {
    let mut tx = web.store.write().await?;
    let all = list(&mut tx, client).await?;
    let acting = all
        .into_iter()
        .find(|one| one.reference == deputy && one.ended_at.is_none());
    let Some(acting) = acting else {
        return Err(Problem::not_found("deputy who acts for the client", deputy));
    };
    over(web, &mut tx, &acting, actor).await?;
    let detail = deputy_of(acting.id);
    let entry = AuditEntry::new(actor, "client.deputy_ended", client).with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends one and tells them, in the caller's transaction.
pub(in crate::web) async fn over(
    web: &Web,
    tx: &mut Tx,
    deputy: &DeputyRecord,
    by: &str,
) -> Result<(), StoreError> {
    mandate_end(web).over(tx, deputy, by).await
}

/// The deputy whose own row this is gives up on the page, if it is one: nothing more comes to them for the
/// client.
pub(in crate::web) async fn give_up(
    web: &Web,
    tx: &mut Tx,
    recipient: ClientId,
) -> Result<bool, StoreError> {
    let end = mandate_end(web);
    end.give_up(tx, recipient, DeputyStop::Mandate).await
}

/// The same by a STOP from a number. Where the number is also somebody's own, it ends that as well.
pub(in crate::web) async fn stop_from(
    web: &Web,
    tx: &mut Tx,
    recipient: ClientId,
    (number, answered): (&PhoneNumber, Option<MessageId>),
) -> Result<bool, StoreError> {
    let (end, address) = (mandate_end(web), Address::Phone(number.clone()));
    let stop = DeputyStop::Address(&address, answered);
    if end.give_up(tx, recipient, stop).await? {
        return Ok(true);
    }
    end.end_at(tx, &address).await?;
    Ok(false)
}

fn mandate_end(web: &Web) -> MandateEnd<'_> {
    MandateEnd {
        organisation: &web.pages.contact().organisation,
        ids: &*web.ids,
        now: web.clock.now(),
        wall: web.clock.wall(),
    }
}

/// Whether the address is the client's own. Mailboxes are the same in capitals.
pub(in crate::web) fn has(client: &Client, address: &Address) -> bool {
    let mut own = client.contacts.iter().map(|contact| &contact.address);
    own.any(|own| {
        let is_same = own.as_str().eq_ignore_ascii_case(address.as_str());
        is_same && own.channel() == address.channel()
    })
}

/// Whether somebody acts for the client at this address.
pub(in crate::web) async fn act_at(
    tx: &mut Tx,
    client: ClientId,
    address: &Address,
) -> Result<bool, StoreError> {
    let acting = tx.deputies().acting_at(address).await?;
    Ok(acting.iter().any(|(_, acts_for)| *acts_for == client))
}

/// So few that nobody is told a dozen times.
pub(in crate::web) async fn check_room(
    tx: &mut Tx,
    client: ClientId,
    address: &Address,
) -> Result<(), Problem> {
    let all = tx.deputies().of_client(client).await?;
    let others = all
        .iter()
        .filter(|one| one.ended_at.is_none() && one.address.as_deref() != Some(address.as_str()));
    if others.count() >= DEPUTIES {
        return Err(Problem::conflict(format!(
            "{DEPUTIES} act for the client already: end one first"
        )));
    }
    Ok(())
}

fn deputy_of(deputy: ClientId) -> String {
    format!("deputy {deputy}")
}

async fn client_of(tx: &mut Tx, client: &str) -> Result<ClientId, Problem> {
    let found = tx.clients().lookup_id(client).await?;
    found.ok_or_else(|| Problem::not_found("client", client))
}
