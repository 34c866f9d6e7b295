//! From a claimed message to what a provider is handed.

use super::reference;
use crate::channel::{Content, Email, Outgoing};
use crate::dispatch::Shared;
use crate::dispatch::claim::CachedPlan;
use crate::domain::links::LinkContext;
use crate::domain::{Channel, Class, EmailAddress, PhoneNumber, Reason};
use crate::store::messages::Claimed;
use crate::template::RenderFault;
use crate::template::rendered::{PlannedText, RenderedMessage, write};

/// Why there is no text.
#[derive(Debug, thiserror::Error)]
pub(super) enum RenderError {
    /// The template is not published or does not compile.
    #[error("template `{0}` is not published, or does not compile")]
    NoTemplate(String),
    /// A variable is missing, or a text went wrong.
    #[error(transparent)]
    Render(#[from] RenderFault),
}

impl RenderError {
    /// Why the message is held.
    pub(super) const fn reason(&self) -> Reason {
        match self {
            Self::NoTemplate(_) => Reason::NoTemplate,
            Self::Render(_) => Reason::TemplateFault,
        }
    }
}

/// Renders the message. The same inputs give the same text, so that a retry is the same.
pub(super) fn render(
    shared: &Shared,
    message: &Claimed,
    plan: &CachedPlan,
) -> Result<Outgoing, RenderError> {
    let template = plan
        .template
        .as_ref()
        .ok_or_else(|| RenderError::NoTemplate(plan.plan.template.clone()))?;
    let frozen = PlannedText {
        reading: LinkContext {
            message: message.id,
            plan: message.plan,
            tracking: message.tracking,
        },
        channel: message.channel,
        locale: &message.locale,
        plan_variables: &plan.variables,
        own_variables: &message.variables,
        template,
    };
    let content = match write(&frozen, &shared.links)? {
        RenderedMessage::Sms(text) => Content::Sms {
            to: PhoneNumber::from_stored(message.address.clone()),
            text,
        },
        RenderedMessage::Email(email, unsubscribe_url) => Content::Email(Box::new(Email {
            to: EmailAddress::from_stored(message.address.clone()),
            to_name: name_of(message),
            subject: email.subject,
            html: email.html,
            text: email.text,
            unsubscribe_url: Some(unsubscribe_url),
            one_click: plan.plan.class != Class::Safety,
            kind: plan.plan.template.clone(),
            date: message.created_at,
        })),
    };
    Ok(Outgoing {
        message: message.id,
        lease_no: message.lease_no,
        reference: reference(message.id, message.channel),
        expires_at: message.expires_at,
        reported: true,
        content,
    })
}

fn name_of(message: &Claimed) -> String {
    debug_assert_eq!(
        message.channel,
        Channel::Email,
        "only an e-mail names its reader"
    );
    serde_json::from_str::<serde_json::Value>(&message.variables)
        .ok()
        // A deputy's mail is not addressed to the client by name.
        .filter(|variables| variables.get("for_client").is_none())
        .and_then(|variables| Some(variables.pointer("/client/name")?.as_str()?.to_owned()))
        .unwrap_or_default()
}
