//! `araldo check`: what can be known to be wrong before anything is sent. Needs no store and no
//! network; `araldo doctor` asks the rest.

use std::process::ExitCode;

use crate::app;
use crate::config::rules::PlacedRule;
use crate::config::{Config, ConfigReading, rules};
use crate::template::{self, Severity, Source};

/// A fault, or what was found in order.
type Checked = Result<String, String>;

/// Builds all that `serve` builds, and renders every template with its samples. Prints every
/// fault, also behind settings that are at fault themselves.
pub(super) fn run(read: &ConfigReading) -> ExitCode {
    let faults = app::every_fault(read);
    let mut verdicts: Vec<Checked> = faults.into_iter().map(Err).collect();
    if let Some(config) = &read.config {
        for warning in &config.warnings {
            println!("warning: {warning}");
        }
        if verdicts.is_empty() {
            verdicts.push(Ok("every kind of case".to_owned()));
            verdicts.push(Ok("every provider in use".to_owned()));
        }
        verdicts.extend(every_template(config));
    }
    report(&verdicts)
}

fn every_template(config: &Config) -> Vec<Checked> {
    let (templates, _) = app::template_sources(config);
    let rules = rules::readable(config.rules_file.as_ref());
    let mut verdicts = rules_find_their_templates(&rules, &app::template_names(config));
    verdicts.extend(templates.iter().flat_map(every_text));
    verdicts
}

fn report(verdicts: &[Checked]) -> ExitCode {
    for verdict in verdicts {
        match verdict {
            Ok(good) => println!("ok: {good}"),
            Err(bad) => eprintln!("{bad}"),
        }
    }
    if verdicts.iter().all(Result::is_ok) {
        println!("everything is in order");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn rules_find_their_templates(rules: &[PlacedRule], known: &[String]) -> Vec<Checked> {
    let lost: Vec<Checked> = rules
        .iter()
        .filter(|placed| !known.contains(&placed.rule.template))
        .map(|placed| {
            Err(format!(
                "{}: rule `{}`: there is no template `{}`; there are {}",
                placed.at,
                placed.rule.name,
                placed.rule.template,
                known.join(", ")
            ))
        })
        .collect();
    if lost.is_empty() {
        return vec![Ok(format!("{} rules, each with its template", rules.len()))];
    }
    lost
}

/// Renders a template with its samples; warnings are printed, each error is a verdict.
fn every_text(source: &Source) -> Vec<Checked> {
    let (errors, warnings): (Vec<_>, Vec<_>) = template::check(source)
        .into_iter()
        .partition(|found| found.severity == Severity::Error);
    for finding in &warnings {
        println!("{}/{finding}", source.name);
    }
    if errors.is_empty() {
        return vec![Ok(format!("template {}", source.name))];
    }
    let fault = |finding| Err(format!("{}/{finding}", source.name));
    errors.into_iter().map(fault).collect()
}
