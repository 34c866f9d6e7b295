mod chains;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::domain::case_kind::CaseKinds;
use crate::source::mapping::Mapping;
use crate::source::schedule::Schedule;
use crate::source::settings::{Baseline, WatchSettings};

const NOW: &str = "2026-11-24T12:00:00+01:00";

/// The least that an alert has, with what a test adds.
fn alert(identifier: &str, head: &str, infos: &str) -> String {
    let usual = |name: &str, value: &str| match head.contains(&format!("<{name}>")) {
        true => String::new(),
        false => format!("<{name}>{value}</{name}>"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{identifier}</identifier>\
         <sender>avvisi@pc.example.it</sender>{}{}{}{}{head}{infos}</alert>",
        usual("sent", "2026-11-24T10:00:00+01:00"),
        usual("status", "Actual"),
        usual("msgType", "Alert"),
        usual("scope", "Public"),
    )
}

fn info(more: &str) -> String {
    let usual = |name: &str, value: &str| match more.contains(&format!("<{name}>")) {
        true => String::new(),
        false => format!("<{name}>{value}</{name}>"),
    };
    format!(
        "<info>{}{}{}{}{}{}{more}{}</info>",
        usual("language", "it-IT"),
        usual("category", "Met"),
        usual("event", "Temporali"),
        usual("urgency", "Expected"),
        usual("severity", "Severe"),
        usual("certainty", "Likely"),
        match more.contains("<area>") {
            true => "",
            false => AREA,
        },
    )
}

const AREA: &str = "<area><areaDesc>Pianura bolognese</areaDesc><geocode><valueName>ISTAT</valueName>\
    <value>037006</value></geocode></area>";

fn settings() -> CapSettings {
    toml::from_str("url = \"https://avvisi.example.it/cap\"").unwrap()
}

fn read(text: &str) -> CapAlert {
    match CapReading::of(text.as_bytes(), None).unwrap().document {
        CapDocument::Alert(alert) => *alert,
        CapDocument::Index(index) => panic!("{index:?}"),
    }
}

fn fault(bytes: &[u8]) -> String {
    CapReading::of(bytes, None).unwrap_err()
}

/// What each of these alerts becomes, read one after the other.
fn told(memory: &mut CapMemory, alerts: &[String]) -> Vec<Vec<SourceRecord>> {
    let now = Timestamp::parse(NOW).unwrap();
    let each = alerts.iter().map(|text| {
        let mut news = memory.news(&read(text), &settings(), now);
        let records = std::mem::take(&mut news.records);
        memory.note(news);
        records
    });
    each.collect()
}

fn one(text: &str) -> SourceRecord {
    let mut records = told(&mut CapMemory::default(), &[text.to_owned()]);
    records[0].pop().expect("a record")
}

fn nobody(memory: &mut CapMemory, text: &str) -> bool {
    told(memory, &[text.to_owned()]).concat().is_empty()
}

fn mapping() -> Mapping {
    let watch = WatchSettings {
        every: Schedule::parse("1m", chrono_tz::Europe::Rome).unwrap(),
        time_zone: chrono_tz::Europe::Rome,
        alarm_after: chrono::TimeDelta::days(30),
        baseline: Baseline::Silent,
        reconcile: None,
        reconcile_events: false,
        case: None,
        incident: Some(CapSettings::incident()),
        states: std::collections::BTreeMap::new(),
    };
    Mapping::new("meteo", &watch, Arc::new(CaseKinds::shipped())).unwrap()
}

/// The event of a record: its type and its data; or what keeps it from becoming one.
fn event(record: &SourceRecord, known: bool) -> Result<(String, Value), String> {
    let now = Timestamp::parse(NOW).unwrap();
    let mapping = mapping();
    let event = mapping
        .map(record)
        .and_then(|mapped| mapping.event(&mapped, known, false, now))
        .map_err(|fault| fault.to_string())?;
    let data = serde_json::from_str(&event.data).unwrap();
    Ok((event.kind.to_string(), data))
}

#[test]
fn an_alert_becomes_an_incident_with_the_words_that_clients_read() {
    let text = alert(
        "2026-113",
        "",
        &info(
            "<onset>2026-11-24T18:00:00+01:00</onset><expires>2026-11-25T06:00:00+01:00</expires>\
             <headline>Allerta arancione per temporali</headline>\
             <description>Temporali forti con grandine.</description>\
             <instruction>Resti in casa &amp; lontano dai fiumi.</instruction>",
        ),
    );
    let (kind, data) = event(&one(&text), false).unwrap();
    assert_eq!(kind, "incident.opened");
    assert_eq!(
        data,
        json!({
            "incident": "avvisi@pc.example.it:2026-113", "kind": "notice", "severity": "severe",
            "began_at": "2026-11-24T18:00:00+01:00", "expected_end": "2026-11-25T06:00:00+01:00",
            "cause": "Temporali", "area": { "municipalities": ["037006"] },
            "note": "Allerta arancione per temporali\nPianura bolognese\n\
                     Temporali forti con grandine.\nResti in casa & lontano dai fiumi.",
        })
    );
}

#[test]
fn older_alerts_in_older_letters_with_a_signature_are_read() {
    let text = alert("A", "", &info("<headline>Neve a Forlì</headline>"))
        .replace("UTF-8", "ISO-8859-1")
        .replace("cap:1.2", "cap:1.1")
        .replace("+01:00", "Z")
        .replace(
            "</alert>",
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:info>x</ds:info>\
             <ds:identifier>B</ds:identifier></ds:Signature></alert>",
        );
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let reading = CapReading::of(&latin, Some("text/xml")).unwrap();
    assert_eq!(reading.doubt, None);
    let CapDocument::Alert(found) = reading.document else {
        panic!("no alert");
    };
    assert_eq!(*found, read(&text.replace("ISO-8859-1", "UTF-8")));
    assert_eq!((found.identifier.as_str(), found.infos.len()), ("A", 1));
    let record = one(&text.replace("ISO-8859-1", "UTF-8"));
    let (_, data) = event(&record, false).unwrap();
    assert!(data["note"].as_str().unwrap().starts_with("Neve a Forlì"));
}

#[test]
fn what_is_no_alert_is_refused_in_words() {
    let bomb = b"<!DOCTYPE alert [<!ENTITY a \"aaaa\">]><alert>&a;</alert>";
    let deep = "<alert>".repeat(100_000);
    let many = alert("A", "", &"<info/>".repeat(101));
    let huge = vec![b' '; 5 * 1024 * 1024];
    for (bytes, said) in [
        (bomb.as_slice(), "DOCTYPE"),
        (deep.as_bytes(), "within one another"),
        (b"{\"features\": []}".as_slice(), "it is no XML"),
        (b"<!DOCTYPE html><html></html>".as_slice(), "a page of HTML"),
        (b"<kml/>".as_slice(), "its root is `kml`"),
        (
            b"<alert xmlns=\"http://www.incident.com/cap/1.0\"/>".as_slice(),
            "no CAP 1.1 or 1.2",
        ),
        (many.as_bytes(), "more than 100 elements `info`"),
        (huge.as_slice(), "larger than 4 MiB"),
    ] {
        let fault = fault(bytes);
        assert!(fault.contains(said), "{fault}");
    }
}

#[test]
fn of_several_languages_the_one_that_clients_read_is_taken() {
    let infos = |tags: [&str; 2]| {
        let first = info(&format!(
            "<language>{}</language><headline>Storms</headline>",
            tags[0]
        ));
        let second = format!(
            "<language>{}</language><headline>Temporali</headline><area></area>",
            tags[1]
        );
        alert("A", "", &format!("{first}{}", info(&second)))
    };
    for (tags, headline) in [
        (["en-GB", "it-IT"], "Temporali"),
        (["en-GB", "IT"], "Temporali"),
        (["it", "it-IT"], "Temporali"),
        (["en-GB", "de"], "Storms"),
    ] {
        let record = one(&infos(tags));
        assert_eq!(record.fields["headline"], headline, "{tags:?}");
        // Whichever language has the areas.
        assert_eq!(
            record.fields["municipalities"],
            json!(["037006"]),
            "{tags:?}"
        );
    }
}

#[test]
fn several_hazards_are_one_incident_and_the_worst_one_speaks_first() {
    let square = |lat: u8| format!("{lat},11 {lat},12 {},12 {lat},11", lat + 1);
    let hazard = |grade: &str, lat: u8, until: &str| {
        info(&format!(
            "<severity>{grade}</severity><headline>{grade} {lat}</headline><expires>2026-11-2{until}\
             T00:00:00+01:00</expires><area><areaDesc>zona {lat}</areaDesc><polygon>{}</polygon></area>",
            square(lat)
        ))
    };
    let both = format!("{}{}", hazard("Minor", 44, "5"), hazard("Extreme", 45, "6"));
    let record = one(&alert("A", "", &both));
    assert_eq!(record.fields["severity"], "extreme");
    assert_eq!(record.fields["ends"], "2026-11-26T00:00:00+01:00");
    assert_eq!(
        record.fields["note"],
        "Extreme 45\nzona 45\n\nMinor 44\nzona 44"
    );
    let polygons = &record.fields["geojson"]["coordinates"];
    assert_eq!(polygons.as_array().unwrap().len(), 2);
    // Longitude first.
    assert_eq!(polygons[0][0][0], json!([11.0, 45.0]));
    event(&record, false).unwrap();
}

#[test]
fn a_note_keeps_what_to_do_however_long_the_rest_is() {
    let long = "parola ".repeat(1_000);
    let text = info(&format!(
        "<headline>{long}</headline><description>{long}</description>\
         <instruction>Salga ai piani alti.</instruction>"
    ));
    let (_, data) = event(&one(&alert("A", "", &text)), false).unwrap();
    let note = data["note"].as_str().unwrap();
    assert!(note.ends_with("Salga ai piani alti.") && note.contains("Pianura bolognese"));
    assert!(note.contains("parola…") && note.chars().count() <= 2_000);
}

#[test]
fn a_time_without_an_offset_is_named_with_its_element() {
    for (head, of_info, said) in [
        ("<sent>2026-11-24T10:00:00</sent>", "", "(sent)"),
        ("", "<expires>2026-11-24T18:00:00</expires>", "(expires)"),
        ("", "<onset>domani</onset>", "domani (onset)"),
    ] {
        let fault = event(&one(&alert("A", head, &info(of_info))), false).unwrap_err();
        assert!(
            fault.contains(said) && fault.contains("not a time with a zone"),
            "{fault}"
        );
    }
    let nameless = event(&one(&alert("", "", &info(""))), false).unwrap_err();
    assert!(nameless.contains("`incident` comes from"), "{nameless}");
    let nowhere = info("<area><areaDesc>ovunque</areaDesc></area>");
    let nowhere = event(&one(&alert("A", "", &nowhere)), false).unwrap_err();
    assert!(nowhere.contains("names no place"), "{nowhere}");
}

#[test]
fn words_that_expire_before_the_danger_begins_say_no_end() {
    let forecast = info(
        "<onset>2026-11-25T06:00:00+01:00</onset><expires>2026-11-24T18:00:00+01:00</expires>",
    );
    let record = one(&alert("A", "", &forecast));
    assert_eq!(record.fields["ends"], Value::Null);
    assert_eq!(record.fields["expires"], "2026-11-24T18:00:00+01:00");
    event(&record, false).unwrap();
}

#[test]
fn a_time_that_nobody_can_mean_is_left_out_and_said() {
    for (element, time, column) in [
        ("expires", "9999-12-31T23:59:59+01:00", "ends"),
        ("expires", "1970-01-01T00:00:00Z", "ends"),
        ("onset", "2101-01-01T00:00:00Z", "began_at"),
    ] {
        let text = alert("A", "", &info(&format!("<{element}>{time}</{element}>")));
        let now = Timestamp::parse(NOW).unwrap();
        let mut news = CapMemory::default().news(&read(&text), &settings(), now);
        let doubt = news.doubt.take().unwrap();
        assert!(
            doubt.contains(&format!("`{element}` of the alert `A`")),
            "{doubt}"
        );
        let record = news.records.pop().unwrap();
        assert_eq!(record.fields[column], Value::Null, "{time}");
        let (kind, _) = event(&record, false).unwrap();
        assert_eq!(kind, "incident.opened");
    }
    let usual = alert(
        "A",
        "",
        &info("<expires>2026-11-25T06:00:00+01:00</expires>"),
    );
    let now = Timestamp::parse(NOW).unwrap();
    let news = CapMemory::default().news(&read(&usual), &settings(), now);
    assert_eq!(news.doubt, None);
}
