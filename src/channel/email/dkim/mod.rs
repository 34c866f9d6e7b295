//! DKIM signatures (RFC 6376, with RSA and with Ed25519 after RFC 8463): `key` reads the private
//! key, `sign` signs a written mail, `canonical` is the form that is signed, `record` is what
//! stands in DNS, `der` takes RSA keys out of their wrapping.
//!
//! What is signed is the mail as it goes out, byte by byte: nothing is told twice and could
//! differ. Whether the key in DNS is the right one, `araldo doctor` asks.

mod canonical;
mod der;
mod key;
mod record;
mod sign;

pub use key::{KeyError, PrivateKey};
pub use record::{Record, RecordFault};
pub use sign::{DkimSigner, SigningFailed};
