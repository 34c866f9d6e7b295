//! Templates as folders: `template.toml` with one folder of texts per language.
//!
//! The shipped ones are part of the program; operators' own come and go with
//! `araldo template pull` and `push`, so that they can be kept under version control.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fault::TemplateFault;
use super::scan::line_at;
use crate::domain::language::Language;
use crate::domain::limits::REFERENCE;
use crate::domain::template::{Locale, Part, Source, TemplateParts, Variable};

/// `template.toml`: everything but the texts.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Head {
    description: String,
    topic: String,
    #[serde(default)]
    variables: Vec<Variable>,
}

const HEAD: &str = "template.toml";

impl Source {
    /// Reads a folder; its name is the template's name.
    pub fn from_folder(folder: &Path) -> Result<Self, TemplateFault> {
        let name = folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let head =
            fs::read_to_string(folder.join(HEAD)).map_err(|error| unreadable(HEAD, &error))?;
        let mut parts = BTreeMap::new();
        for entry in entries(folder)? {
            if entry.path().is_dir() {
                let locale = file_name(&entry);
                parts.insert(locale.clone(), read_parts(&entry.path(), &locale)?);
            } else if file_name(&entry) != HEAD {
                return Err(unknown_file(&file_name(&entry)));
            }
        }
        assemble(name, &head, parts)
    }

    /// Writes a folder named after the template into `parent`, over what stands there.
    /// Files of texts that the template does not have are removed.
    pub fn to_folder(&self, parent: &Path) -> io::Result<()> {
        let folder = parent.join(&self.name);
        fs::create_dir_all(&folder)?;
        let head = self.head().map_err(io::Error::other)?;
        fs::write(folder.join(HEAD), head)?;
        for (locale, parts) in &self.parts {
            let folder = folder.join(locale);
            fs::create_dir_all(&folder)?;
            for part in Part::ALL {
                let file = folder.join(part.as_str());
                match parts.get(*part) {
                    Some(text) => fs::write(file, text)?,
                    None if file.exists() => fs::remove_file(file)?,
                    None => {}
                }
            }
        }
        Ok(())
    }

    /// The text of `template.toml`.
    pub(super) fn head(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(&Head {
            description: self.description.clone(),
            topic: self.topic.clone(),
            variables: self.variables.clone(),
        })
    }

    /// The templates that come with the program, each checked by its tests.
    pub fn shipped() -> Result<Vec<Self>, TemplateFault> {
        SHIPPED
            .iter()
            .map(|shipped| {
                let parts = shipped.parts.iter().map(|(language, texts)| {
                    let mut parts = TemplateParts::default();
                    for (part, text) in Part::ALL.iter().zip(texts) {
                        parts.set(*part, Some((*text).to_owned()));
                    }
                    (language.tag().to_owned(), parts)
                });
                assemble(shipped.name, shipped.head, parts.collect())
            })
            .collect()
    }
}

fn assemble(
    name: &str,
    head: &str,
    parts: BTreeMap<Locale, TemplateParts>,
) -> Result<Source, TemplateFault> {
    let head: Head = toml::from_str(head).map_err(|error| TemplateFault {
        line: error.span().map(|span| line_at(head, span.start)),
        ..TemplateFault::of(
            HEAD,
            error.message(),
            "give description, topic, and [[variables]] with name, description, required, example",
        )
    })?;
    let source = Source {
        name: name.to_owned(),
        description: head.description,
        topic: head.topic,
        variables: head.variables,
        parts,
    };
    well_named(&source)?;
    Ok(source)
}

/// Whether a template may be called so: small letters, digits and dashes.
#[must_use]
pub fn is_template_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= REFERENCE && name.chars().all(plain)
}

/// Whether a variable may be called so: words joined by dots.
#[must_use]
pub fn is_variable_name(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.len() <= REFERENCE && name.split('.').all(word) && !name.starts_with('_')
}

fn well_named(source: &Source) -> Result<(), TemplateFault> {
    if !is_template_name(&source.name) {
        return Err(TemplateFault::of(
            HEAD,
            format!("`{}` is not a name for a template", source.name),
            "name the folder with small letters, digits and dashes",
        ));
    }
    for Variable { name, .. } in &source.variables {
        if !is_variable_name(name) {
            return Err(TemplateFault::of(
                HEAD,
                format!("`{name}` is not a name for a variable"),
                "write words of letters, digits and _ joined by dots, such as case.expected_by",
            ));
        }
    }
    Ok(())
}

fn read_parts(folder: &Path, locale: &str) -> Result<TemplateParts, TemplateFault> {
    let mut parts = TemplateParts::default();
    for entry in entries(folder)? {
        let file = format!("{locale}/{}", file_name(&entry));
        let part: Part = file_name(&entry).parse().map_err(|_| unknown_file(&file))?;
        let text = fs::read_to_string(entry.path()).map_err(|error| unreadable(&file, &error))?;
        parts.set(part, Some(text));
    }
    Ok(parts)
}

/// What stands in a folder, by name; hidden files are the editor's or the version control's.
fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, TemplateFault> {
    let named = folder.display().to_string();
    let mut found = fs::read_dir(folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(|error| unreadable(&named, &error))?;
    found.retain(|entry| !file_name(entry).starts_with('.'));
    found.sort_by_key(fs::DirEntry::file_name);
    Ok(found)
}

fn file_name(entry: &fs::DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

fn unreadable(file: &str, error: &io::Error) -> TemplateFault {
    TemplateFault::of(
        file,
        format!("cannot be read: {error}"),
        "see that the file is there, readable and UTF-8",
    )
}

fn unknown_file(file: &str) -> TemplateFault {
    TemplateFault::of(
        file,
        "this file has no meaning in a template",
        "a language has sms.txt, email.subject.txt, email.md or email.mjml, and email.txt",
    )
}

/// A shipped template: name, head, and the texts of each language in the order of `Part::ALL`,
/// without the last: the shipped mails are written in MJML.
struct Shipped {
    name: &'static str,
    head: &'static str,
    parts: [(Language, [&'static str; 4]); Language::ALL.len()],
}

macro_rules! shipped {
    ($($name:literal)+) => {
        &[$( Shipped {
            name: $name,
            head: text!($name, "template.toml"),
            parts: [
                (Language::Italian, texts!($name, "it")),
                (Language::English, texts!($name, "en")),
            ],
        }, )+]
    };
}

macro_rules! texts {
    ($name:literal, $locale:literal) => {
        [
            text!($name, $locale, "/sms.txt"),
            text!($name, $locale, "/email.subject.txt"),
            text!($name, $locale, "/email.mjml"),
            text!($name, $locale, "/email.txt"),
        ]
    };
}

macro_rules! text {
    ($name:literal, $($file:literal),+) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/templates/messages/",
            $name,
            "/",
            $($file),+
        ))
    };
}

const SHIPPED: &[Shipped] = shipped! {
    "case-opened" "case-progress" "case-waiting" "case-needs-you" "case-closed" "case-stalled"
    "tutor-alert" "body-report" "body-forwarding" "reply-forwarded" "survey" "survey-reminder"
    "incident-started" "incident-updated" "incident-restored" "incident-cancelled"
    "incident-overdue" "incident-confirm" "incident-reopened"
    "planned-announced" "planned-reminder" "planned-moved"
    "delay-started" "delay-changed" "delay-ended"
    "notice" "rectified"
    "reply-stop" "reply-start" "reply-info" "reply-away" "reply-answer"
};
