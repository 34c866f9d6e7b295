//! A version of a template, compiled once, from which every message is written.
//!
//! Layout and styles are settled here; a message costs one pass of the engine per part. The same
//! version, locale and variables always give the same text to the byte: a repeat is a repeat.

use std::collections::{BTreeMap, HashSet};

use minijinja::{Environment, Error, ErrorKind, Value};
use serde_json::Value as Json;

use super::context::{Context, Extras};
use super::fault::{Fault, RenderFault, described};
use super::scan::{pieces, variable_at, without_lone_lines};
use super::{engine, hygiene, language, links, mail};
use crate::domain::Channel;
use crate::domain::template::{Locale, Part, Parts, Source};

/// Longest source of one part in bytes.
const MAX_SOURCE: usize = 64 * 1024;
/// Longest SMS in bytes: ten segments in the worst alphabet stay below it.
const MAX_SMS: usize = 2_000;
/// Longest subject line in bytes (RFC 5322 §2.1.1 stops a line at 998).
const MAX_SUBJECT: usize = 800;
/// Longest HTML or plain text in bytes; mail programs cut HTML at about 100 KB.
const MAX_MAIL: usize = 256 * 1024;
/// Columns of the plain text made from HTML (RFC 5322 §2.1.1 asks for at most 78).
const COLUMNS: usize = 76;

/// A compiled template. Made once per version, shared between threads.
pub struct Compiled {
    engine: Environment<'static>,
    locales: BTreeMap<Locale, Spoken>,
    links: Vec<String>,
    context: Context,
}

/// Which texts a language has.
#[derive(Debug, Clone, Copy, Default)]
struct Spoken {
    sms: bool,
    email: bool,
    email_text: bool,
}

/// What one message is written from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The frozen variables of the message.
    pub variables: &'a Json,
    /// The address to put for `links()[i]`: a tracked one, or the plain one.
    pub link: &'a (dyn Fn(usize) -> String + Sync),
    /// Address of the open pixel, where opens are measured.
    pub pixel: Option<&'a str>,
}

/// A written e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    /// One line.
    pub subject: String,
    /// HTML with inlined styles.
    pub html: String,
    /// Plain text.
    pub text: String,
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled")
            .field("locales", &self.locales)
            .field("links", &self.links)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    /// Compiles every part of every language; the first fault names part and line.
    pub fn compile(source: &Source) -> Result<Self, Fault> {
        let mut compiler = Compiler {
            engine: engine::engine(),
            links: links::Links::default(),
        };
        let mut locales = BTreeMap::new();
        for (locale, parts) in &source.parts {
            locales.insert(locale.clone(), compiler.language(locale, parts)?);
        }
        Ok(Self {
            engine: compiler.engine,
            locales,
            links: compiler.links.into_urls(),
            context: Context::new(&source.variables),
        })
    }

    /// The addresses written out in the texts, in order of first use.
    #[must_use]
    pub fn links(&self) -> &[String] {
        &self.links
    }

    /// Whether a message on this channel can be written for a client of this language.
    #[must_use]
    pub fn speaks(&self, locale: &str, channel: Channel) -> bool {
        self.language_for(locale, channel).is_some()
    }

    /// The language a client of `locale` is written to in: the very one, else the same without
    /// its region, else Italian, else any.
    #[must_use]
    pub fn language_for(&self, locale: &str, channel: Channel) -> Option<&str> {
        let speaks = |key: &str| {
            let (key, spoken) = self.locales.get_key_value(key)?;
            spoken.on(channel).then_some(key.as_str())
        };
        speaks(locale)
            .or_else(|| speaks(language(locale)))
            .or_else(|| speaks("it"))
            .or_else(|| self.locales.keys().find_map(|key| speaks(key)))
    }

    /// Writes the SMS: one line, white space collapsed.
    pub fn sms(&self, locale: &str, input: &Input<'_>) -> Result<String, RenderFault> {
        let locale = self.spoken(locale, Channel::Sms)?;
        let values = self.values(locale, Channel::Sms, input)?;
        let text = self.render(&key(locale, Part::Sms), values, MAX_SMS)?;
        Ok(hygiene::one_line(&text))
    }

    /// Writes the e-mail.
    pub fn email(&self, locale: &str, input: &Input<'_>) -> Result<RenderedEmail, RenderFault> {
        let locale = self.spoken(locale, Channel::Email)?;
        let values = self.values(locale, Channel::Email, input)?;
        let subject = self.render(
            &key(locale, Part::EmailSubject),
            values.clone(),
            MAX_SUBJECT,
        )?;
        let html = self.render(&html_key(locale), values.clone(), MAX_MAIL)?;
        let text = if self
            .locales
            .get(locale)
            .is_some_and(|spoken| spoken.email_text)
        {
            let text = self.render(&key(locale, Part::EmailText), values, MAX_MAIL)?;
            hygiene::paragraphs(&text)
        } else {
            plain(locale, &html)?
        };
        Ok(RenderedEmail {
            subject: hygiene::one_line(&subject),
            html,
            text,
        })
    }

    /// Every text with the names it uses, for the check.
    pub(super) fn uses(&self) -> impl Iterator<Item = (&str, HashSet<String>)> {
        let templates = self.engine.templates();
        templates.map(|(key, template)| (key, template.undeclared_variables(true)))
    }

    /// What the context knows of names, for the check.
    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    fn spoken(&self, locale: &str, channel: Channel) -> Result<&str, RenderFault> {
        self.language_for(locale, channel)
            .ok_or(RenderFault::NoText { channel })
    }

    fn values(
        &self,
        locale: &str,
        channel: Channel,
        input: &Input<'_>,
    ) -> Result<Value, RenderFault> {
        let links = (0..self.links.len()).map(|index| Value::from((input.link)(index)));
        let extras = Extras {
            channel,
            locale,
            links: links.collect(),
            pixel: input.pixel,
        };
        self.context.values(input.variables, extras)
    }

    fn render(&self, key: &str, values: Value, limit: usize) -> Result<String, RenderFault> {
        let mut out = Limited {
            bytes: Vec::with_capacity(1_024),
            limit,
            full: false,
        };
        let rendered = self
            .engine
            .get_template(key)
            .and_then(|template| template.render_captured_to(values, &mut out).map(drop));
        match rendered {
            Ok(()) => String::from_utf8(out.bytes).map_err(|_| RenderFault::Broken {
                part: key.to_owned(),
                detail: "the text is not UTF-8".to_owned(),
            }),
            Err(_) if out.full => Err(RenderFault::TooLong {
                part: key.to_owned(),
                limit,
            }),
            Err(error) => Err(self.fault(key, &error)),
        }
    }

    fn fault(&self, key: &str, error: &Error) -> RenderFault {
        let template = self.engine.get_template(key).ok();
        let source = template.as_ref().map_or("", |template| template.source());
        let range = error.range().unwrap_or_default();
        let variable = variable_at(source, range.clone());
        if error.kind() == ErrorKind::UndefinedError && !variable.is_empty() {
            return RenderFault::Missing {
                variable: variable.to_owned(),
            };
        }
        let expression = source.get(range).unwrap_or_default();
        RenderFault::Broken {
            part: key.to_owned(),
            detail: format!("`{}`: {}", expression.trim(), described(error)),
        }
    }
}

impl Spoken {
    const fn on(self, channel: Channel) -> bool {
        match channel {
            Channel::Sms => self.sms,
            Channel::Email => self.email,
        }
    }
}

struct Compiler {
    engine: Environment<'static>,
    links: links::Links,
}

impl Compiler {
    fn language(&mut self, locale: &str, parts: &Parts) -> Result<Spoken, Fault> {
        for part in [Part::Sms, Part::EmailSubject, Part::EmailText] {
            let Some(text) = parts.get(part) else {
                continue;
            };
            let key = key(locale, part);
            within_limit(&key, text)?;
            Self::as_written(&key, text)?;
            // A subject with a link in it would only look like a fraud: it stays as written.
            let text = match part {
                Part::EmailText => self.links.in_text(&key, &without_lone_lines(&key, text))?,
                Part::Sms => self.links.in_text(&key, text)?,
                _ => text.to_owned(),
            };
            self.add(&key, key.clone(), text)?;
        }
        if let Some(mjml) = &parts.email_mjml {
            let key = key(locale, Part::EmailMjml);
            within_limit(&key, mjml)?;
            Self::as_written(&key, mjml)?;
            let html = mail::html(&key, &self.links.in_mjml(&key, mjml)?)?;
            self.add(&key, html_key(locale), html)?;
        }
        Ok(Spoken {
            sms: parts.speak(Channel::Sms),
            email: parts.speak(Channel::Email),
            email_text: parts.email_text.is_some(),
        })
    }

    /// Reads a text as it was written, so that a fault names the operator's own line.
    fn as_written(part: &str, text: &str) -> Result<(), Fault> {
        pieces(part, text)?;
        Environment::empty()
            .template_from_named_str("part", text)
            .map(drop)
            .map_err(|error| Fault::syntax(part, &error))
    }

    fn add(&mut self, part: &str, key: String, text: String) -> Result<(), Fault> {
        self.engine
            .add_template_owned(key, text)
            .map_err(|error| Fault::syntax(part, &error))
    }
}

fn within_limit(part: &str, text: &str) -> Result<(), Fault> {
    if text.len() <= MAX_SOURCE {
        return Ok(());
    }
    Err(Fault::of(
        part,
        format!("the text has {} bytes", text.len()),
        "keep each part below 64 KB: clients read on a telephone",
    ))
}

fn key(locale: &str, part: Part) -> String {
    format!("{locale}/{part}")
}

fn html_key(locale: &str) -> String {
    format!("{locale}{}", engine::HTML)
}

fn plain(locale: &str, html: &str) -> Result<String, RenderFault> {
    let text = html2text::config::plain()
        .no_table_borders()
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), COLUMNS)
        .map_err(|error| RenderFault::Broken {
            part: key(locale, Part::EmailText),
            detail: error.to_string(),
        })?;
    Ok(hygiene::paragraphs(&text))
}

/// Collects output up to a limit, so that no text grows without end while it is being made.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.full = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
