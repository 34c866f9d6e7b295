//! The map as a server of `ArcGIS` gives it: pages that hold fewer rows than were asked for, numbers and
//! times that are written anew each time, errors in good form. A look gets its answer when the test gives
//! it, and not before: so each look is one of the recording, and when the next one begins, the one before is
//! kept.

use std::sync::{Arc, Mutex, PoisonError};

use araldo::runtime::Lifecycle;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::recording::{MapAnswer, MapRow, TOWNS, minute_of, written};
use crate::support::patience::PATIENCE;

/// Rows of one page, whatever is asked for.
const PAGE: usize = 10;
const JSON: &str = "application/json";

/// The layer, listening. It ends when dropped.
pub(super) struct Layer {
    url: String,
    begun: mpsc::UnboundedReceiver<LayerLook>,
    lifecycle: Lifecycle,
}

/// A look that has begun and waits for its first page.
pub(super) struct LayerLook(oneshot::Sender<Shown>);

/// Which look it is, and what it shows.
type Shown = (usize, MapAnswer);

#[derive(Clone)]
struct LayerState {
    begun: mpsc::UnboundedSender<LayerLook>,
    /// What the look that goes on shows, for its further pages.
    shown: Arc<Mutex<Option<Shown>>>,
}

impl Layer {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (begins, begun) = mpsc::unbounded_channel();
        let state = LayerState {
            begun: begins,
            shown: Arc::default(),
        };
        let routes = Router::new().fallback(answered).with_state(state);
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("layer", async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        Self {
            url: format!("http://{address}/FeatureServer/0"),
            begun,
            lifecycle,
        }
    }

    /// A source that watches it.
    pub(super) fn settings(&self) -> String {
        format!(
            "[source.grid]\nkind = \"arcgis-outages\"\nurl = \"{}\"\nevery = \"100ms\"\n\
             timeout = \"5m\"\nalarm_after = \"2 days\"\n",
            self.url
        )
    }

    /// Waits until the next look begins: then the one before was kept.
    pub(super) async fn look(&mut self) -> LayerLook {
        let begun = tokio::time::timeout(PATIENCE, self.begun.recv()).await;
        begun.expect("the source looks again").expect("it listens")
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

impl LayerLook {
    pub(super) fn answer(self, look: usize, answer: MapAnswer) {
        let taken = self.0.send((look, answer));
        assert!(taken.is_ok(), "the look did not wait for its answer");
    }
}

impl LayerState {
    /// What a look that begins shows; none when the test is over.
    async fn begin(&self) -> Option<Shown> {
        let (answer, told) = oneshot::channel();
        self.begun.send(LayerLook(answer)).ok()?;
        let shown = told.await.ok()?;
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown.clone());
        Some(shown)
    }

    fn going_on(&self) -> Option<Shown> {
        let shown = self.shown.lock();
        shown.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answered(State(layer): State<LayerState>, request: Request) -> Response {
    let behind = behind(request.uri().query().unwrap_or_default());
    let shown = match behind {
        None => layer.begin().await,
        Some(_) => layer.going_on(),
    };
    match shown {
        Some((look, answer)) => page(look, &answer, behind),
        None => said(503, JSON, String::new()),
    }
}

/// The object behind which a page begins; none of the first one.
fn behind(query: &str) -> Option<usize> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, condition) = pairs.find(|(name, _)| name == "where")?;
    let (_, object) = condition.split_once("objectid1 > ")?;
    object.parse().ok()
}

fn page(look: usize, answer: &MapAnswer, behind: Option<usize>) -> Response {
    match answer {
        MapAnswer::Rows(rows) => said(200, JSON, features(look, rows, behind, PAGE)),
        MapAnswer::Truncated(_) if behind.is_some() => said(500, JSON, String::new()),
        MapAnswer::Truncated(rows) => {
            let half = rows.len() / 2;
            said(200, JSON, features(look, rows, behind, half))
        }
        MapAnswer::Html => {
            let text = "<html><body>Servizio in manutenzione</body></html>";
            said(200, "text/html", text.to_owned())
        }
        MapAnswer::Error => {
            let error = json!({ "code": 504, "message": "Timed out", "details": [] });
            said(200, JSON, json!({ "error": error }).to_string())
        }
        MapAnswer::Unchanged => said(304, JSON, String::new()),
        MapAnswer::Down => said(503, JSON, String::new()),
    }
}

fn features(look: usize, rows: &[MapRow], behind: Option<usize>, most: usize) -> String {
    let objects = rows.iter().enumerate().map(|(at, row)| {
        // A number of this writing of the layer: the next one has others.
        ((look + 1) * 1_000 + at, row)
    });
    let left = objects.filter(|(object, _)| behind.is_none_or(|behind| *object > behind));
    let left: Vec<Value> = left
        .map(|(object, row)| json!({ "attributes": attributes(object, look, row) }))
        .collect();
    let exceeded = left.len() > most;
    let page = &left[..most.min(left.len())];
    json!({ "features": page, "exceededTransferLimit": exceeded }).to_string()
}

fn attributes(object: usize, look: usize, row: &MapRow) -> Value {
    let time = |minute| written(minute, "%d/%m/%Y %H:%M");
    let town = TOWNS.iter().find(|(name, ..)| *name == row.place);
    let (north, east) = town.map_or((39.2, 9.1), |(_, _, place)| *place);
    let (lat, lon) = match row.exchanged {
        true => (east, north),
        false => (north, east),
    };
    let town = row.town();
    json!({
        "objectid1": object,
        "id_interruzione": row.incident().parse::<i64>().expect("a number"),
        "causa_disalimentazione": row.cause,
        "num_cli_disalim": row.customers,
        "data_interruzione": time(row.since),
        "data_prev_ripristino": row.until.map(time),
        "dataultimoaggiornamento": time(minute_of(look)),
        "descrizione_territoriale": row.place,
        "comune": town.map_or_else(|| json!(row.place), |code| json!(code)),
        "latitudine": lat,
        "longitudine": lon,
        "note": row.note,
    })
}

fn said(status: u16, kind: &str, text: String) -> Response {
    let answer = Response::builder().status(status);
    let answer = answer.header("content-type", kind);
    answer.body(Body::from(text)).expect("an answer")
}
