//! Who is asking, and may they: people by session and form word, programs by API key (`keys`).

pub mod csrf;
pub mod keys;
pub mod password;
pub mod session;
