//! `[console]`: how the console speaks to people who chose nothing themselves, who is the second person of an
//! approval, and who needs a second factor.

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;
use super::serving::public_url;
use crate::domain::language::Language;
use crate::domain::second_factor::SecondFactorRule;

/// `[console]`
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// Of pages for people who chose none.
    pub language: Language,
    /// Only approvers and admins approve what is declared for many; otherwise managers do as well.
    pub approvers_only: bool,
    /// Who must prove by a code as well that it is them.
    pub second_factor: SecondFactorRule,
    /// Where people reach it, for links in mails to them and for identity providers that send them back, without a trailing slash; none: where clients reach
    /// the daemon.
    pub url: Option<String>,
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
        let second_factor = section.parsed("second_factor")?;
        let url = section.optional("url")?;
        let url = url.map(|text| public_url(&text).map_err(|why| section.fault("url", why)));
        let url = url.transpose()?;
        section.finish()?;
        Ok(Self {
            language,
            approvers_only,
            second_factor,
            url,
        })
    }
}
