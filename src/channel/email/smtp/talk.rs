//! Bytes out, answers in: each step with its own patience and its own verdict.

use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::time::timeout;

use super::error::{NoAnswer, SmtpStage, refused, unanswered};
use super::reply::{LineKind, SmtpReply};
use crate::channel::SendError;

/// Longest line of an answer; RFC 5321 §4.5.3.1.5 allows 512, servers send more.
const MAX_LINE: u64 = 2_048;
/// Most lines of one answer.
const MAX_LINES: usize = 128;

/// What a conversation runs over: TCP, or TLS over it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A conversation with a server.
pub(super) struct Talk<S> {
    stream: BufReader<S>,
    /// What is said next; kept, so that a mail costs no new buffer.
    pub(super) out: Vec<u8>,
    line: Vec<u8>,
    usable: bool,
    hung_up: bool,
}

impl<S: Stream> Talk<S> {
    pub(super) fn over(stream: S) -> Self {
        Self {
            stream: BufReader::with_capacity(2_048, stream),
            out: Vec::with_capacity(8_192),
            line: Vec::with_capacity(256),
            usable: true,
            hung_up: false,
        }
    }

    /// The stream, and whether the server had said something we did not ask for.
    pub(super) fn into_stream(self) -> (S, bool) {
        let early = !self.stream.buffer().is_empty();
        (self.stream.into_inner(), early)
    }

    /// Both sides know where they stand; more may be said.
    pub(super) const fn is_usable(&self) -> bool {
        self.usable
    }

    /// Nothing more is to be said.
    pub(super) const fn spoil(&mut self) {
        self.usable = false;
    }

    /// The server ended the conversation: by closing, by a broken line, or with 421.
    pub(super) const fn has_hung_up(&self) -> bool {
        self.hung_up
    }

    /// Says one command and wants one answer.
    pub(super) async fn command(
        &mut self,
        stage: SmtpStage,
        command: &str,
        wanted: u16,
        patience: Duration,
    ) -> Result<(), SendError> {
        let reply = self.ask(stage, command, patience).await?;
        self.judge(stage, wanted, &reply)
    }

    /// Says one command and gives back its answer, whatever it is.
    pub(super) async fn ask(
        &mut self,
        stage: SmtpStage,
        command: &str,
        patience: Duration,
    ) -> Result<SmtpReply, SendError> {
        self.out.clear();
        self.out.extend_from_slice(command.as_bytes());
        self.out.extend_from_slice(b"\r\n");
        self.flush(stage, patience).await?;
        self.read(stage, patience).await
    }

    /// Hears one answer and wants it to be `wanted`.
    pub(super) async fn hear(
        &mut self,
        stage: SmtpStage,
        wanted: u16,
        patience: Duration,
    ) -> Result<(), SendError> {
        let reply = self.read(stage, patience).await?;
        self.judge(stage, wanted, &reply)
    }

    /// Sends `out`. The end of a mail turns into a sent dot only when its last byte has been
    /// handed over: before that the server cannot have seen it.
    pub(super) async fn flush(
        &mut self,
        mut stage: SmtpStage,
        patience: Duration,
    ) -> Result<(), SendError> {
        let (stream, out, reached) = (self.stream.get_mut(), &self.out, &mut stage);
        let work = async {
            let mut written = 0;
            while written < out.len() {
                match stream.write(&out[written..]).await? {
                    0 => return Err(NoAnswer::Closed),
                    count => written += count,
                }
            }
            if *reached == SmtpStage::End {
                *reached = SmtpStage::Dot;
            }
            Ok(stream.flush().await?)
        };
        let outcome = match timeout(patience, work).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(NoAnswer::TimedOut(patience)),
        };
        outcome.map_err(|fault| self.failed(stage, &fault))
    }

    /// Listens before the end of a mail is said, for as long as `hold`: a server that hangs up or
    /// speaks now does not take the mail.
    pub(super) async fn hear_objection(
        &mut self,
        hold: Duration,
        patience: Duration,
    ) -> Result<(), SendError> {
        match timeout(hold, self.stream.fill_buf()).await {
            Err(_elapsed) => Ok(()),
            Ok(Ok([])) => Err(self.failed(SmtpStage::Body, &NoAnswer::Closed)),
            Ok(Err(error)) => Err(self.failed(SmtpStage::Body, &NoAnswer::Broken(error))),
            Ok(Ok(_)) => {
                let reply = self.read(SmtpStage::Body, patience).await?;
                let refused = refused(SmtpStage::Body, &reply);
                self.hung_up |= reply.code == 421;
                // The server still waits for the end of a mail that it will not get.
                self.usable = false;
                Err(refused)
            }
        }
    }

    pub(super) async fn read(
        &mut self,
        stage: SmtpStage,
        patience: Duration,
    ) -> Result<SmtpReply, SendError> {
        let outcome = match timeout(patience, self.read_lines()).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(NoAnswer::TimedOut(patience)),
        };
        outcome.map_err(|fault| self.failed(stage, &fault))
    }

    /// The verdict on an answer. RCPT may also be answered 251 or 252: taken, to be forwarded or
    /// tried (RFC 5321 §4.2.3).
    pub(super) fn judge(
        &mut self,
        stage: SmtpStage,
        wanted: u16,
        reply: &SmtpReply,
    ) -> Result<(), SendError> {
        let forwarded = stage == SmtpStage::Rcpt && matches!(reply.code, 251 | 252);
        if reply.code == wanted || forwarded {
            return Ok(());
        }
        self.hung_up |= reply.code == 421;
        self.usable &= reply.code != 421 && (400..600).contains(&reply.code);
        Err(refused(stage, reply))
    }

    fn failed(&mut self, stage: SmtpStage, fault: &NoAnswer) -> SendError {
        self.usable = false;
        self.hung_up |= fault.is_hang_up();
        unanswered(stage, fault)
    }

    async fn read_lines(&mut self) -> Result<SmtpReply, NoAnswer> {
        let mut reply = SmtpReply::empty();
        for _ in 0..MAX_LINES {
            self.line.clear();
            let mut limited = (&mut self.stream).take(MAX_LINE);
            limited.read_until(b'\n', &mut self.line).await?;
            let Some(line) = self.line.strip_suffix(b"\n") else {
                let cut = u64::try_from(self.line.len()).is_ok_and(|length| length == MAX_LINE);
                return Err(if cut {
                    NoAnswer::Nonsense
                } else {
                    NoAnswer::Closed
                });
            };
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match reply.take(line) {
                Some(LineKind::More) => {}
                Some(LineKind::Last) => return Ok(reply),
                None => return Err(NoAnswer::Nonsense),
            }
        }
        Err(NoAnswer::Nonsense)
    }
}
