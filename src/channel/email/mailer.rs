//! What the mail services over HTTP have in common: how they are called, how a mail is written for them,
//! and what an answer means of which only the status says something. Each judges its own words first.

use std::path::Path;

use reqwest::Url;

use super::events::MailService;
use super::message::MailComposer;
use super::smtp::Dkim;
use super::unwritten::{unwritable, unwritten};
use crate::channel::caller::{CallerSettings, HttpAnswer, HttpCaller, checked_url, unclear};
use crate::channel::{
    BuildContext, Capabilities, Content, Email, Outgoing, Secret, SendError, SetupError,
};
use crate::domain::Channel;
use crate::domain::mail_return::MailReturns;
use crate::domain::token::Signer;

/// What its settings say.
pub(super) struct MailerSettings<'a> {
    pub(super) service: MailService,
    pub(super) from: &'a str,
    pub(super) dkim: Option<&'a Dkim>,
    /// Where mails are posted to; the key that faults name is `base_url`.
    pub(super) url: &'a str,
    pub(super) plain_http: bool,
    pub(super) caller: CallerSettings<'a>,
    /// What becomes of each mail is told.
    pub(super) tells: bool,
}

/// One account at a service, ready for use.
pub(super) struct HttpMailer {
    pub(super) name: String,
    pub(super) caller: HttpCaller,
    pub(super) url: Url,
    pub(super) composer: MailComposer,
    pub(super) capabilities: Capabilities,
    returns: MailReturns,
    signer: Signer,
}

impl HttpMailer {
    /// All that is wrong at once; connects to nobody yet.
    pub(super) fn new(
        name: &str,
        settings: &MailerSettings<'_>,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let caller = HttpCaller::new(name, &settings.caller);
        let url = checked_url(name, "base_url", settings.url, settings.plain_http);
        let composer = MailComposer::new(name, settings.from, settings.dkim);
        let faults = [
            caller.as_ref().err().cloned(),
            url.as_ref().err().cloned(),
            composer.as_ref().err().cloned(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        Ok(Self {
            name: name.to_owned(),
            caller: caller?,
            url: url?,
            composer: composer?.marked_for(Some(settings.service)),
            capabilities: Capabilities {
                channel: Channel::Email,
                idempotent_for: None,
                can_be_asked: false,
                gives_receipts: settings.tells,
                longest_send: settings.caller.timeout,
                concurrency: settings.caller.connections,
            },
            returns: context.returns.clone(),
            signer: context.signer.clone(),
        })
    }

    /// Where readers answer to.
    pub(super) fn reply_to(&self, outgoing: &Outgoing) -> Option<String> {
        let (is_message, id) = (outgoing.reported, outgoing.message);
        self.returns.reply_to(&self.signer, is_message, id)
    }

    /// The mail as SMTP would carry it, in seven bits: it passes through JSON and forms unchanged.
    pub(super) fn written(&self, outgoing: &Outgoing, email: &Email) -> Result<Vec<u8>, SendError> {
        let reply_to = self.reply_to(outgoing);
        let reference = &outgoing.reference;
        let composed = self
            .composer
            .compose(reference, email, false, reply_to.as_deref());
        composed.map_err(|error| unwritten(&error))
    }
}

/// The mail to be carried; another text is refused.
pub(super) fn email(outgoing: &Outgoing) -> Result<&Email, SendError> {
    match &outgoing.content {
        Content::Email(email) => Ok(email),
        Content::Sms { .. } => Err(unwritable("this provider carries e-mail only")),
    }
}

/// The one of a secret and the file that holds it.
pub(super) fn needed_secret(
    provider: &str,
    (key, inline): (&str, Option<&Secret>),
    (file_key, file): (&str, Option<&Path>),
) -> Result<Secret, SetupError> {
    let secret = match (inline, file) {
        (Some(_), Some(_)) => {
            let both = format!("`{key}` and `{file_key}` are both given: keep one");
            return Err(SetupError::new(provider, both));
        }
        (Some(secret), None) => secret.clone(),
        (None, Some(path)) => Secret::read(path)
            .map_err(|error| SetupError::file(provider, file_key, path, &error))?,
        (None, None) => {
            let none = format!("`{file_key}` is missing: give the file that holds it");
            return Err(SetupError::new(provider, none));
        }
    };
    match secret.expose().is_empty() {
        true => Err(SetupError::new(provider, format!("`{key}` is empty"))),
        false => Ok(secret),
    }
}

/// What a refusal means of which nothing but the status is understood. `who`: the service;
/// `check`: the keys that a wrong log-in comes from.
pub(super) fn by_status(
    answer: &HttpAnswer,
    code: Option<String>,
    who: &str,
    check: &str,
) -> SendError {
    match answer.status {
        _ if answer.asks_to_wait() => answer.not_now(format!("{who} takes no more for now")),
        401..=403 => SendError::Misconfigured {
            detail: format!("{who} refused the log-in with {}; {check}", answer.status),
        },
        404 | 405 => SendError::Misconfigured {
            detail: format!("{who} has nothing at this address; check `base_url`"),
        },
        408 => unclear(format!("{who} waited for us in vain (408)")),
        413 => rejected(code, &format!("the mail is too large for {who}")),
        400..=499 => SendError::Denied {
            stage: "request",
            code: code.or_else(|| Some(answer.code())),
            detail: format!("{who} refuses the request"),
        },
        status => unclear(format!("{who} answered {status}")),
    }
}

/// The verdict about this mail, which says nothing of the next.
pub(super) fn rejected(code: Option<String>, detail: &str) -> SendError {
    SendError::Rejected {
        stage: "request",
        code,
        detail: detail.to_owned(),
        bad_address: false,
    }
}
