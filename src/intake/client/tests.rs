use super::*;

fn full() -> Value {
    json!({"client": "C-1001", "name": "Maria Rossi", "locale": "it", "time_zone": "Europe/Rome",
        "preferred": "sms",
        "contacts": [{"channel": "sms", "address": "+393331234567", "verified": true},
            {"channel": "email", "address": "maria@example.it"}],
        "places": [{"place": "IT001E12345678", "kind": "pod", "municipality": "037006",
            "postal_code": "40121", "lat": 44.4949, "lon": 11.3426, "tags": ["feeder:BO-12"]}],
        "partner": "agency-7", "topics": {"surveys": false},
        "quiet_hours": {"from": "21:00", "to": "08:00"}, "tracking_consent": "granted"})
}

fn read(value: &Value) -> Result<Client, FieldError> {
    parse(value, &PhonePolicy::default())
}

fn with(field: &str, value: Value) -> Result<Client, FieldError> {
    let mut client = full();
    client[field] = value;
    read(&client)
}

fn contact(channel: &str, address: &str) -> Result<Client, FieldError> {
    with(
        "contacts",
        json!([{"channel": channel, "address": address}]),
    )
}

#[test]
fn a_client_reads_back_as_it_was_described() {
    let client = read(&full()).unwrap();
    assert_eq!(client.quiet_hours.unwrap().from_minute, 21 * 60);
    let again = read(&describe(&client)).unwrap();
    assert_eq!(again, client);
}

#[test]
fn only_reference_and_name_are_required_and_no_contact_is_no_fault() {
    let client = read(&json!({"client": "C-1", "name": "Anna"})).unwrap();
    assert!(client.contacts.is_empty());
    assert_eq!(client.locale, "it");
    for name in ["client", "name"] {
        let mut client = full();
        client.as_object_mut().unwrap().remove(name);
        assert_eq!(read(&client).unwrap_err().pointer, format!("/{name}"));
    }
}

#[test]
fn italian_spellings_of_a_number_become_one() {
    for spelling in ["3331234567", "00393331234567", "+39 333-1234567"] {
        let client = contact("sms", spelling).unwrap();
        assert_eq!(
            client.contacts[0].address.as_str(),
            "+393331234567",
            "{spelling}"
        );
    }
    let twice = json!([{"channel": "sms", "address": "3331234567"},
        {"channel": "sms", "address": "+39 333 1234567", "verified": true}]);
    let client = with("contacts", twice).unwrap();
    assert_eq!(client.contacts.len(), 1);
    assert!(client.contacts[0].verified);
}

#[test]
fn numbers_and_addresses_that_cannot_be_used_are_named() {
    for number in ["118", "899123456", "+1 900 555 0199", "", "abc"] {
        assert_eq!(
            contact("sms", number).unwrap_err().pointer,
            "/contacts/0/address",
            "{number}"
        );
    }
    for address in [
        "a@b.it, c@d.it",
        "a@b.it\r\nBcc: c@d.it",
        "Anna <a@b.it>",
        "anna",
    ] {
        let fault = contact("email", address).unwrap_err();
        assert_eq!(fault.pointer, "/contacts/0/address", "{address}");
    }
    assert_eq!(
        contact("fax", "1").unwrap_err().pointer,
        "/contacts/0/channel"
    );
}

#[test]
fn names_are_cleaned_and_kept_literal() {
    let name = |text: &str| with("name", text.into()).map(|client| client.name);
    assert_eq!(name("{{7*7}}").unwrap(), "{{7*7}}");
    assert_eq!(
        name("<script>alert(1)</script>").unwrap(),
        "<script>alert(1)</script>"
    );
    assert_eq!(name("Maria\r\nBcc: x@y.it").unwrap(), "Maria Bcc: x@y.it");
    assert_eq!(name("Ma\u{0}ria\u{202E}").unwrap(), "Maria");
    assert_eq!(name(&"n".repeat(201)).unwrap_err().pointer, "/name");
    assert_eq!(name(&"n".repeat(10_000)).unwrap_err().pointer, "/name");
    assert_eq!(name(" \u{0} ").unwrap_err().detail, "`name` is missing");
}

#[test]
fn places_say_what_is_wrong_with_them() {
    let fault = |place: Value| with("places", json!([place])).unwrap_err();
    assert_eq!(fault(json!({"kind": "pod"})).pointer, "/places/0/place");
    let wrong = fault(json!({"place": "p", "municipality": "Bologna"}));
    assert_eq!(wrong.pointer, "/places/0/municipality");
    assert!(wrong.detail.contains("six digits"));
    assert_eq!(
        fault(json!({"place": "p", "lat": 91, "lon": 0})).pointer,
        "/places/0/lat"
    );
    assert_eq!(
        fault(json!({"place": "p", "lat": 44.5})).pointer,
        "/places/0/lon"
    );
    assert_eq!(
        fault(json!({"place": "p", "tags": [7]})).pointer,
        "/places/0/tags/0"
    );
    let twice = with("places", json!([{"place": "p"}, {"place": "p"}])).unwrap_err();
    assert_eq!(twice.pointer, "/places/1/place");
}

#[test]
fn misspelt_fields_and_unknown_words_are_refused() {
    let fault = with("contact", json!([])).unwrap_err();
    assert_eq!(fault.pointer, "/contact");
    assert!(fault.detail.contains("known are: client, name"));
    for (field, value) in [
        ("locale", json!("italiano")),
        ("time_zone", json!("Europe/Roma")),
        ("preferred", json!("fax")),
        ("tracking_consent", json!("yes")),
        ("quiet_hours", json!({"from": "25:00", "to": "08:00"})),
        ("topics", json!({"surveys": "no"})),
    ] {
        let fault = with(field, value).unwrap_err();
        assert!(fault.pointer.starts_with(&format!("/{field}")), "{fault}");
    }
}
