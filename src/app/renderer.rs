//! Shows a sent message again: the same frozen inputs through the same template version. Its
//! links lead nowhere: whoever follows a true one acts as the client.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::domain::links::{Links, Reading};
use crate::domain::{MessageId, Tracking};
use crate::store::{Store, StoreError};
use crate::template::letter::{Frozen, Letter, write};
use crate::template::{Compiled, Versioned, Workshop};
use crate::web::console::{Renderer, Seen};

/// Renders from the store.
pub(super) struct StoredRenderer {
    pub(super) store: Store,
    /// Made by [`Links::for_looking`].
    pub(super) links: Links,
    /// Where the version is compiled: it may be any that was ever published.
    pub(super) texts: Workshop,
}

impl Renderer for StoredRenderer {
    fn render(&self, message: MessageId) -> BoxFuture<'_, Result<Seen, String>> {
        Box::pin(async move {
            self.seen(message).await.unwrap_or_else(|error| {
                tracing::error!(message.id = %message, error = %error, "cannot read a message to show it");
                Err(String::from("the store cannot be read now"))
            })
        })
    }
}

impl StoredRenderer {
    async fn seen(&self, id: MessageId) -> Result<Result<Seen, String>, StoreError> {
        let mut tx = self.store.read().await?;
        let message = tx.messages().frozen(id).await?;
        let plan = tx.plans().get_many(&[message.plan]).await?.pop();
        let plan = plan.ok_or_else(|| StoreError::Missing {
            what: "plan",
            key: message.plan.to_string(),
        })?;
        let Some(version) = plan.template_version else {
            return Ok(Err(format!(
                "template `{}` was not published",
                plan.template
            )));
        };
        let stored = tx.templates().get_version(version).await?;
        let source = stored.source.clone();
        let compiled = match self.texts.work(move || Compiled::compile(&source)).await {
            Ok(Ok(compiled)) => compiled,
            Ok(Err(fault)) => return Ok(Err(fault.to_string())),
            Err(unfinished) => return Ok(Err(unfinished.to_string())),
        };
        let template = Arc::new(Versioned {
            id: version,
            template: stored.template,
            version: stored.version,
            topic: stored.source.topic,
            // The page shows where links lead; a click here must not count as the client's.
            link_ids: Vec::new(),
            compiled,
        });
        let plan_variables: Value = serde_json::from_str(&plan.variables).unwrap_or_default();
        let frozen = Frozen {
            reading: Reading {
                message: id,
                plan: plan.id,
                tracking: Tracking::None,
            },
            channel: message.channel,
            locale: &message.locale,
            plan_variables: &plan_variables,
            own_variables: &message.variables,
            template: &template,
        };
        Ok(write(&frozen, &self.links)
            .map(seen)
            .map_err(|fault| fault.to_string()))
    }
}

fn seen(letter: Letter) -> Seen {
    match letter {
        Letter::Sms(text) => Seen::Sms { text },
        Letter::Email(email, _) => Seen::Email {
            subject: email.subject,
            html: email.html,
            text: email.text,
        },
    }
}
