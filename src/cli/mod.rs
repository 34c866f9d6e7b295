//! The command line.

pub mod template;

/// Runs the command named on the command line.
#[must_use]
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
