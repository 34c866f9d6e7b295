//! Somebody is erased in the middle of it all: nothing to them is begun afterwards, and at the end
//! nothing of them is left.

use std::collections::{BTreeSet, HashMap};

use araldo::domain::Clock as _;
use araldo::store::people::erasure::Erasing;
use araldo::text::folded::fold;

use super::ground::note_the_known;
use super::story::Story;
use super::world::World;
use crate::support::node::Eye;
use crate::support::traces;

/// Of those who change their minds, so many in a hundred want to be forgotten.
pub(super) const SHARE: i64 = 25;

const THERE: &str = "SELECT ref FROM client ORDER BY ref";

/// Erases one of those who are there.
pub(super) async fn erase_somebody(world: &World) {
    let there = world.eye.texts(THERE).await;
    let Some(last) = there.len().checked_sub(1) else {
        return;
    };
    let at = world.between(0, i64::try_from(last).expect("a few"));
    let erasing = Erasing {
        now: world.clock.now(),
        ids: &*world.desk.ids,
        actor: "town",
        fresh_pepper: "a pepper of more than thirty-two bytes",
        horizon: world.desk.horizon,
    };
    let reference = &there[usize::try_from(at).expect("a place")];
    let erased = world.desk.store.erase_client(reference, &erasing).await;
    erased.expect("the store works").expect("they were there");
    note_the_known(&world.eye).await;
}

/// Who is there at the end.
pub(super) async fn still_there(eye: &Eye) -> BTreeSet<String> {
    eye.texts(THERE).await.into_iter().collect()
}

/// What is wrong about those who are not.
pub(super) async fn what_is_wrong(story: &Story, there: &BTreeSet<String>) -> Vec<String> {
    let gone = story.town.clients.iter();
    let gone: Vec<_> = gone.filter(|one| !there.contains(&one.client)).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut wrong = begun_afterwards(&story.plot.eye).await;
    let emptied = story.plot.store.empty_the_log().await;
    if !emptied.expect("the store works") {
        wrong.push(String::from(
            "the log of writes is read by nobody, and yet not emptied",
        ));
    }
    for client in gone {
        let (reference, name) = (&client.client, &client.name);
        let texts = [
            name.clone(),
            fold(name),
            format!("\"client\":\"{reference}\""),
            format!("PR-{reference}\""),
        ];
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let left = match (&story.plot.file, &*story.plot.eye) {
            (Some(file), _) => {
                let all = texts.iter();
                all.flat_map(|text| traces::in_files(file, text)).collect()
            }
            (None, Eye::Postgres(pool)) => traces::in_tables(pool, &texts).await,
            (None, Eye::Sqlite(_)) => unreachable!("a SQLite run has its file"),
        };
        wrong.extend(
            left.iter()
                .map(|trace| format!("{reference} was erased: {trace}")),
        );
    }
    wrong
}

/// In the order of the log, which is that of commits (`ground`).
async fn begun_afterwards(eye: &Eye) -> Vec<String> {
    let whose: HashMap<i64, i64> = pairs(eye, "SELECT id, client_id FROM message").await;
    let mut gone = BTreeSet::new();
    let mut wrong = Vec::new();
    for (what, id) in log(eye).await {
        match what.as_str() {
            "erased" => drop(gone.insert(id)),
            "opened" if whose.get(&id).is_some_and(|client| gone.contains(client)) => {
                wrong.push(format!(
                    "message {id} was opened after its client was erased"
                ));
            }
            _ => {}
        }
    }
    wrong
}

async fn pairs(eye: &Eye, sql: &'static str) -> HashMap<i64, i64> {
    let rows: Vec<(i64, i64)> = match eye {
        Eye::Sqlite(pool) => sqlx::query_as(sql).fetch_all(pool).await.unwrap(),
        Eye::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await.unwrap(),
    };
    rows.into_iter().collect()
}

async fn log(eye: &Eye) -> Vec<(String, i64)> {
    const LOG: &str = "SELECT what, id FROM truth_log ORDER BY at, seq";
    match eye {
        Eye::Sqlite(pool) => sqlx::query_as(LOG).fetch_all(pool).await.unwrap(),
        Eye::Postgres(pool) => sqlx::query_as(LOG).fetch_all(pool).await.unwrap(),
    }
}
