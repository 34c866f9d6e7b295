//! One conversation with a client.

use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::time::{sleep, timeout};

use super::Manners;
use super::script::{Act, At, Step};
use crate::Limits;

/// Mails taken by this process: each has a name in its queue.
static QUEUED: AtomicU64 = AtomicU64::new(0);

/// Plays the server on a connection that somebody else has made, and gives it back when the script
/// hangs up: TLS begins there, or it is dropped.
pub async fn converse<T: AsyncRead + AsyncWrite + Unpin>(
    stream: T,
    script: impl Fn(Step<'_>) -> Act + Send + Sync + 'static,
) -> io::Result<T> {
    let manners = Manners::of(script);
    Session::new(stream, &manners).hold(At::Greeting).await
}

pub(super) struct Session<'a, T> {
    stream: BufReader<T>,
    manners: &'a Manners,
    /// Answers not yet sent: they wait while more commands have already come (RFC 2920 §3.2), as
    /// long as there are not too many of them.
    answers: Vec<u8>,
    line: Vec<u8>,
    from: Option<String>,
    to: Option<String>,
    mail: Vec<u8>,
    /// The client was told to send its mail.
    mail_comes: bool,
}

impl<'a, T: AsyncRead + AsyncWrite + Unpin> Session<'a, T> {
    pub(super) fn new(stream: T, manners: &'a Manners) -> Self {
        Self {
            stream: BufReader::with_capacity(32 * 1_024, stream),
            manners,
            answers: Vec::new(),
            line: Vec::new(),
            from: None,
            to: None,
            mail: Vec::new(),
            mail_comes: false,
        }
    }

    /// Holds the conversation to its end.
    pub(super) async fn hold(mut self, begins: At) -> io::Result<T> {
        let mut goes_on = self.answer(begins, "").await?;
        while goes_on {
            if self.stream.buffer().is_empty() {
                self.flush().await?;
            }
            if !self.read_line().await? {
                break;
            }
            let raw = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&raw);
            goes_on = self.obey(line.trim_end()).await?;
            self.line = raw;
            if std::mem::take(&mut self.mail_comes) {
                goes_on = self.take_mail().await?;
            }
        }
        self.flush().await?;
        Ok(self.stream.into_inner())
    }

    async fn obey(&mut self, line: &str) -> io::Result<bool> {
        let at = command_of(line);
        if at == At::Mail {
            (self.from, self.to) = (None, None);
        }
        self.answer(at, line).await
    }

    /// Does as the script says; `false` ends the conversation.
    async fn answer(&mut self, at: At, line: &str) -> io::Result<bool> {
        let usual = self.usual(at, line);
        let path = path_of(line).unwrap_or_default();
        let act = (self.manners.script)(Step {
            at,
            line,
            from: self.from.as_deref().unwrap_or(match at {
                At::Mail => path,
                _ => "",
            }),
            to: match at {
                At::Rcpt => path,
                _ => self.to.as_deref().unwrap_or_default(),
            },
            mail: &self.mail,
            usual: &usual,
        });
        let ends = matches!(at, At::Crowded | At::Quit);
        let (said, goes_on) = match act {
            Act::Usual => (Some(&*usual), !ends),
            Act::Slowly(pause) => {
                self.flush().await?;
                sleep(pause).await;
                (Some(&*usual), !ends)
            }
            Act::Say(answer) => (Some(answer), !ends),
            Act::Wait => (None, true),
            Act::HangUp => (None, false),
            Act::SayAndHangUp(answer) => (Some(answer), false),
        };
        self.note(at, path, said);
        self.mail_comes &= goes_on;
        if let Some(said) = said {
            self.say(said).await?;
        }
        Ok(goes_on)
    }

    /// What a good server says.
    fn usual(&self, at: At, line: &str) -> Cow<'static, str> {
        let size = self.manners.limits.mail;
        Cow::Borrowed(match at {
            At::Crowded => "421 4.7.0 Too many connections",
            At::Greeting => "220 sandbox ESMTP Araldo",
            At::Hello if line.starts_with(['H', 'h']) => "250 sandbox",
            At::Hello => {
                return Cow::Owned(format!(
                    "250-sandbox\r\n250-PIPELINING\r\n250-SIZE {size}\r\n250-8BITMIME\r\n\
                     250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 DSN"
                ));
            }
            At::Mail if path_of(line).is_none() => "501 5.5.4 Syntax: MAIL FROM:<address>",
            At::Mail => "250 2.1.0 Ok",
            At::Rcpt if self.from.is_none() => "503 5.5.1 MAIL first",
            At::Rcpt if self.to.is_some() => "452 4.5.3 One recipient at a time",
            At::Rcpt if !path_of(line).is_some_and(|path| path.contains('@')) => {
                "501 5.1.3 Syntax: RCPT TO:<address>"
            }
            At::Rcpt => "250 2.1.5 Ok",
            At::Data if self.to.is_none() => "503 5.5.1 RCPT first",
            At::Data => "354 End with a dot on a line of its own",
            At::Body => "",
            At::Dot => {
                let name = QUEUED.fetch_add(1, Ordering::Relaxed) + 1;
                return Cow::Owned(format!("250 2.0.0 Ok: queued as sandbox-{name}"));
            }
            At::Quit => "221 2.0.0 Bye",
            At::Reset | At::Noop => "250 2.0.0 Ok",
            At::Other => "502 5.5.2 Not implemented",
        })
    }

    /// What was said changes what may come next. Silence refuses nothing.
    fn note(&mut self, at: At, path: &str, said: Option<&str>) {
        let is_refused = said.is_some_and(|said| !said.starts_with('2'));
        match at {
            At::Mail if !is_refused => self.from = Some(path.to_owned()),
            At::Rcpt if !is_refused => self.to = Some(path.to_owned()),
            At::Data => self.mail_comes = said.is_some_and(|said| said.starts_with("354")),
            At::Hello | At::Reset | At::Dot => (self.from, self.to) = (None, None),
            _ => {}
        }
    }

    /// Reads a mail to its end (RFC 5321 §4.1.1.4) and answers it.
    async fn take_mail(&mut self) -> io::Result<bool> {
        self.flush().await?;
        let (mut size, mut is_first) = (0, true);
        // A line longer than the buffer comes in pieces; only its first may carry a dot.
        let mut begins = true;
        loop {
            if !self.read_line().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if std::mem::take(&mut is_first) && self.breaks_off() {
                return Ok(false);
            }
            if begins && self.line == b".\r\n" {
                break;
            }
            let line = match self.line.strip_prefix(b".") {
                Some(undotted) if begins => undotted,
                _ => &self.line,
            };
            begins = self.line.ends_with(b"\n");
            size += line.len();
            if self.manners.keeps_mails && size <= self.manners.limits.mail {
                self.mail.extend_from_slice(line);
            }
        }
        let goes_on = match size > self.manners.limits.mail {
            true => self.say("552 5.3.4 Too big").await.map(|()| true),
            false => self.answer(At::Dot, ".").await,
        };
        self.mail = Vec::new();
        goes_on
    }

    /// Whether the script hangs up inside of this mail.
    fn breaks_off(&self) -> bool {
        let act = (self.manners.script)(Step {
            at: At::Body,
            line: "",
            from: self.from.as_deref().unwrap_or_default(),
            to: self.to.as_deref().unwrap_or_default(),
            mail: &[],
            usual: "",
        });
        matches!(act, Act::HangUp)
    }

    /// One line with its line break, or as much as may be read at once; `false` at the end.
    async fn read_line(&mut self) -> io::Result<bool> {
        let Limits {
            line: most, idle, ..
        } = self.manners.limits;
        self.line.clear();
        let come = self.stream.buffer();
        let come = &come[..come.len().min(most)];
        // Most lines are there already: they cost no look at the clock.
        if let Some(end) = memchr::memchr(b'\n', come) {
            self.line.extend_from_slice(&come[..=end]);
            self.stream.consume(end + 1);
            return Ok(true);
        }
        let mut limited = (&mut self.stream).take(most as u64);
        match timeout(idle, limited.read_until(b'\n', &mut self.line)).await {
            Ok(read) => Ok(read? > 0),
            Err(_elapsed) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    async fn say(&mut self, answer: &str) -> io::Result<()> {
        self.answers.extend_from_slice(answer.as_bytes());
        self.answers.extend_from_slice(b"\r\n");
        let is_full = self.answers.len() >= self.manners.limits.answers;
        match is_full || self.manners.single_writes {
            true => self.flush().await,
            false => Ok(()),
        }
    }

    /// Sends what waits. Whoever asks and never reads is left.
    async fn flush(&mut self) -> io::Result<()> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let patience = self.manners.limits.unread;
        let sent = async {
            self.stream.write_all(&self.answers).await?;
            self.stream.flush().await
        };
        timeout(patience, sent).await??;
        self.answers.clear();
        Ok(())
    }
}

fn command_of(line: &str) -> At {
    const COMMANDS: [(&str, At); 8] = [
        ("EHLO", At::Hello),
        ("HELO", At::Hello),
        ("MAIL", At::Mail),
        ("RCPT", At::Rcpt),
        ("DATA", At::Data),
        ("RSET", At::Reset),
        ("NOOP", At::Noop),
        ("QUIT", At::Quit),
    ];
    let verb = line.split([' ', ':']).next().unwrap_or_default();
    let known = COMMANDS
        .iter()
        .find(|(name, _)| verb.eq_ignore_ascii_case(name));
    known.map_or(At::Other, |(_, at)| *at)
}

/// What stands between the angle brackets.
fn path_of(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('<')?;
    let (path, _) = rest.split_once('>')?;
    Some(path)
}
