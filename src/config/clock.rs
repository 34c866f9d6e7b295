//! `[clock]` and `[incidents]`: what Araldo says by itself when time passes. What is done with it is
//! `source::clock`'s and `plan`'s.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use super::survey;
use crate::domain::calendar::WorkingDays;
use crate::domain::limits::{COMPENSATION_CLASSES, REFERENCE, STATE_WORKING_DAYS};
use crate::source::{ClockSettings, CompensationClass, IncidentTimes};
use crate::text::time::parse_time;

/// `zone`: where days begin. `patron`: days besides the national holidays on which nobody works.
pub(super) fn read(
    layers: &mut Layers,
    zone: Tz,
    patron: Vec<(u32, u32)>,
) -> Result<ClockSettings, ConfigError> {
    let (incidents, compensation) = incidents(layers)?;
    let survey = survey::read(layers)?;
    let mut section = Section::take(layers, "clock");
    let most_days = i64::from(STATE_WORKING_DAYS);
    let (bodies, body_names) = bodies(&mut section)?;
    let clock = ClockSettings {
        zone,
        working_days: WorkingDays { patron },
        stalled_times: section.number("stalled_times", 0, 100)?,
        silent_after_days: section.number("silent_after_days", 1, most_days)?,
        body_report_at: section.number("body_report_at", 1, 1_000_000)?,
        chase_after_days: section.number("chase_after_days", 1, most_days)?,
        bodies,
        body_names,
        incidents,
        compensation,
        survey,
    };
    section.finish()?;
    Ok(clock)
}

/// By the word of cases: who is written to, and what people call the body.
type Bodies = (BTreeMap<String, String>, BTreeMap<String, String>);

fn bodies(section: &mut Section) -> Result<Bodies, ConfigError> {
    let written: BTreeMap<String, toml::Value> = section.get("bodies")?;
    let (mut clients, mut names) = (BTreeMap::new(), BTreeMap::new());
    for (body, value) in written {
        let fault = |detail| section.fault("bodies", detail);
        let (client, name) = one_body(&body, &value).map_err(fault)?;
        names.extend(name.map(|name| (body.clone(), name.to_owned())));
        clients.insert(body, client.to_owned());
    }
    Ok((clients, names))
}

/// The reference of a client, alone or with what people call the body.
fn one_body<'a>(body: &str, value: &'a toml::Value) -> Result<(&'a str, Option<&'a str>), String> {
    let key = |name: &str| value.get(name).and_then(toml::Value::as_str);
    let known = |table: &toml::Table| table.keys().all(|key| key == "client" || key == "name");
    let (client, name) = match value.as_table() {
        None => (value.as_str(), None),
        Some(table) if known(table) && (key("name").is_some() || !table.contains_key("name")) => {
            (key("client"), key("name"))
        }
        Some(_) => (None, None),
    };
    let is_fit = |text: &&str| !text.trim().is_empty();
    match client.filter(is_fit) {
        Some(client) if is_fit(&body) && name.is_none_or(|name| is_fit(&name)) => {
            Ok((client, name))
        }
        _ => Err(format!(
            "`{body}` = `{}`: write the body as cases name it, and the reference of a client, or \
             {{ client = \"REFERENCE\", name = \"what people call the body\" }}",
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        )),
    }
}

/// A class as it is written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClass {
    after: String,
    #[serde(default = "electricity")]
    service: String,
    #[serde(default)]
    municipalities: Vec<String>,
}

fn electricity() -> String {
    "electricity".to_owned()
}

fn compensation(section: &mut Section) -> Result<Vec<CompensationClass>, ConfigError> {
    let written: Vec<WrittenClass> = section.get("compensation")?;
    let mut classes: Vec<CompensationClass> = Vec::with_capacity(written.len());
    for class in written {
        let fault = |detail| section.fault("compensation", detail);
        let class = CompensationClass {
            after: parse_time(&class.after).map_err(fault)?,
            service: class.service,
            municipalities: class.municipalities,
        };
        check_class(&class, &classes).map_err(fault)?;
        classes.push(class);
    }
    match classes.len() > COMPENSATION_CLASSES {
        true => Err(section.fault(
            "compensation",
            format!("it has more than {COMPENSATION_CLASSES} classes"),
        )),
        false => Ok(classes),
    }
}

/// Finds what cannot be meant of a class, beside those before it.
fn check_class(class: &CompensationClass, before: &[CompensationClass]) -> Result<(), String> {
    let code = |text: &String| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(wrong) = class.municipalities.iter().find(|text| !code(text)) {
        return Err(format!(
            "`{wrong}` is no ISTAT code of six digits, such as \"037006\""
        ));
    }
    if class.service.trim().is_empty() || class.service.chars().count() > REFERENCE {
        return Err("`service` is a word of incidents, such as \"electricity\"".to_owned());
    }
    for other in before.iter().filter(|other| other.service == class.service) {
        if other.after.num_seconds() == class.after.num_seconds() {
            return Err("two classes have the same `after`: make one of them".to_owned());
        }
        if other.municipalities.is_empty() && class.municipalities.is_empty() {
            let detail = "two classes name no municipalities; only one can be for all others";
            return Err(detail.to_owned());
        }
        let known = &other.municipalities;
        if let Some(twice) = class.municipalities.iter().find(|it| known.contains(it)) {
            return Err(format!("`{twice}` stands in two classes; take one out"));
        }
    }
    Ok(())
}

fn incidents(layers: &mut Layers) -> Result<(IncidentTimes, Vec<CompensationClass>), ConfigError> {
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
        approval_above: section.number_if("approval_above", 0, 1_000_000_000)?,
    };
    let compensation = compensation(&mut section)?;
    section.finish()?;
    Ok((times, compensation))
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
        assert!(read.body_names.is_empty());
        assert_eq!(read.incidents, usual.incidents);
        assert_eq!(usual.incidents.approval_above, None);
        let strict = read_text("[incidents]\napproval_above = 0\n").unwrap();
        assert_eq!(strict.incidents.approval_above, Some(0));
    }

    #[test]
    fn a_body_may_have_a_name_of_its_own() {
        let text = "[clock.bodies]\ndso = { client = \"B-1\", name = \"Rete Spa\" }\ncomune = \"B-2\"\n\
            [clock.bodies.gas]\nclient = \"B-3\"\n";
        let read = read_text(text).unwrap();
        assert_eq!(read.bodies["dso"], "B-1");
        assert_eq!(read.bodies["gas"], "B-3");
        assert_eq!(
            read.body_names,
            BTreeMap::from([("dso".into(), "Rete Spa".into())])
        );
        for wrong in [
            "{ name = \"Rete\" }",
            "{ client = \"B-1\", name = \" \" }",
            "{ client = \"B-1\", name = 7 }",
            "{ client = \"B-1\", label = \"Rete\" }",
            "7",
        ] {
            let fault = read_text(&format!("[clock]\nbodies = {{ dso = {wrong} }}\n"));
            let fault = fault.unwrap_err();
            assert!(
                fault.starts_with("araldo.toml:2: [clock] bodies: `dso` = `"),
                "{fault}"
            );
        }
    }

    #[test]
    fn outages_may_last_by_the_size_of_the_town() {
        assert!(read_text("").unwrap().compensation.is_empty());
        let text = "[incidents]\ncompensation = [\n\
            { after = \"8h\", municipalities = [\"037006\"] },\n{ after = \"16h\" },\n\
            { after = \"8h\", service = \"heating\" },\n]\n";
        let classes = read_text(text).unwrap().compensation;
        let short: Vec<_> = classes
            .iter()
            .map(|class| (class.after.num_hours(), class.service.as_str()))
            .collect();
        let expected = [(8, "electricity"), (16, "electricity"), (8, "heating")];
        assert_eq!(short, expected);
        assert_eq!(classes[0].municipalities, ["037006"]);
        let twice = text.replace(
            "{ after = \"16h\" }",
            "{ after = \"16h\", municipalities = [\"037006\"] }",
        );
        let fault = read_text(&twice).unwrap_err();
        assert!(fault.contains("`037006` stands in two classes"), "{fault}");
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
                "[incidents]\napproval_above = -1\n",
                "araldo.toml:2: [incidents] approval_above: -1 is out of range",
            ),
            (
                "[incidents]\ncompensation = [{ after = \"soon\" }]\n",
                "araldo.toml:2: [incidents] compensation: `soon` is not a length of time",
            ),
            (
                "[incidents]\ncompensation = [{ after = \"8h\", municipalities = [\"Bologna\"] }]\n",
                "araldo.toml:2: [incidents] compensation: `Bologna` is no ISTAT code",
            ),
            (
                "[incidents]\ncompensation = [{ after = \"8h\" }, { after = \"12h\" }]\n",
                "araldo.toml:2: [incidents] compensation: two classes name no municipalities",
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
