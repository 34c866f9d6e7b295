//! What a node builds before it touches its store or a network: rules, kinds of cases, templates,
//! providers. `araldo check` does just this, so that what it passes, `serve` takes.

use std::sync::Arc;

use super::{AppError, load_case_kinds, load_rules, template_sources};
use crate::channel::{self, BuildContext, ProviderSettings};
use crate::config::Config;
use crate::domain::Channel;
use crate::domain::case_kind::CaseKinds;
use crate::domain::clock::SystemClock;
use crate::domain::token::Signer;
use crate::plan::Matcher;
use crate::runtime::Lifecycle;
use crate::template::Source;

/// What was built.
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
    let mut faults = Vec::new();
    let matcher = noted(load_rules(config), &mut faults);
    let case_kinds = noted(load_case_kinds(config), &mut faults);
    let templates = noted(template_sources(config), &mut faults);
    faults.extend(provider_faults(config));
    match (matcher, case_kinds, templates) {
        (Some(matcher), Some(case_kinds), Some(templates)) if faults.is_empty() => Ok(Prepared {
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

/// Builds each provider in use once, and lets it go again.
fn provider_faults(config: &Config) -> Vec<String> {
    let lifecycle = Lifecycle::new();
    let context = BuildContext {
        public_url: config.http.public_url.clone(),
        // Nothing that it signs leaves this function.
        signer: Signer::new(b"prepare"),
        clock: Arc::new(SystemClock),
        lifecycle: lifecycle.clone(),
        sandbox: None,
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
            let lines = error.problems().iter().map(|problem| {
                let at = provider.place(problem);
                format!("{at}: [provider.{name}] {problem}")
            });
            faults.extend(lines);
        }
    }
    lifecycle.abort();
    faults
}
