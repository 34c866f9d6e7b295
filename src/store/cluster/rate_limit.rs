//! Rates: the one account per provider from which all nodes take their slots, so that the sum of
//! what they send keeps the contract, and a restart does not begin again.
//!
//! The account is one number, `provider_state.tat`, by the database's clock: everything before it
//! is given away. What a slot is and when it is lost says
//! `dispatch::providers::rate_limiter::slots`.

use tokio::time::Instant;

use crate::store::database::sql::one;
use crate::store::{StoreError, handle};

handle! {
    /// The accounts of rates.
    rate_accounts -> RateAccounts
}

/// What to take from a provider's account; all in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// How long the block is: slots times their distance.
    pub span: i64,
    /// The block begins no earlier than this after now: what is ready only later would be lost.
    pub lead: i64,
    /// An account further ahead than this is not sold out: the database's clock was put back.
    pub horizon: i64,
}

/// A block of slots: from `first`, as long as was wanted.
#[derive(Debug, Clone, Copy)]
pub struct Bought {
    /// When the block begins, in microseconds by the database's clock.
    pub first: i64,
    /// The database's clock when it sold the block.
    pub now: i64,
    /// When its answer was here; the block itself is not ours before the commit.
    pub received: Instant,
}

impl RateAccounts<'_> {
    /// Takes the next block of `provider`'s account. Others wait for the commit.
    pub async fn buy(&mut self, provider: &str, wanted: Wanted) -> Result<Bought, StoreError> {
        let (end, now): (i64, i64) = one!(self.0, "take slots from a provider's rate",
            "INSERT INTO provider_state (name, tat) VALUES ($1, ", words::now!(), " + $3 + $2)
             ON CONFLICT (name) DO UPDATE SET tat = $2 + CASE
             WHEN provider_state.tat > ", words::now!(), " + $4 THEN ", words::now!(), " + 1000000
             WHEN provider_state.tat > ", words::now!(), " + $3 THEN provider_state.tat ELSE ",
            words::now!(), " + $3 END RETURNING tat, ", words::now!();
            provider, wanted.span, wanted.lead, wanted.horizon
        )?;
        Ok(Bought {
            first: end - wanted.span,
            now,
            received: Instant::now(),
        })
    }
}
