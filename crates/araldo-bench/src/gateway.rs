//! An SMS gateway that takes everything at once and says so in Kannel's words, so that what is
//! measured is the caller. It runs as a process of its own: `araldo-bench gateway`, which no
//! person needs and the help does not show.

use std::net::Ipv4Addr;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use axum::http::StatusCode;
use axum::routing::get;
use clap::Args;
use tokio::process::{Child, Command};

use crate::peers;

/// Where SMS are handed in, as at Kannel.
pub(super) const PATH: &str = "/cgi-bin/sendsms";
/// How long the process may take to listen.
const START_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct Gateway {
    /// The port on this machine
    #[arg(long)]
    port: u16,
}

/// Answers until it is killed.
pub(super) async fn run(options: &Gateway) -> anyhow::Result<ExitCode> {
    let taken = (StatusCode::ACCEPTED, "0: Accepted for delivery");
    let router = axum::Router::new().route(PATH, get(move || async move { taken }));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .await
        .with_context(|| format!("cannot listen on port {}", options.port))?;
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "cannot set TCP_NODELAY");
        }
    });
    axum::serve(listener, router).await?;
    Ok(ExitCode::SUCCESS)
}

/// A gateway that listens; it ends with its handle.
pub(super) struct Running {
    pub(super) port: u16,
    child: Child,
}

impl Running {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let port = peers::free_port()?;
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let child = Command::new(program)
            .args(["gateway", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the gateway")?;
        let mut running = Self { port, child };
        running.listens().await?;
        Ok(running)
    }

    /// An address that takes an SMS, as long as ours are.
    pub(super) fn sample(&self) -> String {
        format!(
            "http://127.0.0.1:{}{PATH}?username=bench&password=bench&from=Araldo&to=%2B3900000000001\
             &text=Interruzione+di+corrente+nella+Sua+zona+dalle+10%3A00.+Stiamo+lavorando.+\
             Dettagli%3A+http%3A%2F%2F127.0.0.1%2Fs%2FAAAAAAAAAAAAAAAAAAAAAAAA&coding=0&validity=240\
             &dlr-mask=31&dlr-url=http%3A%2F%2F127.0.0.1%2Fhooks%2Fkannel%2Fgateway%2FAAAAAAAAAAAAAAAA",
            self.port
        )
    }

    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("cannot stop the gateway")
    }

    async fn listens(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        while std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(ended) = self.child.try_wait()? {
                bail!("the gateway ended at once ({ended}); what it says stands above");
            }
            if start.elapsed() > START_WITHIN {
                bail!("the gateway does not listen on port {}", self.port);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}
