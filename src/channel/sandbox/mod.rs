//! The sandbox: virtual handsets and mailboxes. To come.

/// What the virtual handsets and mailboxes received.
#[derive(Debug, Default)]
pub struct World {}
