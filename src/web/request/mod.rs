//! What comes in with a request, read within its limits: its first line, its query, its body, its files, and
//! bodies of somebody who has not yet shown who it is. Handlers get values that are parsed; who is asking
//! is the matter of `auth/`.
//! Next: `extract`, then `body`.

pub(super) mod body;
pub(super) mod extract;
pub(super) mod multipart;
pub(super) mod query;
pub(super) mod request_line;
pub(super) mod unproven;
