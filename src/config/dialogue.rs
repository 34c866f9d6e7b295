//! `[dialogue]`: when people answer clients, how soon they promise to, answers that are ready, who hears by
//! mail what clients write, and what goes along to a body.

use chrono_tz::Tz;

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use crate::domain::EmailAddress;
use crate::domain::calendar::WorkingDays;
use crate::domain::limits::{LONGEST_ANSWER, READY_ANSWERS};
use crate::domain::promise::{AnswerPromise, Dialogue, OfficeHours, parse_within};

/// `zone`: whose clock the hours go by. `patron`: days besides the national holidays on which nobody works.
/// `takes_answers`: what is answered to e-mails comes back to us.
pub(super) fn read(
    layers: &mut Layers,
    zone: Tz,
    patron: Vec<(u32, u32)>,
    takes_answers: bool,
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
    let inbox_mail = section.optional("inbox_mail")?;
    let inbox_mail = inbox_mail.map(|text| {
        let parsed = EmailAddress::parse(&text);
        parsed.map_err(|wrong| section.fault("inbox_mail", wrong.to_string()))
    });
    let dialogue = Dialogue {
        promise,
        ready,
        inbox_mail: inbox_mail.transpose()?,
        tutor_mail: section.get("tutor_mail")?,
        unknown_mail: section.get("unknown_mail")?,
        forward_names: section.get("forward_names")?,
        bodies: Vec::new(),
    };
    let needs = dialogue.tutor_mail && !takes_answers;
    if needs {
        let detail =
            "whoever gets such a mail answers it, and nobody would read that: set [email] replies";
        return Err(section.fault("tutor_mail", detail));
    }
    section.finish()?;
    Ok(dialogue)
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
                "[dialogue]\ntutor_mail = true\n",
                "araldo.toml:2: [dialogue] tutor_mail: whoever gets such a mail answers it",
            ),
            (
                "[dialogue]\ninbox_mail = \"sportello\"\n",
                "araldo.toml:2: [dialogue] inbox_mail: ",
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
