//! The world outside Araldo, on ports of this machine: one mail server, one SMS gateway, and who
//! reads what they take. The daemon's sandbox, the measurements and the tests stand before the
//! same ones, and each says how they behave. Nothing here knows Araldo, and nothing goes out.
//!
//! Begin with `smtp` and `gateway`: servers, each with somebody whom it asks what to do. `world`
//! is one to ask: handsets and mailboxes, some of which misbehave. `arrivals` notes who got
//! something and when, `limits` is what strangers may take of us, `loopback` holds the
//! connections, and `dice` throws the same each time.

mod arrivals;
pub mod dice;
pub mod gateway;
mod limits;
mod loopback;
pub mod smtp;
pub mod world;

pub use arrivals::Arrivals;
pub use limits::Limits;
pub use loopback::{Apart, apart};
