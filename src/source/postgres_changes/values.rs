//! What a column of their log says, as JSON: the same as the kind `sql` reads out of the same table.
//! There PostgreSQL makes the JSON; here a value comes as its text with the number of its type.
//!
//! A type that is not built in (an enum, a domain, one of an extension) stays the text it is.

use serde_json::Value;

use crate::domain::limits::ARRAY_DEPTH;

/// What JSON makes of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonForm {
    Truth,
    /// Whole or with a fraction, as a machine has it.
    Number,
    /// More digits than a machine's number has: a number only inside of an array, as in `sql`.
    Digits,
    /// A day and a time, without a zone or with one.
    Time,
    ZonedTime,
    Json,
    Text,
}

/// The number of each built-in type that is not just a text, and that of its array.
const FORMS: [(u32, u32, JsonForm); 12] = [
    (16, 1000, JsonForm::Truth),
    (21, 1005, JsonForm::Number),
    (23, 1007, JsonForm::Number),
    (20, 1016, JsonForm::Number),
    (700, 1021, JsonForm::Number),
    (701, 1022, JsonForm::Number),
    (1700, 1231, JsonForm::Digits),
    (1114, 1115, JsonForm::Time),
    (1184, 1185, JsonForm::ZonedTime),
    (114, 199, JsonForm::Json),
    (3802, 3807, JsonForm::Json),
    (25, 1009, JsonForm::Text),
];

/// Arrays whose elements are texts: character types, names, days, times, identifiers, addresses.
const TEXT_ARRAYS: [u32; 10] = [1014, 1015, 1002, 1003, 1182, 1183, 1270, 2951, 1041, 651];

/// The value of a column of this type.
pub(super) fn json(kind: u32, text: &str) -> Value {
    if let Some((_, _, form)) = FORMS.iter().find(|(plain, _, _)| *plain == kind) {
        return match form {
            JsonForm::Digits => Value::from(text),
            form => element(*form, text),
        };
    }
    let array = FORMS.iter().find(|(_, array, _)| *array == kind);
    let form = match array {
        Some((_, _, form)) => *form,
        None if TEXT_ARRAYS.contains(&kind) => JsonForm::Text,
        None => return Value::from(text),
    };
    list(form, text).unwrap_or_else(|| Value::from(text))
}

fn element(form: JsonForm, text: &str) -> Value {
    match form {
        JsonForm::Truth => Value::from(text == "t"),
        JsonForm::Number | JsonForm::Digits => number(text),
        JsonForm::Time => Value::from(text.replacen(' ', "T", 1)),
        JsonForm::ZonedTime => Value::from(zoned(text)),
        JsonForm::Json => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        JsonForm::Text => Value::from(text),
    }
}

/// `NaN` and infinity are texts in JSON.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return Value::from(whole);
    }
    let number = text.parse::<f64>().ok().filter(|it| it.is_finite());
    let Some(number) = number else {
        return Value::from(text);
    };
    // `1e+15` is a whole number, too.
    match number.to_string().parse::<i64>() {
        Ok(whole) => Value::from(whole),
        Err(_) => Value::from(number),
    }
}

/// As RFC 3339 has it: `T` between day and time, minutes in the distance from UTC.
fn zoned(text: &str) -> String {
    let text = text.replacen(' ', "T", 1);
    // `BC` may follow.
    let end = text.find(' ').unwrap_or(text.len());
    let (time, after) = text.split_at(end);
    let sign = time.rfind(['+', '-']);
    match sign.map(|at| time.len() - at) {
        Some(3) if time.contains(':') => format!("{time}:00{after}"),
        _ => text,
    }
}

/// An array as PostgreSQL writes it: `{a,"b c",NULL}`, lists in lists, bounds before it. `None`:
/// it is none.
fn list(form: JsonForm, text: &str) -> Option<Value> {
    let body = match text.starts_with('[') {
        true => text.split_once('=')?.1,
        false => text,
    };
    let mut reader = ArrayText { rest: body, form };
    let list = reader.items(1)?;
    reader.rest.is_empty().then_some(list)
}

/// What of an array was not read yet.
struct ArrayText<'a> {
    rest: &'a str,
    form: JsonForm,
}

impl ArrayText<'_> {
    fn items(&mut self, depth: usize) -> Option<Value> {
        self.skip('{')?;
        let mut items = Vec::new();
        if self.skip('}').is_some() {
            return Some(Value::Array(items));
        }
        loop {
            items.push(match self.rest.chars().next()? {
                '{' if depth < ARRAY_DEPTH => self.items(depth + 1)?,
                '"' => self.quoted()?,
                _ => self.bare()?,
            });
            if self.skip('}').is_some() {
                return Some(Value::Array(items));
            }
            self.skip(',')?;
        }
    }

    fn skip(&mut self, sign: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    fn bare(&mut self) -> Option<Value> {
        let end = self.rest.find([',', '}', '{', '"'])?;
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "" => None,
            word if word.eq_ignore_ascii_case("null") => Some(Value::Null),
            word => Some(element(self.form, word)),
        }
    }

    /// A backslash takes the sign behind it as it is.
    fn quoted(&mut self) -> Option<Value> {
        let mut text = String::new();
        let mut signs = self.rest.char_indices().skip(1);
        while let Some((at, sign)) = signs.next() {
            match sign {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(element(self.form, &text));
                }
                '\\' => text.push(signs.next()?.1),
                sign => text.push(sign),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;

    #[test]
    fn each_type_becomes_what_postgresql_itself_makes_of_it() {
        for (kind, text, expected) in [
            (16, "t", value!(true)),
            (16, "f", value!(false)),
            (23, "-7", value!(-7)),
            (20, "9223372036854775807", value!(i64::MAX)),
            (701, "1e+15", value!(1_000_000_000_000_000_i64)),
            (701, "0.1", value!(0.1)),
            (701, "NaN", value!("NaN")),
            (1700, "12.50", value!("12.50")),
            (
                1114,
                "2026-11-24 10:00:00.5",
                value!("2026-11-24T10:00:00.5"),
            ),
            (
                1184,
                "2026-11-24 10:00:00+00",
                value!("2026-11-24T10:00:00+00:00"),
            ),
            (
                1184,
                "0044-03-15 10:00:00+00 BC",
                value!("0044-03-15T10:00:00+00:00 BC"),
            ),
            (
                1184,
                "2026-11-24 15:30:00+05:30",
                value!("2026-11-24T15:30:00+05:30"),
            ),
            (1184, "infinity", value!("infinity")),
            (1082, "2026-11-24", value!("2026-11-24")),
            (3802, "{\"a\": [1]}", value!({"a": [1]})),
            (114, "no json", value!("no json")),
            (16_450, "ok", value!("ok")),
        ] {
            assert_eq!(json(kind, text), expected, "{kind} {text}");
        }
    }

    #[test]
    fn an_array_becomes_a_list() {
        for (kind, text, expected) in [
            (1009, "{}", value!([])),
            (
                1009,
                "{a,\"b c\",NULL,\"NULL\",\"x\\\"\\\\\"}",
                value!(["a", "b c", null, "NULL", "x\"\\"]),
            ),
            (1007, "{{1,2},{3,4}}", value!([[1, 2], [3, 4]])),
            (1007, "[0:1]={5,6}", value!([5, 6])),
            (1231, "{1.5}", value!([1.5])),
            (1000, "{t,f}", value!([true, false])),
            (
                1185,
                "{\"2026-11-24 10:00:00+00\"}",
                value!(["2026-11-24T10:00:00+00:00"]),
            ),
            (2951, "{a-b}", value!(["a-b"])),
        ] {
            assert_eq!(json(kind, text), expected, "{kind} {text}");
        }
    }

    #[test]
    fn what_is_no_array_stays_a_text() {
        let deep = "{".repeat(100) + &"}".repeat(100);
        for text in [
            "",
            "{",
            "{a",
            "{a,}",
            "{a}b",
            "{\"a",
            "{\"a\\",
            "[0:1",
            deep.as_str(),
        ] {
            assert_eq!(json(1009, text), value!(text), "{text}");
        }
    }
}
