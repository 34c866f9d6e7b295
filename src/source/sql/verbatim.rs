//! What of a query is not to be touched: texts and names in quotes, comments, casts, words. It
//! knows where they end in each of the three kinds of SQL, and nothing of what they mean.

/// Whose SQL it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    /// Of MySQL and of MariaDB.
    Mysql,
    Sqlite,
}

/// How many bytes at the beginning of `rest` belong together: a text in quotes, a comment, a cast,
/// a word, or else one character. What is not closed reaches to the end.
pub(super) fn verbatim(rest: &str, dialect: Dialect) -> usize {
    let mysql = dialect == Dialect::Mysql;
    let postgres = dialect == Dialect::Postgres;
    match rest.as_bytes() {
        [quote @ (b'\'' | b'"'), ..] => quoted(rest, *quote, mysql),
        [b'`', ..] => quoted(rest, b'`', false),
        // To MySQL `5--3` is a sum.
        [b'-', b'-', ..] if !mysql || is_followed_by_blank(&rest[2..]) => to_end_of_line(rest),
        [b'#', ..] if mysql => to_end_of_line(rest),
        [b'/', b'*', ..] => comment(rest, postgres),
        [b'$', ..] if postgres => dollars(rest),
        [b':', b':', ..] => 2,
        _ if rest.starts_with(is_of_word) => word(rest, postgres),
        _ => rest.chars().next().map_or(0, char::len_utf8),
    }
}

/// Whether what `verbatim` found belongs to nothing of the query.
pub(super) fn is_comment(part: &str, dialect: Dialect) -> bool {
    part.starts_with("--")
        || part.starts_with("/*")
        || dialect == Dialect::Mysql && part.starts_with('#')
}

/// A quotation mark that stands twice does not end the text; nor does one after a backslash, where
/// that is an escape.
fn quoted(rest: &str, quote: u8, backslash: bool) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += match *byte {
            b'\\' if backslash => 2,
            byte if byte != quote => 1,
            _ if bytes.get(at + 1) == Some(&quote) => 2,
            _ => return at + 1,
        };
    }
    rest.len()
}

fn is_followed_by_blank(rest: &str) -> bool {
    rest.chars()
        .next()
        .is_none_or(|c| c.is_whitespace() || c.is_control())
}

fn to_end_of_line(rest: &str) -> usize {
    rest.find('\n').map_or(rest.len(), |end| end + 1)
}

/// PostgreSQL's comments stand in one another, those of the others do not.
fn comment(rest: &str, nests: bool) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        at += match &bytes[at..] {
            [b'/', b'*', ..] if nests || depth == 0 => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
    }
    rest.len()
}

/// `$$ .. $$` or `$tag$ .. $tag$`; another dollar is one character.
fn dollars(rest: &str) -> usize {
    let Some(end) = rest[1..].find('$').map(|at| at + 2) else {
        return 1;
    };
    let (tag, after) = rest.split_at(end);
    let name = &tag[1..end - 1];
    let is_tag = name.chars().all(|c| c != '$' && is_of_word(c));
    if !is_tag || name.starts_with(|c: char| c.is_ascii_digit()) {
        return 1;
    }
    after.find(tag).map_or(rest.len(), |at| end + at + end)
}

/// A word, or PostgreSQL's `E'..'`, which is a text with escapes: the `e` of `LIKE'a\'` is no such.
fn word(rest: &str, postgres: bool) -> usize {
    let end = rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    if postgres && word.eq_ignore_ascii_case("e") && after.starts_with('\'') {
        return end + quoted(after, b'\'', true);
    }
    end
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}
