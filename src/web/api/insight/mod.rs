//! What the console's insight shows, for programs: a period beside the one before, who never
//! reads, whom we can reach, and how often clients ask by themselves.

pub(super) mod calls;
pub(super) mod reach;
pub(super) mod satisfaction;
pub(super) mod summary;
pub(super) mod unread;
