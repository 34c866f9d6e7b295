//! How easily a text reads: Gulpease for Italian, which counts letters, Flesch for English, which
//! counts syllables. Both give 0 to 100, and more is easier.
//!
//! Both are rules of thumb made for prose. They do not know whether a word is known; they do know
//! that a sentence of forty words is read twice.

use crate::domain::language::Language;

/// Words below which a text, or a sentence, is too short to be judged.
const FEWEST_WORDS: usize = 8;
/// Letters from which a full stop behind a word ends a sentence: shorter words are abbreviations.
const LAST_WORD: usize = 3;

/// How easily a text reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingEase {
    /// From 0 to 100; more is easier.
    pub score: i64,
    pub level: EaseLevel,
    /// The sentence that reads worst, where there is more than one.
    pub hardest: Option<String>,
}

/// What a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EaseLevel {
    /// Read at once by whoever went to school.
    Easy,
    /// Read with some attention.
    Fair,
    /// Read twice, or not at all.
    Hard,
}

impl ReadingEase {
    /// Of a text as its reader gets it; nothing when it is too short.
    #[must_use]
    pub fn of(text: &str, language: Language) -> Option<Self> {
        let sentences = sentences(text);
        let words: usize = sentences.iter().map(Vec::len).sum();
        if words < FEWEST_WORDS {
            return None;
        }
        let score = score(language, &sentences);
        let hardest = sentences
            .iter()
            .filter(|sentence| sentence.len() >= FEWEST_WORDS)
            .min_by_key(|sentence| self::score(language, std::slice::from_ref(*sentence)));
        Some(Self {
            score,
            level: level(language, score),
            hardest: hardest
                .filter(|_| sentences.len() > 1)
                .map(|sentence| sentence.join(" ")),
        })
    }
}

/// Where schools and editors draw the lines.
fn level(language: Language, score: i64) -> EaseLevel {
    let (easy, fair) = language.choose((60, 40), (60, 30));
    match score {
        score if score >= easy => EaseLevel::Easy,
        score if score >= fair => EaseLevel::Fair,
        _ => EaseLevel::Hard,
    }
}

fn score(language: Language, sentences: &[Vec<&str>]) -> i64 {
    let words: usize = sentences.iter().map(Vec::len).sum();
    let all = || sentences.iter().flatten();
    let (words, sentences) = (number(words).max(1), number(sentences.len()).max(1));
    let score = match language {
        Language::Italian => {
            let letters = all().map(|word| letters(word)).sum();
            89 + (300 * sentences - 10 * number(letters)) / words
        }
        Language::English => {
            let syllables = all().map(|word| syllables(word)).sum();
            (206_835 - 1_015 * words / sentences - 84_600 * number(syllables) / words) / 1_000
        }
    };
    score.clamp(0, 100)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 1_000_000)
}

/// The words of each sentence. Addresses and lone signs are no words; an empty line ends a sentence
/// as well, since headings have no full stop.
fn sentences(text: &str) -> Vec<Vec<&str>> {
    let mut found = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            found.push(Vec::new());
        }
        for word in line.split_whitespace() {
            if word.contains("://") || word.contains('@') || letters(word) == 0 {
                continue;
            }
            if let Some(sentence) = found.last_mut() {
                sentence.push(word);
            }
            if ends_sentence(word) {
                found.push(Vec::new());
            }
        }
    }
    found.retain(|sentence: &Vec<&str>| !sentence.is_empty());
    found
}

fn ends_sentence(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\'', ')', '»', '”', '*']);
    word.ends_with(['!', '?', '…'])
        || (word.ends_with('.') && letters(word) > LAST_WORD)
        || (word.ends_with('.') && word.chars().any(|c| c.is_ascii_digit()))
}

fn letters(word: &str) -> usize {
    word.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Groups of vowels, without a silent `e` at the end. English has no rule, and this is near.
fn syllables(word: &str) -> usize {
    let word: Vec<char> = word
        .chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    let is_vowel = |c: &char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut groups = 0;
    let mut within = false;
    for c in &word {
        let vowel = is_vowel(c);
        groups += usize::from(vowel && !within);
        within = vowel;
    }
    let silent = word.ends_with(&['e']) && !word.ends_with(&['l', 'e']) && groups > 1;
    (groups - usize::from(silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_sentences_read_more_easily_than_long_ones() {
        let easy = "La luce è tornata. Grazie della pazienza. Se manca ancora, ci chiami subito.";
        let hard = "In ottemperanza alle disposizioni regolamentari vigenti in materia di \
            continuità dell'erogazione del servizio elettrico si comunica che l'interruzione \
            programmata precedentemente notificata è stata conclusa dall'impresa distributrice \
            competente per territorio. Grazie della pazienza e della fiducia che ci ha dato oggi.";
        let easy = ReadingEase::of(easy, Language::Italian).unwrap();
        let hard = ReadingEase::of(hard, Language::Italian).unwrap();
        assert_eq!((easy.level, hard.level), (EaseLevel::Easy, EaseLevel::Hard));
        assert!(hard.hardest.unwrap().starts_with("In ottemperanza"));
    }

    #[test]
    fn english_is_measured_by_its_syllables() {
        for (word, count) in [
            ("power", 2),
            ("made", 1),
            ("table", 2),
            ("the", 1),
            ("electricity", 5),
        ] {
            assert_eq!(syllables(word), count, "{word}");
        }
        let easy = "The power is back. Thank you for your patience. Call us if it is not.";
        let easy = ReadingEase::of(easy, Language::English).unwrap();
        assert_eq!(easy.level, EaseLevel::Easy);
        let hard = "Notification of restoration of electricity distribution infrastructure \
            availability necessitates acknowledgement.";
        let hard = ReadingEase::of(hard, Language::English).unwrap();
        assert_eq!((hard.level, hard.hardest), (EaseLevel::Hard, None));
    }

    #[test]
    fn addresses_abbreviations_and_short_texts_are_no_sentences() {
        assert_eq!(
            ReadingEase::of("Pratica PR-1: tutto bene.", Language::Italian),
            None
        );
        let text = "Il sig. Rossi di via n. 5 la aspetta https://a.example/x. domani alle otto";
        assert_eq!(sentences(text).len(), 1, "{:?}", sentences(text));
    }
}
