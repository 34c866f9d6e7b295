//! The rules in force: those of the file, and in the place of some those that people published at the
//! console. Every node looks each second whether others are in force; what cannot be read any more is
//! logged, and the file's rule holds.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::AppError;
use crate::config::rules;
use crate::domain::rule::Rule;
use crate::plan::Matcher;
use crate::runtime::Lifecycle;
use crate::store::Store;
use crate::store::planning::rule_versions::RuleVersion;

/// How long what was published may be unknown to a node.
const EVERY: Duration = Duration::from_secs(1);

/// The rules of a file with what is published in the place of some.
pub async fn with_published(store: &Store, of_file: &Matcher) -> Result<Matcher, AppError> {
    let versions = store.read().await?.rule_versions().published().await?;
    let rows = versions.iter().map(|version| version.id).collect();
    let published = versions.iter().filter_map(readable).collect();
    let rules = of_file.overlaid(published, rows);
    rules.map_err(|error| AppError::File(error.to_string()))
}

/// Has the node obey what is published, until it stops.
pub(super) fn watch(store: Store, matcher: Arc<ArcSwap<Matcher>>, lifecycle: &Lifecycle) {
    let stopping = lifecycle.clone();
    lifecycle.spawn("rules", async move {
        while !stopping.is_stopping() {
            if let Err(error) = look(&store, &matcher).await {
                tracing::warn!(error = %error, "cannot look whether rules were published; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = stopping.stopping() => {}
            }
        }
    });
}

/// Obeys what is published, if that is not what is obeyed already.
pub(super) async fn look(store: &Store, matcher: &ArcSwap<Matcher>) -> Result<(), AppError> {
    let now = matcher.load_full();
    let rows = store.read().await?.rule_versions().in_force().await?;
    if now.overlay() == rows.as_slice() {
        return Ok(());
    }
    let other = with_published(store, &now).await?;
    // Not where the file was read again meanwhile: the next look sees to it.
    drop(matcher.compare_and_swap(&now, Arc::new(other)));
    Ok(())
}

/// A published rule and where it stands, where it can be used.
fn readable(version: &RuleVersion) -> Option<(Rule, String)> {
    let place = format!("console, version {}", version.version);
    let fault = match rules::parse(&place, &version.text) {
        Ok(mut rules) if rules.len() == 1 => {
            let rule = rules.remove(0);
            match Matcher::new(vec![rule.clone()]) {
                Ok(_) => return Some((rule, place)),
                Err(error) => error.to_string(),
            }
        }
        Ok(_) => "it is not one rule".to_owned(),
        Err(error) => error.to_string(),
    };
    tracing::error!(
        rule.name = version.rule,
        error = fault,
        "a rule of the console cannot be used; the file's holds"
    );
    None
}
