//! Chance from a seed: `SplitMix64` (Steele, Lea, Flood 2014), written out, so that a seed that
//! found a fault years ago still tells the same story after every upgrade.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Deals out the chances of one run.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// For seeds that are counted up: 0, 1, 2.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(GOLDEN))
    }

    /// The generator as published, from this state on.
    #[must_use]
    pub const fn from_state(state: u64) -> Self {
        Self(state)
    }

    /// 64 random bits.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number less than `sides`, of which there is at least one.
    pub const fn below(&mut self, sides: u64) -> u64 {
        self.roll() % sides
    }

    /// From `low` to `high`, both included.
    pub const fn between(&mut self, low: i64, high: i64) -> i64 {
        low.wrapping_add_unsigned(self.below(high.abs_diff(low) + 1))
    }

    /// True so many times in a hundred.
    pub const fn percent(&mut self, chance: i64) -> bool {
        self.between(0, 99) < chance
    }

    /// The place of one of `count` things, of which there is at least one.
    pub fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or_default()
    }

    /// One of a list that is not empty.
    pub fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.place(items.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers that the authors' own program gives for the seed 1234567.
    #[test]
    fn it_is_the_published_generator() {
        let mut dice = Dice::from_state(1_234_567);
        let first = [(); 3].map(|()| dice.roll());
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn what_is_thrown_stays_within_its_bounds() {
        let mut dice = Dice::of(7);
        let thrown: Vec<i64> = (0..200).map(|_| dice.between(-2, 2)).collect();
        assert_eq!(thrown.iter().min(), Some(&-2));
        assert_eq!(thrown.iter().max(), Some(&2));
        assert!(["a", "b"].contains(dice.one_of(&["a", "b"])));
        assert!(!dice.percent(0) && dice.percent(100));
    }
}
