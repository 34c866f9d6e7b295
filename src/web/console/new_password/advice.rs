//! Why a password is easily guessed and what to do about it, in the person's language: the findings of `zxcvbn`
//! by their keys.

use zxcvbn::feedback::{Feedback, Suggestion, Warning};

use crate::web::console::shell::ConsoleWords;

/// A few sentences: what is wrong with it, then what would be better.
pub(super) fn on(found: &Feedback, words: ConsoleWords) -> String {
    let wrong = found.warning().map_or("people-weak", warning);
    let better = found.suggestions().iter().map(|one| suggestion(*one));
    let keys = std::iter::once(wrong).chain(better);
    let said: Vec<_> = keys.map(|key| words.say(key)).collect();
    said.join(" ")
}

const fn warning(found: Warning) -> &'static str {
    match found {
        Warning::StraightRowsOfKeysAreEasyToGuess => "people-weak-row-of-keys",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "people-weak-pattern-of-keys",
        Warning::RepeatsLikeAaaAreEasyToGuess => "people-weak-one-letter",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "people-weak-repeated",
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword => "people-weak-common",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "people-weak-similar",
        Warning::SequencesLikeAbcAreEasyToGuess => "people-weak-sequence",
        Warning::RecentYearsAreEasyToGuess => "people-weak-year",
        Warning::AWordByItselfIsEasyToGuess => "people-weak-word",
        Warning::DatesAreOftenEasyToGuess => "people-weak-date",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => "people-weak-name",
    }
}

const fn suggestion(found: Suggestion) -> &'static str {
    match found {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "people-better-words",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "people-better-no-signs",
        Suggestion::AddAnotherWordOrTwo => "people-better-another-word",
        Suggestion::CapitalizationDoesntHelpVeryMuch
        | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => "people-better-capitals",
        Suggestion::ReversedWordsArentMuchHarderToGuess => "people-better-reversed",
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "people-better-substitutions",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => "people-better-keys",
        Suggestion::AvoidRepeatedWordsAndCharacters => "people-better-repeats",
        Suggestion::AvoidSequences => "people-better-sequences",
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "people-better-dates",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn what_is_wrong_and_what_would_be_better_is_said_in_the_readers_language() {
        let found = zxcvbn::zxcvbn("abababababababab", &[]);
        let found = found.feedback().unwrap();
        let english = on(found, ConsoleWords::ENGLISH);
        assert!(english.starts_with("It repeats itself."), "{english}");
        assert!(english.contains("Add another word"), "{english}");
        let italian = on(found, ConsoleWords::new(Language::Italian));
        assert!(italian.starts_with("Si ripete."), "{italian}");
        let nothing = on(&Feedback::default(), ConsoleWords::ENGLISH);
        assert_eq!(nothing, "This password is easily guessed.");
    }
}
