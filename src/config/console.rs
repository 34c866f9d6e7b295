//! `[console]`: how the console speaks to people who chose nothing themselves, and who is the second
//! person of an approval.

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use crate::domain::language::Language;

/// `[console]`
#[derive(Debug, Clone, Copy)]
pub struct ConsoleSettings {
    /// Of pages for people who chose none.
    pub language: Language,
    /// Only approvers and admins approve what is declared for many; otherwise managers do as well.
    pub approvers_only: bool,
}

impl ConsoleSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "console");
        let tag = section.text("language")?;
        let spoken = Language::ALL.into_iter().find(|one| one.tag() == tag);
        let language = spoken.ok_or_else(|| {
            let known = Language::ALL.map(Language::tag).join(" or ");
            section.fault(
                "language",
                format!("the console does not speak `{tag}`; write {known}"),
            )
        })?;
        let approvers_only = section.get("approvers_only")?;
        section.finish()?;
        Ok(Self {
            language,
            approvers_only,
        })
    }
}
