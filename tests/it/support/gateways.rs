//! An SMS gateway that writes down when each number was asked for. It runs on a thread of its own,
//! so that the nodes under test do not delay its clock.

use std::sync::Arc;
use std::time::Duration;

use araldo_sandbox::gateway::{self, Answer};
use araldo_sandbox::{Apart, Arrivals, apart};

/// A running gateway; ends when dropped.
pub(crate) struct Gateway {
    url: String,
    pub(crate) arrivals: Arc<Arrivals>,
    _serving: Apart,
}

impl Gateway {
    /// `answers` hears the number, and for the how-manieth time it is asked for.
    pub(crate) fn open(answers: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let arrivals = Arc::<Arrivals>::default();
        let noting = Arc::clone(&arrivals);
        let gateway = gateway::Gateway::open(move |sms| {
            let number = sms.to();
            answers(&number, noting.note(&number))
        });
        let gateway = gateway.expect("a port");
        Self {
            url: gateway.url(),
            arrivals,
            _serving: apart(gateway.serve()).expect("a runtime"),
        }
    }

    /// Answers each request after `delay`.
    pub(crate) fn slow(delay: Duration) -> Self {
        Self::open(move |_, _| Answer::Slowly(delay))
    }

    /// The settings of a node that sends through it. `more`: further keys of the provider.
    pub(crate) fn settings(&self, more: &str) -> String {
        let provider = self.provider("gateway", more);
        format!("[channels]\nemail = []\nsms = [\"gateway\"]\n{provider}")
    }

    /// The section of a provider of this name.
    pub(crate) fn provider(&self, name: &str, more: &str) -> String {
        format!(
            "[provider.{name}]\nkind = \"kannel\"\nusername = \"a\"\npassword = \"b\"\n\
             url = \"{}\"\nfrom = \"ARALDO\"\n{more}\n",
            self.url
        )
    }
}
