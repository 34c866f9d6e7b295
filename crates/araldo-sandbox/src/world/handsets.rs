//! The handsets behind the gateway: texts are put on them, and their delivery reports called back.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::deeds::LateSms;
use super::faults::SmsFault;
use super::people::ARRIVES_AFTER;
use super::{Body, World, gsm};
use crate::gateway::{Answer, Report, Reports, Sms};

impl World {
    /// What the gateway asks for each SMS. `latency` in its query, in milliseconds, is how long a
    /// handset takes to report.
    pub fn operator(
        self: Arc<Self>,
        reports: Reports,
    ) -> impl Fn(&Sms<'_>) -> Answer + Send + Sync + 'static {
        move |sms| self.carry(sms, &reports)
    }

    fn carry(&self, sms: &Sms<'_>, reports: &Reports) -> Answer {
        let to = sms.to();
        if to.is_empty() {
            return Answer::NO_RECEIVER;
        }
        let fault = SmsFault::of(&to);
        let refusal = match fault {
            Some(SmsFault::Busy) => Some(Answer::NO_ROOM),
            Some(SmsFault::Throttled) if self.defers(&to) => Some(Answer::NO_ROOM),
            Some(SmsFault::Refused) => Some(Answer::REFUSED),
            _ => None,
        };
        if let Some(refusal) = refusal {
            self.count_refused();
            return refusal;
        }
        let url = sms.field("dlr-url");
        if fault == Some(SmsFault::Late) {
            self.keep_in_the_network(&to, sms, url.as_deref(), reports);
            return Answer::Accepted;
        }
        // A handset that the network cannot reach shows nothing.
        let id = match fault {
            Some(SmsFault::Undelivered | SmsFault::Expired | SmsFault::NoSuchNumber) => 0,
            _ => self.show(&to, sms, url.as_deref()),
        };
        if let Some(url) = url {
            for (after, url) in self.reports_of(sms, fault, id, &url) {
                reports.call(Report::due(after, url));
            }
        }
        if fault == Some(SmsFault::AnswerLost) {
            self.count_answer_lost();
            return Answer::Cut("");
        }
        Answer::Accepted
    }

    /// The telephone is off: the network says so at once, and that it arrived once it has.
    fn keep_in_the_network(&self, to: &str, sms: &Sms<'_>, url: Option<&str>, reports: &Reports) {
        let text = sms.field("text").unwrap_or_default();
        let due = |kind, at| url.map(|url| filled_in(url, (kind, None), 0, at));
        if let Some(url) = due(4, self.now()) {
            reports.call(Report::due(Duration::ZERO, url));
        }
        let arrived = due(1, self.now() + ARRIVES_AFTER);
        self.keep_back(LateSms {
            to: to.to_owned(),
            from: sms.field("from").unwrap_or_default(),
            text: gsm::shown(&text, number(sms, "coding").unwrap_or(0)),
            reference: url.and_then(|url| url.split('?').next()).map(str::to_owned),
            reports: arrived.into_iter().collect(),
        });
    }

    /// The address of its report, without the query, is the sender's name for an SMS.
    fn show(&self, to: &str, sms: &Sms<'_>, url: Option<&str>) -> i64 {
        let text = sms.field("text").unwrap_or_default();
        let shown = Body::Sms(gsm::shown(&text, number(sms, "coding").unwrap_or(0)));
        let from = sms.field("from").unwrap_or_default();
        let reference = url.and_then(|url| url.split('?').next());
        self.receive(to, &from, shown, reference)
    }

    /// The reports of an SMS that were asked for: after how long, and what is called.
    fn reports_of(
        &self,
        sms: &Sms<'_>,
        fault: Option<SmsFault>,
        id: i64,
        url: &str,
    ) -> Vec<(Duration, String)> {
        let mask: u8 = number(sms, "dlr-mask").unwrap_or(0);
        let delay = number(sms, "latency").map_or(usual_delay(id), Duration::from_millis);
        let wanted = kinds(fault).iter().filter(|(kind, _)| mask & kind != 0);
        wanted
            .map(|(kind, factor)| {
                let after = delay * *factor;
                let said = (*kind, fault);
                (after, filled_in(url, said, id, self.now() + after))
            })
            .collect()
    }
}

fn number<N: std::str::FromStr>(sms: &Sms<'_>, name: &str) -> Option<N> {
    sms.field(name)?.parse().ok()
}

/// Which reports come, and when, in delays: 1 delivered, 2 not delivered, 4 kept, 8 taken by the network,
/// 16 refused by it.
const fn kinds(fault: Option<SmsFault>) -> &'static [(u8, u32)] {
    match fault {
        Some(SmsFault::Undelivered | SmsFault::Expired) => &[(8, 0), (2, 1)],
        Some(SmsFault::NoSuchNumber) => &[(16, 1)],
        Some(SmsFault::Silent) => &[(8, 0)],
        Some(SmsFault::Jumbled) => &[(1, 1), (1, 1), (8, 2), (8, 2)],
        _ => &[(8, 0), (1, 1)],
    }
}

/// Half a second to two seconds, different from message to message.
const fn usual_delay(id: i64) -> Duration {
    Duration::from_millis(500 + (id * 379).unsigned_abs() % 1_500)
}

/// The placeholders of a report's address, as Kannel fills them in.
fn filled_in(url: &str, (kind, fault): (u8, Option<SmsFault>), id: i64, at: SystemTime) -> String {
    let answer = match (kind, fault) {
        (8, _) => "ACK%2F",
        (2, Some(SmsFault::Expired)) => "id%3A1+stat%3AEXPIRED+err%3A000",
        (2, _) => "NACK%2Funreachable",
        (16, _) => "NACK%2F0x0000000b%2FInvalid+Destination+Address",
        _ => "",
    };
    let at = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    url.replace("%d", &kind.to_string())
        .replace("%A", answer)
        .replace("%F", &format!("sandbox-{id}"))
        .replace("%T", &at.as_secs().to_string())
}
