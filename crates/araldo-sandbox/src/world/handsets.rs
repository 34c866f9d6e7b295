//! The handsets behind the gateway: texts are put on them, and their delivery reports called back.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::faults::SmsFault;
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
        if fault == Some(SmsFault::Busy) {
            self.count_refused();
            return Answer::NO_ROOM;
        }
        let url = sms.field("dlr-url");
        // A handset that the network cannot reach shows nothing.
        let id = match fault {
            Some(SmsFault::Undelivered) => 0,
            _ => self.show(&to, sms, url.as_deref()),
        };
        if let Some(url) = url {
            for (after, url) in self.due(sms, fault, id, &url) {
                reports.call(Report::due(after, url));
            }
        }
        if fault == Some(SmsFault::AnswerLost) {
            self.count_answer_lost();
            return Answer::Cut("");
        }
        Answer::Accepted
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
    fn due(
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
                (after, filled_in(url, *kind, id, self.now() + after))
            })
            .collect()
    }
}

fn number<N: std::str::FromStr>(sms: &Sms<'_>, name: &str) -> Option<N> {
    sms.field(name)?.parse().ok()
}

/// Which reports come, and when, in delays: 1 delivered, 2 not delivered, 8 taken by the network.
const fn kinds(fault: Option<SmsFault>) -> &'static [(u8, u32)] {
    match fault {
        Some(SmsFault::Undelivered) => &[(8, 0), (2, 1)],
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
fn filled_in(url: &str, kind: u8, id: i64, at: SystemTime) -> String {
    let answer = match kind {
        8 => "ACK%2F",
        2 => "NACK%2Funreachable",
        _ => "",
    };
    let at = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    url.replace("%d", &kind.to_string())
        .replace("%A", answer)
        .replace("%F", &format!("sandbox-{id}"))
        .replace("%T", &at.as_secs().to_string())
}
