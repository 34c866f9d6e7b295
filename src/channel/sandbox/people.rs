//! Lets happen in the world what is due in it: late SMS are reported, people and scanners follow links
//! over HTTP, handsets write back, and what becomes of mails is told. All of it goes the ways that the
//! world outside has; what a gateway or a mail service would call is handed over (`channel::handover`).

use std::sync::Arc;
use std::time::Duration;

use araldo_sandbox::gateway::{Report, Reports};
use araldo_sandbox::world::{Deed, MailNews, World};
use reqwest::header::USER_AGENT;

use crate::channel::callback::{HandsetText, MailEvent, MailFate, Permanence};
use crate::channel::handover::{Brought, HandoverDesk, HandoverFate};
use crate::domain::Clock;

/// How often somebody looks what is due. The world's clock may stand, jump or run: nobody sleeps until
/// a moment of it.
const LOOK: Duration = Duration::from_millis(50);
/// As what people read, and programs look.
const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
const SCANNER: &str = "Mozilla/5.0 (compatible; MailScanner)";

/// Where the people of a running node bring what they write.
#[derive(Clone)]
pub struct SandboxDesk {
    pub desk: HandoverDesk,
    /// The providers that lead to the sandbox's mailboxes, and to its handsets.
    pub email: Vec<String>,
    pub sms: Vec<String>,
}

/// Whoever lives in the world.
pub(super) struct WorldPeople {
    pub(super) world: Arc<World>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) http: reqwest::Client,
    pub(super) reports: Reports,
    /// None: nobody hears them.
    pub(super) heard_by: Option<SandboxDesk>,
}

impl WorldPeople {
    /// Lives for as long as the world does.
    pub(super) async fn live(self) {
        loop {
            for deed in self.world.due() {
                if let Some(undone) = self.act(deed).await {
                    self.world.again(undone);
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Does it; gives it back when it is to be tried again.
    async fn act(&self, deed: Deed) -> Option<Deed> {
        match deed {
            Deed::Report(urls) => {
                for url in urls {
                    self.reports.call(Report::due(Duration::ZERO, url));
                }
                None
            }
            Deed::Open(url) => {
                self.ask(self.http.get(&url), PHONE).await;
                None
            }
            Deed::Scan(urls) => {
                for url in urls {
                    self.ask(self.http.head(&url), SCANNER).await;
                }
                None
            }
            Deed::Write { .. } | Deed::Tell { .. } | Deed::Answer(_) => {
                let is_done = self.bring(&deed).await;
                (!is_done).then_some(deed)
            }
        }
    }

    async fn ask(&self, request: reqwest::RequestBuilder, agent: &str) {
        if let Err(error) = request.header(USER_AGENT, agent).send().await {
            let error = error.without_url();
            tracing::debug!(%error, "somebody in the sandbox gets no answer");
        }
    }

    /// Hands over what somebody writes or tells. False: nobody could take it now.
    async fn bring(&self, deed: &Deed) -> bool {
        let Some(at) = &self.heard_by else {
            return true;
        };
        let (providers, brought) = match deed {
            Deed::Write { id, from, text } => (&at.sms, text_of(id, from, text)),
            Deed::Tell { .. } => match self.told(deed) {
                Some(told) => (&at.email, told),
                None => return true,
            },
            Deed::Answer(raw) => (&at.email, Brought::Mail(raw.clone())),
            Deed::Report(_) | Deed::Open(_) | Deed::Scan(_) => return true,
        };
        // Which of several had the mail, the world does not know; a text is whoever's brings it first.
        let told_by_all = matches!(deed, Deed::Tell { .. });
        let most = if told_by_all { providers.len() } else { 1 };
        for provider in providers.iter().take(most) {
            let fate = at.desk.hand_over(provider.clone(), brought.clone()).await;
            if fate == HandoverFate::NotNow {
                return false;
            }
        }
        true
    }

    fn told(&self, deed: &Deed) -> Option<Brought> {
        let Deed::Tell {
            id,
            mail,
            recipient,
            news,
        } = deed
        else {
            return None;
        };
        let (fate, status, said) = match news {
            MailNews::Delivered => (MailFate::Delivered, "2.0.0", "250 2.0.0 OK"),
            MailNews::Delayed => (MailFate::Delayed, "4.2.2", "452 4.2.2 The mailbox is full"),
            MailNews::Bounced => (
                MailFate::Bounced(Permanence::Permanent),
                "5.1.1",
                "550 5.1.1 No such mailbox",
            ),
            MailNews::Complained => (MailFate::Complained, "5.7.1", "abuse"),
        };
        Some(Brought::Mails(vec![MailEvent {
            id: id.clone(),
            names: vec![mail.clone()],
            recipient: recipient.clone(),
            fate,
            status: Some(status.to_owned()),
            said: said.to_owned(),
            at: Some(self.clock.now()),
        }]))
    }
}

fn text_of(id: &str, from: &str, text: &str) -> Brought {
    Brought::Text(HandsetText {
        id: id.to_owned(),
        from: from.to_owned(),
        text: text.to_owned(),
    })
}
