//! `[survey]`: whether clients are asked how a closed case went, when, and how often. Of which cases is a
//! matter of rules.

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use crate::domain::survey::{SurveyCap, SurveySettings, parse_wait};

/// None: nobody is asked. What else is set is checked all the same.
pub(super) fn read(layers: &mut Layers) -> Result<Option<SurveySettings>, ConfigError> {
    let mut section = Section::take(layers, "survey");
    let mut wait = |key| {
        let text = section.text(key)?;
        match text.trim() {
            "" => Ok(None),
            text => parse_wait(text)
                .map(Some)
                .map_err(|detail| section.fault(key, detail)),
        }
    };
    let (after, reminder) = (wait("after")?, wait("reminder")?);
    let cap = section.text("cap")?;
    let cap = SurveyCap::parse(&cap).map_err(|detail| section.fault("cap", detail))?;
    section.finish()?;
    Ok(after.map(|after| SurveySettings {
        after,
        reminder,
        cap,
    }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::TimeDelta;

    use super::*;
    use crate::config::faults;

    fn read_text(text: &str) -> Result<Option<SurveySettings>, String> {
        let file = Some((Path::new("araldo.toml"), text));
        let (layers, stray) = Layers::merge(file, std::iter::empty()).unwrap();
        let config = faults::read(layers, stray).settings();
        config
            .map(|config| config.clock.survey)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nobody_is_asked_before_it_is_said_when() {
        assert_eq!(read_text(""), Ok(None));
        assert_eq!(read_text("[survey]\nreminder = \"3 days\"\n"), Ok(None));
        let asked = read_text("[survey]\nafter = \"2 days\"\n")
            .unwrap()
            .unwrap();
        assert_eq!(asked.after, TimeDelta::days(2));
        assert_eq!(asked.reminder, Some(TimeDelta::days(5)));
        assert_eq!((asked.cap.most, asked.cap.within), (1, TimeDelta::days(90)));
        let once =
            read_text("[survey]\nafter = \"1h\"\nreminder = \"\"\ncap = \"2 per 30 days\"\n");
        let once = once.unwrap().unwrap();
        assert_eq!((once.reminder, once.cap.most), (None, 2));
    }

    #[test]
    fn a_fault_names_its_line_even_where_nobody_is_asked() {
        for (line, fault) in [
            ("after = \"soon\"", "after: `soon` is not a length of time"),
            ("after = \"90 days\"", "after: `90 days` is too long"),
            (
                "reminder = \"no\"",
                "reminder: `no` is not a length of time",
            ),
            (
                "cap = \"often\"",
                "cap: `often` is no cap; write \"1 per 90 days\"",
            ),
        ] {
            let said = read_text(&format!("[survey]\n{line}\n")).unwrap_err();
            let fault = format!("araldo.toml:2: [survey] {fault}");
            assert!(said.starts_with(&fault), "{said}");
        }
    }
}
