//! What is typed becomes an event, or a fault at its field.

use super::*;

static KNOWN: KnownToForm = KnownToForm {
    places: BTreeSet::new(),
    end: None,
    towns: BTreeMap::new(),
};
/// By a clock that shows the begin of 2026.
const READER: FormReader<'static> = FormReader {
    now: Timestamp::from_micros(1_767_225_600_000_000),
    zone: chrono_tz::Europe::Rome,
    words: ConsoleWords::ENGLISH,
    known: &KNOWN,
};

fn typed(fields: &[(&str, &str)]) -> TypedIncident {
    let fields = fields.iter();
    let owned = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    TypedIncident::of_form(&owned.collect())
}

fn read(fields: &[(&str, &str)]) -> Result<ReadIncident, Vec<FormFault>> {
    let all = [&[("kind", "outage")][..], fields].concat();
    typed(&all).read(IncidentStep::Opened, "G-1", READER)
}

fn fault_of(fields: &[(&str, &str)]) -> &'static str {
    read(fields).unwrap_err()[0].field
}

#[test]
fn what_is_typed_becomes_an_event_and_comes_back_as_it_was() {
    let read = read(&[
        ("municipalities", "037006; 037020"),
        ("places", "IT01\r\nIT01, IT 2"),
        ("service", "other"),
        ("service_other", "street lights"),
        ("lat", "44,5"),
        ("lon", "11.25"),
        ("km", "2.5"),
        ("expected_end", "2026-11-22T20:00"),
        ("note", " A crew is there. "),
        ("quiet", "yes"),
    ])
    .unwrap();
    let data = read.data;
    let area = data.area.clone().unwrap();
    assert_eq!(area.municipalities, ["037006", "037020"]);
    assert_eq!(area.places, ["IT01"]);
    assert_eq!(data.service.as_deref(), Some("street lights"));
    assert_eq!((read.notes.doubles, read.notes.left_out), (1, 1));
    assert_eq!(area.circle.unwrap().radius_m, 2_500);
    let end = Timestamp::parse("2026-11-22T20:00:00+01:00").unwrap();
    assert_eq!(data.expected_end, Some(end));
    assert!(data.quiet);
    let again = TypedIncident::of_data(&data, READER.zone);
    let again = again.read(IncidentStep::Opened, "G-1", READER).unwrap();
    assert_eq!(again.data, data);
}

#[test]
fn each_fault_stands_at_its_field() {
    let town = ("municipalities", "037006");
    let tie = r#"{"type":"Polygon","coordinates":[[[11,44],[12,45],[12,44],[11,45]]]}"#;
    for (fields, field) in [
        (vec![], "municipalities"),
        (vec![("municipalities", "Bologna")], "municipalities"),
        (vec![town, ("expected_end", "soon")], "expected_end"),
        (
            vec![town, ("expected_end", "2025-12-31T23:00")],
            "expected_end",
        ),
        (
            vec![town, ("next_update", "2025-12-31T23:00")],
            "next_update",
        ),
        (vec![town, ("service", "luce")], "service"),
        (vec![town, ("service", "other")], "service_other"),
        (vec![town, ("began_at", "2026-03-29T02:30")], "began_at"),
        (vec![("lat", "44.5"), ("lon", "x"), ("km", "1")], "lon"),
        (vec![("lat", "99"), ("lon", "11"), ("km", "1")], "lat"),
        (vec![("geojson", "{")], "geojson"),
        (vec![("geojson", r#"{"type":"Point"}"#)], "geojson"),
        (vec![("geojson", tie)], "geojson"),
    ] {
        assert_eq!(fault_of(&fields), field, "{fields:?}");
    }
    let crossed = read(&[("geojson", tie)]).unwrap_err();
    assert!(crossed[0].said.contains("crosses itself"), "{crossed:?}");
}

#[test]
fn a_feature_is_taken_for_its_geometry_and_an_update_needs_no_area() {
    let feature = r#"{"type":"Feature","properties":{},"geometry":
        {"type":"Polygon","coordinates":[[[11,44],[12,44],[12,45],[11,44]]]}}"#;
    let found = read(&[("geojson", feature)]).unwrap().data;
    assert!(found.area.unwrap().covers_position((44.1, 11.5)));
    let update = typed(&[("note", "More soon.")]);
    let update = update.read(IncidentStep::Updated, "G-1", READER).unwrap();
    assert_eq!(update.data.area, None);
}

#[test]
fn an_end_that_has_passed_is_taken_only_where_it_stood_before() {
    let passed = typed(&[
        ("expected_end", "2025-12-31T23:00"),
        ("cause", "A squirrel."),
    ]);
    let refused = passed.read(IncidentStep::Updated, "G-1", READER);
    assert!(refused.unwrap_err()[0].said.contains("has passed"));
    let known = KnownToForm {
        end: Some(Timestamp::parse("2025-12-31T22:00:00Z").unwrap()),
        ..KnownToForm::default()
    };
    let reader = FormReader {
        known: &known,
        ..READER
    };
    assert!(passed.read(IncidentStep::Updated, "G-1", reader).is_ok());
    // A minute ago: somebody was slow.
    let slow = typed(&[("expected_end", "2026-01-01T00:58")]);
    assert!(slow.read(IncidentStep::Updated, "G-1", READER).is_ok());
}

#[test]
fn a_file_joins_what_was_pasted() {
    let mut typed = typed(&[("places", "IT1")]);
    typed.add_places(b"");
    assert_eq!(typed.get("places"), "IT1");
    typed.add_places(b"IT2;IT3");
    assert_eq!(typed.get("places"), "IT1\nIT2;IT3");
}

#[test]
fn a_municipality_is_named_or_ticked_and_a_name_of_two_is_a_fault() {
    let town = |code: &str| (code.to_owned(), "Samone".to_owned());
    let known = KnownToForm {
        towns: BTreeMap::from([
            (
                "bologna".to_owned(),
                vec![("037006".to_owned(), "Bologna".to_owned())],
            ),
            ("samone".to_owned(), vec![town("001235"), town("022167")]),
        ]),
        ..KnownToForm::default()
    };
    let reader = FormReader {
        known: &known,
        ..READER
    };
    let read = |fields: &[(&str, &str)]| {
        let all = [&[("kind", "outage")][..], fields].concat();
        typed(&all).read(IncidentStep::Opened, "G-1", reader)
    };
    let ticked = [
        ("municipalities", " BOLOGNA, 037020"),
        ("town-037020", "yes"),
        ("town-037021", "yes"),
        ("zone-feeder:BO-12", "yes"),
    ];
    let area = read(&ticked).unwrap().data.area.unwrap();
    assert_eq!(area.municipalities, ["037006", "037020", "037021"]);
    assert_eq!(area.tags, ["feeder:BO-12"]);
    let faults = read(&[("municipalities", "Samone")]).unwrap_err();
    assert_eq!(faults[0].field, "municipalities");
    assert!(faults[0].said.contains("001235, 022167"), "{faults:?}");
    // A name that nobody knows is refused as it was.
    assert_eq!(
        read(&[("municipalities", "Atlantis")]).unwrap_err()[0].field,
        "municipalities"
    );
}
