//! Who is asking: programs by API key (`keys`).

pub mod keys;
