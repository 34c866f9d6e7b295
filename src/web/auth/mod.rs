//! Who is asking, and may they: people by session and form word, programs by API key (`keys`).

pub(in crate::web) mod cookies;
pub mod csrf;
pub(in crate::web) mod device;
pub mod keys;
mod noted;
pub mod password;
pub(in crate::web) mod second_factor;
pub mod session;
pub(in crate::web) mod throttle;
