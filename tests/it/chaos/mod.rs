//! Chaos on the real program: what is killed, frozen, starved, cut off or told the wrong time
//! loses nothing, tells nobody twice unseen, and finds back to its work without a hand.
//!
//! Small in a plain test run; `ARALDO_CHAOS=full` is the whole size. Each run prints which it is,
//! and the seed from which its faults were drawn; `ARALDO_SEED` repeats one.

mod clocks;
mod disk;
mod fleet;
mod kills;
mod storm;
mod town;

/// Whether the whole size is asked for.
fn is_full() -> bool {
    std::env::var_os("ARALDO_CHAOS").is_some_and(|size| size == "full")
}

/// One of two sizes.
fn size(small: usize, full: usize) -> usize {
    if is_full() { full } else { small }
}

/// Draws faults: the same seed, the same draws.
struct Dice(u64);

impl Dice {
    /// Says what it starts from.
    fn cast(test: &str) -> Self {
        let given = std::env::var_os("ARALDO_SEED");
        let given = given.and_then(|seed| seed.to_str()?.parse().ok());
        let seed = given.unwrap_or_else(rand::random::<u64>);
        let size = if is_full() { "whole" } else { "small" };
        println!("{test}: {size} size, seed {seed}");
        Self(seed)
    }

    /// A number below `sides`: the generator of Steele, Lea and Flood (`SplitMix`, 2014).
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % sides
    }

    /// One of `count` things.
    fn pick(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(count as u64)).expect("a small number")
    }
}
