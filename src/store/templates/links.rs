//! Where the links of published texts lead, by their short numbers.

use super::Templates;
use crate::domain::{LinkId, Timestamp};
use crate::store::StoreError;
use crate::store::database::sql::{execute, optional_value};

/// Rounds of finding a free number for a link: nodes that start together add the same few links.
const LINK_TRIES: usize = 100;

impl Templates<'_> {
    /// The rows of these addresses, in the same order; new ones are added. Numbers are small and
    /// dense (1, 2, 3, ...), so that a signed link stays short.
    pub async fn ensure_links(
        &mut self,
        urls: &[String],
        now: Timestamp,
    ) -> Result<Vec<LinkId>, StoreError> {
        let mut ids = Vec::with_capacity(urls.len());
        for url in urls {
            ids.push(self.ensure_link(url, now).await?);
        }
        Ok(ids)
    }

    async fn ensure_link(&mut self, url: &str, now: Timestamp) -> Result<LinkId, StoreError> {
        // Two nodes may take the same number at once: the second finds it taken and asks again.
        for _ in 0..LINK_TRIES {
            let found = optional_value!(self.0, "look up a link by its address",
                "SELECT id FROM link WHERE url = $1";
                url
            )?;
            if let Some(id) = found {
                return Ok(id);
            }
            execute!(self.0, "add a link",
                "INSERT INTO link (id, url, created_at)
                 SELECT coalesce(max(id), 0) + 1, $1, $2 FROM link WHERE id > 0
                 ON CONFLICT DO NOTHING";
                url, now
            )?;
        }
        Err(StoreError::missing("link", url))
    }
}
