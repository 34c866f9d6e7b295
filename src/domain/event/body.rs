//! What the clock says of a body: that cases stand still with it. Made inside only; the body reads
//! it in a report of its own (`source::clock`), which names cases and none of their clients.

use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::fields::{Fields, REFERENCE};
use crate::domain::limits::BODY_CASES;

/// The type of the event.
pub const BODY_STALLED: &str = "body.stalled";

/// What a list that a body is sent says of itself, whether cases stand on it or problems.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BodyList {
    /// The word for the body, as cases say it.
    pub body: String,
    /// Which of its lists of this kind this is, counted from 1.
    pub number: i64,
    /// How many cases or problems there are; more than are named, if they are very many.
    pub count: i64,
    /// It was sent before, and the body has not acknowledged it.
    pub chased: bool,
}

impl BodyList {
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
}

/// Cases that stand still with one body.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BodyReport {
    #[serde(flatten)]
    pub list: BodyList,
    /// The cases, those that have stood for longest first.
    pub cases: Vec<StalledCase>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StalledCase {
    /// The organisation's reference for it.
    pub case: String,
    /// Since when it stands in its state.
    pub since: Timestamp,
}

impl BodyReport {
    /// Reads an event's data.
    pub fn parse(data: &Value) -> Result<Self, FieldError> {
        let list = BodyList::parse(data)?;
        let fields = Fields::of(data, "")?;
        Ok(Self {
            list,
            cases: cases(&fields)?,
        })
    }
}

fn cases(fields: &Fields<'_>) -> Result<Vec<StalledCase>, FieldError> {
    let each = fields.list("cases", BODY_CASES)?.iter().enumerate();
    each.map(|(at, case)| {
        let case = Fields::of(case, format!("{}/{at}", fields.pointer("cases")))?;
        Ok(StalledCase {
            case: case.reference("case", REFERENCE)?,
            since: case
                .time_if("since")?
                .ok_or_else(|| case.missing("since"))?,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_reads_back_as_it_was_written() {
        let since = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let report = BodyReport {
            list: BodyList {
                body: "e-distribuzione".to_owned(),
                number: 3,
                count: 7,
                chased: true,
            },
            cases: vec![StalledCase {
                case: "PR-1".to_owned(),
                since,
            }],
        };
        let written = serde_json::to_value(&report).unwrap();
        assert_eq!(written["number"], 3, "beside the cases: {written}");
        assert_eq!(BodyReport::parse(&written).unwrap(), report);
        let fault = BodyReport::parse(&json!({"body": "b", "number": 1})).unwrap_err();
        assert_eq!(fault.pointer, "/count");
    }
}
