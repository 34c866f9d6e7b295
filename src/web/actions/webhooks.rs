//! Webhooks out as programs and the console change them: each change checked, written, and noted in the
//! audit. What is sent to them is `crate::feed`'s.

use crate::domain::Timestamp;
use crate::domain::limits::{WEBHOOK_FORMER, WEBHOOKS};
use crate::feed::{self, FeedTypes, WebhookSecret};
use crate::store::access::audit::AuditEntry;
use crate::store::feed::Webhook;
use crate::web::Web;
use crate::web::problem::Problem;

/// Where a webhook is to lead, and of what it is told.
pub(in crate::web) struct WebhookWish {
    pub(in crate::web) url: String,
    pub(in crate::web) types: FeedTypes,
    /// It is to have another secret.
    pub(in crate::web) rotate: bool,
}

/// What became of a wish.
pub(in crate::web) struct WebhookPut {
    pub(in crate::web) created: bool,
    pub(in crate::web) secret: Option<WebhookSecret>,
}

/// From where a webhook is told again.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) enum ReplayFrom {
    /// What stands behind this number of the feed.
    Number(i64),
    /// What happened from then on.
    Time(Timestamp),
}

/// Makes it, or changes it. `actor`: who asks.
pub(in crate::web) async fn put(
    web: &Web,
    actor: &str,
    name: &str,
    wish: &WebhookWish,
) -> Result<WebhookPut, Problem> {
    feed::check_name(name)?;
    feed::check_address(&wish.url, &web.private_receivers, "/url")?;
    let (fresh, now) = (fresh_secret(), web.clock.now());
    let types = wish.types.joined();
    let told = (wish.url.as_str(), types.as_str());
    let mut tx = web.store.write().await?;
    let known = tx.webhooks().lookup(name).await?;
    let Some(known) = known else {
        if tx.webhooks().list().await?.len() >= WEBHOOKS {
            return Err(Problem::conflict(format!(
                "there are {WEBHOOKS} webhooks already: delete one first"
            )));
        }
        let last = tx.feed().span().await?.last;
        let secret = fresh.reveal();
        tx.webhooks().create(name, told, secret, last, now).await?;
        let entry = AuditEntry::new(actor, "webhook.created", name);
        web.audit(&mut tx, &entry).await?;
        tx.commit().await?;
        return Ok(WebhookPut {
            created: true,
            secret: Some(fresh),
        });
    };
    if (known.url.as_str(), known.types.as_str()) != told {
        tx.webhooks().change(name, told, now).await?;
        let entry = AuditEntry::new(actor, "webhook.changed", name);
        web.audit(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    let secret = match wish.rotate {
        true => Some(rotate(web, actor, name).await?),
        false => None,
    };
    Ok(WebhookPut {
        created: false,
        secret,
    })
}

/// Gives it another secret, shown this once; the one before signs as well for a while.
pub(in crate::web) async fn rotate(
    web: &Web,
    actor: &str,
    name: &str,
) -> Result<WebhookSecret, Problem> {
    let (fresh, now) = (fresh_secret(), web.clock.now());
    let until = now + WEBHOOK_FORMER;
    let mut tx = web.store.write().await?;
    if tx.webhooks().lookup(name).await?.is_none() {
        return Err(Problem::not_found("webhook", name));
    }
    let secret = fresh.reveal();
    tx.webhooks().rotate(name, secret, until, now).await?;
    let entry = AuditEntry::new(actor, "webhook.secret_changed", name);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(fresh)
}

/// Takes it out: nothing more is sent there.
pub(in crate::web) async fn remove(web: &Web, actor: &str, name: &str) -> Result<(), Problem> {
    let mut tx = web.store.write().await?;
    if !tx.webhooks().remove(name).await? {
        return Err(Problem::not_found("webhook", name));
    }
    let entry = AuditEntry::new(actor, "webhook.removed", name);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Switches it on or off. What happens meanwhile is told when it is on again.
pub(in crate::web) async fn switch(
    web: &Web,
    actor: &str,
    name: &str,
    on: bool,
) -> Result<(), Problem> {
    let mut tx = web.store.write().await?;
    let known = tx.webhooks().lookup(name).await?;
    let known = known.ok_or_else(|| Problem::not_found("webhook", name))?;
    if known.off_at.is_none() == on {
        return Ok(());
    }
    let off_by = (!on).then_some(actor);
    tx.webhooks().switch(name, off_by, web.clock.now()).await?;
    let action = match on {
        true => "webhook.switched_on",
        false => "webhook.switched_off",
    };
    web.audit(&mut tx, &AuditEntry::new(actor, action, name))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Has it told again from there; the number before the first that is told.
pub(in crate::web) async fn replay(
    web: &Web,
    actor: &str,
    name: &str,
    from: ReplayFrom,
) -> Result<i64, Problem> {
    let mut tx = web.store.write().await?;
    let number = match from {
        ReplayFrom::Number(number) => number,
        ReplayFrom::Time(at) => tx.feed().number_before(at).await?,
    };
    let last = tx.feed().span().await?.last;
    if number < 0 || number > last {
        let detail = format!("the feed goes from 0 to {last}");
        return Err(Problem::field("/after", detail));
    }
    if !tx.webhooks().rewind(name, number, web.clock.now()).await? {
        return Err(Problem::not_found("webhook", name));
    }
    let detail = number.to_string();
    let entry = AuditEntry::new(actor, "webhook.replayed", name).with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(number)
}

/// How one does, in a word of the API and the console.
pub(in crate::web) const fn state(webhook: &Webhook) -> &'static str {
    match (webhook.off_at, webhook.failing_since) {
        (Some(_), _) if webhook.is_given_up() => "given_up",
        (Some(_), _) => "off",
        (None, Some(_)) => "failing",
        (None, None) => "on",
    }
}

fn fresh_secret() -> WebhookSecret {
    let random: [u8; 32] = rand::random();
    WebhookSecret::from_entropy(&random)
}
