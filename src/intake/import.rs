//! Many clients at once, in batches: the good ones are kept, whatever the others look like.

use crate::domain::address::PhonePolicy;
use crate::domain::client::Client;
use crate::domain::{Clock, FieldError, Ids};
use crate::intake::{client, json};
use crate::store::access::audit::AuditEntry;
use crate::store::{Store, StoreError};
use crate::text::tree::Tree;

/// Clients written in one transaction: long enough to share a commit, short enough that events
/// get their turn.
const BATCH: usize = 1_000;

/// One line or row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rejected {
    /// Counted from 1.
    pub line: u64,
    /// Where in it and why.
    #[serde(flatten)]
    pub fault: FieldError,
}

/// Collects clients and writes them batch by batch. `T`: what the caller wants back with a client
/// that the store refused, such as its line.
pub struct Importer<'a, T> {
    store: &'a Store,
    clock: &'a dyn Clock,
    ids: &'a dyn Ids,
    batch: Vec<(Client, T)>,
    imported: u64,
    dry_run: bool,
    actor: Option<&'a str>,
}

impl<'a, T> Importer<'a, T> {
    /// Nothing imported yet. `dry_run` counts, but writes nothing.
    pub fn new(store: &'a Store, clock: &'a dyn Clock, ids: &'a dyn Ids, dry_run: bool) -> Self {
        Self {
            store,
            clock,
            ids,
            batch: Vec::with_capacity(BATCH),
            imported: 0,
            dry_run,
            actor: None,
        }
    }

    /// Says who imports: each batch is written down in the audit, together with its clients.
    #[must_use]
    pub const fn by(mut self, actor: &'a str) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Takes one client; writes when a batch is full. What the store refused comes back.
    pub async fn add(
        &mut self,
        client: Client,
        tag: T,
    ) -> Result<Vec<(T, FieldError)>, StoreError> {
        self.batch.push((client, tag));
        if self.batch.len() < BATCH {
            return Ok(Vec::new());
        }
        self.flush().await
    }

    /// Writes what is left; how many were imported in all, and what the store refused now.
    pub async fn finish(&mut self) -> Result<(u64, Vec<(T, FieldError)>), StoreError> {
        let refused = self.flush().await?;
        Ok((self.imported, refused))
    }

    async fn flush(&mut self) -> Result<Vec<(T, FieldError)>, StoreError> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let clients: Vec<&Client> = batch.iter().map(|(client, _)| client).collect();
        match self.write(&clients).await {
            Ok(()) => {
                self.imported += batch.len() as u64;
                Ok(Vec::new())
            }
            Err(error) if error.is_unholdable() => self.one_by_one(batch).await,
            Err(error) => Err(error),
        }
    }

    /// One of them is poison: it is named, and the others are kept.
    async fn one_by_one(
        &mut self,
        batch: Vec<(Client, T)>,
    ) -> Result<Vec<(T, FieldError)>, StoreError> {
        let mut refused = Vec::new();
        for (client, tag) in batch {
            match self.write(&[&client]).await {
                Ok(()) => self.imported += 1,
                Err(error) if error.is_unholdable() => refused.push((tag, unholdable())),
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }

    async fn write(&self, clients: &[&Client]) -> Result<(), StoreError> {
        if self.dry_run || clients.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        tx.clients()
            .put_many(clients, self.clock.now(), self.ids)
            .await?;
        if let Some(actor) = self.actor {
            let entry = AuditEntry {
                actor,
                action: "client.imported",
                subject: "clients",
                detail: Some(&format!("{} written", clients.len())),
            };
            tx.audit()
                .append(self.ids.next(), self.clock.now(), &entry)
                .await?;
        }
        tx.commit().await
    }
}

fn unholdable() -> FieldError {
    let detail = "the store cannot hold it: a text is too long, or holds a character NUL";
    FieldError::new("", detail)
}

/// Reads one line of NDJSON; a blank one is nobody.
pub fn read_line(line: &[u8], phones: &PhonePolicy) -> Result<Option<Client>, FieldError> {
    // A stream from a spreadsheet begins with a mark that is no JSON.
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    client::parse(&json::read::<Tree<'_>>(line)?.to_value(), phones).map(Some)
}
