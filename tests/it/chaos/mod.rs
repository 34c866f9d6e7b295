//! Chaos on the real program: what is killed, frozen, starved, cut off or told the wrong time
//! loses nothing, tells nobody twice unseen, and finds back to its work without a hand.
//!
//! Small in a plain test run; `ARALDO_CHAOS=full` is the whole size. Each run prints which it is,
//! and the seed from which its faults were drawn; `ARALDO_SEED` repeats one.

mod centre;
mod clocks;
mod disk;
mod fleet;
mod gateways;
mod kills;
mod storm;
mod town;

use araldo_sandbox::dice::Dice;

/// Whether the whole size is asked for.
fn is_full() -> bool {
    std::env::var_os("ARALDO_CHAOS").is_some_and(|size| size == "full")
}

/// One of two sizes.
pub(crate) fn size(small: usize, full: usize) -> usize {
    if is_full() { full } else { small }
}

/// Draws faults, and says what it starts from: the same seed, the same draws.
fn cast(test: &str) -> Dice {
    let given = std::env::var_os("ARALDO_SEED");
    let given = given.and_then(|seed| seed.to_str()?.parse().ok());
    let seed = given.unwrap_or_else(rand::random::<u64>);
    let size = if is_full() { "whole" } else { "small" };
    println!("{test}: {size} size, seed {seed}");
    Dice::from_state(seed)
}
