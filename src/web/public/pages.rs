//! What the client's own pages know beside the store: whom to call, the words for cases, and
//! where each tracked link leads.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use chrono::TimeDelta;

use super::ended::Ended;
use crate::domain::case_kind::CaseKinds;
use crate::domain::ids::first_id_at;
use crate::domain::{MessageId, Timestamp};
use crate::store::{Store, StoreError};

/// Whom a client can turn to (`[contact]`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactDetails {
    pub organisation: String,
    /// A number with the usual charge.
    pub phone: Option<String>,
    pub phone_free: Option<String>,
    /// A mailbox that people read.
    pub email: Option<String>,
    pub hours: Option<String>,
}

/// Shared by all the pages.
#[derive(Debug, Default)]
pub struct Pages {
    contact: ContactDetails,
    case_kinds: Arc<CaseKinds>,
    links: RwLock<HashMap<i64, Arc<str>>>,
    pub(super) ended: Ended,
    kept: Option<TimeDelta>,
    clicks: bool,
    surveys: bool,
}

impl Pages {
    /// No link known yet.
    #[must_use]
    pub fn new(contact: ContactDetails, case_kinds: Arc<CaseKinds>) -> Self {
        Self {
            contact,
            case_kinds,
            links: RwLock::default(),
            ended: Ended::default(),
            kept: None,
            clicks: true,
            surveys: false,
        }
    }

    /// Whether following links is counted (`[tracking] clicks`).
    #[must_use]
    pub const fn counting_clicks(mut self, clicks: bool) -> Self {
        self.clicks = clicks;
        self
    }

    /// Whether clients are asked how closed cases went (`[survey] after`).
    #[must_use]
    pub const fn asking_how_it_went(mut self, surveys: bool) -> Self {
        self.surveys = surveys;
        self
    }

    /// Whether clients are asked that.
    pub(super) const fn asks_how_it_went(&self) -> bool {
        self.surveys
    }

    /// How long messages are kept (`[retention] messages`): links of older ones have ended.
    #[must_use]
    pub const fn keeping_messages(mut self, kept: TimeDelta) -> Self {
        self.kept = Some(kept);
        self
    }

    /// Whether a message's links have ended: its client was erased, or it is too old. Asked for
    /// each click and each pixel, and answered from memory.
    pub(super) fn has_ended(&self, message: MessageId, now: Timestamp) -> bool {
        let too_old = |kept| message.get() < first_id_at(now - kept);
        self.kept.is_some_and(too_old) || self.ended.has(message)
    }

    /// Whether following links is counted.
    #[must_use]
    pub const fn counts_clicks(&self) -> bool {
        self.clicks
    }

    /// Learns every link there is, so that redirects work from the first second on even when
    /// the store does not.
    pub async fn learn_links(&self, store: &Store) -> Result<(), StoreError> {
        let links = store.read().await?.status_page().links().await?;
        for (link, url) in links {
            self.learn(link, &url);
        }
        Ok(())
    }

    pub(in crate::web) const fn contact(&self) -> &ContactDetails {
        &self.contact
    }

    /// What clients call kinds and states of cases.
    pub(in crate::web) fn case_kinds(&self) -> &CaseKinds {
        &self.case_kinds
    }

    /// Where a link leads: from memory, else from the store. A link never changes once made.
    pub(super) async fn link_url(
        &self,
        store: &Store,
        link: i64,
    ) -> Result<Option<Arc<str>>, StoreError> {
        if let Some(url) = self.known(link) {
            return Ok(Some(url));
        }
        let url = store.read().await?.status_page().link_url(link).await?;
        if let Some(url) = url {
            self.learn(link, &url);
        }
        Ok(self.known(link))
    }

    fn known(&self, link: i64) -> Option<Arc<str>> {
        let links = self
            .links
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        links.get(&link).map(Arc::clone)
    }

    /// Anything but a web address would make the redirect a way to run scripts.
    fn learn(&self, link: i64, url: &str) {
        let parsed = url::Url::parse(url).ok();
        let Some(parsed) = parsed.filter(|url| matches!(url.scheme(), "http" | "https")) else {
            tracing::warn!(
                link.id = link,
                "a stored link is no web address and is not followed"
            );
            return;
        };
        let mut links = self
            .links
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        links.insert(link, parsed.as_str().into());
    }
}
