//! What `template::lint` found, in the words of the person who writes.

use crate::template::{EaseLevel, Lint, LintFinding};
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// A sentence for each thing that a reader may stumble over.
pub(super) fn of(words: ConsoleWords, found: &Lint) -> Vec<String> {
    let sentences = found.findings.iter().map(|it| sentence(words, it));
    sentences.collect()
}

fn sentence(words: ConsoleWords, finding: &LintFinding) -> String {
    let line = |line: usize| FluentValue::from(line.to_string());
    match finding {
        LintFinding::UnknownName {
            name,
            nearest,
            line: at,
        } => {
            let name = FluentValue::from(name.as_str());
            let at = line(at.unwrap_or(1));
            match nearest {
                None => words.say_with("templates-lint-unknown", &[("name", name), ("line", at)]),
                Some(nearest) => words.say_with(
                    "templates-lint-unknown-nearest",
                    &[
                        ("name", name),
                        ("line", at),
                        ("nearest", nearest.as_str().into()),
                    ],
                ),
            }
        }
        LintFinding::NamesNothing => words.say("templates-lint-names-nothing").into_owned(),
        LintFinding::NoContact => words.say("templates-lint-no-contact").into_owned(),
        LintFinding::EmptyLink { line: at } => {
            words.say_with("templates-lint-empty-link", &[("line", line(*at))])
        }
        LintFinding::Unclosed { sign, line: at } => words.say_with(
            "templates-lint-unclosed",
            &[("sign", (*sign).into()), ("line", line(*at))],
        ),
        LintFinding::Shouting(shouted) => words.with("templates-lint-shouting", "words", shouted),
    }
}

/// How easily the text reads, and the sentence that reads worst, where it is worth a look.
pub(super) fn ease(words: ConsoleWords, found: &Lint) -> Vec<String> {
    let Some(ease) = &found.ease else {
        return Vec::new();
    };
    let score = ease.score.to_string();
    let key = match ease.level {
        EaseLevel::Easy => "templates-ease-easy",
        EaseLevel::Fair => "templates-ease-fair",
        EaseLevel::Hard => "templates-ease-hard",
    };
    let mut said = vec![words.with(key, "score", &score)];
    if let (Some(hardest), true) = (&ease.hardest, ease.level != EaseLevel::Easy) {
        said.push(words.with("templates-ease-hardest", "sentence", hardest));
    }
    said
}
