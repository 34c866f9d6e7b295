//! Fields as `Name: value`: the head of a mail, the groups of a report. Lenient: what others write is
//! cut off, indented, folded wrongly or mixed with sentences.

use crate::domain::limits::RETURNED_FIELD;

/// Longer is no field's name, but a sentence with a colon.
const LONGEST_NAME: usize = 60;

/// In the order of the text; names in lower case, values in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ReturnedFields(Vec<(String, String)>);

impl ReturnedFields {
    /// The head at the beginning of a mail or a part, and what follows its empty line.
    pub(super) fn head(text: &str) -> (Self, &str) {
        let mut fields = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            let line = line.trim_end();
            if line.is_empty() {
                return (fields, after);
            }
            if !fields.take(line) && !line.starts_with("From ") && !line.starts_with(">From ") {
                return (fields, rest);
            }
            rest = after;
        }
        (fields, rest)
    }

    /// Groups of fields with empty lines between them, as in RFC 3464. One that names a second
    /// recipient begins another, as where somebody forgot the empty line.
    pub(super) fn groups(text: &str) -> Vec<Self> {
        let mut groups = vec![Self::default()];
        for line in text.lines().map(str::trim_end) {
            let starts = line.is_empty() || is_second_recipient(groups.last(), line);
            if starts && groups.last().is_some_and(|group| !group.0.is_empty()) {
                groups.push(Self::default());
            }
            if let Some(group) = groups.last_mut() {
                let _ = group.take(line) || group.take(line.trim_start());
            }
        }
        groups.retain(|group| !group.0.is_empty());
        groups
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        let named = self.0.iter().filter(move |(known, _)| *known == name);
        named.map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Names and values of fields that begin so.
    pub(super) fn beginning(&self, start: &str) -> impl Iterator<Item = &(String, String)> {
        self.0
            .iter()
            .filter(move |(name, _)| name.starts_with(start))
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is missing here, from another group.
    pub(super) fn complete(&mut self, other: Self) {
        for (name, value) in other.0 {
            if !self.has(&name) {
                self.0.push((name, value));
            }
        }
    }

    /// Takes one line in. False: it is no field and continues none.
    fn take(&mut self, line: &str) -> bool {
        if line.starts_with([' ', '\t']) {
            return match self.0.last_mut() {
                Some((_, value)) => {
                    append(value, " ");
                    append(value, line.trim());
                    true
                }
                None => false,
            };
        }
        let Some((name, value)) = line.split_once(':') else {
            return false;
        };
        let name = name.trim_end();
        if !is_name(name) {
            return false;
        }
        let mut kept = String::new();
        append(&mut kept, value.trim());
        self.0.push((name.to_ascii_lowercase(), kept));
        true
    }
}

/// As much as a value may have: what decodes it or looks for addresses in it takes longer than its length
/// grows.
fn append(value: &mut String, more: &str) {
    let room = RETURNED_FIELD.saturating_sub(value.len());
    let end = more.floor_char_boundary(room);
    value.push_str(more.get(..end).unwrap_or_default());
}

/// Whether a line looks like a field.
pub(super) fn is_field(line: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(name, _)| is_name(name.trim_end()))
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_second_recipient(group: Option<&ReturnedFields>, line: &str) -> bool {
    let name = "final-recipient";
    let begins = line
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name));
    begins && group.is_some_and(|group| group.has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cut_in_one_line_and_in_folded_ones() {
        let words = "=?utf-8?B?4oKs?= ";
        let long = words.repeat(100_000);
        let folded = format!(" {words}\n").repeat(100_000);
        for text in [
            format!("Subject: {long}\nFrom: a@b.it\n\nx"),
            format!("Subject: x\n{folded}From: a@b.it\n\nx"),
            format!(
                "Subject: {}\nFrom: a@b.it\n\nx",
                "\u{20ac}".repeat(RETURNED_FIELD)
            ),
        ] {
            let (fields, body) = ReturnedFields::head(&text);
            let length = fields.get("subject").map_or(0, str::len);
            assert!(
                (RETURNED_FIELD - 3..=RETURNED_FIELD).contains(&length),
                "{length}"
            );
            assert_eq!((fields.get("from"), body), (Some("a@b.it"), "x"));
        }
    }
}
