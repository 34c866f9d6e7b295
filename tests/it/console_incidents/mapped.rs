//! Municipalities are chosen on a map and by their names, once shapes were imported; without a script, and
//! without shapes as before.

use araldo::domain::area::AreaKind;
use araldo::domain::limits::SHAPES_DRAWN;
use araldo::domain::role::Role;
use araldo::intake::areas::{AreaProperties, read};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::TOWN;
use super::office::Office;
use crate::support::TestStore;

on_both_databases!(
    a_municipality_is_ticked_on_the_map_or_named,
    an_import_takes_the_place_of_the_one_before,
    a_map_of_many_municipalities_stays_a_small_page,
);

/// A square town at a place of a grid.
fn town(code: &str, name: &str, at: u32) -> Value {
    let (south, west) = (
        44.0 + f64::from(at / 20) / 10.0,
        11.0 + f64::from(at % 20) / 10.0,
    );
    let (north, east) = (south + 0.1, west + 0.1);
    let ring = [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
    json!({ "type": "Feature", "properties": { "PRO_COM_T": code, "COMUNE": name },
        "geometry": { "type": "Polygon", "coordinates": [ring] } })
}

/// Keeps them as `araldo import areas` does.
async fn import(office: &Office, features: &[Value]) {
    let file = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let kind = AreaKind::Municipality;
    let (code, name) = (None, None);
    let read = read(file.as_bytes(), AreaProperties { kind, code, name }).unwrap();
    assert!(read.wrong.is_empty(), "{:?}", read.wrong);
    let mut tx = office.store.write().await.unwrap();
    tx.areas()
        .replace(kind, &read.shapes, &*office.web.ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn a_municipality_is_ticked_on_the_map_or_named(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let bare = operator.get("/console/incidents/new").await.text;
    assert!(
        !bare.contains("data-chooser") && !bare.contains("map.js"),
        "{bare}"
    );
    let towns = [
        town(TOWN, "Bologna", 0),
        town("037001", "L'Aquila <b>", 1),
        town("001235", "Samone", 2),
        town("022167", "Samone", 3),
    ];
    import(&office, &towns).await;
    // Clients of one name are told apart by where they live.
    let clients = operator.get("/console/clients").await.text;
    let lives = "<small class=\"quiet\">Bologna</small>";
    assert!(clients.contains(lives), "{clients}");
    let form = operator.get("/console/incidents/new").await.text;
    for said in [
        "data-chooser",
        "<title>Bologna</title>",
        "name=\"town-037006\" value=\"yes\"> Bologna",
        "/map.js",
    ] {
        assert!(form.contains(said), "{said}: {form}");
    }
    assert!(!form.contains("Aquila <b>"), "{form}");
    // Ticked, or written as people write it: the page before sending says the name.
    for fields in [[("town-037006", "yes")], [("municipalities", " bologna ")]] {
        let check = operator.declares(&fields).await;
        let page = operator.get(&check).await.text;
        assert!(page.contains("<dd>Bologna</dd>"), "{page}");
        assert!(page.contains("4 clients are concerned."), "{page}");
        assert!(
            page.contains("<title>Bologna</title>"),
            "the map shows it: {page}"
        );
        let edit = operator.get(&format!("{check}/edit")).await.text;
        let ticked = "name=\"town-037006\" value=\"yes\" checked> Bologna";
        assert!(edit.contains(ticked), "{edit}");
        assert!(
            edit.contains("name=\"municipalities\" value=\"\""),
            "{edit}"
        );
    }
    // A name that two bear is nobody's; what was ticked beside it stays.
    let id = operator.get("/console/incidents/new").await.field("id");
    let two = [
        ("id", id.as_str()),
        ("kind", "outage"),
        ("municipalities", "Samone"),
        ("town-037001", "yes"),
    ];
    let page = operator.post("/console/incidents/new", &two).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("001235, 022167"), "{}", page.text);
    assert!(page.text.contains("value=\"Samone\""), "{}", page.text);
    assert!(
        page.text
            .contains("name=\"town-037001\" value=\"yes\" checked"),
        "{}",
        page.text
    );
}

async fn an_import_takes_the_place_of_the_one_before(store: TestStore) {
    let office = Office::on(store, None).await;
    import(
        &office,
        &[town(TOWN, "Bologna", 0), town("037001", "Argelato", 1)],
    )
    .await;
    import(&office, &[town(TOWN, "Bulåggna", 0)]).await;
    let mut tx = office.store.read().await.unwrap();
    let kept = tx.areas().list(0, 10).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|it| (&*it.code, &*it.name)).collect();
    assert_eq!(kept, [(TOWN, "Bulåggna")]);
    let named = tx.areas().named(&["BULAGGNA".to_owned()]).await.unwrap();
    assert_eq!(named["bulaggna"][0].0, TOWN);
    assert_eq!(tx.areas().municipalities().await.unwrap(), 1);
}

async fn a_map_of_many_municipalities_stays_a_small_page(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let all = u32::try_from(SHAPES_DRAWN).unwrap() + 50;
    let mut towns: Vec<Value> = (0..all)
        .map(|at| {
            town(
                &format!("{at:06}"),
                &format!("A long name of a town {at:03}"),
                at,
            )
        })
        .collect();
    // Where clients live, though its name comes last.
    towns.push(town(TOWN, "Zola", all));
    import(&office, &towns).await;
    let form = operator.get("/console/incidents/new").await.text;
    assert!(form.len() < 100_000, "{} bytes", form.len());
    assert_eq!(form.matches("name=\"town-").count(), SHAPES_DRAWN);
    assert!(form.contains("Zola"), "whoever has clients comes first");
    assert!(form.contains("Not all municipalities are drawn"), "{form}");
    // Those that are not drawn are chosen by their name all the same.
    let last = format!("A long name of a town {:03}", all - 1);
    let check = operator
        .declares(&[("municipalities", last.as_str())])
        .await;
    assert!(operator.get(&check).await.text.contains(&last));
}
