//! What each failure means, by the step at which it happened.
//!
//! Until the final dot has left, a failure is a definite "not sent". After it, only an answer
//! counts: silence, a broken connection or nonsense leave the message `unknown` (RFC 1047).

use std::time::Duration;

use super::greylisting;
use super::reply::SmtpReply;
use crate::channel::{Concern, SendError, descriptors};

/// A step of the conversation, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SmtpStage {
    Connect,
    Greeting,
    Ehlo,
    StartTls,
    Tls,
    Auth,
    Probe,
    Mail,
    Rcpt,
    Data,
    /// The body is being written; its final dot has not left.
    Body,
    /// The final dot is being written, and has not left as a whole.
    End,
    /// The final dot has left, or may have.
    Dot,
}

impl SmtpStage {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Probe => "noop",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Body | Self::End => "body",
            Self::Dot => "dot",
        }
    }
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("no answer within {}", humantime::format_duration(*.0))]
    TimedOut(Duration),
    #[error("the server closed the connection")]
    Closed,
    #[error("the connection broke: {0}")]
    Broken(#[from] std::io::Error),
    #[error("the server's answer is not SMTP")]
    Nonsense,
    #[error("the server answered {0} out of turn")]
    OutOfTurn(u16),
}

impl NoAnswer {
    /// The connection was gone before we spoke: typical of one that waited in the pool.
    pub(super) const fn is_hang_up(&self) -> bool {
        matches!(self, Self::Closed | Self::Broken(_))
    }
}

/// The verdict when no answer came at `stage`.
pub(super) fn unanswered(stage: SmtpStage, fault: &NoAnswer) -> SendError {
    if stage == SmtpStage::Dot {
        return SendError::Unknown {
            stage: stage.as_str(),
            detail: fault.to_string(),
        };
    }
    SendError::NotSent {
        stage: stage.as_str(),
        code: None,
        detail: fault.to_string(),
        retry_after: None,
        concerns: Concern::Provider,
    }
}

/// The verdict when no connection came about.
pub(super) fn unreachable(error: std::io::Error) -> SendError {
    match descriptors::none_left(&error) {
        Some(error) => error,
        None => unanswered(SmtpStage::Connect, &NoAnswer::Broken(error)),
    }
}

/// The verdict when the server said no at `stage`.
pub(super) fn refused(stage: SmtpStage, reply: &SmtpReply) -> SendError {
    match reply.code {
        400..500 => deferred(stage, reply),
        500..600 => denied(stage, reply),
        other => unanswered(stage, &NoAnswer::OutOfTurn(other)),
    }
}

/// 4yz: later. Once the recipient has been named, it is about him or his domain, unless the server
/// speaks of itself (RFC 3463 §3.4: X.3.X is the mail system).
fn deferred(stage: SmtpStage, reply: &SmtpReply) -> SendError {
    let system = matches!(reply.status, Some((4, 3, _)));
    let of_the_relay = stage < SmtpStage::Rcpt || reply.code == 421 || system;
    SendError::NotSent {
        stage: stage.as_str(),
        code: Some(reply.codes()),
        detail: reply.harmless(),
        retry_after: greylisting::pause(&reply.text),
        concerns: if of_the_relay {
            Concern::Provider
        } else {
            Concern::Recipient
        },
    }
}

/// 5yz: no. Whether it is the message, the address or us that is refused hangs on the step and on
/// the words.
fn denied(stage: SmtpStage, reply: &SmtpReply) -> SendError {
    let too_large = reply.code == 552 || matches!(reply.status, Some((5, 3, 4) | (5, 2, 3)));
    let ours = match stage {
        SmtpStage::StartTls | SmtpStage::Auth => true,
        // The sender is the same for every mail: refusing it once means refusing it always.
        SmtpStage::Mail => !too_large,
        // "Authentication required" (RFC 4954 §6) is about us, wherever it is said.
        _ => matches!(reply.code, 530 | 535),
    };
    if ours {
        return SendError::Misconfigured {
            detail: misconfigured(stage, reply),
        };
    }
    let (stage, code, detail) = (stage, Some(reply.codes()), reply.harmless());
    if stage < SmtpStage::Mail {
        return SendError::NotSent {
            stage: stage.as_str(),
            code,
            detail,
            retry_after: None,
            concerns: Concern::Provider,
        };
    }
    let (bad_address, stage) = (is_bad_address(reply), stage.as_str());
    if !bad_address && is_policy(reply) {
        return SendError::Denied {
            stage,
            code,
            detail,
        };
    }
    SendError::Rejected {
        stage,
        code,
        detail,
        bad_address,
    }
}

fn misconfigured(stage: SmtpStage, reply: &SmtpReply) -> String {
    let mend = match stage {
        SmtpStage::Auth => "check `username` and `password_file`",
        SmtpStage::StartTls => "check `security`",
        SmtpStage::Mail => "check `from`, `bounces` and whether the relay wants a log-in",
        _ => "the relay wants a log-in: give `username` and `password_file`",
    };
    let stage = stage.as_str();
    let (codes, text) = (reply.codes(), reply.harmless());
    format!("the relay refused at {stage} with {codes} {text}; {mend}")
}

/// The mailbox or its domain does not exist or is closed for good (RFC 3463 §3.2, RFC 7505).
/// A refusal by policy (5.7.x) or a full mailbox is not the address's fault.
fn is_bad_address(reply: &SmtpReply) -> bool {
    if let Some(status) = reply.status {
        return matches!(status, (5, 1, 1 | 2 | 3 | 6 | 10) | (5, 2, 1) | (5, 4, 4));
    }
    let text = reply.text.to_ascii_lowercase();
    reply.code == 550 && SAYS_UNKNOWN.iter().any(|phrase| text.contains(phrase))
}

/// Refused by policy: X.7.X (RFC 3463 §3.8) or our sender's address (X.1.7, X.1.8). Servers without
/// such codes, or with one that says nothing, say it in words.
fn is_policy(reply: &SmtpReply) -> bool {
    match reply.status {
        Some((5, 7, _) | (5, 1, 7 | 8)) => true,
        None | Some((5, 0 | 5, _)) => {
            let text = reply.text.to_ascii_lowercase();
            SAYS_POLICY.iter().any(|phrase| text.contains(phrase))
        }
        Some(_) => false,
    }
}

/// What servers without enhanced codes say of a mailbox that does not exist.
const SAYS_UNKNOWN: [&str; 4] = [
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
];

/// What they say when they do not take mail from us.
const SAYS_POLICY: [&str; 9] = [
    "relay",
    "authent",
    "auth required",
    "auth first",
    "spf",
    "dkim",
    "dmarc",
    "policy",
    "blocked",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(stage: SmtpStage, line: &str) -> SendError {
        let mut reply = SmtpReply::empty();
        assert!(reply.take(line.as_bytes()).is_some());
        refused(stage, &reply)
    }

    fn is_bad(stage: SmtpStage, line: &str) -> bool {
        match verdict(stage, line) {
            SendError::Rejected { bad_address, .. } => bad_address,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_an_address_that_does_not_exist_is_bad() {
        assert!(is_bad(SmtpStage::Rcpt, "550 5.1.1 <a@b.it>: unknown"));
        assert!(is_bad(SmtpStage::Rcpt, "550 No such user here"));
        assert!(is_bad(SmtpStage::Dot, "554 5.1.10 null MX"));
        assert!(!is_bad(SmtpStage::Rcpt, "552 5.2.2 mailbox full"));
        assert!(!is_bad(SmtpStage::Mail, "552 5.3.4 message too big"));
    }

    #[test]
    fn what_is_refused_about_us_costs_no_message() {
        for (stage, line) in [
            (SmtpStage::Auth, "535 5.7.8 authentication failed"),
            (SmtpStage::StartTls, "502 5.5.1 not implemented"),
            (SmtpStage::Mail, "553 5.7.1 sender not owned by user"),
            (SmtpStage::Rcpt, "530 5.7.0 authentication required"),
        ] {
            let said = verdict(stage, line);
            assert!(matches!(said, SendError::Misconfigured { .. }), "{said:?}");
        }
    }

    #[test]
    fn what_is_refused_by_policy_is_neither_the_addresss_nor_surely_ours() {
        for (stage, line) in [
            (SmtpStage::Rcpt, "554 5.7.1 <a@b.it>: Relay access denied"),
            (SmtpStage::Rcpt, "550 relaying denied"),
            (SmtpStage::Rcpt, "503 5.5.1 Authentication first"),
            (SmtpStage::Rcpt, "550 5.1.8 sender's domain not found"),
            (SmtpStage::Data, "550 5.7.1 policy"),
            (SmtpStage::Dot, "550 5.7.26 unauthenticated mail"),
            (SmtpStage::Dot, "554 SPF check failed"),
        ] {
            let said = verdict(stage, line);
            assert!(matches!(said, SendError::Denied { .. }), "{line}: {said:?}");
        }
        for line in [
            "550 relay.example: no such user",
            "554 5.3.0 rejected",
            "550 no",
        ] {
            let said = verdict(SmtpStage::Rcpt, line);
            assert!(
                matches!(said, SendError::Rejected { .. }),
                "{line}: {said:?}"
            );
        }
    }

    fn concern(stage: SmtpStage, line: &str) -> (Concern, Option<Duration>) {
        match verdict(stage, line) {
            SendError::NotSent {
                concerns,
                retry_after,
                ..
            } => (concerns, retry_after),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn after_the_recipient_later_is_about_him_and_before_about_the_relay() {
        let five = Some(Duration::from_mins(5));
        let grey = concern(SmtpStage::Rcpt, "451 4.7.1 Greylisting in action");
        assert_eq!(grey, (Concern::Recipient, five));
        for (stage, line) in [
            (SmtpStage::Rcpt, "450 4.7.1 Please try again later"),
            (SmtpStage::Rcpt, "451 try again"),
            (SmtpStage::Dot, "452 4.2.2 mailbox full"),
        ] {
            assert_eq!(concern(stage, line), (Concern::Recipient, None), "{line}");
        }
        for (stage, line) in [
            (SmtpStage::Greeting, "421 4.7.0 too many connections"),
            (SmtpStage::Mail, "421 4.3.2 shutting down"),
            (SmtpStage::Mail, "450 4.7.1 slow down"),
            (SmtpStage::Rcpt, "421 closing"),
            (SmtpStage::Dot, "452 4.3.1 disk full"),
        ] {
            assert_eq!(concern(stage, line), (Concern::Provider, None), "{line}");
        }
    }

    #[test]
    fn silence_is_unknown_only_after_the_dot() {
        let fault = NoAnswer::TimedOut(Duration::from_secs(1));
        for stage in [
            SmtpStage::Connect,
            SmtpStage::Rcpt,
            SmtpStage::Data,
            SmtpStage::Body,
            SmtpStage::End,
        ] {
            assert!(matches!(
                unanswered(stage, &fault),
                SendError::NotSent { .. }
            ));
        }
        assert!(matches!(
            unanswered(SmtpStage::Dot, &fault),
            SendError::Unknown { .. }
        ));
        let odd = verdict(SmtpStage::Dot, "354 go on");
        assert!(matches!(odd, SendError::Unknown { stage: "dot", .. }));
    }
}
