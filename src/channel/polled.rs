//! Providers that call nothing back, or not everything, and are asked for it: what became of an SMS, and
//! what clients wrote. When that is done, and by which node, is `track::asking`'s.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::callback::{HandsetText, ProviderReport};
use super::{Reference, SendError};
use crate::domain::Timestamp;

/// Somebody who is asked. Asking changes nothing over there.
pub trait PolledProvider: Send + Sync {
    /// Whether it is asked what became of each SMS.
    fn tells_statuses(&self) -> bool;

    /// How often it is asked for what clients wrote; none: not at all.
    fn texts_every(&self) -> Option<Duration>;

    /// What became of an SMS of ours. None: it does not know it, or says nothing that is kept.
    fn status<'a>(
        &'a self,
        reference: &'a Reference,
    ) -> BoxFuture<'a, Result<Option<ProviderReport>, SendError>>;

    /// What clients wrote since then, the pages counted from 1.
    fn texts(&self, since: Timestamp, page: u32) -> BoxFuture<'_, Result<TextPage, SendError>>;
}

/// A page of what clients wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPage {
    pub texts: Vec<HandsetText>,
    /// There may be another page.
    pub is_full: bool,
}
