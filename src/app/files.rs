//! The three kinds of files that a node reads at its start, or what comes with the program in their
//! place: rules, kinds of cases, templates.

use super::AppError;
use crate::config::{Config, rules};
use crate::domain::case_kind::CaseKinds;
use crate::domain::{Clock, Ids};
use crate::plan::Matcher;
use crate::store::Store;
use crate::store::templates::WriteContext;
use crate::template::Source;

/// Who wrote the templates that come with the program or from the configured folder.
const AUTHOR: &str = "araldo";

/// Rules as configured, ready to be asked.
pub fn load_rules(config: &Config) -> Result<Matcher, AppError> {
    let rules = rules::load(config.rules_file.as_deref())?;
    Matcher::new(rules).map_err(|error| AppError::File(error.to_string()))
}

/// Kinds of cases as configured.
pub fn load_case_kinds(config: &Config) -> Result<CaseKinds, AppError> {
    let Some(path) = &config.case_kinds_file else {
        return Ok(CaseKinds::shipped());
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| AppError::File(format!("cannot read {name}: {error}")))?;
    CaseKinds::parse(&text, &name)
        .map_err(|faults| AppError::Faults(faults.iter().map(ToString::to_string).collect()))
}

/// The templates that come with the program, or those of the configured folder that can be read;
/// and what is wrong with the others.
#[must_use]
pub fn template_sources(config: &Config) -> (Vec<Source>, Vec<String>) {
    let Some(folder) = &config.templates_folder else {
        return Source::shipped().map_or_else(
            |fault| (Vec::new(), vec![fault.to_string()]),
            |sources| (sources, Vec::new()),
        );
    };
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let fault = format!("cannot read {}: {error}", folder.display());
            return (Vec::new(), vec![fault]);
        }
    };
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for path in entries.iter().map(std::fs::DirEntry::path) {
        match path.is_dir().then(|| Source::from_folder(&path)) {
            Some(Ok(source)) => sources.push(source),
            Some(Err(fault)) => faults.push(format!("{}/{fault}", path.display())),
            None => {}
        }
    }
    (sources, faults)
}

/// Puts the templates into the store, each as a new version where its text has changed.
pub(super) async fn import_templates(
    store: &Store,
    sources: &[Source],
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<(), AppError> {
    let by = WriteContext {
        author: AUTHOR,
        now: clock.now(),
        ids,
    };
    let mut tx = store.write().await?;
    tx.templates().import_all(sources, by).await?;
    tx.commit().await?;
    Ok(())
}
