//! The console's promises: who may see and do what, that nothing a client calls themselves runs,
//! that nothing typed is lost, that every page is small, strict and whole.

use std::sync::Arc;

use araldo::domain::case_kind::CaseKinds;
use araldo::domain::role::Role;
use araldo::web::public::{ContactDetails, Pages};
use axum::http::StatusCode;

use crate::console_browser::Browser;
use crate::console_seed::Town;

/// Every page there is, for a lively town.
fn pages(town: &Town) -> Vec<String> {
    let mut pages: Vec<String> = [
        "now",
        "messages",
        "messages?state=delivered&channel=sms",
        "messages?incident=G-77",
        "clients",
        "clients?q=ROSSI",
        "clients/C-1000",
        "clients/C-1000?about=PR-1",
        "replies",
        "cases",
        "cases?show=all",
        "cases/PR-1",
        "incidents",
        "incidents/G-77",
        "templates",
        "templates/case-progress",
        "templates/case-progress?locale=it&channel=email",
        "insight",
        "insight?days=90",
        "insight?from=2026-11-01&to=2026-11-22",
        "insight/reach",
        "insight/reach?by=postal_code",
        "insight/satisfaction",
        "insight/unread",
        "insight/calls",
        "sandbox",
        "sandbox/sms/%2B39000100",
        "sandbox/email/client0%40mail.example",
        "sources",
        "settings",
        "rules",
        "rules/try",
        "rules/replay?rule=case-waiting",
        "rules/edit?rule=case-opened",
    ]
    .iter()
    .map(|page| format!("/console/{page}"))
    .collect();
    pages.push(format!("/console/messages/{}", town.message));
    pages
}

#[tokio::test]
async fn an_alarm_stands_at_the_top_of_the_now_page_and_in_the_figures() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let calm = browser.get("/console/now").await;
    assert!(!calm.text.contains("class=\"alarms\""), "{}", calm.text);
    let breach = "INSERT INTO breach VALUES (1, 'I2', 3, $1, 1, 1, NULL)";
    let breach = sqlx::query(breach).bind(town.message.get());
    breach.execute(&town.pool).await.unwrap();
    let held = "UPDATE message SET wake_at = due_at WHERE state = 'held'";
    sqlx::query(held).execute(&town.pool).await.unwrap();
    town.clock.advance(chrono::TimeDelta::seconds(5));
    let page = browser.get("/console/now").await;
    assert!(page.text.contains("3 message(s) were accepted twice"));
    let example = format!("href=\"/console/messages/{}\">Look at one", town.message);
    assert!(page.text.contains(&example), "{}", page.text);
    let figures = browser.get("/metrics").await.text;
    for reason in [
        "quiet_hours\"} 2",
        "template_fault\"} 0",
        "no_provider\"} 0",
    ] {
        let line = format!("araldo_held{{reason=\"{reason}\n");
        assert!(figures.contains(&line), "{line}: {figures}");
    }
    assert!(figures.contains("araldo_invariant_breaches{invariant=\"I2\"} 3"));
    assert!(figures.contains("araldo_invariant_breaches{invariant=\"I1\"} 0"));
}

#[tokio::test]
async fn every_page_is_small_strict_and_whole() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Admin).await;
    for path in pages(&town) {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert!(
            page.text.len() < 100_000,
            "{path} has {} bytes",
            page.text.len()
        );
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        for inline in [
            "style=\"",
            "<style",
            "onclick=",
            "javascript:",
            "src=\"http",
            "href=\"//",
        ] {
            assert!(!page.text.contains(inline), "{path} holds {inline}");
        }
        assert!(
            !page.text.contains("<script>alert"),
            "{path} lets a name run"
        );
        for landmark in [
            "<main id=\"main\"",
            "class=\"skip\"",
            "<nav class=\"rail\" aria-label=",
            "lang=\"en\"",
            "<h1>",
        ] {
            assert!(page.text.contains(landmark), "{path} lacks {landmark}");
        }
        let tables = page.text.matches("<table").count();
        assert_eq!(
            tables,
            page.text.matches("<caption").count(),
            "{path}: a table without caption"
        );
    }
}

#[tokio::test]
async fn no_page_opens_without_a_login() {
    let town = Town::lively().await;
    let browser = Browser::new(&town);
    for path in pages(&town) {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            page.header("location").starts_with("/console/login?next="),
            "{path}"
        );
    }
    for live in ["/console/now/live", "/console/sandbox/live"] {
        assert_eq!(
            browser.get(live).await.status,
            StatusCode::UNAUTHORIZED,
            "{live}"
        );
    }
}

#[tokio::test]
async fn an_address_is_shown_only_on_purpose_and_that_is_written_down() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get("/console/clients/C-1000").await;
    assert!(page.text.contains("+39 333 ••• 1000"), "{}", page.text);
    assert!(!page.text.contains("+393330001000") && !page.text.contains("client1000@"));
    let fields = [
        ("csrf", page.field("csrf")),
        ("contact", "10000".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = browser
        .post("/console/clients/C-1000/reveal", &fields)
        .await;
    assert!(page.text.contains("+393330001000"));
    assert!(
        !page.text.contains("client1000@"),
        "the other address stays masked"
    );
    let deeds = town
        .web
        .store
        .read()
        .await
        .unwrap()
        .audit()
        .recent(1)
        .await
        .unwrap();
    assert_eq!(deeds[0].action, "contact.revealed");
    assert_eq!(deeds[0].actor, "operator@example.org");
    assert_eq!(deeds[0].subject, "C-1000");
    for foreign in ["10010", "no number", ""] {
        let fields = [fields[0], ("contact", foreign)];
        let path = "/console/clients/C-1000/reveal";
        let page = browser.post(path, &fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{foreign}");
    }
    let mut tx = town.web.store.read().await.unwrap();
    let deeds = tx.audit().recent(100).await.unwrap();
    let revealed = deeds
        .iter()
        .filter(|deed| deed.action == "contact.revealed");
    assert_eq!(
        revealed.count(),
        1,
        "what was not shown is not written down"
    );
}

#[tokio::test]
async fn a_running_incident_is_a_link_whatever_its_reference() {
    let town = Town::lively().await;
    let renamed = sqlx::query("UPDATE incident SET ref = 'G/7?a#b'");
    renamed.execute(&town.pool).await.unwrap();
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/now").await;
    let link = "/console/incidents/G%2F7%3Fa%23b";
    assert!(
        page.text.contains(&format!("href=\"{link}\"")),
        "{}",
        page.text
    );
    assert_eq!(browser.get(link).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_area_that_can_be_read_no_more_is_left_out_and_not_the_page_with_it() {
    let town = Town::lively().await;
    for change in [
        "INSERT INTO incident (id, ref, kind, state, area, opened_at, changed_at) \
         SELECT 81, 'G-78', kind, state, area, opened_at, changed_at FROM incident",
        "UPDATE incident SET area = '{\"x\":' WHERE ref = 'G-78'",
    ] {
        sqlx::query(change).execute(&town.pool).await.unwrap();
    }
    let browser = Browser::logged_in(&town, Role::Operator).await;
    for path in ["now", "incidents", "incidents/G-78"] {
        let page = browser.get(&format!("/console/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert!(page.text.contains("G-78"), "{path}: {}", page.text);
    }
    let found = browser.get("/console/search?q=G-78").await;
    assert_eq!(found.header("location"), "/console/incidents/G%2D78");
    let why = browser.get("/console/clients/C-1000?about=G-78").await.text;
    assert!(why.contains("no rule has told anybody of it"), "{why}");
    for (path, is_readable) in [("G-78", false), ("G-77", true)] {
        let page = browser.get(&format!("/console/incidents/{path}")).await;
        let holds = |said: &str| page.text.contains(said);
        assert_eq!(holds("037006"), is_readable, "{}", page.text);
        assert_eq!(holds("class=\"area\""), is_readable, "{}", page.text);
        assert_eq!(holds("not readable"), !is_readable, "{}", page.text);
    }
}

#[tokio::test]
async fn the_console_says_why_a_client_did_not_get_it() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let suppressed = browser.get("/console/clients/C-1005?about=G-77").await.text;
    assert!(
        suppressed.contains("the client has no address for this channel"),
        "{suppressed}"
    );
    let outside = browser.get("/console/clients/C-1001?about=PR-1").await.text;
    assert!(
        outside.contains("This client was not in the audience"),
        "{outside}"
    );
    let unknown = browser.get("/console/clients/C-1001?about=NOPE").await.text;
    assert!(unknown.contains("There is no incident, case or event of this name"));
    let by_event = browser
        .get("/console/clients/C-1000?about=crm-61")
        .await
        .text;
    assert!(by_event.contains("Each message about it is listed"));
}

#[tokio::test]
async fn a_case_is_told_in_words_with_its_client_and_the_body_it_is_with() {
    let mut town = Town::lively().await;
    let kinds = Arc::new(CaseKinds::shipped());
    town.web.pages = Arc::new(Pages::new(ContactDetails::default(), kinds));
    sqlx::query("UPDATE case_file SET owner = NULL")
        .execute(&town.pool)
        .await
        .unwrap();
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    for path in ["/console/cases", "/console/cases/PR-1"] {
        let page = browser.get(path).await.text;
        for said in [
            "Maria Rossi",
            "change of account holder",
            "sent to the distributor",
            "distributore",
            "title=\"sent_to_distributor\"",
        ] {
            assert!(page.contains(said), "{path} lacks {said}: {page}");
        }
    }
}

#[tokio::test]
async fn what_is_still_to_come_begins_and_has_not_begun() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    assert!(browser.get("/console/now").await.text.contains(">began <"));
    let later = (town.now() + chrono::TimeDelta::hours(3)).as_micros();
    sqlx::query("UPDATE incident SET began_at = $1")
        .bind(later)
        .execute(&town.pool)
        .await
        .unwrap();
    town.clock.advance(chrono::TimeDelta::seconds(2));
    let now = browser.get("/console/now").await.text;
    assert!(
        now.contains(">begins <") && !now.contains(">began <"),
        "{now}"
    );
    let one = browser.get("/console/incidents/G-77").await.text;
    assert!(one.contains("<dt>Begins</dt>"), "{one}");
}

#[tokio::test]
async fn every_rate_says_what_it_is_a_share_of() {
    let town = Town::lively().await;
    let day = town.now().utc_day();
    sqlx::query("DELETE FROM rollup")
        .execute(&town.pool)
        .await
        .unwrap();
    // Many click, few agreed to be measured by name; the relay never reports deliveries.
    for row in [
        "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
         delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
         clicked_machine, replied, measurable, anonymous_opens, reporting, reached, \
         clicks_measurable, read_measurable, read, confirmed) VALUES \
         ($1, 'notice', 1, 'sms', 100, 0, 100, 80, 0, 0, 0, 0, 0, 45, 0, 0, 0, 0, 100, 100, \
         90, 90, 60, 0)",
        "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
         delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
         clicked_machine, replied, measurable, anonymous_opens, reporting, reached, \
         clicks_measurable, read_measurable, read, confirmed) VALUES \
         ($1, 'notice', 1, 'email', 100, 0, 100, 0, 0, 0, 0, 10, 0, 45, 0, 0, 20, 0, 0, 100, \
         90, 90, 60, 30)",
    ] {
        sqlx::query(row)
            .bind(day)
            .execute(&town.pool)
            .await
            .unwrap();
    }
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let insight = browser.get("/console/insight").await.text;
    for said in [
        "80\u{a0}% (71–87\u{a0}%) of the 100 whose provider reports deliveries",
        "50\u{a0}% (30–70\u{a0}%) of the 20 e-mails whose opening is kept by name",
        "50\u{a0}% (43–57\u{a0}%) of the 180 reached whose clicks are kept",
        "66.7\u{a0}% (59–73\u{a0}%) of the 180 reached whose client did not refuse to be measured",
        "because their clients refused it: 10\u{a0}% (7–15\u{a0}%) of those reached",
    ] {
        assert!(insight.contains(said), "no {said} in {insight}");
    }
    let sms = insight.split("<th scope=\"row\">sms</th>").nth(1).unwrap();
    let cells: Vec<&str> = sms.split("<td class=\"n\">").skip(1).take(6).collect();
    assert!(
        cells[5].starts_with("–<"),
        "an SMS cannot be opened: {cells:?}"
    );
    let now = browser.get("/console/now").await.text;
    assert!(
        now.contains("80 of the 100 whose provider reports it"),
        "{now}"
    );
}

/// What is said to have been read in a list is said to have been read on its page.
#[tokio::test]
async fn a_message_has_one_word_in_the_lists_and_on_its_page() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let list = browser.get("/console/messages").await.text;
    let (_, row) = list
        .split_once(&format!("/console/messages/{}", town.message))
        .expect("it is in the list");
    let (row, _) = row.split_once("</tr>").unwrap();
    let path = format!("/console/messages/{}", town.message);
    let page = browser.get(&path).await.text;
    let (_, head) = page.split_once("class=\"facts\"").unwrap();
    let (head, _) = head.split_once("</p>").unwrap();
    assert!(row.contains("badge read"), "{row}");
    assert!(head.contains("badge read"), "{head}");
}

#[tokio::test]
async fn a_page_with_a_rare_state_walks_on() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/messages?state=undelivered").await;
    // The list alone: the light in the top line is a badge as well, and may be red.
    let list = page.text.split_once("<tbody").unwrap().1;
    assert_eq!(list.matches("badge failed").count(), 2, "{list}");
    let page = browser.get("/console/messages?state=lost").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.text.contains("`lost` is not one of: held"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn the_export_holds_no_formula() {
    let town = Town::lively().await;
    sqlx::query(
        "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     ($1, '=cmd|x', 1, 'sms', 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)",
    )
    .bind(town.now().utc_day())
    .execute(&town.pool)
    .await
    .unwrap();
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let page = browser.get("/console/insight.csv?days=7").await;
    assert!(page.header("content-type").starts_with("text/csv"));
    assert!(page.text.contains(",'=cmd|x,1,sms,"), "{}", page.text);
}

#[tokio::test]
async fn search_leads_straight_to_what_was_named() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    for (typed, page) in [
        ("G-77", "/console/incidents/G%2D77"),
        ("PR-1", "/console/cases/PR%2D1"),
        ("C-1000", "/console/clients/C%2D1000"),
        ("rossi", "/console/clients?q=rossi"),
        ("IT001E100100000", "/console/clients/C%2D1001"),
        ("it001e100100000", "/console/clients/C%2D1001"),
        ("it001e1001", "/console/clients?q=it001e1001"),
        ("%2B39%20333%20000%201001", "/console/clients/C%2D1001"),
        ("0039%20333-0001001", "/console/clients/C%2D1001"),
        ("333%200001001", "/console/clients/C%2D1001"),
        ("client1001@mail.example", "/console/clients/C%2D1001"),
    ] {
        let answer = browser.get(&format!("/console/search?q={typed}")).await;
        assert_eq!(answer.header("location"), page);
    }
    let id = town.message.to_string();
    let answer = browser.get(&format!("/console/search?q={id}")).await;
    assert_eq!(answer.header("location"), format!("/console/messages/{id}"));
}

#[tokio::test]
async fn whoever_is_not_found_is_not_taken_for_an_empty_store() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let found = browser.get("/console/clients?q=it001e1001").await.text;
    assert!(found.contains("C-1001") && !found.contains("C-1000"));
    let nobody = browser.get("/console/clients?q=zzz").await.text;
    assert!(nobody.contains("Nobody found."), "{nobody}");
    assert!(!nobody.contains("PUT /v1/clients"));
    let empty = Town::empty().await;
    empty.person(Role::Viewer).await;
    let browser = Browser::logged_in(&empty, Role::Viewer).await;
    let none = browser.get("/console/clients?q=zzz").await.text;
    assert!(none.contains("PUT /v1/clients"), "{none}");
}
