//! `[clock]` and `[incidents]`: what Araldo says by itself when time passes. What is done with it is
//! `source::clock`'s and `plan`'s.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use crate::domain::calendar::WorkingDays;
use crate::domain::limits::STATE_WORKING_DAYS;
use crate::source::{ClockSettings, IncidentTimes};

/// `zone`: where days begin. `patron`: days besides the national holidays on which nobody works.
pub(super) fn read(
    layers: &mut Layers,
    zone: Tz,
    patron: Vec<(u32, u32)>,
) -> Result<ClockSettings, ConfigError> {
    let mut section = Section::take(layers, "clock");
    let most_days = i64::from(STATE_WORKING_DAYS);
    let clock = ClockSettings {
        zone,
        working_days: WorkingDays { patron },
        stalled_times: section.number("stalled_times", 0, 100)?,
        silent_after_days: section.number("silent_after_days", 1, most_days)?,
        body_report_at: section.number("body_report_at", 1, 1_000_000)?,
        chase_after_days: section.number("chase_after_days", 1, most_days)?,
        bodies: bodies(&mut section)?,
        incidents: incidents(layers)?,
    };
    section.finish()?;
    Ok(clock)
}

fn bodies(section: &mut Section) -> Result<BTreeMap<String, String>, ConfigError> {
    let bodies: BTreeMap<String, String> = section.get("bodies")?;
    let blank =
        |(body, client): &(&String, &String)| body.trim().is_empty() || client.trim().is_empty();
    match bodies.iter().find(blank) {
        None => Ok(bodies),
        Some((body, client)) => Err(section.fault(
            "bodies",
            format!("`{body}` = `{client}`: write the body as cases name it, and the reference of a client"),
        )),
    }
}

fn incidents(layers: &mut Layers) -> Result<IncidentTimes, ConfigError> {
    let mut section = Section::take(layers, "incidents");
    let remind_at = section.text("remind_at")?;
    let remind_at = NaiveTime::parse_from_str(&remind_at, "%H:%M").map_err(|_| {
        let detail = format!("`{remind_at}` is not a time such as 18:00");
        section.fault("remind_at", detail)
    })?;
    let times = IncidentTimes {
        overdue_grace: section.time("overdue_grace")?,
        confirm_after: section.time("confirm_after")?,
        announce_days: section.number("announce_days", 0, 60)?,
        remind_at,
        material: section.time("material")?,
    };
    section.finish()?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::faults;

    fn read_text(text: &str) -> Result<ClockSettings, String> {
        let file = Some((Path::new("araldo.toml"), text));
        let (layers, stray) = Layers::merge(file, std::iter::empty()).unwrap();
        let config = faults::read(layers, stray).settings();
        config
            .map(|config| config.clock)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn bodies_may_stand_in_a_section_of_their_own() {
        let usual = read_text("").unwrap();
        assert_eq!((usual.stalled_times, usual.silent_after_days), (3, 10));
        assert!(usual.bodies.is_empty());
        let text = "[clock]\nstalled_times = 2\n[clock.bodies]\n\"e-distribuzione\" = \"B-1\"\n";
        let read = read_text(text).unwrap();
        assert_eq!(read.stalled_times, 2);
        assert_eq!(read.bodies["e-distribuzione"], "B-1");
        assert_eq!(read.incidents, usual.incidents);
    }

    #[test]
    fn a_fault_names_its_line() {
        for (text, fault) in [
            (
                "[clock]\nbody_report_at = 0\n",
                "araldo.toml:2: [clock] body_report_at: 0 is out of range",
            ),
            (
                "[clock]\nbodies = { a = \"\" }\n",
                "araldo.toml:2: [clock] bodies: `a` = ``",
            ),
            (
                "[incidents]\nremind_at = \"evening\"\n",
                "araldo.toml:2: [incidents] remind_at: `evening` is not a time",
            ),
            (
                "[incidents]\nmaterial = \"much\"\n",
                "araldo.toml:2: [incidents] material: `much` is not a length of time",
            ),
            (
                "[source.clock]\nkind = \"sql\"\n",
                "araldo.toml:1: [source.clock]",
            ),
        ] {
            let said = read_text(text).unwrap_err();
            assert!(said.starts_with(fault), "{said}");
        }
    }
}
