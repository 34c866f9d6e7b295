//! An SMS gateway that writes down when each request came. It runs on a thread of its own, so
//! that the nodes under test do not delay its clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::get;

type Arrivals = Arc<Mutex<Vec<(Instant, String)>>>;

/// A running gateway; ends when dropped.
pub(super) struct Gateway {
    port: u16,
    arrivals: Arrivals,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Gateway {
    /// Answers each request after `delay`.
    pub(super) fn start(delay: Duration) -> Self {
        let arrivals = Arrivals::default();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket for tokio");
        let port = listener.local_addr().expect("an address").port();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let routes = routes(Arc::clone(&arrivals), delay);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    served = axum::serve(listener, routes) => served.expect("it serves"),
                    _ = stopped => {}
                }
            });
        });
        Self {
            port,
            arrivals,
            _stop: stop,
        }
    }

    /// The settings of a node that sends through it. `more`: further keys of the provider.
    pub(super) fn settings(&self, more: &str) -> String {
        format!(
            "[channels]\nemail = []\nsms = [\"gateway\"]\n\
             [provider.gateway]\nkind = \"kannel\"\nusername = \"a\"\npassword = \"b\"\n\
             url = \"http://127.0.0.1:{}/cgi-bin/sendsms\"\nfrom = \"ARALDO\"\n{more}\n",
            self.port
        )
    }

    /// When requests came, in order.
    pub(super) fn times(&self) -> Vec<Instant> {
        let arrivals = self.arrivals.lock().unwrap();
        let mut times: Vec<Instant> = arrivals.iter().map(|(at, _)| *at).collect();
        times.sort();
        times
    }

    pub(super) fn count(&self) -> usize {
        self.arrivals.lock().unwrap().len()
    }

    /// How often each number was asked for.
    pub(super) fn by_number(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for (_, number) in self.arrivals.lock().unwrap().iter() {
            *counts.entry(number.clone()).or_default() += 1;
        }
        counts
    }
}

fn routes(arrivals: Arrivals, delay: Duration) -> Router {
    let take = async move |Query(query): Query<HashMap<String, String>>| {
        let at = Instant::now();
        let number = query.get("to").cloned().unwrap_or_default();
        arrivals.lock().unwrap().push((at, number));
        tokio::time::sleep(delay).await;
        (StatusCode::ACCEPTED, "0: Accepted for delivery")
    };
    Router::new().route("/cgi-bin/sendsms", get(take))
}
