//! What a client means who answers by SMS with one of a few words, pure. Whatever is not surely one of
//! them is for a person: a STOP that nobody meant keeps news from somebody who waits for it.
//!
//! Case, accents, signs, quoted lines and signatures do not matter. One typing mistake is forgiven
//! where the word stands alone and is no other word. What becomes of a word is `web::inbound`'s.

mod lists;

use self::lists::{
    BESIDE_NO, BESIDE_YES, BETWEEN, COURTESY, EVERYTHING, OTHER_WORDS, SIGNATURES, TOPICS,
};
use crate::domain::language::Language;
use crate::domain::survey::score;
use crate::text::folded::fold;

/// With more words it is a sentence, and for a person.
const MOST_WORDS: usize = 3;
/// Digits of a number that may be meant as a score: a longer one says something else.
const LONGEST_NUMBER: usize = 3;
/// Shorter names of topics are told from others by each letter.
const FORGIVEN: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentWord {
    /// Nothing more: at all, or of the topic that has this name among clients.
    Stop(Option<String>),
    /// The opposite of it.
    Start(Option<String>),
    Info,
    /// The same, and a person should read it.
    Help,
    Yes,
    /// It is not back yet.
    No,
    /// How a case went, from one to five.
    Score(i64),
    /// A number and nothing else, that is no such score.
    OtherNumber,
    /// Something else: for a person.
    Free,
}

impl SentWord {
    /// For records: what was written stays out of them.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Stop(_) => "stop",
            Self::Start(_) => "start",
            Self::Info => "info",
            Self::Help => "help",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Score(_) => "score",
            Self::OtherNumber => "number",
            Self::Free => "free",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    Stop,
    Start,
    Info,
    Help,
}

const KEYWORDS: [(&str, Keyword); 5] = [
    ("stop", Keyword::Stop),
    ("start", Keyword::Start),
    ("info", Keyword::Info),
    ("aiuto", Keyword::Help),
    ("help", Keyword::Help),
];

/// What a client meant by a text.
#[must_use]
pub fn understood(text: &str) -> SentWord {
    let said = words(text);
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    match said.split_first() {
        Some((first, rest)) if rest.len() < MOST_WORDS => command(first, rest)
            .or_else(|| answer(first, rest))
            .or_else(|| scored(first, rest))
            .unwrap_or(SentWord::Free),
        _ => SentWord::Free,
    }
}

/// The one of these topics that a client calls by this word, if there is one.
#[must_use]
pub fn topic_named<'a>(word: &str, topics: &[&'a str]) -> Option<&'a str> {
    let word = fold(word);
    let by = |fits: &dyn Fn(&str) -> bool| {
        let mut found = topics.iter().filter(|topic| {
            let known = TOPICS.iter().find(|known| known.topic == **topic);
            let own = fold(topic).replace(['_', '-', ' '], "");
            fits(&own) || known.is_some_and(|known| known.heard.iter().any(|it| fits(it)))
        });
        let first = found.next()?;
        found.next().is_none().then_some(*first)
    };
    let is_long = word.chars().count() >= FORGIVEN;
    by(&|name| name == word).or_else(|| by(&|name| is_long && is_one_mistake(&word, name)))
}

/// A topic in one short word, for an answer by SMS.
#[must_use]
pub fn topic_said(topic: &str, language: Language) -> String {
    let known = TOPICS.iter().find(|known| known.topic == topic);
    match known {
        Some(known) => {
            let [italian, english] = known.said;
            language.choose(italian, english).to_owned()
        }
        None => topic.replace(['_', '-'], " "),
    }
}

/// The words that the client wrote, folded: neither what is quoted nor a signature.
fn words(text: &str) -> Vec<String> {
    let lines = text.split(['\n', '\r']).map(str::trim);
    let own = lines
        .take_while(|line| !begins_a_signature(line))
        .filter(|line| !line.starts_with('>'));
    own.flat_map(|line| {
        let line = fold(line);
        let words = line.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

fn begins_a_signature(line: &str) -> bool {
    let folded = fold(line);
    let named = SIGNATURES.iter().any(|start| folded.starts_with(start));
    matches!(line, "--" | "__" | "—") || named
}

fn command(first: &str, rest: &[&str]) -> Option<SentWord> {
    let mut about: Vec<&str> = rest.to_vec();
    about.retain(|word| !COURTESY.contains(word));
    match keyword(first, about.is_empty())? {
        Keyword::Stop => of_topic(about, SentWord::Stop),
        Keyword::Start => of_topic(about, SentWord::Start),
        Keyword::Info => about.is_empty().then_some(SentWord::Info),
        Keyword::Help => about.is_empty().then_some(SentWord::Help),
    }
}

/// A STOP or START with what it is about. None: more than that was said.
fn of_topic(
    mut about: Vec<&str>,
    word: impl FnOnce(Option<String>) -> SentWord,
) -> Option<SentWord> {
    about.retain(|word| !BETWEEN.contains(word));
    let topic = match about.as_slice() {
        all if all.iter().all(|word| EVERYTHING.contains(word)) => None,
        [one] => Some((*one).to_owned()),
        _ => return None,
    };
    Some(word(topic))
}

/// The keyword that a word is, or is meant to be.
fn keyword(word: &str, is_alone: bool) -> Option<Keyword> {
    if let Some((_, meant)) = KEYWORDS.iter().find(|(spelt, _)| *spelt == word) {
        return Some(*meant);
    }
    if !is_alone || OTHER_WORDS.contains(&word) {
        return None;
    }
    let mut near = KEYWORDS
        .iter()
        .filter(|(spelt, _)| is_one_mistake(word, spelt));
    let (_, meant) = near.next()?;
    near.all(|(_, other)| other == meant).then_some(*meant)
}

/// An answer to "is it back?".
fn answer(first: &str, rest: &[&str]) -> Option<SentWord> {
    let among = |allowed: &[&str]| rest.iter().all(|word| allowed.contains(word));
    let first = without_repeats(first);
    match first.as_str() {
        "si" | "yes" if among(BESIDE_YES) => Some(SentWord::Yes),
        "no" | "ancora" if among(BESIDE_NO) => Some(SentWord::No),
        "non" | "not" | "still" if !rest.is_empty() && among(BESIDE_NO) => Some(SentWord::No),
        other if rest.is_empty() && is_one_mistake(other, "ancora") => Some(SentWord::No),
        _ => None,
    }
}

/// An answer to "how did it go?": one digit and nothing else that says something, since `1 lampada` is no
/// score.
fn scored(first: &str, rest: &[&str]) -> Option<SentWord> {
    let is_alone = rest.iter().all(|word| COURTESY.contains(word));
    if !is_alone {
        return None;
    }
    let is_number = first.len() <= LONGEST_NUMBER && first.bytes().all(|it| it.is_ascii_digit());
    match score(first) {
        Some(score) => Some(SentWord::Score(score)),
        None => is_number.then_some(SentWord::OtherNumber),
    }
}

/// `nooo` is a no.
fn without_repeats(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// Whether one letter more, less or another, or two neighbours exchanged, make one of the other.
fn is_one_mistake(typed: &str, meant: &str) -> bool {
    let (typed, meant): (Vec<char>, Vec<char>) = (typed.chars().collect(), meant.chars().collect());
    let alike = typed.iter().zip(&meant).take_while(|(a, b)| a == b).count();
    let (typed, meant) = (&typed[alike..], &meant[alike..]);
    let more = typed.get(1..) == Some(meant);
    let less = meant.get(1..) == Some(typed);
    let other = !typed.is_empty() && typed.get(1..) == meant.get(1..);
    let exchanged = matches!(
        (typed, meant),
        ([a, b, typed @ ..], [c, d, meant @ ..]) if a == d && b == c && typed == meant
    );
    more || less || other || exchanged
}

#[cfg(test)]
mod tests;
