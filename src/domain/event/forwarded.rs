//! What the clock says of problems that are passed on: to a body that there are some, to a client that
//! theirs was. Made inside only. Neither event holds the words: they stand in
//! `store::people::forwardings`, from where an erasure takes them.

use super::body::BodyList;

/// The type of the event that a body gets.
pub const BODY_FORWARDED: &str = "body.forwarded";
/// The type of the event that a client gets whose problem was passed on.
pub const REPLY_FORWARDED: &str = "reply.forwarded";

impl BodyList {
    /// What plans of a list of problems are about: each list of a body is a thing of its own.
    #[must_use]
    pub fn forwarding(&self) -> String {
        format!("forwarding:{}:{}", self.number, self.body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_problems_reads_back_as_it_was_written() {
        let list = BodyList {
            body: "comune".to_owned(),
            number: 2,
            count: 3,
            chased: true,
        };
        let written = serde_json::to_value(&list).unwrap();
        assert_eq!(BodyList::parse(&written).unwrap(), list);
        assert_eq!(list.forwarding(), "forwarding:2:comune");
        let fault = BodyList::parse(&json!({ "body": "b", "number": 1 })).unwrap_err();
        assert_eq!(fault.pointer, "/count");
    }
}
