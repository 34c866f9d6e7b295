//! A request for one message to one client, made over the API. It becomes an event like any
//! other, so that it is stored, planned and explained in the same way.

use serde_json::{Map, Value};

use crate::domain::fault::FieldError;
use crate::domain::fields::{Fields, REFERENCE, shown};
use crate::domain::limits::{CHANNELS, VARIABLES};
use crate::domain::message::{Class, Lane};
use crate::domain::rule::ChannelChoice;

/// One message to one client.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectRequest {
    pub client: String,
    /// Name of the template.
    pub template: String,
    /// What the template declares.
    pub variables: Map<String, Value>,
    /// Which channels; what the client prefers when none is named.
    pub channels: Vec<ChannelChoice>,
    /// What a client may refuse; the template's own topic otherwise.
    pub topic: Option<String>,
    pub class: Option<Class>,
    pub lane: Option<Lane>,
}

impl DirectRequest {
    /// Reads the request. Unknown fields are refused: a misspelt `variables` would be silent.
    pub fn parse(data: &Value) -> Result<Self, FieldError> {
        let fields = Fields::of(data, "")?;
        fields.only(&[
            "client",
            "template",
            "variables",
            "channels",
            "topic",
            "class",
            "lane",
        ])?;
        Ok(Self {
            client: fields.reference("client", REFERENCE)?,
            template: fields.reference("template", REFERENCE)?,
            variables: variables(&fields)?,
            channels: channels(&fields)?,
            topic: fields.reference_if("topic", REFERENCE)?,
            class: fields.parsed_if("class")?,
            lane: fields.parsed_if("lane")?,
        })
    }
}

fn variables(fields: &Fields<'_>) -> Result<Map<String, Value>, FieldError> {
    let Some(given) = fields.object_if("variables")? else {
        return Ok(Map::new());
    };
    let variables: Map<_, _> = given
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if variables.len() > VARIABLES {
        return Err(fields.fault(
            "variables",
            format!(
                "{} variables; at most {VARIABLES} are taken",
                variables.len()
            ),
        ));
    }
    Ok(variables)
}

fn channels(fields: &Fields<'_>) -> Result<Vec<ChannelChoice>, FieldError> {
    let given = fields.list("channels", CHANNELS)?;
    if given.is_empty() {
        return Ok(vec![ChannelChoice::Preferred]);
    }
    let choice = |(at, value): (usize, &Value)| {
        let pointer = || format!("{}/{at}", fields.pointer("channels"));
        match value.as_str() {
            Some("preferred") => Ok(ChannelChoice::Preferred),
            Some(word) => word.parse().map(ChannelChoice::Fixed).map_err(|_| {
                FieldError::new(
                    pointer(),
                    format!("`{word}` is not one of: preferred, sms, email"),
                )
            }),
            None => Err(FieldError::new(
                pointer(),
                format!("{} is not one of: preferred, sms, email", shown(value)),
            )),
        }
    };
    given.iter().enumerate().map(choice).collect()
}
