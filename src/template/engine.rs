//! The engine as operators get it: strict, without reach, and with a short list of filters.
//!
//! Nothing here reads files or other templates, marks a value as safe HTML, or turns escaping
//! off. What a text may cost is limited: instructions (fuel), bytes of source, bytes of output,
//! what one variable keeps and what one filter makes (`values`), and before all that the size of
//! its expressions (`bounds`).

use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};

use super::{addresses, bounds, dates, values};

/// Instructions one text may take. The longest of ours takes about two hundred.
const FUEL: u64 = 20_000;

/// Loops within one another while a text is rendered; `bounds` allows fewer.
const FRAMES: usize = 100;

/// How the name of a part ends that is HTML; the rest is plain text.
pub(super) const HTML: &str = "/email.html";

/// An engine without any template yet.
pub(super) fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(FRAMES);
    engine.set_auto_escape_callback(|name| {
        // By part, and nothing else: a name an operator chooses must not switch escaping off.
        if name.ends_with(HTML) {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    engine.set_formatter(print);
    add_filters(&mut engine);
    add_tests(&mut engine);
    engine
}

fn add_filters(engine: &mut Environment<'static>) {
    use minijinja::filters;
    engine.add_filter("date", dates::date);
    engine.add_filter("time", dates::time);
    engine.add_filter("datetime", dates::datetime);
    engine.add_filter("cut", cut);
    engine.add_filter("upper_first", upper_first);
    engine.add_filter("paragraphs", paragraphs);
    engine.add_filter("default", default);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("upper", filters::upper);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("replace", values::replace);
    engine.add_filter("join", values::join);
    engine.add_filter(addresses::ENCODED, addresses::percent);
    engine.add_filter(bounds::HELD, values::held);
    engine.add_filter("length", filters::length);
    engine.add_filter("first", filters::first);
    engine.add_filter("last", filters::last);
}

fn add_tests(engine: &mut Environment<'static>) {
    engine.add_test("defined", |value: &Value| !absent(value));
    engine.add_test("undefined", absent);
    engine.add_test("none", absent);
}

/// Writes one value. An absent one is an error, so that no text ever reads "Gentile ,".
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => {
            return Err(Error::new(ErrorKind::UndefinedError, "there is no value"));
        }
        ValueKind::String | ValueKind::Number | ValueKind::Bool => {}
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "a group of values cannot be printed: name one of them, such as `case.ref`",
            ));
        }
    }
    let html = matches!(state.auto_escape(), AutoEscape::Html);
    match value.as_str() {
        Some(text) if html => escape(out, text),
        Some(text) => out.write_str(text).map_err(Error::from),
        None => out.write_str(&value.to_string()).map_err(Error::from),
    }
}

/// HTML text and quoted attributes. Unlike the engine's own it leaves `/` alone: links stay
/// readable for the filters of mail servers, which distrust links written in entities.
fn escape(out: &mut Output<'_>, text: &str) -> Result<(), Error> {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest).map_err(Error::from)
}

fn absent(value: &Value) -> bool {
    value.is_none() || value.is_undefined()
}

/// `cut(n)`: at most `n` characters, ended by three dots when something was left out.
fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// `upper_first`: a label at the beginning of a sentence.
fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// `paragraphs`: the lines of a longer text that say something, to be laid out one by one.
fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `default("...")`: for a value that is absent or empty.
fn default(value: &Value, other: Value) -> Value {
    if absent(value) { other } else { value.clone() }
}
