//! Why a message was, or was not, sent, in the language of the person who looks. Which sentences a
//! message gets, and their English, is told in `insight::explain`; here they get their words.

use std::borrow::Cow;

use crate::insight::explain::{AttemptAnswer, Why, WhySentence, WhyValue, sentences};
use crate::store::reports::MessageStory;
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// The sentences, in the order things happened.
pub(super) fn why(story: &MessageStory, words: ConsoleWords) -> Vec<String> {
    let sentences = sentences(story);
    sentences.iter().map(|one| said(one, words)).collect()
}

fn said(sentence: &WhySentence, words: ConsoleWords) -> String {
    let values = sentence.values.iter();
    let values: Vec<(&'static str, FluentValue<'_>)> = values
        .map(|(name, value)| (*name, FluentValue::from(word(value, words))))
        .collect();
    words.say_with(key(sentence.why), &values)
}

fn word(value: &WhyValue, words: ConsoleWords) -> Cow<'_, str> {
    match value {
        WhyValue::Name(text) => Cow::Borrowed(text),
        WhyValue::Channel(channel) => words.of("channel", channel.as_str()),
        WhyValue::Class(class) => words.of("class", class.as_str()),
        WhyValue::Lane(lane) => words.of("lane", lane.as_str()),
        WhyValue::Reason(reason) => words.of("reason", reason.as_str()),
        WhyValue::State(state) => words.of("messages-stands", state.as_str()),
        WhyValue::Answer(answer) => words.say(answer_key(*answer)),
        WhyValue::Receipt(kind) => words.of("messages-receipt", kind),
        WhyValue::Act(kind) => words.of("messages-act", kind),
        WhyValue::Span(span) => Cow::Owned(words.span(*span)),
    }
}

const fn answer_key(answer: AttemptAnswer) -> &'static str {
    match answer {
        AttemptAnswer::Missing => "messages-answer-missing",
        AttemptAnswer::Accepted => "messages-answer-accepted",
        AttemptAnswer::NotSent => "messages-answer-not-sent",
        AttemptAnswer::Rejected => "messages-answer-rejected",
        AttemptAnswer::Misconfigured => "messages-answer-misconfigured",
        AttemptAnswer::Lost => "messages-answer-lost",
    }
}

const fn key(why: Why) -> &'static str {
    match why {
        Why::Caused => "messages-why-caused",
        Why::CausedAbout => "messages-why-caused-about",
        Why::Planned => "messages-why-planned",
        Why::Barred => "messages-why-barred",
        Why::BarredUnsaid => "messages-why-barred-unsaid",
        Why::AddressSafety => "messages-why-address-safety",
        Why::Address => "messages-why-address",
        Why::TopicSafety => "messages-why-topic-safety",
        Why::TopicService => "messages-why-topic-service",
        Why::TopicMarketing => "messages-why-topic-marketing",
        Why::AtOnce => "messages-why-at-once",
        Why::Later => "messages-why-later",
        Why::LaterQuiet => "messages-why-later-quiet",
        Why::LaterCoalesced => "messages-why-later-coalesced",
        Why::Attempt => "messages-why-attempt",
        Why::AttemptTook => "messages-why-attempt-took",
        Why::AttemptSaid => "messages-why-attempt-said",
        Why::AttemptTookSaid => "messages-why-attempt-took-said",
        Why::Receipt => "messages-why-receipt",
        Why::ReceiptSaid => "messages-why-receipt-said",
        Why::ReceiptWrong => "messages-why-receipt-wrong",
        Why::Stands => "messages-why-stands",
        Why::StandsBecause => "messages-why-stands-because",
        Why::Erased => "messages-why-erased",
        Why::CameTooLate => "messages-why-came-too-late",
        Why::Double => "messages-why-double",
        Why::Bounced => "messages-why-bounced",
        Why::NotMeasured => "messages-why-not-measured",
        Why::NotNamed => "messages-why-not-named",
        Why::FallbackWaits => "messages-why-fallback-waits",
        Why::FallbackTurned => "messages-why-fallback-turned",
        Why::FallbackSpared => "messages-why-fallback-spared",
        Why::FallbackUnreadable => "messages-why-fallback-unreadable",
        Why::FallbackUnreachable => "messages-why-fallback-unreachable",
        Why::Unread => "messages-why-unread",
        Why::ByPerson => "messages-why-by-person",
        Why::ByMachine => "messages-why-by-machine",
        Why::BySomebody => "messages-why-by-somebody",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::receipt::ReceiptKind;
    use crate::domain::{EngagementKind, MessageState, Reason, Tracking, Verdict};
    use crate::insight::explain::{reason, standing};

    const ENGLISH: ConsoleWords = ConsoleWords::ENGLISH;
    const ITALIAN: ConsoleWords = ConsoleWords::new(Language::Italian);

    /// The names in braces of an English sentence.
    fn names(text: &'static str) -> Vec<&'static str> {
        let pieces = text.split('{').skip(1);
        pieces
            .filter_map(|piece| Some(piece.split_once('}')?.0))
            .collect()
    }

    #[test]
    fn every_sentence_has_its_words_and_the_english_ones_are_those_of_the_api() {
        for why in Why::ALL {
            let text = why.as_str();
            let values = names(text).into_iter();
            let values: Vec<(&'static str, FluentValue<'_>)> = values
                .map(|name| (name, format!("{{{name}}}").into()))
                .collect();
            assert_eq!(ENGLISH.say_with(key(*why), &values), text);
            let italian = ITALIAN.say_with(key(*why), &values);
            // One has no word of its own: the state stands in it alone.
            let is_another = italian != text || *why == Why::Stands;
            assert!(is_another, "{} is not translated", key(*why));
            for name in names(text) {
                assert!(italian.contains(&format!("{{{name}}}")), "{italian}");
            }
        }
    }

    /// English as the API says it, and an Italian that is another.
    fn has_words(english: &str, said: impl Fn(ConsoleWords) -> Cow<'static, str>) {
        assert_eq!(said(ENGLISH), english);
        assert_ne!(said(ITALIAN), english, "`{english}` is not translated");
    }

    #[test]
    fn every_reason_standing_and_answer_has_its_words() {
        for known in Reason::ALL {
            has_words(reason(*known), |words| words.of("reason", known.as_str()));
        }
        for state in MessageState::ALL {
            let said = |words: ConsoleWords| words.of("messages-stands", state.as_str());
            has_words(standing(*state), said);
        }
        for answer in AttemptAnswer::ALL {
            has_words(answer.as_str(), |words| words.say(answer_key(*answer)));
        }
    }

    #[test]
    fn every_word_of_the_store_has_its_words() {
        let outcomes = [
            "accepted",
            "not_sent",
            "rejected",
            "misconfigured",
            "unknown",
        ];
        let lists: [(&str, Vec<&str>); 5] = [
            ("messages-outcome", outcomes.to_vec()),
            (
                "messages-receipt",
                words_of(ReceiptKind::ALL, ReceiptKind::as_str),
            ),
            (
                "messages-act",
                words_of(EngagementKind::ALL, EngagementKind::as_str),
            ),
            ("messages-verdict", words_of(Verdict::ALL, Verdict::as_str)),
            (
                "messages-tracking",
                words_of(Tracking::ALL, Tracking::as_str),
            ),
        ];
        for (family, list) in lists {
            for word in list {
                has_words(&word.replace('_', " "), |words| words.of(family, word));
            }
        }
    }

    fn words_of<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|one| word(*one)).collect()
    }

    #[test]
    fn what_stands_in_a_sentence_is_translated_as_well() {
        let value = WhyValue::Reason(Reason::Stop);
        let reason = ITALIAN.of("reason", "stop");
        assert_eq!(word(&value, ITALIAN), reason);
        assert_eq!(
            word(&WhyValue::Receipt("expired".to_owned()), ENGLISH),
            "expired"
        );
        assert_ne!(
            word(&WhyValue::Act("clicked".to_owned()), ITALIAN),
            "clicked"
        );
        let name = WhyValue::Name("PR_1".to_owned());
        assert_eq!(word(&name, ITALIAN), "PR_1");
    }
}
