//! What a node builds before it touches its store or a network: rules, kinds of cases, templates,
//! providers. `araldo check` does just this, so that what it passes, `serve` takes.

use std::sync::Arc;

use super::{AppError, load_case_kinds, load_rules, logins, providers, template_sources};
use crate::channel::{self, BuildContext, ProviderSettings, SetupError};
use crate::config::{Config, ConfigError, ConfigReading};
use crate::domain::Channel;
use crate::domain::case_kind::CaseKinds;
use crate::domain::clock::SystemClock;
use crate::domain::token::Signer;
use crate::plan::Matcher;
use crate::runtime::Lifecycle;
use crate::template::Source;

pub struct Prepared {
    /// The rules, ready to be asked.
    pub matcher: Matcher,
    /// The kinds of cases.
    pub case_kinds: CaseKinds,
    /// The templates that are put into the store.
    pub templates: Vec<Source>,
}

/// Builds it, or says everything that is wrong, one fault a line. Needs a runtime: providers keep
/// tasks.
pub fn prepare(config: &Config) -> Result<Prepared, AppError> {
    build(config, &[])
}

/// All that is wrong: with the settings, and with what those name that could be read.
#[must_use]
pub fn every_fault(read: &ConfigReading) -> Vec<String> {
    let mut faults: Vec<String> = read.faults.iter().map(ToString::to_string).collect();
    if let Some(config) = &read.config
        && let Err(further) = build(config, &read.faults)
    {
        faults.extend(further.to_string().lines().map(str::to_owned));
    }
    faults
}

/// `known` has been said already, and what follows from it is not said again.
fn build(config: &Config, known: &[ConfigError]) -> Result<Prepared, AppError> {
    let mut faults = Vec::new();
    let matcher = noted(load_rules(config), &mut faults);
    let case_kinds = noted(load_case_kinds(config), &mut faults);
    let (templates, unread) = template_sources(config);
    faults.extend(unread);
    faults.extend(provider_faults(config, known));
    faults.extend(reply_faults(config));
    faults.extend(inbox_faults(config));
    faults.extend(logins::sign_in(config).1);
    for fault in callback_faults(config) {
        // A provider in use was built, and said most of it.
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    match (matcher, case_kinds) {
        (Some(matcher), Some(case_kinds)) if faults.is_empty() => Ok(Prepared {
            matcher,
            case_kinds,
            templates,
        }),
        _ => Err(AppError::Faults(faults)),
    }
}

fn noted<T>(built: Result<T, AppError>, faults: &mut Vec<String>) -> Option<T> {
    match built {
        Ok(built) => Some(built),
        Err(error) => {
            faults.extend(error.to_string().lines().map(str::to_owned));
            None
        }
    }
}

/// What is wrong with how gateways bring what clients write.
fn reply_faults(config: &Config) -> Vec<String> {
    let (_, faults) = providers::reply_secrets(config);
    placed(config, &faults)
}

/// What is wrong with how providers report.
fn callback_faults(config: &Config) -> Vec<String> {
    // Nothing that it signs leaves this function.
    let signer = Signer::new(b"prepare");
    let (_, faults) = providers::callback_desk(config, &config.http.public_url, &signer);
    placed(config, &faults)
}

fn placed(config: &Config, faults: &[(String, SetupError)]) -> Vec<String> {
    let placed = faults.iter().flat_map(|(name, error)| {
        let provider = config.providers.get(name);
        error.problems().iter().filter_map(move |problem| {
            let at = provider?.place(problem);
            Some(format!("{at}: [provider.{name}] {problem}"))
        })
    });
    placed.collect()
}

/// What is wrong with the files that mailboxes need.
fn inbox_faults(config: &Config) -> Vec<String> {
    channel::install_tls();
    let inboxes = config.inboxes.iter();
    let faults = inboxes.filter_map(|(name, inbox)| {
        let problem = inbox.settings.check_files(name).err()?;
        Some(format!("{}: [inbox.{name}] {problem}", inbox.at))
    });
    faults.collect()
}

/// Builds each provider in use once, and lets it go again.
fn provider_faults(config: &Config, known: &[ConfigError]) -> Vec<String> {
    let lifecycle = Lifecycle::new();
    let context = BuildContext {
        public_url: config.http.public_url.clone(),
        // Nothing that it signs leaves this function.
        signer: Signer::new(b"prepare"),
        returns: config.email.returns.clone(),
        clock: Arc::new(SystemClock),
        lifecycle: lifecycle.clone(),
        sandbox: None,
        desk: None,
    };
    let names = Channel::ALL.iter().flat_map(|c| config.channels.of(*c));
    let mut faults = Vec::new();
    for name in names {
        let Some(provider) = config.providers.get(name) else {
            continue;
        };
        if matches!(provider.settings, ProviderSettings::Sandbox(_)) {
            continue;
        }
        if let Err(error) = channel::build(name, &provider.settings, &context) {
            let follows = |problem: &str| known.iter().any(|fault| fault.explains(name, problem));
            let problems = error.problems().iter().filter(|problem| !follows(problem));
            faults.extend(problems.map(|problem| {
                let at = provider.place(problem);
                format!("{at}: [provider.{name}] {problem}")
            }));
        }
    }
    lifecycle.abort();
    faults
}
