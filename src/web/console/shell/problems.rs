//! What a problem says, in the words of the person who sees it as a page. Programs get the English.

use super::words::ConsoleWords;

/// The text whose value is a role.
const ROLE: &str = "shell-said-role";

/// The detail of a problem in these words; none where it has no text of its own.
pub(super) fn said(words: ConsoleWords, english: &str) -> Option<String> {
    words.translated(&PROBLEMS, english, |key, value| {
        if key == ROLE {
            return words.of("role", &value).into_owned();
        }
        let thing = words.translated(&THINGS, &value, |_, value| value);
        thing.unwrap_or(value)
    })
}

/// Of several texts that fit, the first is taken.
const PROBLEMS: [&str; 51] = [
    "shell-said-page-failed",
    "shell-said-away",
    "shell-said-unholdable",
    "shell-said-nul",
    "shell-said-too-large",
    "shell-said-media-type",
    "shell-said-foreign-form",
    "shell-said-logged-out",
    "shell-said-role",
    "shell-said-method",
    "shell-said-path-long",
    "shell-said-asked-long",
    "shell-said-twice",
    "shell-said-form-broken",
    "shell-said-slow",
    "shell-said-broken-off",
    "shell-said-form-not-ours",
    "shell-said-internal",
    "shell-said-busy-logins",
    "shell-said-partners-only",
    "shell-said-no-date",
    "shell-said-no-day",
    "shell-said-no-button",
    "shell-said-own-text",
    "shell-said-own-incident",
    "shell-said-faster",
    "shell-said-incident-over",
    "shell-said-text-length",
    "shell-said-reason-length",
    "shell-said-line-since",
    "shell-said-erased",
    "shell-said-unwilling",
    "shell-said-unpublished-first",
    "shell-said-unpublished",
    "shell-said-unknown-client",
    "shell-said-known-writer",
    "shell-said-deputies",
    "shell-said-mandate-over",
    "shell-said-deputy-of-deputy",
    "shell-said-deputy-mode",
    "shell-said-deputy-own",
    "shell-said-own-choice",
    "shell-said-webhooks",
    "shell-said-plans",
    "shell-said-rectified-now",
    "shell-said-rectify-nobody",
    "shell-said-rectify-told",
    "shell-said-counts-no-more",
    "shell-said-waits-already",
    "shell-said-no-body",
    "shell-said-missing",
];

/// What may not be there.
const THINGS: [&str; 31] = [
    "shell-said-thing-page",
    "shell-said-thing-page-or-resource",
    "shell-said-thing-message",
    "shell-said-thing-template",
    "shell-said-thing-case",
    "shell-said-thing-client",
    "shell-said-thing-incident",
    "shell-said-thing-declared-incident",
    "shell-said-thing-draft-of-an-incident",
    "shell-said-thing-change-of-an-incident",
    "shell-said-thing-draft-of-template",
    "shell-said-thing-earlier-version",
    "shell-said-thing-person",
    "shell-said-thing-source",
    "shell-said-thing-webhook",
    "shell-said-thing-conversation",
    "shell-said-thing-dead-letter",
    "shell-said-thing-preview",
    "shell-said-thing-event",
    "shell-said-thing-reply",
    "shell-said-thing-rectification",
    "shell-said-thing-form",
    "shell-said-thing-mail",
    "shell-said-thing-mail-of-message",
    "shell-said-thing-evidence",
    "shell-said-thing-handset",
    "shell-said-thing-handset-or-mailbox",
    "shell-said-thing-identity-provider",
    "shell-said-thing-sandbox",
    "shell-said-thing-address-of-this-client",
    "shell-said-thing-deputy-who-acts-for-the-client",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::web::problem::Problem;

    #[test]
    fn a_problem_is_said_in_the_language_of_its_reader() {
        let italian =
            |problem: Problem| said(ConsoleWords::new(Language::Italian), &problem.detail);
        let missing = italian(Problem::not_found("template", "it's; `x`"));
        assert_eq!(
            missing.as_deref(),
            Some("non esiste il modello `it's; `x``")
        );
        let large = italian(Problem::too_large(1_024));
        assert!(large.is_some_and(|it| it.contains("1024 byte")));
        for problem in [
            Problem::away(),
            Problem::unholdable(),
            Problem::page_failed(),
            Problem::media_type("text/csv"),
        ] {
            let detail = problem.detail.clone();
            assert!(italian(problem).is_some(), "{detail}");
        }
        let odd = "the moon is in the way";
        assert_eq!(said(ConsoleWords::ENGLISH, odd), None);
    }

    #[test]
    fn english_says_what_programs_get() {
        for problem in [Problem::away(), Problem::not_found("case", "PR-1")] {
            let same = said(ConsoleWords::ENGLISH, &problem.detail);
            assert_eq!(same.as_ref(), Some(&problem.detail));
        }
    }
}
