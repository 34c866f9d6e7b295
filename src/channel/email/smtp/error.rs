//! What each failure means, by the step at which it happened.
//!
//! Until the final dot has left, a failure is a definite "not sent". After it, only an answer
//! counts: silence, a broken connection or nonsense leave the message `unknown` (RFC 1047).

use std::time::Duration;

use super::greylisting;
use super::reply::Reply;
use crate::channel::{Concern, SendError, descriptors};

/// A step of the conversation, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
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

impl Stage {
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
pub(super) enum Fault {
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

impl Fault {
    /// The connection was gone before we spoke: typical of one that waited in the pool.
    pub(super) const fn is_hang_up(&self) -> bool {
        matches!(self, Self::Closed | Self::Broken(_))
    }
}

/// The verdict when no answer came at `stage`.
pub(super) fn unanswered(stage: Stage, fault: &Fault) -> SendError {
    if stage == Stage::Dot {
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
        None => unanswered(Stage::Connect, &Fault::Broken(error)),
    }
}

/// The verdict when the server said no at `stage`.
pub(super) fn refused(stage: Stage, reply: &Reply) -> SendError {
    match reply.code {
        400..500 => deferred(stage, reply),
        500..600 => denied(stage, reply),
        other => unanswered(stage, &Fault::OutOfTurn(other)),
    }
}

/// 4yz: later. Once the recipient has been named, it is about him or his domain, unless the server
/// speaks of itself (RFC 3463 §3.4: X.3.X is the mail system).
fn deferred(stage: Stage, reply: &Reply) -> SendError {
    let system = matches!(reply.status, Some((4, 3, _)));
    let of_the_relay = stage < Stage::Rcpt || reply.code == 421 || system;
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
fn denied(stage: Stage, reply: &Reply) -> SendError {
    let too_large = reply.code == 552 || matches!(reply.status, Some((5, 3, 4) | (5, 2, 3)));
    let ours = match stage {
        Stage::StartTls | Stage::Auth => true,
        // The sender is the same for every mail: refusing it once means refusing it always.
        Stage::Mail => !too_large,
        // "Authentication required" (RFC 4954 §6) is about us, wherever it is said.
        _ => matches!(reply.code, 530 | 535),
    };
    if ours {
        return SendError::Misconfigured {
            detail: misconfigured(stage, reply),
        };
    }
    let (stage, code, detail) = (stage, Some(reply.codes()), reply.harmless());
    if stage < Stage::Mail {
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

fn misconfigured(stage: Stage, reply: &Reply) -> String {
    let mend = match stage {
        Stage::Auth => "check `username` and `password_file`",
        Stage::StartTls => "check `security`",
        Stage::Mail => "check `from`, `bounces` and whether the relay wants a log-in",
        _ => "the relay wants a log-in: give `username` and `password_file`",
    };
    let stage = stage.as_str();
    let (codes, text) = (reply.codes(), reply.harmless());
    format!("the relay refused at {stage} with {codes} {text}; {mend}")
}

/// The mailbox or its domain does not exist or is closed for good (RFC 3463 §3.2, RFC 7505).
/// A refusal by policy (5.7.x) or a full mailbox is not the address's fault.
fn is_bad_address(reply: &Reply) -> bool {
    if let Some(status) = reply.status {
        return matches!(status, (5, 1, 1 | 2 | 3 | 6 | 10) | (5, 2, 1) | (5, 4, 4));
    }
    let text = reply.text.to_ascii_lowercase();
    reply.code == 550 && SAYS_UNKNOWN.iter().any(|phrase| text.contains(phrase))
}

/// Refused by policy: X.7.X (RFC 3463 §3.8) or our sender's address (X.1.7, X.1.8). Servers without
/// such codes, or with one that says nothing, say it in words.
fn is_policy(reply: &Reply) -> bool {
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

    fn verdict(stage: Stage, line: &str) -> SendError {
        let mut reply = Reply::empty();
        assert!(reply.take(line.as_bytes()).is_some());
        refused(stage, &reply)
    }

    fn is_bad(stage: Stage, line: &str) -> bool {
        match verdict(stage, line) {
            SendError::Rejected { bad_address, .. } => bad_address,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_an_address_that_does_not_exist_is_bad() {
        assert!(is_bad(Stage::Rcpt, "550 5.1.1 <a@b.it>: unknown"));
        assert!(is_bad(Stage::Rcpt, "550 No such user here"));
        assert!(is_bad(Stage::Dot, "554 5.1.10 null MX"));
        assert!(!is_bad(Stage::Rcpt, "552 5.2.2 mailbox full"));
        assert!(!is_bad(Stage::Mail, "552 5.3.4 message too big"));
    }

    #[test]
    fn what_is_refused_about_us_costs_no_message() {
        for (stage, line) in [
            (Stage::Auth, "535 5.7.8 authentication failed"),
            (Stage::StartTls, "502 5.5.1 not implemented"),
            (Stage::Mail, "553 5.7.1 sender not owned by user"),
            (Stage::Rcpt, "530 5.7.0 authentication required"),
        ] {
            let said = verdict(stage, line);
            assert!(matches!(said, SendError::Misconfigured { .. }), "{said:?}");
        }
    }

    #[test]
    fn what_is_refused_by_policy_is_neither_the_addresss_nor_surely_ours() {
        for (stage, line) in [
            (Stage::Rcpt, "554 5.7.1 <a@b.it>: Relay access denied"),
            (Stage::Rcpt, "550 relaying denied"),
            (Stage::Rcpt, "503 5.5.1 Authentication first"),
            (Stage::Rcpt, "550 5.1.8 sender's domain not found"),
            (Stage::Data, "550 5.7.1 policy"),
            (Stage::Dot, "550 5.7.26 unauthenticated mail"),
            (Stage::Dot, "554 SPF check failed"),
        ] {
            let said = verdict(stage, line);
            assert!(matches!(said, SendError::Denied { .. }), "{line}: {said:?}");
        }
        for line in [
            "550 relay.example: no such user",
            "554 5.3.0 rejected",
            "550 no",
        ] {
            let said = verdict(Stage::Rcpt, line);
            assert!(
                matches!(said, SendError::Rejected { .. }),
                "{line}: {said:?}"
            );
        }
    }

    fn concern(stage: Stage, line: &str) -> (Concern, Option<Duration>) {
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
        let grey = concern(Stage::Rcpt, "451 4.7.1 Greylisting in action");
        assert_eq!(grey, (Concern::Recipient, five));
        for (stage, line) in [
            (Stage::Rcpt, "450 4.7.1 Please try again later"),
            (Stage::Rcpt, "451 try again"),
            (Stage::Dot, "452 4.2.2 mailbox full"),
        ] {
            assert_eq!(concern(stage, line), (Concern::Recipient, None), "{line}");
        }
        for (stage, line) in [
            (Stage::Greeting, "421 4.7.0 too many connections"),
            (Stage::Mail, "421 4.3.2 shutting down"),
            (Stage::Mail, "450 4.7.1 slow down"),
            (Stage::Rcpt, "421 closing"),
            (Stage::Dot, "452 4.3.1 disk full"),
        ] {
            assert_eq!(concern(stage, line), (Concern::Provider, None), "{line}");
        }
    }

    #[test]
    fn silence_is_unknown_only_after_the_dot() {
        let fault = Fault::TimedOut(Duration::from_secs(1));
        for stage in [
            Stage::Connect,
            Stage::Rcpt,
            Stage::Data,
            Stage::Body,
            Stage::End,
        ] {
            assert!(matches!(
                unanswered(stage, &fault),
                SendError::NotSent { .. }
            ));
        }
        assert!(matches!(
            unanswered(Stage::Dot, &fault),
            SendError::Unknown { .. }
        ));
        let odd = verdict(Stage::Dot, "354 go on");
        assert!(matches!(odd, SendError::Unknown { stage: "dot", .. }));
    }
}
