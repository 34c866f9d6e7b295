//! Where the links of published texts lead, by their short numbers.

use super::Templates;
use crate::domain::{LinkId, Timestamp};
use crate::store::{Doing as _, StoreError, on};

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

    /// Where a link leads.
    pub async fn link_url(&mut self, id: LinkId) -> Result<Option<String>, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query_scalar("SELECT url FROM link WHERE id = $1")
                .bind(id.get())
                .fetch_optional(&mut **c)
                .await
        })
        .doing("look up a link")
    }

    async fn ensure_link(&mut self, url: &str, now: Timestamp) -> Result<LinkId, StoreError> {
        // Two nodes may take the same number at once: the second finds it taken and asks again.
        for _ in 0..LINK_TRIES {
            let found: Option<i64> = on!(&mut *self.0, |c| {
                sqlx::query_scalar("SELECT id FROM link WHERE url = $1")
                    .bind(url)
                    .fetch_optional(&mut **c)
                    .await
            })
            .doing("look up a link by its address")?;
            if let Some(id) = found {
                return Ok(LinkId::new(id));
            }
            on!(&mut *self.0, |c| {
                sqlx::query(
                    "INSERT INTO link (id, url, created_at)
                     SELECT coalesce(max(id), 0) + 1, $1, $2 FROM link WHERE id > 0
                     ON CONFLICT DO NOTHING",
                )
                .bind(url)
                .bind(now.as_micros())
                .execute(&mut **c)
                .await
                .map(drop)
            })
            .doing("add a link")?;
        }
        Err(StoreError::Missing {
            what: "link",
            key: url.to_owned(),
        })
    }
}
