//! Shares, costs and days as people of a language write them. What a share is and when it is too small for
//! a percentage is told in `insight::rates`, of how many a cost is known in `insight::spending`.

use super::date;
use crate::domain::language::Language;
use crate::domain::money::Currency;
use crate::insight::{Proportion, Spent};
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// `3 of 8`, `97.4 % (95–99 %)`; `3 su 8`, `97,4 % (95–99 %)`.
pub(crate) fn share(rate: Proportion, words: ConsoleWords) -> String {
    if rate.n > 0 && rate.is_small() {
        let values = [
            ("count", FluentValue::from(rate.k.to_string())),
            ("whole", FluentValue::from(rate.n.to_string())),
        ];
        return words.say_with("insight-few", &values);
    }
    let text = rate.to_string();
    match words.language() {
        Language::Italian => text.replace('.', ","),
        Language::English => text,
    }
}

/// `€12.30`; `€12.30 for 80 of 100`; `not known`.
pub(crate) fn spent(spent: Spent, currency: &Currency, words: ConsoleWords) -> String {
    match spent {
        Spent::NotKnown => words.say("insight-cost-unknown").into_owned(),
        Spent::All(money) => words.amount(money, currency),
        Spent::AtLeast(money, priced, accepted) => {
            let values = [
                ("amount", FluentValue::from(words.amount(money, currency))),
                ("priced", words.number(priced).into()),
                ("accepted", words.number(accepted).into()),
            ];
            words.say_with("insight-cost-part", &values)
        }
    }
}

/// `2026-11-22`; `22/11/2026`.
pub(super) fn written(day: i64, words: ConsoleWords) -> String {
    let date = date(day);
    let pieces: Vec<&str> = date.split('-').collect();
    match (words.language(), pieces.as_slice()) {
        (Language::Italian, [year, month, day]) => format!("{day}/{month}/{year}"),
        _ => date.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITALIAN: ConsoleWords = ConsoleWords::new(Language::Italian);

    #[test]
    fn shares_are_written_as_people_write_them() {
        for rate in [(3, 8), (0, 0), (974, 1_000), (15, 30)] {
            let rate = Proportion::new(rate.0, rate.1);
            assert_eq!(share(rate, ConsoleWords::ENGLISH), rate.to_string());
        }
        assert_eq!(share(Proportion::new(3, 8), ITALIAN), "3 su 8");
        assert_eq!(share(Proportion::new(0, 0), ITALIAN), "–");
        let italian = share(Proportion::new(974, 1_000), ITALIAN);
        assert!(italian.starts_with("97,4\u{a0}% (96,2–98,2"), "{italian}");
    }

    #[test]
    fn a_cost_says_of_how_many_it_is_and_what_is_not_known_is_not_nought() {
        use crate::domain::money::Money;
        let said = |cost| spent(cost, &Currency::default(), ConsoleWords::ENGLISH);
        assert_eq!(said(Spent::NotKnown), "not known");
        assert_eq!(said(Spent::All(Money::default())), "€0.00");
        let part = Spent::AtLeast(Money::from_micros(12_300_000), 80, 1_000);
        assert_eq!(said(part), "€12.30 for 80 of 1,000");
    }

    #[test]
    fn days_are_written_as_people_write_them() {
        assert_eq!(written(0, ConsoleWords::ENGLISH), "1970-01-01");
        assert_eq!(written(31, ITALIAN), "01/02/1970");
    }
}
