//! Checks a template as its readers would: every text of every language is rendered twice, once
//! with every variable and once with only those that must be there. What an operator can correct is
//! named with file and line, before a client sees it.

use std::collections::BTreeSet;

use crate::domain::Channel;
use crate::domain::segments::{self, Alphabet};
use crate::domain::template::{Part, Source, TemplateParts};

use super::addresses;
use super::compiled::{Compiled, Input};
use super::context::NameKind;
use super::fault::{RenderFault, TemplateFault};
use super::samples::Fullness;
use super::scan::line_at;

/// Mail programs cut longer HTML off and hide the rest behind a link.
const HTML_CUT_AT: usize = 102_400;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Messages would be held: the version must not be published.
    Error,
    /// It works, and costs or reads worse than it could.
    Warning,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Something to correct in a template.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TemplateFinding {
    /// File of the template's folder, such as `it/sms.txt`.
    pub file: String,
    /// Line in it, from 1, where there is one to name.
    pub line: Option<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what to do.
    pub message: String,
}

impl std::fmt::Display for TemplateFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            line,
            severity,
            message,
        } = self;
        match line {
            Some(line) => write!(f, "{file}:{line}: {severity}: {message}"),
            None => write!(f, "{file}: {severity}: {message}"),
        }
    }
}

/// Everything to correct, errors before warnings; nothing when the template is fit to be published.
#[must_use]
pub fn check(source: &Source) -> Vec<TemplateFinding> {
    let mut findings = Findings(Vec::new());
    findings.texts_are_complete(source);
    match Compiled::compile(source) {
        Err(fault) => findings.add(Severity::Error, &fault.part, fault.line, said(&fault)),
        Ok(compiled) => {
            findings.names_are_known(source, &compiled);
            for fault in addresses::undecided(source) {
                findings.add(Severity::Error, &fault.part, fault.line, said(&fault));
            }
            for locale in source.parts.keys() {
                findings.renders(source, &compiled, locale, Fullness::Everything);
                findings.renders(source, &compiled, locale, Fullness::Least);
            }
        }
    }
    findings.0.sort_by_key(|finding| finding.severity);
    findings.0.dedup();
    findings.0
}

fn said(fault: &TemplateFault) -> String {
    format!("{}; {}", fault.what, fault.advice)
}

struct Findings(Vec<TemplateFinding>);

impl Findings {
    fn add(&mut self, severity: Severity, file: &str, line: Option<usize>, message: String) {
        self.0.push(TemplateFinding {
            file: file.to_owned(),
            line,
            severity,
            message,
        });
    }

    fn texts_are_complete(&mut self, source: &Source) {
        if source
            .parts
            .values()
            .all(|parts| parts.sms.is_none() && !has_mail(parts))
        {
            let message = "there is no text; add it/sms.txt or it/email.md".to_owned();
            self.add(Severity::Error, "template.toml", None, message);
        }
        for part in Part::ALL {
            // A language without its own plain text gets one made from its HTML.
            let optional = *part == Part::EmailText;
            if optional
                || !source
                    .parts
                    .values()
                    .any(|parts| parts.get(*part).is_some())
            {
                continue;
            }
            for (locale, parts) in &source.parts {
                // A mail may be written as MJML in one language and as Markdown in another.
                let is_mail = matches!(part, Part::EmailMjml | Part::EmailMarkdown);
                if parts.get(*part).is_none() && !(is_mail && has_mail(parts)) {
                    let message = "this text is missing, though another language has it".to_owned();
                    self.add(Severity::Error, &format!("{locale}/{part}"), None, message);
                }
            }
        }
        for (locale, parts) in &source.parts {
            for part in Part::ALL {
                if parts.get(*part).is_some_and(|text| text.trim().is_empty()) {
                    let message = "this text is empty; write it, or take the file away".to_owned();
                    self.add(Severity::Error, &format!("{locale}/{part}"), None, message);
                }
            }
            if has_mail(parts) != parts.email_subject.is_some() {
                let body = mail_part(parts);
                let message = format!("an e-mail needs both email.subject.txt and {body}");
                self.add(Severity::Error, &format!("{locale}/{body}"), None, message);
            }
        }
    }

    fn names_are_known(&mut self, source: &Source, compiled: &Compiled) {
        let mut used = BTreeSet::new();
        for (file, names) in compiled.uses() {
            for name in names.into_iter().filter(|name| !name.starts_with('_')) {
                match compiled.context().knows(&name) {
                    NameKind::Variable => {}
                    NameKind::Group => self.add(
                        Severity::Error,
                        &file,
                        line_of(source, &file, &name),
                        format!("`{name}` is a group and always there: test one of its variables, such as `{name}.ref`"),
                    ),
                    NameKind::No => self.add(
                        Severity::Error,
                        &file,
                        line_of(source, &file, &name),
                        format!("`{name}` is not declared: add it to [[variables]] of template.toml, or correct the name"),
                    ),
                }
                used.insert(name);
            }
        }
        for variable in &source.variables {
            let below = format!("{}.", variable.name);
            if !used
                .iter()
                .any(|name| *name == variable.name || name.starts_with(&below))
            {
                let message = format!("variable `{}` is declared and never used", variable.name);
                self.add(Severity::Warning, "template.toml", None, message);
            }
        }
    }

    fn renders(&mut self, source: &Source, compiled: &Compiled, locale: &str, fullness: Fullness) {
        let variables = source.sample(locale, fullness);
        let input = Input {
            variables: &variables,
            link: &|index| compiled.links().get(index).cloned().unwrap_or_default(),
            pixel: None,
        };
        let Some(parts) = source.parts.get(locale) else {
            return;
        };
        if parts.speak(Channel::Sms) {
            match compiled.sms(locale, &input) {
                Ok(text) => self.sms_is_cheap(locale, &text),
                Err(fault) => self.fault(&format!("{locale}/{}", Part::Sms), &fault, fullness),
            }
        }
        if parts.speak(Channel::Email) {
            let file = format!("{locale}/{}", mail_part(parts));
            match compiled.email(locale, &input) {
                Ok(mail) if mail.html.len() > HTML_CUT_AT => self.add(
                    Severity::Warning,
                    &file,
                    None,
                    format!(
                        "the HTML has {} bytes; mail programs cut it at 100 KB",
                        mail.html.len()
                    ),
                ),
                Ok(_) => {}
                Err(fault) => {
                    // The subject is written first: what it lacks is missing there.
                    let subject = format!("{locale}/{}", Part::EmailSubject);
                    let is_in_subject = matches!(&fault, RenderFault::Missing { variable }
                        if compiled.names(&subject).contains(variable));
                    let file = if is_in_subject { subject } else { file };
                    self.fault(&file, &fault, fullness);
                }
            }
        }
    }

    fn fault(&mut self, file: &str, fault: &RenderFault, fullness: Fullness) {
        let message = match (fault, fullness) {
            (RenderFault::Missing { variable }, Fullness::Least) => format!(
                "`{variable}` may be absent: test it with {{% if {variable} %}}, or declare it as required"
            ),
            (RenderFault::Missing { variable }, Fullness::Everything) => {
                format!("`{variable}` has no example: declare it in template.toml with one")
            }
            (RenderFault::Broken { detail, .. }, _) => detail.clone(),
            (other, _) => other.to_string(),
        };
        let (file, line) = match fault {
            RenderFault::Broken { part, line, .. } => (part.as_str(), *line),
            RenderFault::TooLong { part, .. } => (part.as_str(), None),
            _ => (file, None),
        };
        self.add(Severity::Error, file, line, message);
    }

    fn sms_is_cheap(&mut self, locale: &str, text: &str) {
        let file = format!("{locale}/{}", Part::Sms);
        let size = segments::measure(text);
        if size.alphabet == Alphabet::Ucs2 {
            let message = match size.first_foreign {
                Some((c, Some(other))) => format!(
                    "`{c}` is not in the GSM alphabet and leaves 70 characters instead of 160: write `{other}`"
                ),
                Some((c, None)) => format!(
                    "`{c}` is not in the GSM alphabet and leaves 70 characters instead of 160: leave it out"
                ),
                None => "the text leaves 70 characters instead of 160".to_owned(),
            };
            self.add(Severity::Warning, &file, None, message);
        }
        if size.count > 1 {
            let message = format!(
                "with its examples the SMS takes {} segments ({} characters): each is paid",
                size.count, size.units
            );
            self.add(Severity::Warning, &file, None, message);
        }
    }
}

const fn has_mail(parts: &TemplateParts) -> bool {
    parts.email_mjml.is_some() || parts.email_markdown.is_some()
}

/// What the mail of a language is written as.
const fn mail_part(parts: &TemplateParts) -> Part {
    match parts.email_markdown {
        Some(_) => Part::EmailMarkdown,
        None => Part::EmailMjml,
    }
}

/// The first line of a text in which a name stands.
fn line_of(source: &Source, file: &str, name: &str) -> Option<usize> {
    let (locale, part) = file.split_once('/')?;
    let text = source.parts.get(locale)?.get(part.parse().ok()?)?;
    text.find(name).map(|at| line_at(text, at))
}

#[cfg(test)]
mod tests {
    use super::super::trial;
    use super::*;

    #[test]
    fn what_the_subject_lacks_is_missing_in_the_subject() {
        let mut source = trial::markdown("{{ case.ref }}");
        if let Some(parts) = source.parts.get_mut("it") {
            parts.email_subject = Some("{{ case.nobody }}".to_owned());
        }
        let found = check(&source);
        let errors = found.iter().filter(|it| it.severity == Severity::Error);
        let files: BTreeSet<&str> = errors.map(|it| it.file.as_str()).collect();
        assert_eq!(files, BTreeSet::from(["it/email.subject.txt"]), "{found:?}");
    }
}
