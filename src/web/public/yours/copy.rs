//! `POST /s/{token}/data` and `/data-code`: a copy of all that is kept of a client, as JSON or to be read.
//! The code goes to the address of the very message that led here, so that a link alone opens nothing; codes
//! are counted, and so are copies with them.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::words::YoursDone;
use super::{back, owner, titles, went_to};
use crate::domain::deputy::CodePurpose;
use crate::store::access::audit::AuditEntry;
use crate::store::reports::OwnTable;
use crate::web::Web;
use crate::web::actions::codes::{self, CodeWish};
use crate::web::public::page;
use crate::web::public::phrases::Language;
use crate::web::public::refusal::Refusal;
use crate::web::public::visitor::Visitor;
use crate::web::request::extract::{Form, Path};

/// The part of the file that says what the others are called; no table has this name.
const TITLES: &str = "titles";

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::web::public) struct CopyForm {
    code: String,
    /// `json`, or anything else to read it here.
    form: String,
}

#[derive(Template)]
#[template(path = "public/copy.html")]
struct CopyPage {
    language: Language,
    tables: Vec<CopiedTable>,
}

struct CopiedTable {
    title: &'static str,
    name: &'static str,
    rows: Vec<Vec<CopiedValue>>,
}

struct CopiedValue {
    title: String,
    /// What the column is called in the store.
    name: String,
    value: String,
}

/// Sends the code to where the message of the link went.
pub(in crate::web::public) async fn ask(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    back(asked(&web, &token, visitor).await)
}

async fn asked(web: &Web, token: &str, visitor: Visitor) -> Result<YoursDone, Refusal> {
    let (mut tx, told) = owner(web, token, visitor).await?;
    let known = tx.clients().record(told.client).await?;
    let address = went_to(&mut tx, &told, &known).await?;
    let wish = CodeWish {
        client: told.client,
        purpose: CodePurpose::Copy,
        address: &address,
        own: None,
        asker: &known.client.name,
        name: None,
        locale: &known.client.locale,
    };
    let asked = codes::ask(web, &mut tx, &wish).await?;
    tx.commit().await?;
    Ok(asked.into())
}

/// The code was typed: shows the copy once.
pub(in crate::web::public) async fn open(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<CopyForm>,
) -> Response {
    match opened(&web, &token, visitor, &form.code).await {
        Ok(Some((language, tables))) if form.form == "json" => as_file(language, &tables),
        Ok(Some((language, tables))) => page::show(StatusCode::OK, &to_read(language, tables)),
        Ok(None) => back(Ok(YoursDone::WrongCode)),
        Err(refusal) => back(Err(refusal)),
    }
}

async fn opened(
    web: &Web,
    token: &str,
    visitor: Visitor,
    code: &str,
) -> Result<Option<(Language, Vec<OwnTable>)>, Refusal> {
    let (mut tx, told) = owner(web, token, visitor).await?;
    let kind = (told.client, CodePurpose::Copy);
    if codes::typed(web, &mut tx, kind, code).await?.is_none() {
        tx.commit().await?;
        return Ok(None);
    }
    let subject = format!("client:{}", told.client);
    let entry = AuditEntry::new("client", "client.data_copied", &subject);
    web.audit(&mut tx, &entry).await?;
    let tables = tx.reports().own_data(told.client).await?;
    tx.commit().await?;
    let language = Language::for_reader(&told.locale);
    Ok(Some((language, tables)))
}

fn as_file(language: Language, tables: &[OwnTable]) -> Response {
    let mut all: Map<String, Value> = tables
        .iter()
        .map(|one| (one.table.to_owned(), Value::from(one.rows.clone())))
        .collect();
    let called = tables.iter().map(|one| titled(language, one)).collect();
    all.insert(TITLES.to_owned(), Value::Object(called));
    let name = language.choose(
        "attachment; filename=\"i-miei-dati.json\"",
        "attachment; filename=\"my-data.json\"",
    );
    let kind = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, name),
    ];
    page::guarded((StatusCode::OK, kind, Value::Object(all).to_string()))
}

/// What a table and its columns are called.
fn titled(language: Language, one: &OwnTable) -> (String, Value) {
    let columns = one.columns.iter();
    let columns: Map<String, Value> = columns
        .map(|name| {
            let title = titles::of_column(language, one.table, name);
            ((*name).to_owned(), title.into())
        })
        .collect();
    let title = titles::of_table(language, one.table);
    let both = json!({ "title": title, "columns": columns });
    (one.table.to_owned(), both)
}

/// Only tables that have something.
fn to_read(language: Language, tables: Vec<OwnTable>) -> CopyPage {
    let tables = tables.into_iter().filter(|one| !one.rows.is_empty());
    let tables = tables.map(|one| CopiedTable {
        title: titles::of_table(language, one.table),
        name: one.table,
        rows: one
            .rows
            .iter()
            .map(|row| line(language, one.table, row))
            .collect(),
    });
    CopyPage {
        language,
        tables: tables.collect(),
    }
}

fn line(language: Language, table: &str, row: &Map<String, Value>) -> Vec<CopiedValue> {
    let told = row.iter().filter(|(_, value)| !value.is_null());
    told.map(|(name, value)| CopiedValue {
        title: titles::of_column(language, table, name).to_owned(),
        name: name.clone(),
        value: value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    })
    .collect()
}
