//! `araldo check`: what can be known to be wrong before anything is sent. Needs no store and no
//! network; `araldo doctor` asks the rest.

use std::process::ExitCode;

use crate::app;
use crate::config::rules::PlacedRule;
use crate::config::{Config, ConfigReading, rules};
use crate::domain::event::CaseStep;
use crate::domain::rule::{FallbackUnless, UnreadableChoice};
use crate::domain::{Channel, Tracking};
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
        verdicts.extend(config.sources.iter().map(|(name, source)| {
            let kind = source.settings.reader.kind();
            Ok(format!("source {name}, of kind {kind}"))
        }));
        verdicts.extend(config.logins.keys().map(|name| Ok(format!("login {name}"))));
        verdicts.extend(rules_find_their_templates(read, config));
        let (templates, _) = app::template_sources(config);
        verdicts.extend(templates.iter().flat_map(every_text));
    }
    report(&verdicts)
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

/// Says nothing where the rules or the templates are not those that are meant, because what names
/// them is at fault; and counts no rules of which some could not be read.
fn rules_find_their_templates(read: &ConfigReading, config: &Config) -> Vec<Checked> {
    let open = |section: &str| read.faults.iter().any(|fault| fault.leaves_open(section));
    let Some(known) = app::template_names(config).filter(|_| !open("rules") && !open("templates"))
    else {
        return Vec::new();
    };
    let rules = rules::readable(config.rules_file.as_ref());
    println!("note: rules published at the console are not read here; `araldo doctor` does");
    warn_of_the_unseen(&rules, config);
    warn_of_the_unasked(&rules, config);
    let lost = lost_rules(&rules, &known);
    if lost.is_empty() && app::load_rules(config).is_ok() {
        return vec![Ok(format!("{} rules, each with its template", rules.len()))];
    }
    lost
}

/// Clients are to be asked how a case went, and no rule does.
fn warn_of_the_unasked(rules: &[PlacedRule], config: &Config) {
    let asks = CaseStep::SurveyDue.as_str();
    let is_asked = rules
        .iter()
        .any(|placed| placed.rule.on.iter().any(|kind| kind == asks));
    if config.clock.survey.is_some() && !is_asked {
        println!(
            "warning: [survey] after is set, and no rule listens to `{asks}`: nobody is asked"
        );
    }
}

/// Rules that say nothing more to those whose reading cannot show, where no mail's can.
fn warn_of_the_unseen(rules: &[PlacedRule], config: &Config) {
    let opens = config.tracking.opens;
    let leaves = |placed: &&PlacedRule| {
        placed.rule.fallback.is_some_and(|fallback| {
            fallback.unless == FallbackUnless::Read
                && fallback.unreadable == UnreadableChoice::Skip
                && fallback.channel == Channel::Sms
        })
    };
    if opens == Tracking::Individual {
        return;
    }
    for PlacedRule { rule, at } in rules.iter().filter(leaves) {
        println!(
            "warning: {at}: rule `{}` leaves mails whose reading cannot show, and with [tracking] opens = \"{opens}\" no mail's can; write opens = \"individual\", or unreadable = \"send\"",
            rule.name
        );
    }
}

fn lost_rules(rules: &[PlacedRule], known: &[String]) -> Vec<Checked> {
    let lost = rules
        .iter()
        .filter(|placed| !known.contains(&placed.rule.template));
    lost.map(|placed| {
        Err(format!(
            "{}: rule `{}`: there is no template `{}`; there are {}",
            placed.at,
            placed.rule.name,
            placed.rule.template,
            known.join(", ")
        ))
    })
    .collect()
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
