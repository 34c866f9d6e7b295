//! An SMS gateway that takes everything at once and says so in Kannel's words, so that what is
//! measured is the caller. It runs as a process of its own: `araldo-bench gateway`, which no
//! person needs and the help does not show.

use std::process::ExitCode;

use anyhow::Context as _;
use araldo_sandbox::gateway::{Answer, Gateway, PATH};
use clap::Args;
use tokio::process::Command;

use crate::peers::{self, Peer};

#[derive(Debug, Args)]
pub(crate) struct GatewayArgs {
    /// The port on this machine
    #[arg(long)]
    port: u16,
}

/// Answers until it is killed.
pub(super) async fn run(options: &GatewayArgs) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open_at(options.port, |_| Answer::Accepted)
        .with_context(|| format!("cannot listen on port {}", options.port))?;
    gateway.bearing(peers::ROOM).serve().await;
    Ok(ExitCode::SUCCESS)
}

/// Starts one and waits until it listens; its port, and the process.
pub(super) async fn start() -> anyhow::Result<(u16, Peer)> {
    let port = peers::free_port()?;
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let mut command = Command::new(program);
    command.args(["gateway", "--port", &port.to_string()]);
    Ok((port, Peer::start("the gateway", command, port).await?))
}

/// An address that takes an SMS, as long as ours are.
pub(super) fn sample(port: u16) -> String {
    format!(
        "http://127.0.0.1:{port}{PATH}?username=bench&password=bench&from=Araldo&to=%2B3900000000001\
         &text=Interruzione+di+corrente+nella+Sua+zona+dalle+10%3A00.+Stiamo+lavorando.+\
         Dettagli%3A+http%3A%2F%2F127.0.0.1%2Fs%2FAAAAAAAAAAAAAAAAAAAAAAAA&coding=0&validity=240\
         &dlr-mask=31&dlr-url=http%3A%2F%2F127.0.0.1%2Fhooks%2Fkannel%2Fgateway%2FAAAAAAAAAAAAAAAA"
    )
}
