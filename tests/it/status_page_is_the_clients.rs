//! The page behind the link: what it shows, what it never does, and what the client decides there.

use araldo::domain::token::Purpose;
use axum::http::{Method, StatusCode};

use crate::reader::{LOST, MAIL, PHONE, Reader, SAFETY, TEXT};

const CHOICES: &str = "SELECT CAST(count(*) AS BIGINT) FROM topic_choice";
const STOPS: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";
const VIEWED: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'viewed'";

on_both_databases!(
    the_case_its_next_step_and_whom_to_call_stand_on_one_light_page,
    an_outage_says_when_it_should_end,
    an_outage_is_told_though_what_its_event_said_can_be_read_no_more,
    looking_is_counted_as_a_view_and_changes_nothing_else,
    only_what_the_client_changed_is_kept,
    stop_bars_the_address_and_can_be_taken_back,
    a_text_that_is_too_long_is_asked_for_again_and_never_cut,
    a_reply_and_a_confirmation_are_kept_and_prove_that_a_lost_message_arrived,
    a_form_sent_by_a_page_elsewhere_is_refused,
    quiet_hours_that_make_no_sense_are_asked_about_and_never_called_saved,
    a_topic_shows_what_holds_and_leaving_it_so_decides_nothing,
    whoever_stops_everything_is_told_the_exception_first,
    only_topics_of_rules_that_write_to_clients_are_offered,
);

impl Reader {
    fn status(&self, message: i64) -> String {
        format!("/s/{}", self.token(Purpose::Status, &[message]))
    }
}

async fn the_case_its_next_step_and_whom_to_call_stand_on_one_light_page(reader: Reader) {
    let page = reader.get(&reader.status(MAIL)).await;
    assert_eq!(page.status, StatusCode::OK);
    for said in [
        "<html lang=\"it\">",
        "Pratica PR-2026-00412",
        "<h1>Voltura</h1>",
        "Inviata al distributore",
        "Ora se ne occupa: e-distribuzione.",
        "entro venerdì 27 novembre",
        "href=\"tel:800000000\"",
        "href=\"mailto:assistenza@sportello.example\"",
    ] {
        assert!(
            page.body.contains(said),
            "{said} is missing in {}",
            page.body
        );
    }
    for never in [
        "<script",
        "maria@posta",
        "+39000123401",
        "Rossi",
        "<b>copia",
        "http://",
        "src=",
    ] {
        assert!(!page.body.contains(never), "{never} stands in the page");
    }
    assert!(page.length < 30_000, "{} bytes", page.length);
    assert_eq!(page.header("set-cookie"), "");
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
}

async fn an_outage_says_when_it_should_end(reader: Reader) {
    reader.execute("UPDATE client SET locale = 'en'").await;
    let page = reader.get(&reader.status(SAFETY)).await;
    for said in [
        "Electricity outage",
        "Going on",
        "It should be over by today at 19:00",
        "Cause: guasto in cabina.",
    ] {
        assert!(
            page.body.contains(said),
            "{said} is missing in {}",
            page.body
        );
    }
}

async fn an_outage_is_told_though_what_its_event_said_can_be_read_no_more(reader: Reader) {
    let end = "fine prevista";
    let whole = reader.get(&reader.status(SAFETY)).await;
    reader.execute("UPDATE incident SET area = '{\"x\":'").await;
    reader
        .execute("UPDATE incident_change SET data = '{\"x\":'")
        .await;
    let page = reader.get(&reader.status(SAFETY)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for said in ["guasto in cabina", "Prima segnalazione"] {
        assert!(page.body.contains(said), "no {said} in {}", page.body);
    }
    assert!(whole.body.contains(end) && !page.body.contains(end));
}

async fn looking_is_counted_as_a_view_and_changes_nothing_else(reader: Reader) {
    let path = reader.status(TEXT);
    reader.get(&path).await;
    reader
        .ask(Method::HEAD, &path, &[("user-agent", PHONE)], "")
        .await;
    reader.soon(VIEWED, 2).await;
    assert_eq!(
        reader
            .number("SELECT engaged FROM message WHERE id = 1002")
            .await,
        32
    );
    for form in ["read", "reply", "preferences", "stop", "resume"] {
        let answer = reader.get(&format!("{path}/{form}")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(reader.number(CHOICES).await + reader.number(STOPS).await, 0);
}

async fn only_what_the_client_changed_is_kept(reader: Reader) {
    let path = reader.status(MAIL);
    let form = "topic.outages=no&topic.nonsense=yes&preferred=email&quiet_from=22%3A00&\
                quiet_to=07%3A00&locale=en&reading=no";
    let answer = reader.post(&format!("{path}/preferences"), form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let client = "SELECT CAST(count(*) AS BIGINT) FROM client WHERE preferred = 'email' \
                  AND quiet_from = 1320 AND quiet_to = 420 AND locale = 'en' \
                  AND tracking_consent = 'withdrawn'";
    assert_eq!(reader.number(client).await, 1);
    assert_eq!(reader.number(CHOICES).await, 1);
    let audit = "SELECT CAST(count(*) AS BIGINT) FROM audit";
    assert_eq!(reader.number(audit).await, 5);

    reader.post(&format!("{path}/preferences"), form).await;
    assert_eq!(reader.number(audit).await, 5);
    let page = reader.get(&format!("{path}?done=saved")).await;
    assert!(page.body.contains("Your choices are saved"));
    assert!(page.body.contains("value=\"22:00\""));
}

async fn stop_bars_the_address_and_can_be_taken_back(reader: Reader) {
    let path = reader.status(TEXT);
    for _ in 0..2 {
        let answer = reader.post(&format!("{path}/stop"), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(reader.number(STOPS).await, 1);
    let traces = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'unsubscribed'";
    assert_eq!(reader.number(traces).await, 1);
    assert!(reader.get(&path).await.body.contains("Tornate a scrivermi"));
    reader.post(&format!("{path}/resume"), "").await;
    assert_eq!(reader.number(STOPS).await, 0);
}

async fn a_text_that_is_too_long_is_asked_for_again_and_never_cut(reader: Reader) {
    let path = reader.status(LOST);
    let said = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'replied'";
    let text = |letters: usize| format!("È <b>\r\n{}", "a".repeat(letters));
    let form = |letters: usize| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("text", &text(letters)).finish()
    };
    // Beside the letters six characters: a line break is one.
    let answer = reader.post(&format!("{path}/reply"), &form(995)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = format!("È &#60;b&#62;\n{}</textarea>", "a".repeat(995));
    assert!(answer.body.contains(&kept), "{}", answer.body);
    assert!(answer.body.contains("troppo lungo"), "{}", answer.body);
    assert!(answer.body.contains("<details open>"), "{}", answer.body);
    assert!(answer.body.contains("maxlength=\"1000\""));
    // One step further down than the page: its forms lead to the same place.
    let (_, token) = path.rsplit_once('/').unwrap();
    assert!(
        answer
            .body
            .contains(&format!("action=\"../{token}/reply\""))
    );
    assert_eq!(reader.number(said).await, 0);
    let answer = reader.post(&format!("{path}/reply"), &form(994)).await;
    assert!(answer.header("location").ends_with("?done=replied"));
    let whole = "SELECT CAST(length(detail) AS BIGINT) FROM engagement WHERE kind = 'replied'";
    assert_eq!(reader.number(whole).await, 1_000);
    let forged = "/s/AAAAAAAAAAAAAAAAAAAAAAAA/reply";
    let forged = reader.post(forged, &form(995)).await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
}

async fn a_reply_and_a_confirmation_are_kept_and_prove_that_a_lost_message_arrived(reader: Reader) {
    let path = reader.status(LOST);
    let answer = reader
        .post(
            &format!("{path}/reply"),
            "text=Non+ho+ancora+luce%00+%3Cb%3E",
        )
        .await;
    assert!(answer.header("location").ends_with("?done=replied"));
    let said = "SELECT detail FROM engagement WHERE kind = 'replied'";
    assert_eq!(
        reader.text(said).await.as_deref(),
        Some("Non ho ancora luce <b>")
    );
    let state = "SELECT state FROM message WHERE id = 1003";
    assert_eq!(reader.text(state).await.as_deref(), Some("delivered"));

    for _ in 0..2 {
        reader.post(&format!("{path}/read"), "").await;
    }
    let confirmed = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'confirmed'";
    assert_eq!(reader.number(confirmed).await, 1);
    let replied = "SELECT replied FROM rollup WHERE channel = 'sms' AND template = 'case-progress'";
    assert_eq!(reader.number(replied).await, 1);

    for _ in 0..12 {
        reader.post(&format!("{path}/reply"), "text=Aiuto").await;
    }
    let taken = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'replied'";
    assert_eq!(reader.number(taken).await, 10);
    let huge = format!("text={}", "a".repeat(100_000));
    let answer = reader.post(&format!("{path}/reply"), &huge).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn a_form_sent_by_a_page_elsewhere_is_refused(reader: Reader) {
    let path = format!("{}/stop", reader.status(TEXT));
    let elsewhere = [("user-agent", PHONE), ("sec-fetch-site", "cross-site")];
    let answer = reader.ask(Method::POST, &path, &elsewhere, "").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(reader.number(STOPS).await, 0);
    let own = [("user-agent", PHONE), ("sec-fetch-site", "same-origin")];
    let answer = reader.ask(Method::POST, &path, &own, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

async fn quiet_hours_that_make_no_sense_are_asked_about_and_never_called_saved(reader: Reader) {
    const QUIET: &str =
        "SELECT CAST(count(*) AS BIGINT) FROM client WHERE id = 7 AND quiet_from = 1320";
    const ENGLISH: &str =
        "SELECT CAST(count(*) AS BIGINT) FROM client WHERE id = 7 AND locale = 'en'";
    let path = reader.status(TEXT);
    let before = reader.number(QUIET).await;
    for (from, to) in [("22:00", ""), ("22:00", "25:00"), ("22:00", "21:00")] {
        let form = format!("quiet_from={from}&quiet_to={to}&locale=en");
        let answer = reader.post(&format!("{path}/preferences"), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let back = answer
            .header("location")
            .trim_start_matches("..")
            .to_owned();
        let page = reader
            .get(&format!("/s{}", back.split('#').next().unwrap()))
            .await;
        assert!(
            page.body.contains("The quiet hours are not saved"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("Your choices are saved"));
        assert!(
            page.body
                .contains("name=\"quiet_from\" value=\"22:00\" aria-invalid=\"true\"")
        );
        assert_eq!(
            reader.number(QUIET).await,
            before,
            "{from} to {to} was kept"
        );
        assert_eq!(reader.number(ENGLISH).await, 1, "the other choice was lost");
    }
    let form = "quiet_from=22:00&quiet_to=07:00";
    let answer = reader.post(&format!("{path}/preferences"), form).await;
    assert!(answer.header("location").ends_with("?done=saved"));
    assert_eq!(reader.number(QUIET).await, 1);
}

async fn a_topic_shows_what_holds_and_leaving_it_so_decides_nothing(reader: Reader) {
    let path = reader.status(TEXT);
    let page = reader.get(&path).await;
    assert!(
        page.body
            .contains("name=\"topic.cases\" value=\"yes\" checked"),
        "{}",
        page.body
    );
    reader
        .post(&format!("{path}/preferences"), "topic.cases=yes&locale=en")
        .await;
    assert_eq!(reader.number(CHOICES).await, 0);
    reader
        .post(&format!("{path}/preferences"), "topic.cases=no")
        .await;
    assert_eq!(reader.number(CHOICES).await, 1);
}

async fn whoever_stops_everything_is_told_the_exception_first(reader: Reader) {
    let page = reader.get(&reader.status(TEXT)).await;
    let asked = page
        .body
        .find("solo per la Sua sicurezza")
        .expect("said before");
    assert!(asked < page.body.find("Non scrivetemi più<").unwrap());
}

async fn only_topics_of_rules_that_write_to_clients_are_offered(reader: Reader) {
    let path = reader.status(MAIL);
    let offers = async |topic: &str| {
        let page = reader.get(&path).await.body;
        page.contains(&format!("name=\"topic.{topic}\""))
    };
    assert!(offers("cases").await && offers("outages").await);
    assert!(!offers("surveys").await, "no rule uses its template");
    let report = "UPDATE template SET topic = 'reports' WHERE name = 'survey'";
    reader.execute(report).await;
    assert!(!offers("reports").await, "that is written to bodies");
    let decided =
        "INSERT INTO topic_choice (client_id, topic, wanted) VALUES (7, 'reports', FALSE)";
    reader.execute(decided).await;
    assert!(offers("reports").await, "what was decided can be undone");
}
