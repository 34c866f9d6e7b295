//! Clients who are searched: by reference, address or place, or by name. Of a name each word that was typed
//! is the beginning of a word, in any order, whatever their case and accents. The words of all names stand
//! in `client_word`, which the database writes itself (migration 34); here is decided how it is asked, so
//! that a million clients are searched in the time of one page. What is shown of them is read elsewhere.

use super::Clients;
use crate::domain::limits::SEARCH_WORDS;
use crate::store::StoreError;
use crate::store::database::rows::json;
use crate::store::database::sql::{value, values};
use crate::text::folded::fold;

/// What parts words besides blanks. The triggers of migration 34 part the words of names there, too.
const SEPARATORS: [char; 10] = ['\'', '-', '.', ',', '/', '&', '(', ')', '"', '\u{a0}'];

/// A word that more names have is not gone through: clients are, in the order of a list, until a page is
/// full, which is soon where so many are found.
const FEW: i64 = 5_000;

/// The same of the rarest of several words: whoever has two that are frequent may still be rare, and a walk
/// through all clients long.
const FEW_OF_SEVERAL: i64 = 80_000;

/// Comes after every letter in the order of bytes: what begins alike ends before it.
const BEHIND_ALL: char = '\u{10ffff}';

/// What begins with a word, as a stretch of the index: from the one, and before the other.
type WordSpan = (String, String);

/// What somebody types who looks for clients.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct ClientSearch<'a> {
    /// Words of a name, a reference, or the code of a place or its beginning; empty: everybody.
    pub(in crate::store) text: &'a str,
    /// A telephone number or an e-mail address, as the store keeps them.
    pub(in crate::store) address: Option<&'a str>,
    /// Whether whoever acts for a client is found, too.
    pub(in crate::store) deputies: bool,
}

/// How names are looked for.
enum SoughtNames {
    /// Few have the rarest of the words: they are held against the second, and then against the others, a
    /// JSON array of spans.
    Few {
        rarest: WordSpan,
        second: WordSpan,
        others: String,
    },
    /// Every client is held against all words, a JSON array of spans. Without any, everybody is found.
    Many { all: String },
}

/// The ids of clients after `$1`: those of this reference, address or place, and those of `$own`, which closes
/// two brackets. `$9` says whether deputies count.
macro_rules! found {
    ($conn:expr, $search:expr, $after:expr, $limit:expr, $($own:expr),+; $($value:expr),+) => {{
        let codes = CodeSpan::beginning_with($search.text);
        values!($conn, "search clients",
            "SELECT c.id FROM client c WHERE c.id > $1
             AND ($9 OR NOT EXISTS (SELECT 1 FROM deputy d WHERE d.id = c.id))
             AND (c.id IN (SELECT k.id FROM client k WHERE k.ref = $4
             UNION SELECT o.client_id FROM contact_point o WHERE o.address = $2
             UNION SELECT h.client_id FROM place h WHERE h.code IN ($4, $5)
             UNION SELECT h.client_id FROM place h WHERE h.code >= $6 AND h.code <= $7
             AND h.code LIKE $8 ESCAPE '!'", $($own),+, " ORDER BY c.id LIMIT $3";
            $after, $search.address, $limit, $search.text, $search.text.to_uppercase(), codes.from,
            codes.to, codes.pattern, $search.deputies, $($value),+
        )
    }};
}

impl Clients<'_> {
    /// The rows of at most `limit` clients after the row `after`, in their order.
    pub(in crate::store) async fn found(
        &mut self,
        search: ClientSearch<'_>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        match self.sought(search.text).await? {
            // The second word stands by itself: an array is slow to read for each of thousands.
            SoughtNames::Few {
                rarest,
                second,
                others,
            } => found!(
                self.0, search, after, limit,
                " UNION SELECT w.client_id FROM client_word w WHERE w.word >= $10 AND w.word < $11
                 AND EXISTS (SELECT 1 FROM client_word u WHERE u.client_id = w.client_id
                 AND u.word >= $12 AND u.word < $13)
                 AND NOT EXISTS (SELECT 1 FROM ", words::rows!("$14"),
                " WHERE NOT EXISTS (SELECT 1 FROM client_word v WHERE v.client_id = w.client_id
                 AND v.word >= value ->> 0 AND v.word < value ->> 1))))";
                rarest.0, rarest.1, second.0, second.1, others
            ),
            SoughtNames::Many { all } => found!(
                self.0, search, after, limit,
                ") OR NOT EXISTS (SELECT 1 FROM ", words::rows!("$10"),
                " WHERE NOT EXISTS (SELECT 1 FROM client_word v WHERE v.client_id = c.id
                 AND v.word >= value ->> 0 AND v.word < value ->> 1)))";
                all
            ),
        }
    }

    /// How the names are to be looked for that have all words of `search`: by the rarest of them.
    async fn sought(&mut self, search: &str) -> Result<SoughtNames, StoreError> {
        let mut spans = spans_of(search);
        if spans.is_empty() && !search.trim().is_empty() {
            // Signs alone are in no name.
            return few(WordSpan::default(), Vec::new());
        }
        let most = if spans.len() > 1 { FEW_OF_SEVERAL } else { FEW };
        let (mut rarest, mut least) = (0, most + 1);
        for (at, span) in spans.iter().enumerate() {
            let count = self.count_names(span, least).await?;
            if count < least {
                (rarest, least) = (at, count);
            }
        }
        if least > most {
            return Ok(SoughtNames::Many { all: json(&spans)? });
        }
        let rarest = spans.remove(rarest);
        few(rarest, spans)
    }

    /// How many words of names are in a span; so many are enough.
    async fn count_names(&mut self, (from, to): &WordSpan, enough: i64) -> Result<i64, StoreError> {
        value!(self.0, "count the names that have a word",
            "SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 FROM client_word
             WHERE word >= $1 AND word < $2 LIMIT $3) AS w";
            from, to, enough
        )
    }
}

fn few(rarest: WordSpan, mut others: Vec<WordSpan>) -> Result<SoughtNames, StoreError> {
    let second = match others.is_empty() {
        true => (String::new(), BEHIND_ALL.to_string()),
        false => others.remove(0),
    };
    Ok(SoughtNames::Few {
        rarest,
        second,
        others: json(&others)?,
    })
}

/// The first [`SEARCH_WORDS`] words of a search as stretches of the index, the longest first: few names have
/// it. Words behind them are passed over, and so is a word with which another begins.
fn spans_of(search: &str) -> Vec<WordSpan> {
    let folded = fold(search);
    let parts = folded.split(|c: char| c.is_whitespace() || SEPARATORS.contains(&c));
    let words = parts.filter(|word| !word.is_empty()).take(SEARCH_WORDS);
    let mut words: Vec<&str> = words.collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut sought: Vec<&str> = Vec::with_capacity(words.len());
    for word in words {
        if !sought.iter().any(|longer| longer.starts_with(word)) {
            sought.push(word);
        }
    }
    let span = |word: &str| (word.to_owned(), format!("{word}{BEHIND_ALL}"));
    sought.into_iter().map(span).collect()
}

/// Shorter beginnings of a code would find half the clients.
const SHORTEST_BEGINNING: usize = 4;

/// Where codes of places stand in their index that begin alike. `LIKE` alone would read all places on
/// PostgreSQL, whose index goes by the language of the database.
struct CodeSpan {
    from: String,
    to: String,
    pattern: String,
}

impl CodeSpan {
    /// Codes are of capitals and digits; whoever searches may type them small.
    fn beginning_with(search: &str) -> Self {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let from = match search.len() >= SHORTEST_BEGINNING && search.chars().all(is_part) {
            true => search.to_ascii_uppercase(),
            false => String::new(),
        };
        let to = match from.as_str() {
            "" => String::new(),
            // Nothing of ASCII comes after a z in either order.
            from => format!("{from}{}", "z".repeat(40)),
        };
        let pattern = format!("{from}%");
        Self { from, to, pattern }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(search: &str) -> Vec<String> {
        spans_of(search).into_iter().map(|(from, _)| from).collect()
    }

    #[test]
    fn a_search_is_its_words_whatever_parts_them_and_each_once() {
        assert_eq!(words("  ROSSI  Màrìa "), ["rossi", "maria"]);
        assert_eq!(words("d'Ançona-Po"), ["ancona", "po", "d"]);
        assert_eq!(words("ros rossi ros"), ["rossi"]);
        assert_eq!(words("' - &"), [""; 0]);
        let many = (0..20).map(|number| format!("w{number:02} "));
        assert_eq!(words(&many.collect::<String>()).len(), SEARCH_WORDS);
    }

    #[test]
    fn a_span_holds_what_begins_with_its_word_and_nothing_else() {
        let spans = spans_of("ro");
        let [(from, to)] = spans.as_slice() else {
            unreachable!("one word");
        };
        for (word, is_in) in [
            ("ro", true),
            ("rossi", true),
            ("roß\u{ffff}", true),
            ("rp", false),
        ] {
            assert_eq!(word >= from.as_str() && word < to.as_str(), is_in, "{word}");
        }
    }
}
