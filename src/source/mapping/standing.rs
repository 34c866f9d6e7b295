//! How a case or an incident stands over there, as one record says it: as much of it as a comparison
//! needs. A record that brings no more than its reference and its state is enough.

use serde_json::{Map, Value, json};

use super::Mapping;
use super::values::line;
use crate::domain::FieldError;
use crate::domain::limits::REFERENCE;
use crate::source::reader::{SourceRecord, UNREADABLE};

/// How one thing stands over there, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct StandingThere {
    /// The reference of the case or incident.
    pub(in crate::source) subject: String,
    /// Empty for an incident.
    pub(in crate::source) state: String,
    /// It is closed, or has ended.
    pub(in crate::source) over: bool,
    /// Whose case it is, where the record says it.
    pub(in crate::source) client: Option<String>,
}

impl Mapping {
    /// How its case or incident stands by this record. A fault names our field.
    pub(in crate::source) fn standing(
        &self,
        record: &SourceRecord,
    ) -> Result<StandingThere, FieldError> {
        if let Some(Value::String(why)) = record.fields.get(UNREADABLE) {
            return Err(FieldError::new("", why.as_str()));
        }
        let mut data = Map::new();
        for (name, field) in &self.fields {
            let value = match *name {
                name if name == self.subject || name == "state" => field.value(name, record)?,
                // What a query of what is open may leave out.
                "client" | "kind" => field.value(name, record).unwrap_or_default(),
                _ => continue,
            };
            let word = line(value).map(|word| match *name {
                "state" => self.state(word, &mut None),
                _ => word,
            });
            data.extend(word.map(|word| ((*name).to_owned(), json!(word))));
        }
        let word = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(subject) = word(self.subject) else {
            let detail = format!("`{}` is empty", self.subject);
            return Err(FieldError::new(format!("/{}", self.subject), detail));
        };
        self.check_length(&subject)?;
        let state = word("state").unwrap_or_default();
        if [&subject, &state].iter().any(|text| text.contains('\0')) {
            return Err(FieldError::new("", "a text holds a character NUL"));
        }
        Ok(StandingThere {
            over: self.is_over(record, &data)?,
            client: word("client"),
            state,
            subject,
        })
    }

    /// Whether a reference may be as long as this one: intake takes no longer ones.
    fn check_length(&self, reference: &str) -> Result<(), FieldError> {
        let length = reference.chars().count();
        if length <= REFERENCE {
            return Ok(());
        }
        let mut fields = self.fields.iter();
        let origin = fields.find(|(name, _)| *name == self.subject);
        let origin = origin.map(|(_, field)| field.origin()).unwrap_or_default();
        let detail =
            format!("{origin} has {length} characters, and a reference has at most {REFERENCE}");
        Err(FieldError::new(format!("/{}", self.subject), detail))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::case_kind::CaseKinds;
    use crate::source::settings::WatchSettings;

    fn mapping(part: &str, text: &str) -> Mapping {
        let none = toml::Table::new();
        let mut watch = WatchSettings::read(none, chrono_tz::Europe::Rome).unwrap();
        match part {
            "case" => watch.case = Some(toml::from_str(text).unwrap()),
            _ => watch.incident = Some(toml::from_str(text).unwrap()),
        }
        watch.states = [("CHIUSA", "done"), ("NUOVA", "received")]
            .map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned()))
            .into();
        Mapping::new("crm", &watch, Arc::new(CaseKinds::shipped())).unwrap()
    }

    fn standing(mapping: &Mapping, fields: &Value) -> Result<StandingThere, String> {
        let record = SourceRecord {
            place: "7".to_owned(),
            fields: fields.as_object().unwrap().clone(),
        };
        mapping.standing(&record).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_reference_and_a_state_are_enough_to_know_how_a_case_stands() {
        let case = "case = \"pratica\"\nclient = \"cliente\"\nkind = \"{{ record.tipo | lower }}\"\n\
                    state = \"stato\"\nnote = \"nota\"\n";
        let mapping = mapping("case", case);
        let least = json!({"pratica": " PR-7 ", "stato": "NUOVA"});
        let said = standing(&mapping, &least).unwrap();
        assert_eq!((&*said.subject, &*said.state), ("PR-7", "received"));
        assert_eq!((said.over, said.client), (false, None));
        let whole = json!({"pratica": "PR-7", "stato": "CHIUSA", "cliente": 12, "tipo": "VOLTURA"});
        let said = standing(&mapping, &whole).unwrap();
        assert_eq!((said.over, said.client.as_deref()), (true, Some("12")));
        let fault = standing(&mapping, &json!({"pratica": "PR-7"})).unwrap_err();
        assert!(fault.contains("no column `stato`"), "{fault}");
        let fault = standing(&mapping, &json!({"pratica": "", "stato": "NUOVA"})).unwrap_err();
        assert!(fault.contains("`case` is empty"), "{fault}");
        let long = "9".repeat(REFERENCE + 1);
        let fault = standing(&mapping, &json!({"pratica": long, "stato": "NUOVA"})).unwrap_err();
        let said = "the column `pratica` has 201 characters, and a reference has at most 200";
        assert!(fault.contains(said), "{fault}");
    }

    #[test]
    fn an_incident_is_over_when_the_record_says_so() {
        let incident = "incident = \"code\"\nkind = \"{{ 'outage' }}\"\nended = \"over\"\n";
        let mapping = mapping("incident", incident);
        let said = standing(&mapping, &json!({"code": 77, "over": "no"})).unwrap();
        assert_eq!((&*said.subject, &*said.state, said.over), ("77", "", false));
        let said = standing(&mapping, &json!({"code": 77, "over": 1})).unwrap();
        assert!(said.over);
    }
}
