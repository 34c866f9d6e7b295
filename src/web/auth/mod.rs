//! Who is asking, and may they: people by session and form word, programs by key.

pub mod csrf;
pub mod keys;
pub mod password;
pub mod session;
