//! What only a machine that does nothing else can show: see `support::alone`.

mod contract;
mod wake;
