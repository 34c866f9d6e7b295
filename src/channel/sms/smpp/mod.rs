//! An operator's SMS centre over SMPP 3.4 (`kind = "smpp"`): connections that stay open, over which SMS go
//! out and reports and clients' texts come in.
//!
//! `client` is the provider. It hands each SMS to a `session`, one task for each connection, which binds,
//! binds again when it is cut, and holds an `exchange` over a `link`. `pdu` forms and reads bytes,
//! `compose` makes the parts of an SMS, `tally` says what became of them together, `error` what each
//! status means, `deliver` and `receipt` read what comes in, `memory` knows what was said a moment ago.
//!
//! The protocol is spoken here and not by a library because the verdict hangs on what libraries hide:
//! whether the last byte of a part had left. Nothing is kept here; `channel::handover` has the way.

mod client;
mod compose;
mod deliver;
mod error;
mod exchange;
mod link;
mod memory;
mod pdu;
mod receipt;
mod session;
mod settings;
mod tally;

pub use client::Smpp;
pub use pdu::{DeliverSm, Pdu, WrongLength, take as take_pdu};
pub use receipt::{SmppReceipt, read_receipt};
pub use settings::{SmppIds, SmppSettings};
