//! What the clock says of problems that are passed on: to a body that there are some, to a client that
//! theirs was. Made inside only. Neither event holds the words: they stand in
//! `store::people::forwardings`, from where an erasure takes them.

use serde_json::Value;

use crate::domain::fault::FieldError;
use crate::domain::fields::{Fields, REFERENCE};

/// The type of the event that a body gets.
pub const BODY_FORWARDED: &str = "body.forwarded";
/// The type of the event that a client gets whose problem was passed on.
pub const REPLY_FORWARDED: &str = "reply.forwarded";

/// Problems that are passed on to a body in one mail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BodyForwarding {
    /// The word for the body, as cases say it.
    pub body: String,
    /// Which of its lists of problems this is, counted from 1.
    pub number: i64,
    /// How many problems it names.
    pub count: i64,
    /// It was sent before, and the body has not acknowledged it.
    pub chased: bool,
}

impl BodyForwarding {
    /// Reads an event's data.
    pub fn parse(data: &Value) -> Result<Self, FieldError> {
        let fields = Fields::of(data, "")?;
        let number = |name: &str| data.get(name).and_then(Value::as_i64);
        let number = |name: &str| number(name).ok_or_else(|| fields.missing(name));
        Ok(Self {
            body: fields.reference("body", REFERENCE)?,
            number: number("number")?,
            count: number("count")?,
            chased: fields.flag_if("chased")?.unwrap_or(false),
        })
    }

    /// What plans of it are about: each list of a body is a thing of its own.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("forwarding:{}:{}", self.number, self.body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_problems_reads_back_as_it_was_written() {
        let list = BodyForwarding {
            body: "comune".to_owned(),
            number: 2,
            count: 3,
            chased: true,
        };
        let written = serde_json::to_value(&list).unwrap();
        assert_eq!(BodyForwarding::parse(&written).unwrap(), list);
        assert_eq!(list.subject(), "forwarding:2:comune");
        let fault = BodyForwarding::parse(&json!({ "body": "b", "number": 1 })).unwrap_err();
        assert_eq!(fault.pointer, "/count");
    }
}
