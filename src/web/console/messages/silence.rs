//! Why an event told nobody. The event keeps it in English, as the planner said it; pages say it in
//! their reader's language. What the planner refused keeps its own text: it names fields and values.

use std::borrow::Cow;

use crate::web::console::shell::{ConsoleWords, FluentValue};

/// What is kept, and the key of its words.
#[rustfmt::skip] // a table is read line by line
const SILENCES: [(&str, &str); 18] = [
    ("told nobody: it corrects what is said, and is quiet", "messages-silence-told-corrected"),
    ("told nobody: nothing differs enough from what its clients were last told", "messages-silence-told-small"),
    ("told nobody: it does not hold any more", "messages-silence-told-taken-back"),
    ("told nobody: it stood there when its source was new", "messages-silence-told-stood"),
    ("told nobody: the case has moved since", "messages-silence-told-moved"),
    ("told nobody: it was found late, and no rule wants what comes late", "messages-silence-told-late"),
    ("it corrects what is said, and is quiet", "messages-silence-corrected"),
    ("nothing differs enough from what its clients were last told", "messages-silence-small"),
    ("it does not hold any more", "messages-silence-taken-back"),
    ("it stood there when its source was new", "messages-silence-stood"),
    ("the case has moved since", "messages-silence-moved"),
    ("it was found late, and no rule wants what comes late", "messages-silence-late"),
    ("nobody in its area had been told of it", "messages-silence-area"),
    ("it is kept from nobody in its area any more", "messages-silence-uncovered"),
    ("nobody who left its area had been told of it", "messages-silence-left"),
    ("nobody in the audience is known", "messages-silence-audience"),
    ("it was taken before", "messages-silence-known"),
    ("no rule matches", "messages-silence-rule"),
];

/// Stands before and behind the number of clients that shapes would cover, were they exchanged.
const EXCHANGED: (&str, &str) = (
    "nobody in the audience is known: the area's shapes cover no client, and would cover ",
    " with latitude and longitude exchanged; `polygon` and `circle` have latitude first, GeoJSON has \
     longitude first",
);

/// Why nobody was told, as the end of a sentence; what is not known here, as it is kept.
pub(crate) fn silence(kept: &str, words: ConsoleWords) -> Cow<'_, str> {
    if let Some((_, key)) = SILENCES.iter().find(|(text, _)| *text == kept) {
        return words.say(key);
    }
    let (before, behind) = EXCHANGED;
    let number = kept
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(behind))
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(number) => {
            let values = [("clients", FluentValue::from(number))];
            Cow::Owned(words.say_with("messages-silence-exchanged", &values))
        }
        None => Cow::Borrowed(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    /// Where silences are made.
    const MADE: [&str; 4] = [
        include_str!("../../../plan/hushed.rs"),
        include_str!("../../../plan/event.rs"),
        include_str!("../../../plan/reminder.rs"),
        include_str!("../../../plan/rehearsal.rs"),
    ];

    #[test]
    fn silences_are_those_that_are_made_and_each_has_its_words() {
        let italian = ConsoleWords::new(Language::Italian);
        for (text, _) in SILENCES {
            assert!(MADE.iter().any(|file| file.contains(text)), "{text}");
            assert_eq!(silence(text, ConsoleWords::ENGLISH), text);
            assert_ne!(silence(text, italian), text);
        }
        for made in MADE[..3]
            .iter()
            .flat_map(|file| file.split("\"told nobody: ").skip(1))
        {
            let why = made.split('"').next().unwrap();
            assert!(SILENCES.iter().any(|(text, _)| *text == why), "{why}");
        }
        assert_eq!(
            silence("/data: no such field", italian),
            "/data: no such field"
        );
    }

    #[test]
    fn an_area_with_its_coordinates_exchanged_is_said_with_its_number() {
        let (before, behind) = EXCHANGED;
        let kept = format!("{before}12{behind}");
        assert_eq!(silence(&kept, ConsoleWords::ENGLISH), kept);
        let italian = silence(&kept, ConsoleWords::new(Language::Italian));
        assert!(italian.contains("12") && italian != kept, "{italian}");
        let made = include_str!("../../../plan/audience.rs");
        assert!(made.contains("the area's shapes cover no client, and would cover {}"));
    }
}
