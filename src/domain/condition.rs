//! The condition of a rule in parts, so that pages can say it in words and name the fields it asks
//! for. Only what most conditions are made of is read: comparisons, lists, `and`, `or`, `not`,
//! brackets. Of any other condition the fields alone are known. Nothing is evaluated here.

use crate::text::text_enum::text_enum;

/// Where conditions find what the sender of an event said.
pub const EVENT_FIELDS: &str = "event.data";

text_enum! {
    /// What stands between fields and values.
    pub enum ConditionWord {
        Equals => "equals",
        Differs => "differs",
        OneOf => "one_of",
        NoneOf => "none_of",
        Begins => "begins",
        BeginsNot => "begins_not",
        Ends => "ends",
        EndsNot => "ends_not",
        Known => "known",
        Unknown => "unknown",
        Less => "less",
        AtMost => "at_most",
        More => "more",
        AtLeast => "at_least",
        And => "and",
        Or => "or",
        Not => "not",
    }
}

/// A piece of a condition, in the order it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionPart {
    /// A path such as `event.data.state`.
    Field(String),
    /// A text without its quotes, or a number.
    Value(String),
    /// The values between `[` and `]`.
    Values(Vec<String>),
    Word(ConditionWord),
    /// `(` where true, `)` where false.
    Bracket(bool),
}

/// Where fields of a condition begin.
const ROOTS: [&str; 3] = ["event.", "case.", "incident."];

/// The parts of a condition; none when it holds anything that is not read here.
#[must_use]
pub fn parts(condition: &str) -> Option<Vec<ConditionPart>> {
    let mut tokens = tokens(condition)?.into_iter().peekable();
    let mut parts = Vec::new();
    while let Some(token) = tokens.next() {
        let part = match token {
            Token::Text(text) => ConditionPart::Value(text),
            Token::Sign('[') => ConditionPart::Values(list(&mut tokens)?),
            Token::Sign('(') => ConditionPart::Bracket(true),
            Token::Sign(')') => ConditionPart::Bracket(false),
            Token::Sign(_) => return None,
            Token::Compare(word) => ConditionPart::Word(word),
            Token::Name(name) => named(&name, &mut tokens)?,
        };
        let is_behind_a_name = matches!(
            parts.last(),
            Some(ConditionPart::Field(_) | ConditionPart::Value(_))
        );
        let opens = matches!(
            part,
            ConditionPart::Bracket(true) | ConditionPart::Values(_)
        );
        if is_behind_a_name && opens {
            // A call, or a field by its number: what that comes to is not known here.
            return None;
        }
        parts.push(part);
    }
    Some(parts)
}

/// The fields a condition asks for, each once, in the order they are written.
#[must_use]
pub fn fields(condition: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    let mut quote = None;
    let mut word = String::new();
    for c in condition.chars().chain(std::iter::once(' ')) {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if is_of_a_name(c) => word.push(c),
            None => {
                let mut found = std::mem::take(&mut word);
                if c == '(' {
                    // What is called is no field.
                    found.truncate(found.rfind('.').unwrap_or(0));
                }
                let is_field = ROOTS.iter().any(|root| found.starts_with(root));
                if is_field && !fields.contains(&found) {
                    fields.push(found);
                }
                quote = matches!(c, '\'' | '"').then_some(c);
            }
        }
    }
    fields
}

enum Token {
    Name(String),
    Text(String),
    Compare(ConditionWord),
    Sign(char),
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

fn tokens(condition: &str) -> Option<Vec<Token>> {
    let mut rest = condition.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, behind) = match first {
            '\'' | '"' => quoted(&rest[1..], first)?,
            c if is_of_a_name(c) => {
                let end = rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len());
                (name_or_number(&rest[..end]), &rest[end..])
            }
            _ => sign(rest, first)?,
        };
        tokens.push(token);
        rest = behind.trim_start();
    }
    Some(tokens)
}

fn quoted(rest: &str, quote: char) -> Option<(Token, &str)> {
    let (text, behind) = rest.split_once(quote)?;
    (!text.contains('\\')).then(|| (Token::Text(text.to_owned()), behind))
}

fn name_or_number(word: &str) -> Token {
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    match is_number || matches!(word, "true" | "false") {
        true => Token::Text(word.to_owned()),
        false => Token::Name(word.to_owned()),
    }
}

fn sign(rest: &str, first: char) -> Option<(Token, &str)> {
    const COMPARES: [(&str, ConditionWord); 6] = [
        ("==", ConditionWord::Equals),
        ("!=", ConditionWord::Differs),
        ("<=", ConditionWord::AtMost),
        (">=", ConditionWord::AtLeast),
        ("<", ConditionWord::Less),
        (">", ConditionWord::More),
    ];
    for (written, word) in COMPARES {
        if let Some(behind) = rest.strip_prefix(written) {
            return Some((Token::Compare(word), behind));
        }
    }
    matches!(first, '(' | ')' | '[' | ']' | ',').then(|| (Token::Sign(first), &rest[1..]))
}

/// The values of a list, behind its `[`.
fn list(tokens: &mut impl Iterator<Item = Token>) -> Option<Vec<String>> {
    let mut values = Vec::new();
    loop {
        match tokens.next()? {
            Token::Text(text) => values.push(text),
            Token::Sign(',') => {}
            Token::Sign(']') => return Some(values),
            _ => return None,
        }
    }
}

fn named(
    name: &str,
    tokens: &mut std::iter::Peekable<std::vec::IntoIter<Token>>,
) -> Option<ConditionPart> {
    let mut follows = |wanted: &str| {
        let found = matches!(tokens.peek(), Some(Token::Name(next)) if next == wanted);
        if found {
            tokens.next();
        }
        found
    };
    let word = match name {
        "and" => ConditionWord::And,
        "or" => ConditionWord::Or,
        "in" => ConditionWord::OneOf,
        "not" if follows("in") => ConditionWord::NoneOf,
        "not" => ConditionWord::Not,
        "is" => {
            let not = follows("not");
            match tokens.next()? {
                Token::Name(test) => test_word(&test, not)?,
                _ => return None,
            }
        }
        field if ROOTS.iter().any(|root| field.starts_with(root)) => {
            return Some(ConditionPart::Field(field.to_owned()));
        }
        _ => return None,
    };
    Some(ConditionPart::Word(word))
}

fn test_word(test: &str, not: bool) -> Option<ConditionWord> {
    Some(match (test, not) {
        ("startingwith", false) => ConditionWord::Begins,
        ("startingwith", true) => ConditionWord::BeginsNot,
        ("endingwith", false) => ConditionWord::Ends,
        ("endingwith", true) => ConditionWord::EndsNot,
        ("defined", false) | ("undefined", true) => ConditionWord::Known,
        ("undefined", false) | ("defined", true) => ConditionWord::Unknown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str) -> ConditionPart {
        ConditionPart::Field(path.to_owned())
    }

    #[test]
    fn what_most_conditions_are_made_of_is_read() {
        let condition = "event.data.state == 'permits_pending' or (event.data.state is \
                         startingwith 'waiting' and event.data.state not in ['a', \"b\"])";
        let state = || field("event.data.state");
        let expected = vec![
            state(),
            ConditionPart::Word(ConditionWord::Equals),
            ConditionPart::Value("permits_pending".into()),
            ConditionPart::Word(ConditionWord::Or),
            ConditionPart::Bracket(true),
            state(),
            ConditionPart::Word(ConditionWord::Begins),
            ConditionPart::Value("waiting".into()),
            ConditionPart::Word(ConditionWord::And),
            state(),
            ConditionPart::Word(ConditionWord::NoneOf),
            ConditionPart::Values(vec!["a".into(), "b".into()]),
            ConditionPart::Bracket(false),
        ];
        assert_eq!(parts(condition), Some(expected));
        assert_eq!(fields(condition), ["event.data.state"]);
        let negated = parts("not case.owner is defined and incident.count >= 3");
        assert!(
            negated
                .unwrap()
                .contains(&ConditionPart::Word(ConditionWord::AtLeast))
        );
    }

    #[test]
    fn of_any_other_condition_the_fields_are_known() {
        for condition in [
            "event.data.tags|length > 2",
            "event.data['state'] == 'a'",
            "range(3) and event.data.tags",
            "event.data.name == 'it\\'s'",
            "event.data.x + 1 == 2",
            "event.data.name.lower() == 'a'",
            "event.data.a is odd",
            "event.data.a == [1, [2]]",
            "'open",
        ] {
            assert_eq!(parts(condition), None, "{condition}");
        }
        let found = fields("event.data.tags|length > 2 and 'event.data.no' != incident.kind");
        assert_eq!(found, ["event.data.tags", "incident.kind"]);
        assert_eq!(
            fields("event.data.name.lower() == 'a'"),
            ["event.data.name"]
        );
    }
}
