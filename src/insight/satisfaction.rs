//! How satisfied clients are with closed cases: how many answered, the mean, and the share of the good
//! scores with its interval. Where few answered nothing but the counts is said: a mean of three answers
//! tells of three persons.

use crate::domain::limits::SURVEY_FEW;
use crate::domain::survey::GOOD_SCORE;
use crate::insight::Proportion;
use crate::store::insight::satisfaction::ScoreSums;

/// What clients of one kind, body or partner say, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Satisfaction {
    /// Empty: all, or nobody is named.
    pub name: String,
    /// What people call it.
    pub label: String,
    pub asked: i64,
    /// How many gave each, from the lowest.
    pub scores: [i64; 5],
}

impl From<ScoreSums> for Satisfaction {
    fn from(sums: ScoreSums) -> Self {
        Self {
            name: sums.name,
            label: sums.label,
            asked: sums.asked,
            scores: [sums.ones, sums.twos, sums.threes, sums.fours, sums.fives],
        }
    }
}

impl Satisfaction {
    /// Everybody of these groups, in which each stands once.
    #[must_use]
    pub fn all(groups: &[Self]) -> Self {
        let mut all = Self::default();
        for group in groups {
            all.asked += group.asked;
            for (sum, more) in all.scores.iter_mut().zip(group.scores) {
                *sum += more;
            }
        }
        all
    }

    #[must_use]
    pub fn answered(&self) -> i64 {
        self.scores.iter().sum()
    }

    /// Of those who were asked.
    #[must_use]
    pub fn response(&self) -> Proportion {
        Proportion::new(self.answered(), self.asked)
    }

    /// In hundredths; none where few answered.
    #[must_use]
    pub fn mean(&self) -> Option<i64> {
        let answered = self.answered();
        let sum: i64 = self.numbered().map(|(score, count)| score * count).sum();
        (answered >= SURVEY_FEW).then(|| (sum * 200 / answered + 1) / 2)
    }

    /// Who is satisfied, of those who answered; none where few did.
    #[must_use]
    pub fn good(&self) -> Option<Proportion> {
        let good = self.numbered().filter(|(score, _)| *score >= GOOD_SCORE);
        let good = good.map(|(_, count)| count).sum();
        let answered = self.answered();
        (answered >= SURVEY_FEW).then(|| Proportion::new(good, answered))
    }

    /// How many gave each score; none where few answered.
    #[must_use]
    pub fn distribution(&self) -> Option<[i64; 5]> {
        (self.answered() >= SURVEY_FEW).then_some(self.scores)
    }

    fn numbered(&self) -> impl Iterator<Item = (i64, i64)> {
        (1..).zip(self.scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(asked: i64, scores: [i64; 5]) -> Satisfaction {
        Satisfaction {
            asked,
            scores,
            ..Satisfaction::default()
        }
    }

    #[test]
    fn a_mean_is_of_answers_and_not_of_silence() {
        let found = of(40, [1, 0, 2, 3, 4]);
        assert_eq!((found.answered(), found.mean()), (10, Some(390)));
        assert_eq!(found.good(), Some(Proportion::new(7, 10)));
        assert_eq!(found.response(), Proportion::new(10, 40));
        assert_eq!(of(9, [0, 0, 0, 0, 7]).mean(), Some(500));
        assert_eq!(of(9, [2, 0, 0, 0, 4]).mean(), Some(367));
    }

    #[test]
    fn few_answers_are_counted_and_nothing_else() {
        let few = of(50, [1, 1, 1, 1, 0]);
        assert_eq!(
            (few.mean(), few.good(), few.distribution()),
            (None, None, None)
        );
        assert_eq!(few.answered(), 4);
        let all = Satisfaction::all(&[few, of(1, [0, 0, 0, 0, 1])]);
        assert_eq!((all.asked, all.mean()), (51, Some(300)));
    }
}
