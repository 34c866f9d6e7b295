//! What the values of a text may grow to while it is rendered: every result that can be longer
//! than what it was made of is measured before it is made.
//!
//! Joining with `~` needs no measure of its own: what is joined went through here or came from
//! the event, and an expression joins few (`domain::expression`).

use minijinja::value::{Kwargs, StringInput, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

use crate::domain::limits::{VALUE_BYTES, VALUE_DEPTH};

/// What a number, a truth value or an entry of a list counts as, in bytes.
const SCALAR: usize = 8;

/// A value as a variable may keep it: short enough, shallow enough, and made, where the engine
/// only remembered how to make it (a list that names two lists, a part of a part of a list).
pub(super) fn held(value: &Value) -> Result<Value, Error> {
    copied(value, &mut { VALUE_BYTES }, VALUE_DEPTH)
}

/// `replace(from, to)`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands a filter its arguments by value"
)]
pub(super) fn replace(
    text: StringInput<'_>,
    from: StringInput<'_>,
    to: StringInput<'_>,
) -> Result<String, Error> {
    let (text, from, to) = (text.as_str(), from.as_str(), to.as_str());
    let grows = to.len().saturating_sub(from.len());
    if grows > 0 {
        let found = text.matches(from).count();
        let length = found.saturating_mul(grows).saturating_add(text.len());
        spend(&mut text.len().max(VALUE_BYTES), length)?;
    }
    Ok(text.replace(from, to))
}

/// `join(between)`.
pub(super) fn join(
    state: &mut State<'_, '_>,
    list: &Value,
    between: Option<StringInput<'_>>,
    attribute: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let mut left = VALUE_BYTES;
    let each = between.as_ref().map_or(0, |between| between.as_str().len());
    let list = copied(list, &mut left, VALUE_DEPTH)?;
    let entries = list.len().unwrap_or_default();
    spend(&mut left, entries.saturating_mul(each))?;
    minijinja::filters::join(state, &list, between, attribute, kwargs)
}

fn copied(value: &Value, left: &mut usize, depth: usize) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::String => {
            spend(left, value.as_str().map_or(SCALAR, str::len))?;
            Ok(value.clone())
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let depth = shallower(depth)?;
            let mut list = Vec::new();
            for entry in value.try_iter()? {
                spend(left, SCALAR)?;
                list.push(copied(&entry, left, depth)?);
            }
            Ok(Value::from(list))
        }
        ValueKind::Map => {
            let depth = shallower(depth)?;
            let mut fields = Vec::new();
            for key in value.try_iter()? {
                let field = value.get_item(&key)?;
                spend(left, SCALAR)?;
                fields.push((copied(&key, left, depth)?, copied(&field, left, depth)?));
            }
            Ok(Value::from_pairs(fields))
        }
        _ => {
            spend(left, SCALAR)?;
            Ok(value.clone())
        }
    }
}

fn spend(left: &mut usize, bytes: usize) -> Result<(), Error> {
    *left = left.checked_sub(bytes).ok_or_else(|| {
        let limit = VALUE_BYTES / 1024;
        Error::new(
            ErrorKind::InvalidOperation,
            format!("the value becomes longer than {limit} KB"),
        )
    })?;
    Ok(())
}

fn shallower(depth: usize) -> Result<usize, Error> {
    depth.checked_sub(1).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("more than {VALUE_DEPTH} lists stand within one another"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_loop_keeps_of_a_list_of_groups_are_groups() {
        let one = Value::from_pairs([("case", Value::from("PR-1"))]);
        let kept = held(&Value::from(vec![one])).unwrap();
        let first = kept.get_item_by_index(0).unwrap();
        assert_eq!(first.get_attr("case").unwrap(), Value::from("PR-1"));
    }
}
