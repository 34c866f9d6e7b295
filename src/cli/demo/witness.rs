//! What the town's people really did, written down as it happens: only the demo can know it, and
//! so only here can the figures that are shown be held against the truth.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::habits::Act;
use crate::channel::sandbox::{Body, Received, links, pictures};
use crate::domain::Channel;

/// Writes lines of JSON. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Witness(Arc<Mutex<File>>);

impl Witness {
    /// Writes into this file, and first empties it.
    pub(super) fn at(path: &Path) -> anyhow::Result<Self> {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    pub(super) fn arrived(&self, received: &Received) {
        self.write(&json!({
            "arrival": received.id,
            "channel": match received.body {
                Body::Sms(_) => Channel::Sms,
                Body::Mail(_) => Channel::Email,
            },
            "pixel": !pictures(received).is_empty(),
            "links": links(received).len(),
        }));
    }

    /// Somebody did something with it, and the daemon answered.
    pub(super) fn did(&self, act: &Act) {
        self.write(&json!({
            "arrival": act.arrival,
            "person": act.is_a_persons(),
            "kind": act.kind(),
        }));
    }

    /// A line that cannot be written is missing: the demo goes on without it.
    fn write(&self, line: &Value) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(error = %error, "what the town did could not be written down");
        }
    }
}
