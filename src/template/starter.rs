//! The first text of a new template: short, true as it stands, and in each part of it something to
//! change. Nobody has to begin with an empty page, or to know what a variable is called.

use std::collections::BTreeMap;

use super::fault::TemplateFault;
use crate::domain::Channel;
use crate::domain::language::Language;
use crate::domain::template::{Locale, Source, TemplateParts, Variable};
use crate::text::text_enum::text_enum;

text_enum! {
    /// What a new template is about: it says which variables its texts may use.
    pub enum TemplateSubject {
        Case => "case",
        /// Something that hits a place: an outage.
        Incident => "incident",
        /// Works that were announced.
        Planned => "planned",
        Delay => "delay",
        /// Something that an operator writes, with a title.
        Notice => "notice",
    }
}

impl TemplateSubject {
    /// The shipped template whose variables it has.
    const fn model(self) -> &'static str {
        match self {
            Self::Case => "case-progress",
            Self::Incident => "incident-updated",
            Self::Planned => "planned-announced",
            Self::Delay => "delay-changed",
            Self::Notice => "notice",
        }
    }

    /// What it calls its thing, in Italian and in English.
    const fn noun(self) -> (&'static str, &'static str) {
        match self {
            Self::Case => ("pratica", "request"),
            Self::Incident => ("interruzione", "outage"),
            Self::Planned => ("lavori programmati", "planned works"),
            Self::Delay => ("ritardo", "delay"),
            Self::Notice => ("avviso", "notice"),
        }
    }

    fn variables(self) -> Result<Vec<Variable>, TemplateFault> {
        let model = Source::shipped()?
            .into_iter()
            .find(|source| source.name == self.model());
        let mut variables = model.map(|source| source.variables).unwrap_or_default();
        for variable in &mut variables {
            // What else the model cannot do without, a text that says something else can.
            let is_reference = variable.name.rsplit('.').next() == Some("ref");
            variable.required &= self == Self::Notice || is_reference;
        }
        Ok(variables)
    }

    fn parts(self, language: Language) -> TemplateParts {
        let [sms, subject, mail] = match self {
            Self::Notice => notice(language),
            _ => news(self, language),
        };
        TemplateParts {
            sms: Some(sms),
            email_subject: Some(subject),
            email_markdown: Some(mail),
            ..TemplateParts::default()
        }
    }
}

/// A new template with a first text in each of these languages.
pub fn started(
    name: &str,
    subject: TemplateSubject,
    languages: &[Language],
) -> Result<Source, TemplateFault> {
    let parts: BTreeMap<Locale, TemplateParts> = languages
        .iter()
        .map(|language| (language.tag().to_owned(), subject.parts(*language)))
        .collect();
    Ok(Source {
        name: name.to_owned(),
        description: String::new(),
        topic: String::new(),
        variables: subject.variables()?,
        parts,
    })
}

/// The languages and channels whose text is still the first one, word for word.
#[must_use]
pub fn untouched(source: &Source) -> Vec<(Locale, Channel)> {
    let mut found = Vec::new();
    for (locale, parts) in &source.parts {
        let Some(language) = Language::of(locale) else {
            continue;
        };
        for channel in Channel::ALL {
            let is_first = |subject: &TemplateSubject| {
                written(&subject.parts(language), *channel) == written(parts, *channel)
            };
            if parts.speak(*channel) && TemplateSubject::ALL.iter().any(is_first) {
                found.push((locale.clone(), *channel));
            }
        }
    }
    found
}

/// What is written for a channel, without the blanks that a form takes away.
fn written(parts: &TemplateParts, channel: Channel) -> [Option<String>; 3] {
    let texts = match channel {
        Channel::Sms => [parts.sms.as_ref(), None, None],
        Channel::Email => [
            parts.email_subject.as_ref(),
            parts.email_markdown.as_ref(),
            parts.email_mjml.as_ref(),
        ],
    };
    texts.map(|text| text.map(|text| text.trim().to_owned()))
}

/// About one thing of the client's, by its reference.
fn news(subject: TemplateSubject, language: Language) -> [String; 3] {
    let reference = match subject {
        TemplateSubject::Case => "{{ case.ref }}",
        _ => "{{ incident.ref }}",
    };
    let (italian, english) = subject.noun();
    let noun = language.choose(italian, english);
    let (update, body, button) = language.choose(
        (
            "aggiornamento",
            "Gentile {{ client.name }},\nc'è una novità che La riguarda.",
            "Segua gli aggiornamenti",
        ),
        (
            "update",
            "Dear {{ client.name }},\nthere is news for you.",
            "Follow it",
        ),
    );
    let sms = format!(
        "{{{{ organisation.name }}}}: {update}, {noun} {reference}. {{{{ links.status }}}}"
    );
    let subject = format!("{noun} {reference}: {update}");
    let mail = format!(
        "# {} {reference}\n\n{body}\n\n[{button}]({{{{ links.status }}}})\n\n{}",
        capital(noun),
        contact(language)
    );
    [sms, capital(&subject), mail]
}

/// What an operator writes elsewhere, with a title.
fn notice(language: Language) -> [String; 3] {
    let greeting = language.choose("Gentile {{ client.name }},", "Dear {{ client.name }},");
    let button = language.choose("Segua gli aggiornamenti", "Follow it");
    [
        "{{ organisation.name }}: {{ title | cut(70) }}. {{ links.status }}".to_owned(),
        "{{ title | upper_first }}".to_owned(),
        format!(
            "# {{{{ title | upper_first }}}}\n\n{greeting}\n\n{{% for line in body | paragraphs %}}\n\
             {{{{ line }}}}\n{{% endfor %}}\n\n[{button}]({{{{ links.status }}}})\n\n{}",
            contact(language)
        ),
    ]
}

/// Whom to turn to, as far as it is known.
fn contact(language: Language) -> String {
    let (ask, free, phone, mail) = language.choose(
        (
            "Per qualsiasi domanda:",
            "Numero verde",
            "Telefono",
            "E-mail",
        ),
        (
            "If you have any question:",
            "Toll-free",
            "Telephone",
            "E-mail",
        ),
    );
    format!(
        "{{% if contact.phone_free or contact.phone or contact.email %}}\n> **{ask}**\n\
         {{% if contact.phone_free %}}\n> {free} {{{{ contact.phone_free }}}}\n{{% endif %}}\n\
         {{% if contact.phone %}}\n> {phone} {{{{ contact.phone }}}}\n{{% endif %}}\n\
         {{% if contact.email %}}\n> {mail} {{{{ contact.email }}}}\n{{% endif %}}\n{{% endif %}}\n"
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::check::{Severity, check};
    use super::super::lint::{lint, unnamed};
    use super::*;

    #[test]
    fn a_new_template_could_be_published_as_it_begins() {
        for subject in TemplateSubject::ALL {
            let source = started("new", *subject, &Language::ALL).unwrap();
            let findings = check(&source);
            let errors: Vec<_> = findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
                .collect();
            assert!(errors.is_empty(), "{subject}: {errors:?}");
            assert!(unnamed(&source).is_empty(), "{subject}");
            for (locale, channel) in [("it", Channel::Sms), ("en", Channel::Email)] {
                let found = lint(&source, locale, channel, None).findings;
                assert!(found.is_empty(), "{subject}: {found:?}");
            }
        }
    }

    #[test]
    fn a_text_that_nobody_changed_is_known_for_it() {
        let mut source = started("new", TemplateSubject::Case, &Language::ALL).unwrap();
        assert_eq!(untouched(&source).len(), 4);
        for parts in source.parts.values_mut() {
            parts.sms = parts.sms.take().map(|text| format!("{text}\n"));
        }
        assert_eq!(untouched(&source).len(), 4, "a line break is no change");
        if let Some(parts) = source.parts.get_mut("it") {
            parts.sms = Some("Pratica {{ case.ref }}: chiusa.".to_owned());
            parts.email_subject = Some("Pratica {{ case.ref }} chiusa".to_owned());
        }
        let en = |channel| ("en".to_owned(), channel);
        let mut found = untouched(&source);
        found.sort_by_key(|(_, channel)| channel.as_str());
        assert_eq!(found, [en(Channel::Email), en(Channel::Sms)]);
    }
}
