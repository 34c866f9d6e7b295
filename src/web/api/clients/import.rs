//! `POST /v1/clients:import`: NDJSON, one client per line, of any length.
//!
//! Good lines are kept in batches as they come; each bad one is named in the answer. When the
//! store fails, the answer is 503 and the whole stream may be sent again: a client that is
//! already there is written the same way once more.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use futures_util::TryStreamExt as _;
use tokio::io::AsyncBufRead;
use tokio_util::io::StreamReader;

use crate::domain::FieldError;
use crate::domain::limits::NAMED_LINES;
use crate::intake::import::{Importer, Rejected, read_line};
use crate::intake::lines::{self, LineRead};
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body;

/// What was imported and what was not.
#[derive(Default, serde::Serialize)]
pub(crate) struct ImportReport {
    imported: u64,
    rejected: Vec<Rejected>,
    /// All rejected lines, those beyond the first 10,000 included.
    rejected_count: u64,
}

pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    let media_type = body::media_type(request.headers());
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    if ![
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
    ]
    .contains(&&*essence)
    {
        return Err(Problem::media_type("`application/x-ndjson`"));
    }
    body::uncompressed(request.headers())?;
    let actor = caller.actor();
    import(reader(request.into_body()), &web, &actor)
        .await
        .map(Json)
}

fn reader(body: Body) -> impl AsyncBufRead + Unpin {
    StreamReader::new(body.into_data_stream().map_err(std::io::Error::other))
}

async fn import(
    mut reader: impl AsyncBufRead + Unpin,
    web: &Web,
    actor: &str,
) -> Result<ImportReport, Problem> {
    let mut importer = Importer::new(&web.store, &*web.clock, &*web.ids, false).by(actor);
    let mut answer = ImportReport::default();
    let mut buffer = Vec::new();
    let mut cut_off = None;
    let limit = web.limits.line_bytes;
    for line in 1.. {
        let read = match lines::next(&mut reader, &mut buffer, limit).await {
            Ok(LineRead::End) => break,
            Ok(LineRead::Whole) => read_line(&buffer, &web.phones),
            Ok(LineRead::TooLong) => Err(FieldError::new("", format!("longer than {limit} bytes"))),
            // What came in whole is kept.
            Err(error) => {
                cut_off = Some(body::broken_off(&error));
                break;
            }
        };
        match read {
            Ok(Some(client)) => answer.reject_all(importer.add(client, line).await?),
            Ok(None) => {}
            Err(fault) => answer.reject(Rejected { line, fault }),
        }
    }
    let (imported, refused) = importer.finish().await?;
    answer.imported = imported;
    answer.reject_all(refused);
    match cut_off {
        Some(why) => Err(answer.until(why)),
        None => Ok(answer),
    }
}

impl ImportReport {
    /// What was done until the stream ended before its end.
    fn until(&self, mut why: Problem) -> Problem {
        let (imported, rejected) = (self.imported, self.rejected_count);
        why.detail = format!(
            "{}: {imported} client(s) were imported and {rejected} line(s) rejected before",
            why.detail
        );
        why
    }

    fn reject_all(&mut self, refused: Vec<(u64, FieldError)>) {
        for (line, fault) in refused {
            self.reject(Rejected { line, fault });
        }
    }

    fn reject(&mut self, rejected: Rejected) {
        self.rejected_count += 1;
        if self.rejected.len() < NAMED_LINES {
            self.rejected.push(rejected);
        }
    }
}
