//! The three kinds of files that a node reads at its start, or what comes with the program in their
//! place: rules, kinds of cases, templates.

use std::path::{Path, PathBuf};

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
    let file = config.rules_file.as_ref();
    let matcher = Matcher::new(rules::load(file)?);
    let matcher = matcher.map_err(|error| AppError::File(error.to_string()))?;
    let placed = rules::readable(file).into_iter();
    Ok(matcher.standing_at(placed.map(|placed| (placed.rule.name, placed.at))))
}

/// Kinds of cases as configured, and what people call the bodies that cases are with.
pub fn load_case_kinds(config: &Config) -> Result<CaseKinds, AppError> {
    let kinds = match &config.case_kinds_file {
        None => CaseKinds::shipped(),
        Some(file) => CaseKinds::parse(&file.text()?, &file.path.display().to_string())
            .map_err(|faults| AppError::Faults(faults.iter().map(ToString::to_string).collect()))?,
    };
    Ok(kinds.calling(config.clock.body_names.clone()))
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
    let paths = match folders_of_templates(&folder.path) {
        Ok(paths) => paths,
        Err(error) => {
            let fault = folder.unreadable(error);
            return (Vec::new(), vec![fault.to_string()]);
        }
    };
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        match Source::from_folder(&path) {
            Ok(source) => sources.push(source),
            Err(fault) => faults.push(format!("{}/{fault}", path.display())),
        }
    }
    (sources, faults)
}

/// Each folder, but for the hidden ones: the texts may be kept under version control.
fn is_template(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    path.is_dir() && !name.as_encoded_bytes().starts_with(b".")
}

/// In the order of their names.
fn folders_of_templates(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<_> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.retain(|path| is_template(path));
    paths.sort();
    Ok(paths)
}

/// The names of all templates, also of those that cannot be read. `None`: which there are, nobody
/// can say.
#[must_use]
pub fn template_names(config: &Config) -> Option<Vec<String>> {
    let mut names: Vec<String> = match &config.templates_folder {
        None => {
            let shipped = Source::shipped().ok()?;
            shipped.into_iter().map(|source| source.name).collect()
        }
        Some(folder) => {
            let paths = folders_of_templates(&folder.path).ok()?;
            let names = paths.iter().filter_map(|path| path.file_name());
            names.map(|it| it.to_string_lossy().into_owned()).collect()
        }
    };
    names.sort();
    Some(names)
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
