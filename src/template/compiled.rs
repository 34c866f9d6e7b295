//! A version of a template, compiled once, from which every message is written.
//!
//! Layout and styles are settled here; a message costs one pass of the engine per part. The same
//! version, locale and variables always give the same text to the byte: a repeat is a repeat.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use minijinja::{Environment, Error, ErrorKind, Value};
use serde_json::Value as Json;

use super::context::{Extras, VariableScope};
use super::fault::{RenderFault, TemplateFault, described};
use super::scan::{mark_lines, pieces, variable_at, without_lone_lines};
use super::{addresses, bounds, engine, links, mail, markdown, plain};
use crate::domain::Channel;
use crate::domain::language::{Language, primary};
use crate::domain::template::{Locale, Part, Source, TemplateParts};
use crate::text::sanitize;

/// Longest SMS in bytes: ten segments in the worst alphabet stay below it.
const MAX_SMS: usize = 2_000;
/// Longest subject line in bytes (RFC 5322 §2.1.1 stops a line at 998).
const MAX_SUBJECT: usize = 800;
/// Longest HTML or plain text in bytes; mail programs cut HTML at about 100 KB.
const MAX_MAIL: usize = 256 * 1024;

/// A compiled template. Made once per version, shared between threads.
pub struct Compiled {
    engine: Environment<'static>,
    locales: BTreeMap<Locale, Spoken>,
    links: Vec<String>,
    context: VariableScope,
    /// By text: the line each of its marks was written in.
    lines: HashMap<String, Vec<usize>>,
}

/// Which texts a language has.
#[derive(Debug, Clone, Copy, Default)]
struct Spoken {
    sms: bool,
    email: bool,
    email_text: bool,
    /// What its e-mail is written as: MJML or Markdown.
    mail: Option<Part>,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    pub subject: String,
    /// HTML with inlined styles.
    pub html: String,
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
    pub fn compile(source: &Source) -> Result<Self, TemplateFault> {
        bounds::together(source)?;
        let mut compiler = Compiler {
            engine: engine::engine(),
            links: links::TemplateLinks::default(),
            lines: HashMap::new(),
        };
        let mut locales = BTreeMap::new();
        for (locale, parts) in &source.parts {
            locales.insert(locale.clone(), compiler.language(locale, parts)?);
        }
        Ok(Self {
            engine: compiler.engine,
            locales,
            links: compiler.links.into_urls(),
            context: VariableScope::new(&source.variables),
            lines: compiler.lines,
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
    /// its region, else that of home, else any.
    #[must_use]
    pub fn language_for(&self, locale: &str, channel: Channel) -> Option<&str> {
        let speaks = |key: &str| {
            let (key, spoken) = self.locales.get_key_value(key)?;
            spoken.on(channel).then_some(key.as_str())
        };
        speaks(locale)
            .or_else(|| speaks(primary(locale)))
            .or_else(|| speaks(Language::HOME.tag()))
            .or_else(|| self.locales.keys().find_map(|key| speaks(key)))
    }

    /// Writes the SMS: one line, white space collapsed.
    pub fn sms(&self, locale: &str, input: &Input<'_>) -> Result<String, RenderFault> {
        let locale = self.spoken(locale, Channel::Sms)?;
        let values = self.values(locale, Channel::Sms, input)?;
        let text = self.render(&key(locale, Part::Sms), values, MAX_SMS)?;
        Ok(sanitize::line(&text))
    }

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
            plain::paragraphs(&text)
        } else {
            plain::of_html(&html).map_err(|detail| RenderFault::Broken {
                part: key(locale, Part::EmailText),
                line: None,
                detail,
            })?
        };
        Ok(RenderedEmail {
            subject: sanitize::line(&subject),
            html,
            text,
        })
    }

    /// Every text, by its file, with the names it uses, for the check.
    pub(super) fn uses(&self) -> impl Iterator<Item = (String, HashSet<String>)> {
        let templates = self.engine.templates();
        templates.map(|(key, template)| (self.as_filed(key), template.undeclared_variables(true)))
    }

    /// The names that a text uses, by its file, without those that are always put in.
    pub(super) fn names(&self, file: &str) -> BTreeSet<String> {
        let texts = self.uses().filter(|(used, _)| used == file);
        texts
            .flat_map(|(_, names)| names)
            .filter(|name| !name.starts_with('_'))
            .collect()
    }

    /// What the context knows of names, for the check.
    pub(super) const fn context(&self) -> &VariableScope {
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
                part: self.as_filed(key),
                line: None,
                detail: "the text is not UTF-8".to_owned(),
            }),
            Err(_) if out.full => Err(RenderFault::TooLong {
                part: self.as_filed(key),
                limit,
            }),
            Err(error) => Err(self.fault(key, &error)),
        }
    }

    fn fault(&self, key: &str, error: &Error) -> RenderFault {
        let template = self.engine.get_template(key).ok();
        let source = template.as_ref().map_or("", |template| template.source());
        if error.kind() == ErrorKind::OutOfFuel {
            return self.endless(key, source);
        }
        let range = error.range().unwrap_or_default();
        let variable = variable_at(source, range.clone());
        if error.kind() == ErrorKind::UndefinedError && !variable.is_empty() {
            return RenderFault::Missing {
                variable: variable.to_owned(),
            };
        }
        let expression = source.get(range.clone()).unwrap_or_default().trim();
        let detail = if expression.is_empty()
            || [bounds::HELD, addresses::ENCODED]
                .iter()
                .any(|ours| expression.contains(ours))
        {
            described(error)
        } else {
            format!("`{expression}`: {}", described(error))
        };
        RenderFault::Broken {
            part: self.as_filed(key),
            line: self.line_of(key, source, range.start),
            detail,
        }
    }

    /// The name of the file that an operator knows a text by.
    fn as_filed(&self, key: &str) -> String {
        match key.strip_suffix(engine::HTML) {
            Some(locale) => {
                let written = self.locales.get(locale).and_then(|spoken| spoken.mail);
                self::key(locale, written.unwrap_or(Part::EmailMjml))
            }
            None => key.to_owned(),
        }
    }

    /// A text that takes too many steps. The engine does not say where; a loop it is.
    fn endless(&self, key: &str, source: &str) -> RenderFault {
        RenderFault::Broken {
            part: self.as_filed(key),
            line: source
                .find("{% for")
                .and_then(|at| self.line_of(key, source, at)),
            detail: "the text takes too many steps: put fewer loops within one another".to_owned(),
        }
    }

    /// The operator's line of a byte of a compiled text: that of the mark it stands in.
    fn line_of(&self, key: &str, source: &str, at: usize) -> Option<usize> {
        let pieces = pieces(key, source).unwrap_or_default();
        let mut offset = 0;
        let before = pieces.iter().take_while(|piece| {
            let starts = offset;
            offset += piece.text().len();
            starts <= at
        });
        let marks = before.filter(|piece| piece.is_mark() && !links::is_slot(**piece));
        self.lines
            .get(key)?
            .get(marks.count().checked_sub(1)?)
            .copied()
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
    links: links::TemplateLinks,
    lines: HashMap<String, Vec<usize>>,
}

impl Compiler {
    fn language(&mut self, locale: &str, parts: &TemplateParts) -> Result<Spoken, TemplateFault> {
        for part in [Part::Sms, Part::EmailSubject, Part::EmailText] {
            let Some(text) = parts.get(part) else {
                continue;
            };
            let key = key(locale, part);
            let lines = Self::as_written(&key, text)?;
            // A subject with a link in it would only look like a fraud: it stays as written.
            let text = match part {
                Part::EmailText => self.links.in_text(&key, &without_lone_lines(&key, text))?,
                Part::Sms => self.links.in_text(&key, text)?,
                _ => text.to_owned(),
            };
            self.add(&key, key.clone(), &text)?;
            self.lines.insert(key, lines);
        }
        let mail = match (&parts.email_mjml, &parts.email_markdown) {
            (Some(mjml), None) => Some(self.mjml(locale, mjml)?),
            (None, Some(text)) => Some(self.markdown(locale, text)?),
            (Some(_), Some(_)) => return Err(written_twice(locale)),
            (None, None) => None,
        };
        Ok(Spoken {
            sms: parts.speak(Channel::Sms),
            email: parts.speak(Channel::Email),
            email_text: parts.email_text.is_some(),
            mail,
        })
    }

    fn mjml(&mut self, locale: &str, mjml: &str) -> Result<Part, TemplateFault> {
        let key = key(locale, Part::EmailMjml);
        Self::as_written(&key, mjml)?;
        let html = mail::html(&key, &self.links.in_mjml(&key, mjml)?)?;
        self.add_html(&key, locale, html)?;
        Ok(Part::EmailMjml)
    }

    /// Values are put into HTML that is made by then, and escaped for it: no Markdown reads them.
    fn markdown(&mut self, locale: &str, text: &str) -> Result<Part, TemplateFault> {
        let key = key(locale, Part::EmailMarkdown);
        Self::as_written(&key, text)?;
        let written = markdown::mail(&key, locale, text)?;
        // A curly bracket that is only shown has become a mark.
        bounds::marks(&key, &written.mjml, &pieces(&key, &written.mjml)?)
            .map_err(TemplateFault::without_line)?;
        let mjml = self.links.in_mjml(&key, &written.mjml)?;
        let mut html = mail::html(&key, &mjml).map_err(|fault| written.in_markdown(fault))?;
        for line in &mut html.lines {
            *line = written.line(*line);
        }
        self.add_html(&key, locale, html)?;
        Ok(Part::EmailMarkdown)
    }

    fn add_html(&mut self, key: &str, locale: &str, html: mail::Html) -> Result<(), TemplateFault> {
        // What the layout made of the text is looked at again: `&#123;` is `{` by now.
        self.add(key, html_key(locale), &html.text)
            .map_err(TemplateFault::without_line)?;
        self.lines.insert(html_key(locale), html.lines);
        Ok(())
    }

    /// Reads a text as it was written, so that a fault names the operator's own line; gives the
    /// lines of its marks.
    fn as_written(part: &str, text: &str) -> Result<Vec<usize>, TemplateFault> {
        bounds::length(part, text)?;
        let pieces = pieces(part, text)?;
        bounds::marks(part, text, &pieces)?;
        Environment::empty()
            .template_from_named_str("part", text)
            .map(drop)
            .map_err(|error| TemplateFault::syntax(part, &error))?;
        Ok(mark_lines(&pieces))
    }

    fn add(&mut self, part: &str, key: String, text: &str) -> Result<(), TemplateFault> {
        let pieces = pieces(part, text)?;
        bounds::marks(part, text, &pieces)?;
        let encoded = addresses::encoded(&pieces);
        let pieces = self::pieces(part, &encoded)?;
        self.engine
            .add_template_owned(key, bounds::held(&pieces))
            .map_err(|error| TemplateFault::syntax(part, &error))
    }
}

fn written_twice(locale: &str) -> TemplateFault {
    TemplateFault::of(
        &key(locale, Part::EmailMarkdown),
        "this language has its e-mail twice, in Markdown and in MJML",
        "take email.md or email.mjml away",
    )
}

fn key(locale: &str, part: Part) -> String {
    format!("{locale}/{part}")
}

fn html_key(locale: &str) -> String {
    format!("{locale}{}", engine::HTML)
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
