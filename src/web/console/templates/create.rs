//! The list of templates, and a new one: from a few answers, or as a copy of another. It opens as a
//! draft in the editor; nothing is sent from it before it is published and a rule names it.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::language::Language;
use crate::domain::limits::{PROSE, REFERENCE};
use crate::domain::role::Right;
use crate::domain::template::Source;
use crate::store::templates::TemplateSummary;
use crate::template::{TemplateSubject, is_template_name, started};
use crate::text::sanitize;
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{self, ConsolePart, ConsoleWords, Frame, Visit};
use crate::web::problem::Problem;

use super::editor::current;
use super::faults as texts;
use super::typed::Tab;
use super::write::{context, note, to_editor};

/// What was answered about a new template.
#[derive(Debug, Default)]
struct NewTemplateForm {
    name: String,
    description: String,
    topic: String,
    /// A topic that nobody has yet, typed on purpose.
    other_topic: String,
    /// What it is about, as `TemplateSubject` has it.
    about: String,
    /// The template that it is a copy of, if it is one.
    copy_of: String,
    languages: Vec<Language>,
}

/// What is wrong with the answers, each by its field.
#[derive(Debug, Default, PartialEq, Eq)]
struct NewTemplateFaults {
    name: Option<String>,
    description: Option<String>,
    topic: Option<String>,
    about: Option<String>,
    languages: Option<String>,
}

/// What is chosen where none of the topics fits that there are: no topic is called so.
const OTHER_TOPIC: &str = "+";

impl NewTemplateForm {
    fn topic(&self) -> &str {
        match self.topic.as_str() {
            OTHER_TOPIC => &self.other_topic,
            known => known,
        }
    }
}

impl NewTemplateFaults {
    fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// A choice of a list: its value, and how it is said.
struct NewTemplateChoice {
    value: String,
    word: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "console/templates.html")]
struct TemplatesPage {
    frame: Frame,
    rows: Vec<TemplateSummary>,
    may_edit: bool,
    form: NewTemplateForm,
    faults: NewTemplateFaults,
    subjects: Vec<NewTemplateChoice>,
    languages: Vec<NewTemplateChoice>,
    /// Topics that rules and templates have, and another.
    topics: Vec<NewTemplateChoice>,
}

/// `GET /console/templates`.
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let form = NewTemplateForm {
        languages: Language::ALL.to_vec(),
        ..NewTemplateForm::default()
    };
    draw(&visit, form, NewTemplateFaults::default()).await
}

/// `POST /console/templates`. The right comes before any work.
pub(super) async fn create(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let (web, words) = (&visit.web, visit.words());
    let form = read(&fields);
    let rows = web.store.read().await?.templates().list().await?;
    let mut faults = faults(words, &form, &known_topics(web, &rows));
    let source = match faults.any() {
        true => None,
        false => Some(begun(&visit, &form).await?),
    };
    let Some(source) = source else {
        return draw(&visit, form, faults).await;
    };
    let mut tx = web.store.write().await?;
    if !tx.templates().versions(&source.name).await?.is_empty() {
        drop(tx);
        faults.name = Some(words.with("templates-new-taken", "name", &source.name));
        return draw(&visit, form, faults).await;
    }
    let draft = tx
        .templates()
        .save_draft(&source, context(web, &person))
        .await?;
    let number = tx.templates().get_version(draft).await?.version;
    let what = (source.name.as_str(), &*format!("v{number}"));
    note(web, &mut tx, &person, "template.created", what).await?;
    tx.commit().await?;
    let tab = Tab::of(&source, "", "", "");
    Ok(to_editor(&source.name, &tab, "created"))
}

fn read(fields: &FormFields) -> NewTemplateForm {
    let line = |name: &str| sanitize::line(fields.get(name));
    let spoken = |language: &Language| !fields.get(&format!("in-{}", language.tag())).is_empty();
    NewTemplateForm {
        name: line("name"),
        description: line("description"),
        topic: line("topic"),
        other_topic: line("other_topic"),
        about: line("about"),
        copy_of: line("copy_of"),
        languages: Language::ALL.into_iter().filter(spoken).collect(),
    }
}

fn faults(
    words: ConsoleWords,
    form: &NewTemplateForm,
    topics: &BTreeSet<String>,
) -> NewTemplateFaults {
    let when = |wrong: bool, key: &str| wrong.then(|| words.say(key).into_owned());
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_copy = !form.copy_of.is_empty();
    let letters = form.description.chars().count();
    NewTemplateFaults {
        name: when(!is_template_name(&form.name), "templates-new-name-fault"),
        description: when(
            letters == 0 || letters > PROSE,
            "templates-new-description-fault",
        ),
        topic: when(
            form.topic().is_empty()
                || form.topic().len() > REFERENCE
                || !form.topic().chars().all(is_word)
                || !(form.topic == OTHER_TOPIC || topics.contains(&form.topic)),
            "templates-new-topic-fault",
        ),
        about: when(
            !is_copy && form.about.parse::<TemplateSubject>().is_err(),
            "templates-new-about-fault",
        ),
        languages: when(
            !is_copy && form.languages.is_empty(),
            "templates-new-languages-fault",
        ),
    }
}

/// The first text of the new template.
async fn begun(visit: &Visit, form: &NewTemplateForm) -> Result<Source, Problem> {
    let mut source = match form.about.parse::<TemplateSubject>() {
        _ if !form.copy_of.is_empty() => current(&visit.web, &form.copy_of).await?.source,
        Ok(about) => started(&form.name, about, &form.languages).map_err(|fault| {
            tracing::error!(fault = %fault, "the first text of a template does not hold");
            Problem::page_failed()
        })?,
        Err(unknown) => return Err(Problem::field("/about", unknown.to_string())),
    };
    if form.copy_of.is_empty() {
        // What comes with the program explains itself in English; a colleague reads on in theirs.
        let words = visit.words();
        for variable in &mut source.variables {
            let said = words.of("templates-starts", &variable.name);
            variable.description = said.into_owned();
        }
    }
    Ok(Source {
        name: form.name.clone(),
        description: form.description.clone(),
        topic: form.topic().to_owned(),
        ..source
    })
}

/// Topics that there are: those of rules and of templates.
fn known_topics(web: &Web, rows: &[TemplateSummary]) -> BTreeSet<String> {
    let rules = web.rules.load();
    let of_rules = rules.rules().map(|rule| rule.topic.clone());
    let of_templates = rows.iter().map(|row| row.topic.clone());
    let mut topics: BTreeSet<String> = of_rules.chain(of_templates).collect();
    topics.remove("");
    topics
}

/// Each with what clients read on their pages; another comes last.
fn topic_choices(
    words: ConsoleWords,
    form: &NewTemplateForm,
    known: BTreeSet<String>,
) -> Vec<NewTemplateChoice> {
    let said = known.into_iter().map(|topic| NewTemplateChoice {
        word: format!("{} ({topic})", words.of("templates-topic", &topic)),
        here: form.topic == topic,
        value: topic,
    });
    let another = NewTemplateChoice {
        value: OTHER_TOPIC.to_owned(),
        word: words.say("templates-new-topic-other").into_owned(),
        here: form.topic == OTHER_TOPIC,
    };
    said.chain([another]).collect()
}

async fn draw(
    visit: &Visit,
    form: NewTemplateForm,
    faults: NewTemplateFaults,
) -> Result<Response, Problem> {
    let words = visit.words();
    let mut rows = visit.web.store.read().await?.templates().list().await?;
    for row in &mut rows {
        row.description = texts::purpose(words, &row.name, &row.description);
    }
    let topics = topic_choices(words, &form, known_topics(&visit.web, &rows));
    let subjects = TemplateSubject::ALL
        .iter()
        .map(|subject| NewTemplateChoice {
            value: subject.as_str().to_owned(),
            word: words.of("templates-about", subject.as_str()).into_owned(),
            here: form.about == subject.as_str(),
        });
    let languages = Language::ALL.iter().map(|language| NewTemplateChoice {
        value: language.tag().to_owned(),
        word: language.name().to_owned(),
        here: form.languages.contains(language),
    });
    let status = match faults.any() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let title = words.say("templates-title");
    let page = TemplatesPage {
        frame: visit.frame(ConsolePart::Templates, title).await?,
        subjects: subjects.collect(),
        languages: languages.collect(),
        may_edit: visit.may(Right::EditTemplates),
        rows,
        topics,
        form,
        faults,
    };
    Ok(shell::page_with(status, &page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_that_does_not_hold_is_named_by_its_field() {
        let found = |name: &str, value: &str| {
            let body = [
                ("name", "case-news"),
                ("description", "When there is news."),
                ("topic", "cases"),
                ("about", "case"),
                ("in-it", "on"),
            ];
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (field, good) in body {
                form.append_pair(field, if field == name { value } else { good });
            }
            let fields = FormFields::parse(form.finish().as_bytes());
            let topics = BTreeSet::from(["cases".to_owned()]);
            faults(ConsoleWords::ENGLISH, &read(&fields), &topics)
        };
        assert!(!found("", "").any());
        for name in ["", "Case News", "case_news", "è", "../x"] {
            assert!(found("name", name).name.is_some(), "{name}");
        }
        assert!(found("description", " ").description.is_some());
        for topic in ["two words", "casse", "", OTHER_TOPIC] {
            assert!(found("topic", topic).topic.is_some(), "{topic}");
        }
        assert!(found("about", "weather").about.is_some());
        assert!(found("in-it", "").languages.is_some());
        for subject in TemplateSubject::ALL {
            let word = ConsoleWords::ENGLISH.of("templates-about", subject.as_str());
            assert!(word.contains(' '), "{subject}");
        }
    }

    #[test]
    fn every_variable_of_a_new_template_is_explained_in_both_languages() {
        let [italian, english] = [Language::Italian, Language::English].map(ConsoleWords::new);
        for subject in TemplateSubject::ALL {
            let source = started("new", *subject, &Language::ALL).unwrap();
            for variable in source.variables {
                let name = variable.name.as_str();
                let said = |words: ConsoleWords| words.of("templates-starts", name);
                assert_ne!(said(english), name.replace('_', " "), "{name}");
                assert_ne!(said(italian), said(english), "{name}");
            }
        }
    }
}
