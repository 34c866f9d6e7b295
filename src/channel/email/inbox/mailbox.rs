//! One folder, opened: what waits in it, each mail whole, where it goes, and waiting for the next.
//!
//! A mail is not marked by being read (`BODY.PEEK`): what was not kept is found again.

use std::time::Duration;

use async_imap::Session;
use async_imap::error::Error as ImapError;
use async_imap::types::{Name, UnsolicitedResponse};
use futures_util::TryStreamExt as _;
use tokio::time::timeout;

use super::line::{self, ImapLine};
use super::{ImapSettings, MailboxFault};
use crate::domain::limits::{INBOX_LISTENS, INBOX_MAILS, INBOX_PATIENCE};
use crate::text::sanitize;

/// A folder that is open.
pub struct Mailbox {
    session: Session<ImapLine>,
    /// Where taken mails go, as the server calls it.
    done: Option<String>,
    /// The server tells of new mails by itself (RFC 2177).
    tells: bool,
    /// It moves mails in one step (RFC 6851).
    moves: bool,
    /// It removes one mail alone (RFC 4315).
    removes_one: bool,
    every: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingMail {
    /// Its number in the folder, for as long as the folder is open.
    pub uid: u32,
    /// In bytes, as the server says.
    pub size: u32,
}

impl Mailbox {
    /// Connects, logs in and opens the folder. Changes nothing there.
    pub async fn open(name: &str, settings: &ImapSettings) -> Result<Self, MailboxFault> {
        let password = settings.secret().map_err(MailboxFault::Settings)?;
        let client = line::open(name, settings).await?;
        let entered = timeout(
            INBOX_PATIENCE,
            client.login(&settings.username, password.expose()),
        );
        let mut session = match entered.await {
            Ok(Ok(session)) => session,
            Ok(Err((error, _client))) => return Err(MailboxFault::LogIn(said(&error))),
            Err(_elapsed) => return Err(MailboxFault::LogIn("no answer within 60 s".to_owned())),
        };
        let offers = within("asking what the server can do", session.capabilities()).await?;
        let divider = divider(&mut session).await?;
        let folder = settings.folder.replace('/', &divider);
        let selected = within("opening the folder", session.select(&folder)).await;
        selected.map_err(|_| MailboxFault::NoFolder(settings.folder.clone()))?;
        Ok(Self {
            session,
            done: settings
                .done
                .as_ref()
                .map(|done| done.replace('/', &divider)),
            tells: offers.has_str("IDLE"),
            moves: offers.has_str("MOVE"),
            removes_one: offers.has_str("UIDPLUS"),
            every: settings.every,
        })
    }

    /// Makes the folder for taken mails where it is missing.
    pub async fn prepare(&mut self) -> Result<(), MailboxFault> {
        let Some(done) = self.done.clone() else {
            return Ok(());
        };
        if self.has_done().await? {
            return Ok(());
        }
        within("making the folder `done`", self.session.create(done)).await
    }

    /// Whether the folder for taken mails is there, or none is named.
    pub async fn has_done(&mut self) -> Result<bool, MailboxFault> {
        let Some(done) = &self.done else {
            return Ok(true);
        };
        let pattern = format!("\"{}\"", done.replace('\\', "\\\\").replace('"', "\\\""));
        let session = &mut self.session;
        let listed = within("looking for the folder `done`", async {
            let names = session.list(None, Some(pattern.as_str())).await?;
            names.try_collect::<Vec<_>>().await
        });
        Ok(!listed.await?.is_empty())
    }

    /// The unread mails, the oldest first, as many as one look takes.
    pub async fn waiting(&mut self) -> Result<Vec<WaitingMail>, MailboxFault> {
        let session = &mut self.session;
        // What the server told before is found by asking.
        while session.unsolicited_responses.try_recv().is_ok() {}
        let unread = session.uid_search("UNSEEN UNDELETED UNFLAGGED");
        let unread = within("looking for unread mails", unread).await?;
        let mut uids: Vec<u32> = unread.into_iter().collect();
        uids.sort_unstable();
        uids.truncate(INBOX_MAILS);
        if uids.is_empty() {
            return Ok(Vec::new());
        }
        let set: Vec<String> = uids.iter().map(ToString::to_string).collect();
        let set = set.join(",");
        let sizes = within("asking how large the mails are", async {
            let found = session.uid_fetch(&set, "(UID RFC822.SIZE)").await?;
            found.try_collect::<Vec<_>>().await
        });
        let sizes = sizes.await?;
        let mut waiting: Vec<_> = sizes
            .iter()
            .filter_map(|mail| {
                let (uid, size) = (mail.uid?, mail.size?);
                Some(WaitingMail { uid, size })
            })
            .filter(|mail| uids.binary_search(&mail.uid).is_ok())
            .collect();
        waiting.sort_unstable_by_key(|mail| mail.uid);
        Ok(waiting)
    }

    /// A mail as it came; none: somebody took it away meanwhile.
    pub async fn fetch(&mut self, mail: WaitingMail) -> Result<Option<Vec<u8>>, MailboxFault> {
        let session = &mut self.session;
        let found = within("fetching a mail", async {
            let found = session.uid_fetch(mail.uid.to_string(), "(UID BODY.PEEK[])");
            found.await?.try_collect::<Vec<_>>().await
        });
        let found = found.await?;
        let own = found.iter().find(|fetched| fetched.uid == Some(mail.uid));
        Ok(own.and_then(|fetched| fetched.body().map(<[u8]>::to_vec)))
    }

    /// A mail that was taken: moved to `done`, or marked as read.
    pub async fn put_away(&mut self, mail: WaitingMail) -> Result<(), MailboxFault> {
        let uid = mail.uid.to_string();
        self.mark(&uid, "\\Seen").await?;
        let Some(done) = self.done.clone() else {
            return Ok(());
        };
        if self.moves {
            return within("moving a mail", self.session.uid_mv(uid, done)).await;
        }
        within("copying a mail", self.session.uid_copy(&uid, done)).await?;
        self.mark(&uid, "\\Deleted").await?;
        if !self.removes_one {
            // To remove would take with it what others marked: the server's own cleaning does it.
            return Ok(());
        }
        let session = &mut self.session;
        let removed = within("removing a mail that was copied", async {
            let removed = session.uid_expunge(&uid).await?;
            removed.try_collect::<Vec<_>>().await
        });
        removed.await.map(drop)
    }

    /// A mail that is for a person: it stays where it is, unread and flagged, and is not taken again.
    pub async fn leave(&mut self, mail: WaitingMail) -> Result<(), MailboxFault> {
        self.mark(&mail.uid.to_string(), "\\Flagged").await
    }

    /// Asked as a whole command: a refusal is heard.
    async fn mark(&mut self, uid: &str, flag: &str) -> Result<(), MailboxFault> {
        let command = format!("UID STORE {uid} +FLAGS.SILENT ({flag})");
        let session = &mut self.session;
        within("marking a mail", session.run_command_and_check_ok(command)).await
    }

    /// Returns when there may be something new, or it is time to ask.
    pub async fn wait(mut self) -> Result<Self, MailboxFault> {
        if !self.tells {
            tokio::time::sleep(self.every).await;
            return Ok(self);
        }
        let told = self.session.unsolicited_responses.clone();
        let mut idle = self.session.idle();
        within("beginning to listen", idle.init()).await?;
        let is_new = |told: UnsolicitedResponse| matches!(told, UnsolicitedResponse::Exists(_));
        // A mail that came since the last look was told of before we listened.
        if !std::iter::from_fn(|| told.try_recv().ok()).any(is_new) {
            let (news, _interrupt) = idle.wait_with_timeout(INBOX_LISTENS);
            // Signs of life put the end off; however many come, it is asked again.
            if let Ok(Err(error)) = timeout(INBOX_LISTENS, news).await {
                return Err(failed("listening", &error));
            }
        }
        self.session = within("listening", idle.done()).await?;
        Ok(self)
    }
}

/// What stands between a folder and one inside it: settings write `/`, servers have their own.
async fn divider(session: &mut Session<ImapLine>) -> Result<String, MailboxFault> {
    let listed = within("asking how folders are named", async {
        let names = session.list(None, None).await?;
        names.try_collect::<Vec<_>>().await
    });
    let root = listed.await?;
    let divider = root.first().and_then(Name::delimiter);
    Ok(divider.unwrap_or("/").to_owned())
}

async fn within<T>(
    doing: &'static str,
    work: impl Future<Output = Result<T, ImapError>>,
) -> Result<T, MailboxFault> {
    match timeout(INBOX_PATIENCE, work).await {
        Ok(done) => done.map_err(|error| failed(doing, &error)),
        Err(_elapsed) => Err(MailboxFault::Command {
            doing,
            why: "no answer within 60 s".to_owned(),
        }),
    }
}

fn failed(doing: &'static str, error: &ImapError) -> MailboxFault {
    MailboxFault::Command {
        doing,
        why: said(error),
    }
}

/// What a server said may hold addresses, and what could not be understood may hold a mail.
fn said(error: &ImapError) -> String {
    match error {
        ImapError::No(text) | ImapError::Bad(text) => {
            let words = text
                .split_whitespace()
                .map(|word| match word.contains('@') {
                    true => "(address)",
                    false => word,
                });
            sanitize::excerpt(&words.collect::<Vec<_>>().join(" "), 200)
        }
        ImapError::Io(error) if error.kind() != std::io::ErrorKind::Other => error.to_string(),
        ImapError::ConnectionLost => "the connection was lost".to_owned(),
        _ => "the server said what cannot be understood".to_owned(),
    }
}
