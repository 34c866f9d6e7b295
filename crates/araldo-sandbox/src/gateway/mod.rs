//! An SMS gateway: Kannel's `sendsms` (user guide, "Using the SMS push") over HTTP. An operator
//! says what each SMS is answered; `sms` has the words, `reports` calls the delivery reports back,
//! `socket` leaves whoever asks and does not read.

mod reports;
mod sms;
mod socket;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use futures_util::stream;
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

pub use reports::{Report, Reports};
pub use sms::{Answer, Operator, Sms};
use socket::Socket;

use crate::Limits;
use crate::loopback::{listen, serve};

/// Where SMS are handed in.
pub const PATH: &str = "/cgi-bin/sendsms";

/// A gateway that has its port; who asks is answered as soon as it serves.
pub struct Gateway {
    listener: TcpListener,
    port: u16,
    operator: Arc<Operator>,
    limits: Limits,
}

impl Gateway {
    /// Takes a free port.
    pub fn open(operator: impl Fn(&Sms<'_>) -> Answer + Send + Sync + 'static) -> io::Result<Self> {
        Self::open_at(0, operator)
    }

    pub fn open_at(
        port: u16,
        operator: impl Fn(&Sms<'_>) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (listener, port) = listen(port)?;
        Ok(Self {
            listener,
            port,
            operator: Arc::new(operator),
            limits: Limits::default(),
        })
    }

    /// So many connections at once; others wait.
    #[must_use]
    pub const fn bearing(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// Where SMS are handed in.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Answers until it is dropped.
    pub async fn serve(self) {
        serve(self.listener, self.limits.connections, move |stream, _| {
            receive(stream, Arc::clone(&self.operator), self.limits)
        })
        .await;
    }
}

type ReplyBody = Either<Full<Bytes>, StreamBody<stream::Iter<std::vec::IntoIter<Chunk>>>>;
type Chunk = Result<Frame<Bytes>, io::Error>;

async fn receive(stream: TcpStream, operator: Arc<Operator>, limits: Limits) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let service = service_fn(|request| answer(request, Arc::clone(&operator)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(limits.head)
        .serve_connection(TokioIo::new(Socket::new(stream, limits.unread)), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the sandbox's gateway broke");
    }
}

/// An error here ends the connection without a word.
async fn answer(
    request: Request<Incoming>,
    operator: Arc<Operator>,
) -> io::Result<Response<ReplyBody>> {
    if request.uri().path() != PATH {
        return Ok(whole(404, "Unknown request"));
    }
    match operator(&Sms::new(request.uri().query().unwrap_or_default())) {
        Answer::Accepted => Ok(accepted()),
        Answer::Slowly(pause) => {
            tokio::time::sleep(pause).await;
            Ok(accepted())
        }
        Answer::Say(code, text) => Ok(whole(code, text)),
        Answer::Elsewhere(place) => {
            let mut response = whole(302, "");
            let headers = response.headers_mut();
            headers.insert(LOCATION, HeaderValue::from_static(place));
            Ok(response)
        }
        Answer::Cut(text) => Ok(cut(text)),
        Answer::Wait => std::future::pending().await,
        Answer::HangUp => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

fn accepted() -> Response<ReplyBody> {
    whole(202, "0: Accepted for delivery")
}

fn whole(code: u16, text: &'static str) -> Response<ReplyBody> {
    let text = Full::new(Bytes::from_static(text.as_bytes()));
    let mut response = Response::new(Either::Left(text));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or_default();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// Accepted, and the end of the answer never comes: the connection breaks.
fn cut(text: &'static str) -> Response<ReplyBody> {
    let begun = Frame::data(Bytes::from_static(text.as_bytes()));
    let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
    let chunks = stream::iter(vec![Ok(begun), Err(broken)]);
    let mut response = Response::new(Either::Right(StreamBody::new(chunks)));
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}
