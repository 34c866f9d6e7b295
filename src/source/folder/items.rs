//! JSON: one object, or a list of objects. It is read as one, but only as many of its objects are
//! kept as a look takes.

use std::io::{Read as _, Seek as _, SeekFrom};

use serde::de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::lines::without_mark;
use super::objects::object;
use super::place::FilePosition;
use super::portion::{FilePortion, FileTask, FileUnread, decoded, too_long};
use crate::domain::limits::{FOLDER_JSON, SOURCE_PAGE, SOURCE_ROW};

pub(super) fn read_items(task: &FileTask<'_>) -> Result<FilePortion, FileUnread> {
    let mut file = task.file;
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(FOLDER_JSON + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FOLDER_JSON {
        let most = FOLDER_JSON >> 20;
        return Err(FileUnread::Garbage(format!(
            "it is JSON of more than {most} MiB: write it as .ndjson, an object a line"
        )));
    }
    let text = decoded(without_mark(&bytes), task.settings.charset);
    let text = text.map_err(FileUnread::Garbage)?;
    let items = items(&text, task.from.line, task.limit).map_err(FileUnread::Garbage)?;
    let mut portion = FilePortion::default();
    let mut number = task.from.line;
    for item in items.kept {
        number += 1;
        let fields = match item.get().len() > SOURCE_ROW {
            true => Err(too_long()),
            false => object(item.get()),
        };
        portion.add(task, number, item.get().as_bytes().to_vec(), fields);
    }
    portion.end = FilePosition {
        line: number,
        byte: 0,
    };
    portion.is_last = number >= items.all;
    Ok(portion)
}

/// Some of a file's objects, as they stand.
#[derive(Debug)]
struct ListedItems<'a> {
    kept: Vec<&'a RawValue>,
    /// How many there are.
    all: u64,
}

fn items(text: &str, from: u64, limit: usize) -> Result<ListedItems<'_>, String> {
    let no_json = |error: serde_json::Error| format!("it is no JSON: {error}");
    match text.trim_start().as_bytes().first() {
        Some(b'{') => {
            let item: &RawValue = serde_json::from_str(text).map_err(no_json)?;
            let kept = if from == 0 { vec![item] } else { Vec::new() };
            Ok(ListedItems { kept, all: 1 })
        }
        Some(b'[') => {
            let mut list = serde_json::Deserializer::from_str(text);
            let items = ItemsFrom { from, limit }.deserialize(&mut list);
            let items = items.map_err(no_json)?;
            list.end().map_err(no_json)?;
            Ok(items)
        }
        _ => Err("it is neither a JSON object nor a list of objects".to_owned()),
    }
}

/// Which objects of a list are kept. The others are read over: a list of millions of them takes no
/// more room than its text.
struct ItemsFrom {
    from: u64,
    limit: usize,
}

impl<'de> DeserializeSeed<'de> for ItemsFrom {
    type Value = ListedItems<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, list: D) -> Result<Self::Value, D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ItemsFrom {
    type Value = ListedItems<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut kept: Vec<&RawValue> = Vec::new();
        let (mut all, mut bytes) = (0, 0);
        loop {
            let is_wanted = all >= self.from && kept.len() < self.limit && bytes < SOURCE_PAGE;
            match is_wanted {
                true => match list.next_element::<&RawValue>()? {
                    Some(item) => {
                        bytes += item.get().len();
                        kept.push(item);
                    }
                    None => break,
                },
                false if list.next_element::<IgnoredAny>()?.is_none() => break,
                false => {}
            }
            all += 1;
        }
        Ok(ListedItems { kept, all })
    }
}
