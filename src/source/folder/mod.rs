//! The source with `kind = "folder"`: somebody puts files into a folder, each is read once, whole,
//! the oldest first, and moved away after our own commit.
//!
//! Nobody says when a file is whole, so it is left alone until it has stood still; and what was read
//! counts only if the file was the same before and after. A file that is read in several looks is
//! known again by its inode, size and times, also after a restart.
//!
//! Next: `work` (a look), `listing` (which files), `portion` (what is read of one, by `table`,
//! `objects` or `items`), `filing` (where it goes; `done`: what is written to it there),
//! `place` (how far).

mod done;
mod filing;
mod items;
mod lines;
mod listing;
mod objects;
mod place;
mod portion;
mod rows;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use self::place::FolderPlace;
use self::work::FolderWork;
use super::fault::SourceFault;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook};
use crate::domain::Timestamp;

pub use self::settings::FolderSettings;

pub(super) struct FolderReader {
    settings: Arc<FolderSettings>,
    /// Not there while it works, nor after a look that was broken off.
    work: Option<FolderWork>,
}

impl FolderReader {
    pub(super) fn new(settings: &FolderSettings) -> Self {
        Self {
            settings: Arc::new(settings.clone()),
            work: None,
        }
    }

    async fn aside<T: Send + 'static>(
        &mut self,
        what: impl FnOnce(&mut FolderWork) -> Result<T, SourceFault> + Send + 'static,
    ) -> Result<T, SourceFault> {
        let settings = Arc::clone(&self.settings);
        let mut work = self
            .work
            .take()
            .unwrap_or_else(|| FolderWork::new(settings));
        let done = tokio::task::spawn_blocking(move || {
            let done = what(&mut work);
            (work, done)
        });
        match done.await {
            Ok((work, done)) => {
                self.work = Some(work);
                done
            }
            Err(error) => Err(SourceFault::Unexpected(format!(
                "reading the folder was broken off: {error}"
            ))),
        }
    }
}

impl Reader for FolderReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        let place = cursor.and_then(FolderPlace::of);
        Box::pin(self.aside(move |work| work.look(place.as_ref(), limit, now)))
    }

    fn acknowledge<'a>(
        &'a mut self,
        _taken: &'a SourceLook,
        refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        let refused = refused.to_vec();
        Box::pin(self.aside(move |work| work.acknowledge(&refused)))
    }
}
