//! What each `command_status` means (SMPP 3.4 §5.1.3), and what a connection that is cut means.
//!
//! A status other than 0 is a whole answer: the SMS was not taken (§4.4.2). So even a "system error" is a
//! definite "not sent", where a server over HTTP that says 500 may have sent it.

use std::io;
use std::time::Duration;

use super::pdu::WrongLength;
use crate::channel::{Concern, SendError};

/// "Try again later" is said without a time.
const BUSY_PAUSE: Duration = Duration::from_secs(5);

pub(super) const NOT_BOUND: u32 = 0x04;
/// What we answer when a command is none of SMPP, and when a PDU is too long or too short.
pub(super) const UNKNOWN_COMMAND: u32 = 0x03;
pub(super) const WRONG_COMMAND_LENGTH: u32 = 0x02;
/// What we answer to a delivery: bring it again, or never.
pub(super) const TEMPORARY: u32 = 0x64;
pub(super) const PERMANENT: u32 = 0x65;

/// What a status says about an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    /// The centre has no room now.
    Busy,
    /// The centre failed, or does not know this connection.
    Failed,
    /// No SMS can ever reach this number.
    BadNumber,
    /// This SMS, for good.
    Refused,
    /// Our account, password or sender; what to check.
    Ours(&'static str),
    /// Whose fault it is, only what becomes of others tells.
    Unclear,
}

const LOG_IN: &str = "check `system_id`, `password_file` and `system_type`";
const SENDER: &str = "check `source`, `source_ton` and `source_npi`";

/// The status, its name, what it means, and what happened.
const STATUSES: [(u32, &str, Means, &str); 29] = [
    (
        0x01,
        "ESME_RINVMSGLEN",
        Means::Refused,
        "the text is too long",
    ),
    (
        0x02,
        "ESME_RINVCMDLEN",
        Means::Unclear,
        "the request has a wrong length",
    ),
    (
        0x03,
        "ESME_RINVCMDID",
        Means::Unclear,
        "the centre knows no such request",
    ),
    (
        NOT_BOUND,
        "ESME_RINVBNDSTS",
        Means::Failed,
        "the centre knows no log-in on this connection",
    ),
    (
        0x05,
        "ESME_RALYBND",
        Means::Failed,
        "as many connections as the contract allows are open already",
    ),
    (
        0x08,
        "ESME_RSYSERR",
        Means::Failed,
        "the centre has an error of its own",
    ),
    (
        0x0a,
        "ESME_RINVSRCADR",
        Means::Ours(SENDER),
        "the sender is refused",
    ),
    (
        0x0b,
        "ESME_RINVDSTADR",
        Means::BadNumber,
        "the number cannot get an SMS",
    ),
    (
        0x0d,
        "ESME_RBINDFAIL",
        Means::Ours(LOG_IN),
        "the log-in failed",
    ),
    (
        0x0e,
        "ESME_RINVPASWD",
        Means::Ours(LOG_IN),
        "the password is refused",
    ),
    (
        0x0f,
        "ESME_RINVSYSID",
        Means::Ours(LOG_IN),
        "the name is refused",
    ),
    (
        0x14,
        "ESME_RMSGQFUL",
        Means::Busy,
        "the centre's queue is full",
    ),
    (
        0x15,
        "ESME_RINVSERTYP",
        Means::Ours(LOG_IN),
        "the service type is refused",
    ),
    (
        0x42,
        "ESME_RINVSUBREP",
        Means::Unclear,
        "the request is refused",
    ),
    (
        0x43,
        "ESME_RINVESMCLASS",
        Means::Unclear,
        "the centre does not take texts of several parts so",
    ),
    // Said for anything: no credit, a number of another network, a fault of the centre.
    (
        0x45,
        "ESME_RSUBMITFAIL",
        Means::Unclear,
        "the centre does not take the SMS, and does not say why",
    ),
    (
        0x48,
        "ESME_RINVSRCTON",
        Means::Ours(SENDER),
        "the sender's type is refused",
    ),
    (
        0x49,
        "ESME_RINVSRCNPI",
        Means::Ours(SENDER),
        "the sender's numbering plan is refused",
    ),
    (
        0x50,
        "ESME_RINVDSTTON",
        Means::Unclear,
        "international numbers are refused",
    ),
    (
        0x51,
        "ESME_RINVDSTNPI",
        Means::Unclear,
        "the receiver's numbering plan is refused",
    ),
    (
        0x53,
        "ESME_RINVSYSTYP",
        Means::Ours(LOG_IN),
        "the system type is refused",
    ),
    (
        0x58,
        "ESME_RTHROTTLED",
        Means::Busy,
        "more was sent in a second than the contract allows; set `rate`",
    ),
    (
        0x61,
        "ESME_RINVSCHED",
        Means::Unclear,
        "the time of delivery is refused",
    ),
    (
        0x62,
        "ESME_RINVEXPIRY",
        Means::Unclear,
        "the time of validity is refused",
    ),
    (
        TEMPORARY,
        "ESME_RX_T_APPN",
        Means::Failed,
        "the centre cannot take it now",
    ),
    (
        PERMANENT,
        "ESME_RX_P_APPN",
        Means::Refused,
        "the centre never takes this SMS",
    ),
    (
        0x66,
        "ESME_RX_R_APPN",
        Means::Refused,
        "the centre refuses this SMS",
    ),
    (
        0xfe,
        "ESME_RDELIVERYFAILURE",
        Means::Refused,
        "the SMS cannot be delivered",
    ),
    (
        0xff,
        "ESME_RUNKNOWNERR",
        Means::Unclear,
        "the centre does not say what is wrong",
    ),
];

/// The verdict when a centre answers with a status other than 0. `stage`: `bind` or `submit`.
pub(super) fn refused(stage: &'static str, status: u32) -> SendError {
    let known = STATUSES.iter().find(|(code, ..)| *code == status);
    let (code, means, detail) = match known {
        Some((_, name, means, detail)) => ((*name).to_owned(), *means, *detail),
        // From 0x400 on each centre has its own.
        None => (
            format!("0x{status:08x}"),
            Means::Unclear,
            "a status of the centre's own; its manual has it",
        ),
    };
    let wait = matches!(means, Means::Busy).then_some(BUSY_PAUSE);
    match means {
        Means::Busy | Means::Failed => not_sent(stage, Some(code), detail, wait),
        // Before there is a log-in nothing has been said of any SMS.
        Means::BadNumber | Means::Refused | Means::Unclear if stage == "bind" => {
            not_sent(stage, Some(code), detail, None)
        }
        Means::Ours(mend) => SendError::Misconfigured {
            detail: format!("{detail} ({code}); {mend}"),
        },
        Means::BadNumber | Means::Refused => SendError::Rejected {
            stage,
            code: Some(code),
            detail: detail.to_owned(),
            bad_address: means == Means::BadNumber,
        },
        Means::Unclear => SendError::Denied {
            stage,
            code: Some(code),
            detail: detail.to_owned(),
        },
    }
}

/// The verdict when nothing of the SMS had left.
pub(super) fn not_sent(
    stage: &'static str,
    code: Option<String>,
    detail: impl Into<String>,
    retry_after: Option<Duration>,
) -> SendError {
    SendError::NotSent {
        stage,
        code,
        detail: detail.into(),
        retry_after,
        concerns: Concern::Provider,
    }
}

/// The verdict when the daemon stops before an SMS was begun.
pub(super) fn stopping() -> SendError {
    SendError::NotSent {
        stage: "stop",
        code: None,
        detail: "the daemon is stopping".to_owned(),
        retry_after: None,
        concerns: Concern::Here,
    }
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkFault {
    #[error("the centre closed the connection")]
    Closed,
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    #[error("no answer within {}", humantime::format_duration(*.0))]
    Silent(Duration),
    #[error("the centre ended the session (unbind)")]
    Unbound,
    #[error("the centre does not know the session any more")]
    Forgotten,
    #[error("the centre sent a PDU of {0} octets, which none has")]
    Length(u32),
    #[error("the centre does not speak SMPP")]
    Nonsense,
}

impl From<WrongLength> for LinkFault {
    fn from(WrongLength(length): WrongLength) -> Self {
        Self::Length(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u32) -> &'static str {
        match refused("submit", status) {
            SendError::NotSent {
                retry_after: Some(_),
                ..
            } => "busy",
            SendError::NotSent { .. } => "not sent",
            SendError::Rejected {
                bad_address: true, ..
            } => "bad number",
            SendError::Rejected { .. } => "rejected",
            SendError::Denied { .. } => "denied",
            SendError::Misconfigured { .. } => "ours",
            SendError::Unknown { .. } => "unknown",
        }
    }

    #[test]
    fn each_status_has_its_verdict() {
        let expected = [
            (0x01, "rejected"),
            (0x02, "denied"),
            (0x03, "denied"),
            (0x04, "not sent"),
            (0x05, "not sent"),
            (0x08, "not sent"),
            (0x0a, "ours"),
            (0x0b, "bad number"),
            (0x0d, "ours"),
            (0x0e, "ours"),
            (0x0f, "ours"),
            (0x14, "busy"),
            (0x15, "ours"),
            (0x42, "denied"),
            (0x43, "denied"),
            (0x45, "denied"),
            (0x48, "ours"),
            (0x49, "ours"),
            (0x50, "denied"),
            (0x51, "denied"),
            (0x53, "ours"),
            (0x58, "busy"),
            (0x61, "denied"),
            (0x62, "denied"),
            (0x64, "not sent"),
            (0x65, "rejected"),
            (0x66, "rejected"),
            (0xfe, "rejected"),
            (0xff, "denied"),
        ];
        for (status, verdict) in expected {
            assert_eq!(kind(status), verdict, "0x{status:02x}");
        }
        let codes: Vec<u32> = STATUSES.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes, expected.map(|(code, _)| code), "each is looked at");
    }

    #[test]
    fn what_only_one_centre_knows_is_named_by_its_number() {
        let own = refused("submit", 0x0000_0410);
        assert!(
            matches!(&own, SendError::Denied { code: Some(code), .. } if code == "0x00000410"),
            "{own:?}"
        );
    }

    #[test]
    fn before_the_log_in_no_sms_is_refused() {
        for status in [0x01, 0x45, 0xff, 0x410, 0x05, 0x58] {
            let said = refused("bind", status);
            assert!(matches!(said, SendError::NotSent { .. }), "{said:?}");
        }
        let ours = refused("bind", 0x0e).to_string();
        assert!(ours.contains("`password_file`"), "{ours}");
    }
}
