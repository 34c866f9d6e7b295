//! NDJSON: an object a line. A line that is none is refused alone.

use encoding_rs::Encoding;
use serde_json::{Map, Value};

use super::lines::{FileLine, FileLines, without_mark};
use super::portion::{FilePortion, FileTask, FileUnread, check_text, decoded, too_long};
use crate::text::tree::Tree;

/// So many lines are looked at to see whether a file is of this form at all.
const LOOKED_AT: usize = 10;

pub(super) fn read_objects(task: &FileTask<'_>) -> Result<FilePortion, FileUnread> {
    if task.from.byte == 0 {
        check_text(task)?;
        check_some(task)?;
    }
    let mut lines = FileLines::begin(task.file, b'\n')?;
    lines.go_to(task.from)?;
    let mut portion = FilePortion::default();
    while !portion.is_full(task.limit) {
        let Some((text, fields)) = next(&mut lines, task.settings.charset)? else {
            portion.is_last = true;
            break;
        };
        portion.add(task, lines.position().line, text, fields);
    }
    portion.end = lines.position();
    Ok(portion)
}

/// Refuses a file of which no line at its beginning is an object: it was given a wrong name.
fn check_some(task: &FileTask<'_>) -> Result<(), FileUnread> {
    let mut lines = FileLines::begin(task.file, b'\n')?;
    let mut why = None;
    for _ in 0..LOOKED_AT {
        match next(&mut lines, task.settings.charset)? {
            Some((_, Ok(_))) => return Ok(()),
            Some((_, Err(fault))) => why = why.or(Some(fault)),
            None => break,
        }
    }
    match why {
        Some(why) => Err(FileUnread::Garbage(format!(
            "none of its first lines is a JSON object; of the first one: {why}"
        ))),
        None => Ok(()),
    }
}

/// A line, and what it says; or why it is no object.
type ReadLine = (Vec<u8>, Result<Map<String, Value>, String>);

/// The next line that is not empty.
fn next(
    lines: &mut FileLines<'_>,
    charset: &'static Encoding,
) -> std::io::Result<Option<ReadLine>> {
    loop {
        let mut text = Vec::new();
        let read = lines.read_to(&mut text)?;
        let line = match lines.position().line {
            1 => without_mark(&text),
            _ => &text,
        };
        match read {
            FileLine::End => return Ok(None),
            FileLine::TooLong => return Ok(Some((text, Err(too_long())))),
            FileLine::Whole if line.trim_ascii().is_empty() => {}
            FileLine::Whole => {
                let fields = decoded(line, charset).and_then(|line| object(&line));
                return Ok(Some((text, fields)));
            }
        }
    }
}

/// An object, each of whose fields stands there once; or why it is none.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, String> {
    let tree: Tree<'_> = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        format!("it is no JSON that can be taken: {said}")
    })?;
    match tree.to_value() {
        Value::Object(fields) => Ok(fields),
        _ => Err("it is JSON, but no object {..}".to_owned()),
    }
}
