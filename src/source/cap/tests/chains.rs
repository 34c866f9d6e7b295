//! What a chain of alerts comes to: one incident, in whichever order they are read, and its end.

use super::*;

fn follows(msg_type: &str, references: &str) -> String {
    format!("<msgType>{msg_type}</msgType><references>{references}</references>")
}

#[test]
fn a_chain_is_one_incident_in_whichever_order_it_is_read() {
    let first = alert("A", "", &info(""));
    let second = alert(
        "B",
        &follows(
            "Update",
            "avvisi@pc.example.it,A,2026-11-24T10:00:00.0+01:00",
        ),
        &info(""),
    );
    let third = alert(
        "C",
        &follows("Update", "avvisi@pc.example.it,B,2026-11-24T09:00:00-00:00"),
        &info(""),
    );
    let incidents = |alerts: &[&String]| -> Vec<Value> {
        let alerts: Vec<String> = alerts.iter().map(|it| (*it).clone()).collect();
        let told = told(&mut CapMemory::default(), &alerts);
        told.iter()
            .map(|it| it[0].fields["incident"].clone())
            .collect()
    };
    let forwards = incidents(&[&first, &second, &third]);
    assert_eq!(forwards, vec![json!("avvisi@pc.example.it:A"); 3]);
    let backwards = incidents(&[&third, &second, &first]);
    assert_eq!(backwards, vec![json!("avvisi@pc.example.it:B"); 3]);
    // The first one is gone from the index when the source is new.
    assert_eq!(incidents(&[&second]), [json!("avvisi@pc.example.it:A")]);
    let short = alert("D", &follows("Update", "A"), &info(""));
    assert_eq!(incidents(&[&first, &short])[1], "avvisi@pc.example.it:A");
}

#[test]
fn what_was_told_is_cancelled_and_what_was_not_is_not() {
    let first = alert("A", "", &info(""));
    let cancel = alert(
        "B",
        &follows("Cancel", "avvisi@pc.example.it,A,2026-11-24T10:00:00+01:00"),
        "",
    )
    .replace(
        "<references>",
        "<note>Errore di battitura</note><references>",
    );
    assert!(nobody(&mut CapMemory::default(), &cancel));
    let told = told(&mut CapMemory::default(), &[first, cancel]);
    let (kind, data) = event(&told[1][0], true).unwrap();
    assert_eq!(kind, "incident.cancelled");
    assert_eq!(data["incident"], "avvisi@pc.example.it:A");
    assert_eq!(data["note"], "Errore di battitura");
    // Whoever was told is told: the area stays.
    assert_eq!(data["area"], Value::Null);
}

#[test]
fn an_all_clear_ends_what_was_told() {
    let first = alert("A", "", &info(""));
    let clear = alert(
        "B",
        &follows("Update", "avvisi@pc.example.it,A,2026-11-24T10:00:00+01:00"),
        &info("<responseType>AllClear</responseType>"),
    );
    assert!(nobody(&mut CapMemory::default(), &clear));
    let told = told(&mut CapMemory::default(), &[first, clear]);
    assert_eq!(event(&told[0][0], false).unwrap().0, "incident.opened");
    assert_eq!(event(&told[1][0], true).unwrap().0, "incident.resolved");
}

#[test]
fn what_has_expired_is_no_news_and_ends_in_silence_what_was_told() {
    let past = info("<expires>2026-11-24T11:59:00+01:00</expires>");
    let update = follows("Update", "avvisi@pc.example.it,A,2026-11-24T10:00:00+01:00");
    let first = alert("A", "", &info(""));
    assert!(nobody(&mut CapMemory::default(), &alert("A", "", &past)));
    let told = told(
        &mut CapMemory::default(),
        &[first, alert("B", &update, &past)],
    );
    let (kind, data) = event(&told[1][0], true).unwrap();
    assert_eq!(
        (kind.as_str(), &data["quiet"]),
        ("incident.resolved", &json!(true))
    );
}

#[test]
fn what_expires_ends_in_silence_and_what_is_prolonged_returns() {
    let mut memory = CapMemory::default();
    let short = info("<expires>2026-11-24T12:05:00+01:00</expires>");
    told(&mut memory, &[alert("A", "", &short)]);
    let mut ended_at = |now: &str| {
        let now = Timestamp::parse(now).unwrap();
        let mut news = memory.expired(&settings(), 10, now);
        let records = std::mem::take(&mut news.records);
        memory.note(news);
        records
    };
    assert!(ended_at("2026-11-24T12:06:00+01:00").is_empty());
    let ended = ended_at("2026-11-24T12:15:00+01:00");
    let later = ended_at("2026-11-24T12:16:00+01:00");
    assert_eq!((ended.len(), later.len()), (1, 0));
    let (kind, data) = event(&ended[0], true).unwrap();
    assert_eq!(kind, "incident.resolved");
    let incident = "avvisi@pc.example.it:A";
    assert_eq!(
        data,
        json!({ "incident": incident, "kind": "notice", "quiet": true })
    );

    let references = "avvisi@pc.example.it,A,2026-11-24T10:00:00+01:00";
    let head = |msg_type: &str| {
        let sent = "<sent>2026-11-24T13:00:00+01:00</sent>";
        format!("{sent}{}", follows(msg_type, references))
    };
    assert!(nobody(&mut memory, &alert("B", &head("Cancel"), "")));
    let longer = info("<expires>2026-11-24T20:00:00+01:00</expires>");
    let again = told(&mut memory, &[alert("C", &head("Update"), &longer)]).concat();
    let (kind, data) = event(&again[0], true).unwrap();
    assert_eq!(
        (kind.as_str(), &data["incident"]),
        ("incident.opened", &json!(incident))
    );
}

#[test]
fn what_is_not_for_clients_tells_nobody_and_is_counted() {
    let mut memory = CapMemory::default();
    for head in [
        "<status>Test</status>",
        "<status>Exercise</status>",
        "<status>Draft</status>",
        "<scope>Restricted</scope>",
        "<status>Test</status>",
    ] {
        let text = alert(
            &format!("T-{head}").replace(['<', '>', '/'], ""),
            head,
            &info(""),
        );
        assert!(nobody(&mut memory, &text), "{head}");
    }
    assert_eq!(memory.passed_over, 4);
    let receipt = alert("K", &follows("Ack", "avvisi@pc.example.it,A,x"), "");
    assert!(nobody(&mut memory, &receipt));
    assert_eq!(memory.passed_over, 4);
}

#[test]
fn what_was_read_comes_again_only_when_it_says_something_else() {
    let mut memory = CapMemory::default();
    let first = alert("A", "", &info(""));
    let mended = alert("A", "", &info("<headline>Corretto</headline>"));
    let records = told(&mut memory, &[first.clone(), first, mended]);
    let counts: Vec<usize> = records.iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 0, 1]);
    assert_eq!(CapMemory::read(Some(&memory.cursor())), memory);
    let strange = Cursor(json!(["of another kind"]));
    assert_eq!(CapMemory::read(Some(&strange)), CapMemory::default());
}

#[test]
fn memory_has_a_bound_and_forgets_what_has_expired_first() {
    let mut memory = CapMemory::default();
    let past = info("<expires>2026-11-24T11:00:00+01:00</expires>");
    told(
        &mut memory,
        &[alert("old", "", &past), alert("A", "", &info(""))],
    );
    let many: Vec<String> = (0..crate::domain::limits::CAP_REMEMBERED - 1)
        .map(|number| alert(&format!("N-{number}"), "", &info("")))
        .collect();
    told(&mut memory, &many);
    memory.forget(Timestamp::parse(NOW).unwrap());
    let update = follows("Cancel", "avvisi@pc.example.it,A,2026-11-24T10:00:00+01:00");
    let cancel = alert("C", &update, "");
    assert_eq!(told(&mut memory, &[cancel])[0].len(), 1);
    let known = memory.cursor().0["alerts"].as_object().unwrap().len();
    assert_eq!(known, crate::domain::limits::CAP_REMEMBERED + 1);
}

#[test]
fn an_index_is_read_oldest_first_whatever_its_kind() {
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><link rel=\"self\" href=\"x\"/>\
        <entry><id>2</id><updated>2026-11-24T11:00:00Z</updated><link href=\"/2.html\"/>\
        <link type=\"application/cap+xml\" href=\"/2.xml\"/></entry>\
        <entry><id>1</id><updated>2026-11-24T10:00:00Z</updated><link href=\"1.xml\"/></entry>\
        <entry><id>3</id></entry></feed>";
    let rss = "<rss version=\"2.0\"><channel><link>http://a</link>\
        <item><pubDate>Tue, 24 Nov 2026 11:00:00 +0100</pubDate><link>http://a/2.xml</link></item>\
        <item><pubDate>Tue, 24 Nov 2026 10:00:00 +0100</pubDate><link>http://a/p</link>\
        <enclosure type=\"application/cap+xml\" url=\"http://a/1.xml\"/></item>\
        </channel></rss>";
    let dateless = "<rss><channel><item><guid>http://a/2</guid></item><item><guid>http://a/1</guid>\
        </item></channel></rss>";
    for (text, links, without) in [
        (atom, ["1.xml", "/2.xml"], 1),
        (rss, ["http://a/1.xml", "http://a/2.xml"], 0),
        (dateless, ["http://a/1", "http://a/2"], 0),
    ] {
        let CapDocument::Index(index) = CapReading::of(text.as_bytes(), None).unwrap().document
        else {
            panic!("no index: {text}");
        };
        let found: Vec<&str> = index.entries.iter().map(|it| it.link.as_str()).collect();
        assert_eq!(
            (found.as_slice(), index.without_link),
            (links.as_slice(), without)
        );
    }
}
