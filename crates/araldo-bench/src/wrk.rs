//! `wrk`, the generator of HTTP load that the measurements of requests stand beside. Both sides
//! of a pair are asked by it in the same way, through the same script, so that what the script
//! costs is on both.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::process::Command;

use crate::peers;

/// Where `wrk` is.
pub(super) struct Wrk {
    program: PathBuf,
    script: Option<PathBuf>,
    connections: usize,
    seconds: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Load {
    pub(super) answered: u64,
    /// Of them, in a second.
    pub(super) per_second: f64,
    /// Answered with 4xx or 5xx, or not at all.
    pub(super) failed: u64,
}

impl Wrk {
    pub(super) fn find(connections: usize, seconds: usize) -> anyhow::Result<Self> {
        Ok(Self {
            program: peers::find("wrk", "wrk")?,
            script: None,
            connections,
            seconds,
        })
    }

    /// Makes its requests by a script in Lua, which is written into `folder`.
    pub(super) fn scripted(mut self, folder: &Path, script: &str) -> anyhow::Result<Self> {
        let path = folder.join("requests.lua");
        std::fs::write(&path, script).context("cannot write the script for wrk")?;
        self.script = Some(path);
        Ok(self)
    }

    /// Asks for `url` for some seconds. `arguments` go to the script.
    pub(super) async fn load(&self, url: &str, arguments: &[&str]) -> anyhow::Result<Load> {
        let mut command = Command::new(&self.program);
        command.args(["-t", "1", "-c", &self.connections.to_string()]);
        command.args(["-d", &self.seconds.to_string(), "--timeout", "30"]);
        if let Some(script) = &self.script {
            command.arg("-s").arg(script);
        }
        command.arg(url).arg("--").args(arguments);
        let output = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("cannot start wrk")?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("wrk failed ({}): {}", output.status, said.trim());
        }
        read(&said).with_context(|| format!("wrk said something else: {}", said.trim()))
    }
}

/// Reads what `wrk` prints at its end.
fn read(said: &str) -> Option<Load> {
    let lines = || said.lines().map(str::trim);
    let after = |start: &str| lines().find_map(|line| line.strip_prefix(start));
    let answered = lines().find_map(|line| line.split_once(" requests in ")?.0.parse().ok())?;
    let refused: u64 =
        after("Non-2xx or 3xx responses:").map_or(Some(0), |count| count.trim().parse().ok())?;
    let broken: u64 = after("Socket errors:").map_or(0, |counts| {
        let digits = counts.split(|c: char| !c.is_ascii_digit());
        digits.filter_map(|word| word.parse::<u64>().ok()).sum()
    });
    Some(Load {
        answered,
        per_second: after("Requests/sec:")?.trim().parse().ok()?,
        failed: refused + broken,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_prints_is_read_with_its_failures() {
        let said = "Running 2s test @ http://127.0.0.1:1\n  1 threads and 8 connections\n\
            \x20 191123 requests in 2.10s, 25.15MB read\n\
            \x20 Socket errors: connect 0, read 2, write 0, timeout 1\n\
            \x20 Non-2xx or 3xx responses: 4\nRequests/sec:  91010.95\nTransfer/sec:     11.98MB\n";
        let load = Load {
            answered: 191_123,
            per_second: 91_010.95,
            failed: 7,
        };
        assert_eq!(read(said), Some(load));
        assert_eq!(read("unable to connect"), None);
    }
}
