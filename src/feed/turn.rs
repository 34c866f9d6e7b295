//! One turn of a webhook: entry after entry is posted, so that a receiver hears of one message in the order
//! in which it happened. Nothing of the store is held meanwhile; how far it came is written down at the
//! end. Who has a turn, and when, is `sender`'s.

use std::time::Instant;

use super::entry::FeedItem;
use super::pauses::{is_over, pause};
use super::post::{PostAnswer, SignedPost};
use super::sender::{WebhookParts, WebhookSender};
use super::signature::WebhookSecret;
use super::target::FeedTypes;
use crate::domain::Timestamp;
use crate::domain::limits::{WEBHOOK_BATCH, WEBHOOK_TURN};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::feed::{FeedEntry, Webhook, WebhookTry};

/// What came of one turn.
struct WebhookTurn {
    /// The last number that is done with.
    cursor: i64,
    /// How many entries were taken.
    told: usize,
    /// The last try, if there was one: the number of its entry, and the answer.
    last: Option<(i64, PostAnswer)>,
    /// The last try failed.
    failed: bool,
}

impl WebhookSender {
    /// Tells one as much as fits into a turn. True: there may be more.
    pub(super) async fn turn(
        &self,
        webhook: &Webhook,
        lifecycle: &Lifecycle,
    ) -> Result<bool, StoreError> {
        let mut tx = self.parts.store.read().await?;
        let span = tx.feed().span().await?;
        let last = span.last;
        if span.has_lost(webhook.cursor) {
            tracing::warn!(
                webhook.name = webhook.name,
                "what a webhook was not told in time is not kept any more, and is passed over"
            );
        }
        let types = FeedTypes::stored(&webhook.types).rows();
        let entries = tx
            .feed()
            .after(webhook.cursor, &types, WEBHOOK_BATCH)
            .await?;
        drop(tx);
        let is_all = i64::try_from(entries.len()).is_ok_and(|count| count < WEBHOOK_BATCH);
        let count = entries.len();
        let mut turn = self.told(webhook, entries, lifecycle).await;
        let is_through = !turn.failed && turn.told == count;
        if is_all && is_through {
            // What it does not want is done with as well.
            turn.cursor = last.max(turn.cursor);
        }
        self.write_down(webhook, &turn).await?;
        Ok(!(turn.failed || is_all && is_through))
    }

    /// Posts entry after entry until one fails, the time of a turn is over, or the daemon stops.
    async fn told(
        &self,
        webhook: &Webhook,
        entries: Vec<FeedEntry>,
        lifecycle: &Lifecycle,
    ) -> WebhookTurn {
        let began = Instant::now();
        let mut turn = WebhookTurn {
            cursor: webhook.cursor,
            told: 0,
            last: None,
            failed: false,
        };
        for entry in entries {
            let number = entry.number;
            let answer = self.post(webhook, entry).await;
            turn.failed = answer.fault.is_some();
            turn.last = Some((number, answer));
            if turn.failed {
                break;
            }
            turn.cursor = number;
            turn.told += 1;
            if began.elapsed() > WEBHOOK_TURN || lifecycle.is_stopping() {
                break;
            }
        }
        turn
    }

    async fn post(&self, webhook: &Webhook, entry: FeedEntry) -> PostAnswer {
        let id = format!("evt_{}", entry.number);
        let now = self.parts.clock.now();
        // Whoever checks the signature does so by the time outside.
        let seconds = self.parts.clock.wall().as_micros().div_euclid(1_000_000);
        let body = serde_json::json!(FeedItem::from(entry)).to_string();
        let former = webhook.former_until.is_some_and(|until| now < until);
        let former = webhook.former_secret.as_deref().filter(|_| former);
        let secrets = [Some(webhook.secret.as_str()), former];
        let signatures: Vec<String> = secrets
            .into_iter()
            .flatten()
            .filter_map(|secret| WebhookSecret::stored(secret).sign(&id, seconds, &body))
            .collect();
        let post = SignedPost {
            url: &webhook.url,
            id: &id,
            seconds,
            signatures: signatures.join(" "),
            body,
        };
        self.poster.post(post).await
    }

    async fn write_down(&self, webhook: &Webhook, turn: &WebhookTurn) -> Result<(), StoreError> {
        let WebhookParts {
            store, ids, node, ..
        } = &self.parts;
        let now = self.parts.clock.now();
        let mut tx = store.write().await?;
        let still_ours = match &turn.last {
            Some((_, answer)) if turn.failed => {
                let next = self.after_failure(webhook, turn, answer, now);
                tx.webhooks()
                    .failed(webhook, *node, turn.cursor, next)
                    .await?
            }
            _ => tx.webhooks().done(webhook, *node, turn.cursor).await?,
        };
        if !still_ours {
            return Ok(());
        }
        if let Some((number, answer)) = &turn.last {
            let tried = WebhookTry {
                number: *number,
                at: now,
                took_ms: answer.took_ms,
                status: answer.status.map(i64::from),
                fault: answer.fault.clone(),
            };
            tx.webhooks()
                .note(ids.next(), &webhook.name, &tried)
                .await?;
        }
        tx.commit().await
    }

    /// Now, when it is tried again, and whether it is given up.
    fn after_failure(
        &self,
        webhook: &Webhook,
        turn: &WebhookTurn,
        answer: &PostAnswer,
        now: Timestamp,
    ) -> (Timestamp, Timestamp, bool) {
        let moved = turn.told > 0;
        let tries = if moved { 1 } else { webhook.tries + 1 };
        let since = webhook.failing_since.filter(|_| !moved).unwrap_or(now);
        let given_up = answer.is_gone() || is_over(since, now, self.parts.give_up);
        if given_up {
            tracing::error!(
                webhook.name = webhook.name,
                "a webhook has failed for too long and is switched off; switch it on again at the console"
            );
        } else if tries == 1 {
            tracing::warn!(
                webhook.name = webhook.name,
                "a webhook was not told; it is tried again"
            );
        }
        (now, now + pause(tries), given_up)
    }
}
