//! `araldo check`: what can be known to be wrong before anything is sent. Needs no store and no
//! network; `araldo doctor` asks the rest.

use std::path::Path;
use std::process::ExitCode;

use crate::config::{Config, rules};
use crate::domain::case_kind::CaseKinds;
use crate::domain::rule::Rule;
use crate::template::{self, Severity, Source};

/// The first fault of each part, or what was found in order.
type Verdict = Result<String, String>;

/// Prints the first fault of each part. Settings that cannot be read never come this far.
pub(super) fn run(config: &Config) -> ExitCode {
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    let rules = rules::load(config.rules_file.as_deref());
    let templates = templates(config.templates_folder.as_deref());
    let mut verdicts = vec![case_kinds(config.case_kinds_file.as_deref())];
    if let (Ok(rules), Ok(templates)) = (&rules, &templates) {
        verdicts.push(rules_find_their_templates(rules, templates));
    }
    verdicts.push(
        rules
            .map(|rules| format!("{} rules", rules.len()))
            .map_err(|e| e.to_string()),
    );
    match templates {
        Ok(templates) => verdicts.extend(templates.iter().map(every_text)),
        Err(fault) => verdicts.push(Err(fault)),
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

fn case_kinds(file: Option<&Path>) -> Verdict {
    let kinds = match file {
        None => CaseKinds::shipped(),
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
            CaseKinds::parse(&text, &name).map_err(|error| error.to_string())?
        }
    };
    Ok(format!("{} kinds of cases", kinds.iter().count()))
}

fn templates(folder: Option<&Path>) -> Result<Vec<Source>, String> {
    let Some(folder) = folder else {
        return Source::shipped().map_err(|fault| fault.to_string());
    };
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            sources.push(Source::from_folder(&path).map_err(|fault| fault.to_string())?);
        }
    }
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sources)
}

fn rules_find_their_templates(rules: &[Rule], templates: &[Source]) -> Verdict {
    let known: Vec<_> = templates
        .iter()
        .map(|template| template.name.as_str())
        .collect();
    match rules
        .iter()
        .find(|rule| !known.contains(&rule.template.as_str()))
    {
        None => Ok("every rule has its template".to_owned()),
        Some(rule) => Err(format!(
            "rule `{}`: there is no template `{}`; there are {}",
            rule.name,
            rule.template,
            known.join(", ")
        )),
    }
}

/// Renders a template with its samples; warnings are printed, the first error is the verdict.
fn every_text(source: &Source) -> Verdict {
    let findings = template::check(source);
    for finding in findings
        .iter()
        .filter(|found| found.severity == Severity::Warning)
    {
        println!("{}/{finding}", source.name);
    }
    match findings
        .iter()
        .find(|found| found.severity == Severity::Error)
    {
        None => Ok(format!("template {}", source.name)),
        Some(finding) => Err(format!("{}/{finding}", source.name)),
    }
}
