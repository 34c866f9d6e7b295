//! What messages cost, and of how many of them it is known. Pure. A message costs what its provider charged
//! when it was handed over, if the provider took it; what no price was set for is not nought but not known.

use crate::domain::money::Money;
use crate::store::insight::days::ProviderSums;
use crate::store::insight::fallbacks::FallbackSums;
use crate::store::reports::{Counts, StatsRow};

/// What the accepted messages of a group cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// No price of any is known, or none was accepted.
    NotKnown,
    All(Money),
    /// At least this: so many are known, of so many accepted.
    AtLeast(Money, i64, i64),
}

impl Spent {
    #[must_use]
    pub const fn of(counts: &Counts) -> Self {
        Self::known(counts.cost, counts.priced, counts.accepted)
    }

    #[must_use]
    pub const fn of_provider(sums: &ProviderSums) -> Self {
        Self::known(sums.cost, sums.priced, sums.accepted)
    }

    const fn known(cost: Money, priced: i64, accepted: i64) -> Self {
        match () {
            () if priced == 0 => Self::NotKnown,
            () if priced < accepted => Self::AtLeast(cost, priced, accepted),
            () => Self::All(cost),
        }
    }

    /// As far as it is known.
    #[must_use]
    pub const fn money(self) -> Option<Money> {
        match self {
            Self::NotKnown => None,
            Self::All(money) | Self::AtLeast(money, ..) => Some(money),
        }
    }
}

/// What the messages would have cost that a second channel was spared: each as much as those of its
/// template that went by that channel on average, or as all of the channel where its template had none.
/// `rows`: by template and channel. None: no such message has a known price.
#[must_use]
pub fn spared(fallbacks: &[FallbackSums], rows: &[StatsRow]) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for one in fallbacks.iter().filter(|one| one.spared > 0) {
        let of_channel = || rows.iter().filter(|row| row.channel == one.channel);
        let own = average(
            of_channel().filter(|row| row.template == one.template),
            one.spared,
        );
        if let Some(cost) = own.or_else(|| average(of_channel(), one.spared)) {
            sum = Some(sum.unwrap_or_default().plus(cost));
        }
    }
    sum
}

/// What so many cost if they cost as much as these on average.
fn average<'a>(rows: impl Iterator<Item = &'a StatsRow>, messages: i64) -> Option<Money> {
    let (cost, priced) = rows.fold((Money::default(), 0), |(cost, priced), row| {
        (cost.plus(row.counts.cost), priced + row.counts.priced)
    });
    cost.share(messages, priced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(template: &str, channel: &str, priced: i64, micros: i64) -> StatsRow {
        StatsRow {
            day: 0,
            template: template.to_owned(),
            version: 0,
            channel: channel.to_owned(),
            counts: Counts {
                accepted: 10,
                priced,
                cost: Money::from_micros(micros),
                ..Counts::default()
            },
        }
    }

    #[test]
    fn what_has_no_price_is_not_known_and_never_nought() {
        let spent = |priced, micros| Spent::of(&row("t", "sms", priced, micros).counts);
        let money = Money::from_micros(90);
        assert_eq!(spent(0, 0), Spent::NotKnown);
        assert_eq!(spent(10, 90), Spent::All(money));
        assert_eq!(spent(4, 90), Spent::AtLeast(money, 4, 10));
        assert_eq!(
            spent(10, 0).money(),
            Some(Money::default()),
            "free is known"
        );
    }

    #[test]
    fn what_was_spared_costs_what_its_like_cost() {
        let fallback = |template: &str, spared| FallbackSums {
            template: template.to_owned(),
            channel: "sms".to_owned(),
            turned: 1,
            spared,
            unreadable: 0,
            unreachable: 0,
        };
        let rows = [
            row("a", "sms", 2, 90_000),
            row("b", "sms", 2, 10_000),
            row("a", "email", 10, 1),
        ];
        let of = |fallbacks: &[FallbackSums]| spared(fallbacks, &rows).map(Money::micros);
        assert_eq!(of(&[fallback("a", 10)]), Some(450_000));
        assert_eq!(of(&[fallback("new", 4)]), Some(100_000), "as all SMS");
        assert_eq!(of(&[fallback("a", 10), fallback("b", 2)]), Some(460_000));
        assert_eq!(of(&[fallback("a", 0)]), None);
        let unpriced = [row("a", "sms", 0, 0)];
        assert_eq!(spared(&[fallback("a", 9)], &unpriced), None);
    }
}
