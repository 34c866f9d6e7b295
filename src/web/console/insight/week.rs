//! When people read: the hours of a week as a map, with its table behind it.

use crate::store::insight::days::ReadingHour;
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// Side of one hour in the drawing.
const SIDE: i64 = 20;

/// One hour of one day in the drawing.
pub(crate) struct HourCell {
    pub(super) x: i64,
    pub(super) y: i64,
    /// How full it is drawn, `0.00` to `1.00` of the fullest.
    pub(super) fill: String,
}

/// One day of the table: its name, and the messages of each hour.
pub(crate) struct WeekDay {
    pub(super) name: String,
    pub(super) short: String,
    /// Where its name stands in the drawing.
    pub(super) y: i64,
    pub(super) hours: Vec<String>,
}

pub(crate) struct WeekMap {
    /// The question's answer in a sentence.
    pub(super) answer: String,
    pub(super) cells: Vec<HourCell>,
    pub(super) days: Vec<WeekDay>,
}

/// Fewer first readings than this make no habit.
const FEW: i64 = 20;

pub(super) fn week(hours: &[ReadingHour], words: ConsoleWords) -> WeekMap {
    let mut counts = [0_i64; 168];
    for found in hours {
        if let Ok(place) = usize::try_from(found.hour)
            && let Some(count) = counts.get_mut(place)
        {
            *count += found.messages;
        }
    }
    WeekMap {
        answer: answer(&counts, words),
        cells: cells(&counts),
        days: (0..7)
            .zip(counts.chunks(24))
            .map(|(day, hours)| week_day(day, hours, words))
            .collect(),
    }
}

/// The three hours of the day, whatever the weekday, in which most is read for the first time.
fn answer(counts: &[i64; 168], words: ConsoleWords) -> String {
    let all: i64 = counts.iter().sum();
    if all < FEW {
        return words.say("insight-too-few").into_owned();
    }
    let by_hour = |hour: usize| -> i64 { counts.iter().skip(hour).step_by(24).sum() };
    let three = |first: usize| -> i64 { (first..first + 3).map(by_hour).sum() };
    let best = (0..22)
        .max_by_key(|first| (three(*first), 24 - first))
        .unwrap_or(0);
    let values = [
        ("from", FluentValue::from(format!("{best}:00"))),
        ("to", format!("{}:00", best + 3).into()),
        ("percent", format!("{}", three(best) * 100 / all).into()),
        ("all", words.number(all).into()),
    ];
    words.say_with("insight-week-answer", &values)
}

/// Hours without any are not drawn.
fn cells(counts: &[i64; 168]) -> Vec<HourCell> {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    (0_i64..)
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(place, count)| {
            let share = (count * 100 / most).max(5);
            HourCell {
                x: 40 + (place % 24) * SIDE,
                y: (place / 24) * SIDE,
                fill: format!("{}.{:02}", share / 100, share % 100),
            }
        })
        .collect()
}

fn week_day(day: i64, hours: &[i64], words: ConsoleWords) -> WeekDay {
    let word = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let place = usize::try_from(day).unwrap_or(0).min(6);
    let name = words.of("insight-weekday", word[place]).into_owned();
    WeekDay {
        short: name.chars().take(3).collect(),
        name,
        y: day * SIDE + 14,
        hours: hours.iter().map(|count| words.number(*count)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_shows_each_hour_of_the_week_where_it_belongs() {
        let found = |hour, messages| ReadingHour { hour, messages };
        // Tuesday at 9, Sunday at 23.
        let map = week(&[found(33, 40), found(167, 10)], ConsoleWords::ENGLISH);
        assert_eq!(map.cells.len(), 2);
        let first = &map.cells[0];
        assert_eq!(
            (first.x, first.y, first.fill.as_str()),
            (40 + 180, 20, "1.00")
        );
        assert_eq!(map.cells[1].fill, "0.25");
        assert_eq!(map.days[1].hours[9], "40");
        assert_eq!(map.days[6].hours[23], "10");
        assert!(map.answer.contains("80"), "{}", map.answer);
        let few = week(&[found(33, 4)], ConsoleWords::ENGLISH);
        assert_eq!(few.answer, "Too few messages to say.");
    }
}
