//! A client as JSON, in and out: one form for HTTP, NDJSON and (flattened) CSV.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::address::PhonePolicy;
use crate::domain::client::{Client, ContactPoint, HOME_ZONE, Place, TrackingConsent};
use crate::domain::deputy::DEPUTY_PREFIX;
use crate::domain::fields::{Fields, REFERENCE};
use crate::domain::language::Language;
use crate::domain::limits::{CONTACTS, NAME, PLACE_KIND, PLACES, POSTAL_CODE, TAGS, TOPICS};
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Address, Channel, FieldError};

/// Reads a client. Whatever is wrong is said with its pointer; unknown fields are refused.
pub fn parse(value: &Value, phones: &PhonePolicy) -> Result<Client, FieldError> {
    let fields = Fields::of(value, "")?;
    fields.only(&[
        "client",
        "name",
        "locale",
        "time_zone",
        "preferred",
        "contacts",
        "places",
        "partner",
        "topics",
        "quiet_hours",
        "tracking_consent",
    ])?;
    let client = fields.reference("client", REFERENCE)?;
    if client.starts_with(DEPUTY_PREFIX) {
        let detail = format!("a reference that begins with `{DEPUTY_PREFIX}` is one of a deputy");
        return Err(fields.fault("client", detail));
    }
    Ok(Client {
        client,
        name: fields
            .line_if("name", NAME)?
            .ok_or_else(|| fields.missing("name"))?,
        locale: locale(&fields)?,
        time_zone: time_zone(&fields)?,
        preferred: fields.parsed_if("preferred")?,
        contacts: contacts(&fields, phones)?,
        places: places(&fields)?,
        partner: fields.reference_if("partner", REFERENCE)?,
        topics: topics(&fields)?,
        quiet_hours: quiet_hours(&fields)?,
        tracking_consent: fields
            .parsed_if("tracking_consent")?
            .unwrap_or(TrackingConsent::Unknown),
    })
}

/// BCP 47 as far as languages, scripts and regions go: `it`, `de-AT`, `sr-Latn-RS`.
fn locale(fields: &Fields<'_>) -> Result<String, FieldError> {
    let Some(text) = fields.text_if("locale")? else {
        return Ok(Language::HOME.tag().to_owned());
    };
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let right = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.clone().count() <= 2
        && parts.all(|part| {
            (2..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if !right {
        return Err(fields.fault("locale", "`locale` is no language such as `it` or `de-AT`"));
    }
    Ok(text.to_owned())
}

fn time_zone(fields: &Fields<'_>) -> Result<chrono_tz::Tz, FieldError> {
    match fields.text_if("time_zone")? {
        None => Ok(HOME_ZONE),
        Some(name) => name.parse().map_err(|_| {
            fields.fault(
                "time_zone",
                "`time_zone` is no IANA zone such as `Europe/Rome`",
            )
        }),
    }
}

/// Two spellings of one address become one contact point, at the place of the first.
fn contacts(fields: &Fields<'_>, phones: &PhonePolicy) -> Result<Vec<ContactPoint>, FieldError> {
    let mut contacts: Vec<ContactPoint> = Vec::new();
    for (at, item) in fields.list("contacts", CONTACTS)?.iter().enumerate() {
        let item = Fields::of(item, format!("{}/{at}", fields.pointer("contacts")))?;
        item.only(&["channel", "address", "verified"])?;
        let channel: Channel = item.word("channel")?;
        let text = item
            .text_if("address")?
            .ok_or_else(|| item.missing("address"))?;
        let address = Address::parse(channel, text, phones)
            .map_err(|error| item.fault("address", error.to_string()))?;
        let verified = item.flag_if("verified")?.unwrap_or(false);
        match contacts.iter_mut().find(|known| known.address == address) {
            Some(known) => known.verified |= verified,
            None => contacts.push(ContactPoint { address, verified }),
        }
    }
    Ok(contacts)
}

fn places(fields: &Fields<'_>) -> Result<Vec<Place>, FieldError> {
    let mut places: Vec<Place> = Vec::new();
    for (at, item) in fields.list("places", PLACES)?.iter().enumerate() {
        let item = Fields::of(item, format!("{}/{at}", fields.pointer("places")))?;
        let place = place(&item)?;
        if places.iter().any(|known| known.place == place.place) {
            return Err(item.fault(
                "place",
                format!("`{}` stands there twice; give each place once", place.place),
            ));
        }
        places.push(place);
    }
    Ok(places)
}

fn place(item: &Fields<'_>) -> Result<Place, FieldError> {
    item.only(&[
        "place",
        "kind",
        "municipality",
        "postal_code",
        "lat",
        "lon",
        "tags",
    ])?;
    let lat = item.number_if("lat", -90.0, 90.0)?;
    let lon = item.number_if("lon", -180.0, 180.0)?;
    if lat.is_some() != lon.is_some() {
        let absent = if lat.is_none() { "lat" } else { "lon" };
        return Err(item.fault(absent, "a position needs both `lat` and `lon`"));
    }
    Ok(Place {
        place: item.reference("place", REFERENCE)?,
        kind: item
            .reference_if("kind", PLACE_KIND)?
            .unwrap_or_else(|| "address".to_owned()),
        municipality: municipality(item)?,
        postal_code: item.reference_if("postal_code", POSTAL_CODE)?,
        position: lat.zip(lon),
        tags: tags(item)?,
    })
}

fn municipality(item: &Fields<'_>) -> Result<Option<String>, FieldError> {
    let Some(code) = item.reference_if("municipality", REFERENCE)? else {
        return Ok(None);
    };
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(code));
    }
    Err(item.fault(
        "municipality",
        format!("`{code}` is no ISTAT code of six digits such as `037006`"),
    ))
}

fn tags(item: &Fields<'_>) -> Result<Vec<String>, FieldError> {
    let mut tags = Vec::new();
    for (at, value) in item.list("tags", TAGS)?.iter().enumerate() {
        let tag = reference(value.clone(), format!("{}/{at}", item.pointer("tags")))?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

/// Something that stands where a field does not: read like one, so that its faults have the same
/// words.
fn reference(value: impl Into<Value>, pointer: String) -> Result<String, FieldError> {
    let wrapped = json!({ "name": value.into() });
    Fields::of(&wrapped, "")?
        .reference("name", REFERENCE)
        .map_err(|fault| FieldError::new(pointer, fault.detail))
}

fn topics(fields: &Fields<'_>) -> Result<BTreeMap<String, bool>, FieldError> {
    let Some(given) = fields.object_if("topics")? else {
        return Ok(BTreeMap::new());
    };
    if given.iter().count() > TOPICS {
        return Err(fields.fault("topics", format!("at most {TOPICS} topics are taken")));
    }
    given
        .iter()
        .map(|(topic, _)| {
            let wanted = given.flag_if(topic)?;
            let wanted = wanted.ok_or_else(|| given.fault(topic, "say true or false"))?;
            Ok((reference(topic.as_str(), given.pointer(topic))?, wanted))
        })
        .collect()
}

fn quiet_hours(fields: &Fields<'_>) -> Result<Option<QuietHours>, FieldError> {
    let Some(given) = fields.object_if("quiet_hours")? else {
        return Ok(None);
    };
    given.only(&["from", "to"])?;
    let text = |name| given.text_if(name)?.ok_or_else(|| given.missing(name));
    QuietHours::parse(text("from")?, text("to")?)
        .map(Some)
        .map_err(|error| fields.fault("quiet_hours", error.to_string()))
}

/// The client as JSON, in the form [`parse`] reads.
#[must_use]
pub fn describe(client: &Client) -> Value {
    let contacts: Vec<Value> = client.contacts.iter().map(describe_contact).collect();
    let places: Vec<Value> = client.places.iter().map(describe_place).collect();
    json!({
        "client": client.client,
        "name": client.name,
        "locale": client.locale,
        "time_zone": client.time_zone.name(),
        "preferred": client.preferred,
        "contacts": contacts,
        "places": places,
        "partner": client.partner,
        "topics": client.topics,
        "quiet_hours": client.quiet_hours,
        "tracking_consent": client.tracking_consent,
    })
}

fn describe_contact(contact: &ContactPoint) -> Value {
    json!({
        "channel": contact.address.channel(),
        "address": contact.address.as_str(),
        "verified": contact.verified,
    })
}

fn describe_place(place: &Place) -> Value {
    let mut fields = Map::new();
    fields.insert("place".to_owned(), place.place.as_str().into());
    fields.insert("kind".to_owned(), place.kind.as_str().into());
    if let Some(code) = &place.municipality {
        fields.insert("municipality".to_owned(), code.as_str().into());
    }
    if let Some(code) = &place.postal_code {
        fields.insert("postal_code".to_owned(), code.as_str().into());
    }
    if let Some((lat, lon)) = place.position {
        fields.insert("lat".to_owned(), lat.into());
        fields.insert("lon".to_owned(), lon.into());
    }
    fields.insert("tags".to_owned(), json!(place.tags));
    Value::Object(fields)
}

#[cfg(test)]
mod tests;
