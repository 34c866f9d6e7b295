//! `[dialogue]`: when people answer clients, how soon they promise to, and answers that are ready.

use chrono_tz::Tz;

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use crate::domain::calendar::WorkingDays;
use crate::domain::limits::{LONGEST_ANSWER, READY_ANSWERS};
use crate::domain::promise::{AnswerPromise, Dialogue, OfficeHours, parse_within};

/// `zone`: whose clock the hours go by. `patron`: days besides the national holidays on which nobody works.
pub(super) fn read(
    layers: &mut Layers,
    zone: Tz,
    patron: Vec<(u32, u32)>,
) -> Result<Dialogue, ConfigError> {
    let mut section = Section::take(layers, "dialogue");
    let hours = section.text("hours")?;
    let within = section.text("answer_within")?;
    let fault = |key, detail| section.fault(key, detail);
    let promise = AnswerPromise {
        hours: meant(&hours, OfficeHours::parse).map_err(|wrong| fault("hours", wrong))?,
        within: meant(&within, parse_within).map_err(|wrong| fault("answer_within", wrong))?,
        working_days: WorkingDays { patron },
        zone,
    };
    let ready = section.list("answers")?;
    check(&ready).map_err(|wrong| section.fault("answers", wrong))?;
    section.finish()?;
    Ok(Dialogue { promise, ready })
}

/// Nothing written means nothing.
fn meant<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    match text.trim() {
        "" => Ok(None),
        text => parse(text).map(Some),
    }
}

fn check(ready: &[String]) -> Result<(), String> {
    if ready.len() > READY_ANSWERS {
        return Err(format!("there are more than {READY_ANSWERS}"));
    }
    let is_unfit =
        |text: &&String| text.trim().is_empty() || text.chars().nth(LONGEST_ANSWER).is_some();
    match ready.iter().find(is_unfit) {
        Some(_) => Err(format!(
            "an answer is empty or has more than {LONGEST_ANSWER} characters"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::faults;

    fn read_text(text: &str) -> Result<Dialogue, String> {
        let file = Some((Path::new("araldo.toml"), text));
        let (layers, stray) = Layers::merge(file, std::iter::empty()).unwrap();
        let config = faults::read(layers, stray).settings();
        config
            .map(|config| config.dialogue)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn hours_promise_and_ready_answers_are_read_and_faults_name_their_line() {
        let usual = read_text("").unwrap();
        assert_eq!((usual.promise.hours, usual.promise.within), (None, Some(1)));
        let text =
            "[dialogue]\nhours = \"lun-ven 8-18\"\nanswer_within = \"\"\nanswers = [\"Sì.\"]\n";
        let read = read_text(text).unwrap();
        assert_eq!(read.promise.hours.unwrap().written(), "lun-ven 8-18");
        assert_eq!(read.promise.within, None);
        assert_eq!(read.ready, ["Sì."]);
        for (text, fault) in [
            (
                "[dialogue]\nhours = \"always\"\n",
                "araldo.toml:2: [dialogue] hours: `always` are no office hours",
            ),
            (
                "[dialogue]\nanswer_within = \"soon\"\n",
                "araldo.toml:2: [dialogue] answer_within: `soon` is no time to answer",
            ),
            (
                "[dialogue]\nanswers = [\"\"]\n",
                "araldo.toml:2: [dialogue] answers: an answer is empty",
            ),
        ] {
            let said = read_text(text).unwrap_err();
            assert!(said.starts_with(fault), "{said}");
        }
    }
}
