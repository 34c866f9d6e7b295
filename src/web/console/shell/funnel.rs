//! How far messages got: told, delivered, read.

use super::format::grouped;
use crate::insight::Proportion;
use crate::store::reports::DeliveryFunnel;

/// One step of told → delivered → read.
pub(crate) struct FunnelStep {
    pub(crate) word: &'static str,
    pub(crate) count: String,
    /// Of its own whole, 0 to 100; nothing when there is no whole.
    pub(crate) percent: Option<i64>,
    /// Its whole, in words.
    pub(crate) of: String,
    pub(crate) tone: &'static str,
}

/// The three steps, each as a share of those it can be said of: who was not to be told is no
/// failure, and a relay that never reports has not lost anything.
pub(crate) fn funnel(delivery: &DeliveryFunnel) -> Vec<FunnelStep> {
    let to_tell = delivery.planned - delivery.suppressed;
    [
        ("told", "going", delivery.told, to_tell, "to be told"),
        (
            "delivered",
            "delivered",
            delivery.delivered,
            delivery.reporting,
            "whose provider reports it",
        ),
        (
            "read",
            "read",
            delivery.read,
            delivery.read_measurable,
            "who can be measured",
        ),
    ]
    .into_iter()
    .map(|(word, tone, count, whole, of)| FunnelStep {
        word,
        count: grouped(count),
        percent: (whole > 0).then(|| Proportion::new(count, whole).percent()),
        of: format!("of {} {of}", grouped(whole)),
        tone,
    })
    .collect()
}
