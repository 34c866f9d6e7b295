//! `araldo check`: what can be known to be wrong before anything is sent. Needs no store and no
//! network; `araldo doctor` asks the rest.

use std::process::ExitCode;

use crate::app;
use crate::config::{Config, rules};
use crate::domain::rule::Rule;
use crate::template::{self, Severity, Source};

/// A fault, or what was found in order.
type Verdict = Result<String, String>;

/// Builds all that `serve` builds, and renders every template with its samples. Prints every
/// fault; settings that cannot be read never come this far.
pub(super) fn run(config: &Config) -> ExitCode {
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    let mut verdicts: Vec<Verdict> = match app::prepare(config) {
        Ok(prepared) => vec![
            Ok(format!(
                "{} kinds of cases",
                prepared.case_kinds.iter().count()
            )),
            Ok("every provider in use".to_owned()),
        ],
        Err(faults) => {
            let text = faults.to_string();
            text.lines().map(|fault| Err(fault.to_owned())).collect()
        }
    };
    let rules = rules::load(config.rules_file.as_deref());
    let templates = app::template_sources(config);
    if let (Ok(rules), Ok(templates)) = (&rules, &templates) {
        verdicts.extend(rules_find_their_templates(rules, templates));
    }
    for source in templates.iter().flatten() {
        verdicts.extend(every_text(source));
    }
    report(&verdicts)
}

fn report(verdicts: &[Verdict]) -> ExitCode {
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

fn rules_find_their_templates(rules: &[Rule], templates: &[Source]) -> Vec<Verdict> {
    let known: Vec<_> = templates
        .iter()
        .map(|template| template.name.as_str())
        .collect();
    let lost: Vec<Verdict> = rules
        .iter()
        .filter(|rule| !known.contains(&rule.template.as_str()))
        .map(|rule| {
            Err(format!(
                "rule `{}`: there is no template `{}`; there are {}",
                rule.name,
                rule.template,
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
fn every_text(source: &Source) -> Vec<Verdict> {
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
