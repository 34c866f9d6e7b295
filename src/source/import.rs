//! Many clients at once, in batches: the good ones are kept, whatever the others look like.

use crate::domain::address::PhonePolicy;
use crate::domain::client::Client;
use crate::domain::{Clock, Fault, Ids};
use crate::source::{client, json};
use crate::store::audit::Deed;
use crate::store::{Store, StoreError};

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
    pub fault: Fault,
}

/// Collects clients and writes them batch by batch.
pub struct Importer<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    ids: &'a dyn Ids,
    batch: Vec<Client>,
    imported: u64,
    dry_run: bool,
    actor: Option<&'a str>,
}

impl<'a> Importer<'a> {
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

    /// Takes one client; writes when a batch is full.
    pub async fn add(&mut self, client: Client) -> Result<(), StoreError> {
        self.batch.push(client);
        if self.batch.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    /// Writes what is left; how many were imported in all.
    pub async fn finish(mut self) -> Result<u64, StoreError> {
        self.flush().await?;
        Ok(self.imported)
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        if !self.dry_run && !self.batch.is_empty() {
            let clients: Vec<&Client> = self.batch.iter().collect();
            let mut tx = self.store.write().await?;
            tx.clients()
                .put_many(&clients, self.clock.now(), self.ids)
                .await?;
            if let Some(actor) = self.actor {
                let deed = Deed {
                    actor,
                    action: "client.imported",
                    subject: "clients",
                    detail: Some(&format!("{} written", clients.len())),
                };
                tx.audit()
                    .append(self.ids.next(), self.clock.now(), &deed)
                    .await?;
            }
            tx.commit().await?;
        }
        self.imported += self.batch.len() as u64;
        self.batch.clear();
        Ok(())
    }
}

/// Reads one line of NDJSON; a blank one is nobody.
pub fn read_line(line: &[u8], phones: &PhonePolicy) -> Result<Option<Client>, Fault> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    client::parse(&json::read(line)?, phones).map(Some)
}
