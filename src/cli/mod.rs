//! The command line: one file per command. A command reads the settings, opens what it needs,
//! calls one stage of the library and prints for people. It decides nothing about messages.
//!
//! Exit codes: 0 done, 1 a fault (one line on standard error), 2 a command that is not one.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line prints; the daemon's own words go through the log"
)]

mod areas;
mod check;
mod check_store;
mod context;
mod demo;
mod dispatch;
mod doctor;
mod event;
mod import;
mod key;
mod message;
mod migrate;
mod receive;
mod receiving;
mod serve;
mod source;
mod template;
mod user;
mod verdict;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::event::EventCommand;
use self::key::KeyCommand;
use self::source::SourceCommand;
use self::template::TemplateCommand;
use self::user::UserCommand;
use crate::app::{self, AppError};
use crate::config::{self, Config, ConfigError, ConfigReading};
use crate::store::StoreUrl;
use crate::text::invisible::coded;

pub use context::Context;

/// How a shell reports a program that wrote to a closed pipe.
const BROKEN_PIPE: i32 = 141;
/// Who did it, in the audit and in templates, when it was done here.
const COMMAND_LINE: &str = "command line";

/// Tells people what happens to their cases and services before they have to ask.
#[derive(Debug, Parser)]
#[command(name = "araldo", version, arg_required_else_help = true)]
struct Cli {
    /// The file of settings; without one: embedded store, sandbox providers
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon
    Serve,
    /// Run the daemon on a throw-away store, with a made-up town that lives
    Demo(demo::DemoArgs),
    /// Check settings, rules, kinds of cases and every template with its samples
    Check,
    /// Ask whether everything configured can be reached and is right
    Doctor(doctor::DoctorArgs),
    /// Ask for whom a request would be taken: a person, or which kind of machine
    Verdict(verdict::VerdictArgs),
    /// Take the mail on standard input in, as a mail server hands it over; or say what mails mean
    Receive(receive::ReceiveArgs),
    #[command(flatten)]
    OnStore(StoreCommand),
}

/// Commands that work on the configured store, which is open when they begin. Which of them may
/// make one, says `needs`.
#[derive(Debug, Subcommand)]
enum StoreCommand {
    /// Bring the store's schema up to date
    Migrate,
    /// Check what must hold in the store: nobody told twice, nothing lost, sums that close
    CheckStore(check_store::CheckStoreArgs),
    /// Take clients, or the shapes of areas, in from a file
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Take events in from files
    #[command(subcommand)]
    Event(EventCommand),
    /// Keys for programs
    #[command(subcommand)]
    Key(KeyCommand),
    /// People who may log in to the console
    #[command(subcommand)]
    User(UserCommand),
    /// Look at messages
    #[command(subcommand)]
    Message(message::MessageCommand),
    /// Look at templates, try them, take them out and put them in
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Pause, resume, withdraw
    #[command(subcommand)]
    Dispatch(dispatch::DispatchCommand),
    /// The systems that Araldo watches by itself
    #[command(subcommand)]
    Source(SourceCommand),
}

/// Runs the command named on the command line.
#[must_use]
pub fn run() -> ExitCode {
    end_when_nobody_reads();
    let cli = Cli::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let outcome = runtime.block_on(Box::pin(cli.run()));
            // A thread that waits for a file which never answers keeps nobody from ending.
            runtime.shutdown_background();
            outcome
        });
    outcome.unwrap_or_else(|error| {
        for line in lines(&error) {
            eprintln!("araldo: {}", coded(&line));
        }
        ExitCode::FAILURE
    })
}

/// Whoever reads our lines may stop, as `head` does. `println!` panics then; it is no crash.
fn end_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(BROKEN_PIPE);
        }
        usual(panic);
    }));
}

/// Faults of the settings stand on a line each; any other error is one.
fn lines(error: &anyhow::Error) -> Vec<String> {
    let faults = match error.downcast_ref::<AppError>() {
        Some(AppError::Faults(_) | AppError::Config(_)) => true,
        _ => error.is::<ConfigError>(),
    };
    if faults {
        return error.to_string().lines().map(str::to_owned).collect();
    }
    vec![one_line(error)]
}

/// The error and its causes, each said once: many of ours already quote their cause.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.replace('\n', " ")
}

impl Cli {
    async fn run(self) -> anyhow::Result<ExitCode> {
        // Whoever asks about a request needs no settings, and none that are right.
        if let Command::Verdict(args) = &self.command {
            return verdict::run(args);
        }
        let read = Config::examine(self.config.as_deref(), config::environment());
        // What a mail means is asked without settings; with wrong ones a mail waits at its server.
        if let Command::Receive(args) = &self.command {
            return receive::run(args, read).await;
        }
        match self.command {
            Command::Check if !read.faults.is_empty() => return Ok(check::run(&read)),
            Command::Serve if !read.faults.is_empty() => {
                return Err(AppError::Faults(app::every_fault(&read)).into());
            }
            _ => {}
        }
        let config = read.settings()?;
        match self.command {
            Command::Serve => serve::run(config, self.config).await,
            Command::Check => Ok(check::run(&ConfigReading::right(config))),
            Command::Demo(args) => demo::run(args, self.config).await,
            Command::Doctor(args) => doctor::run(args, config).await,
            Command::Verdict(args) => verdict::run(&args),
            Command::Receive(args) => receive::run(&args, ConfigReading::right(config)).await,
            Command::OnStore(StoreCommand::Template(TemplateCommand::Test { folders }))
                if !folders.is_empty() =>
            {
                template::test_folders(&folders)
            }
            Command::OnStore(StoreCommand::Source(SourceCommand::Install(args))) => {
                source::install(&args, &config).await
            }
            Command::OnStore(StoreCommand::Source(SourceCommand::Remove(args))) => {
                source::remove(&args, &config).await
            }
            Command::OnStore(command) => {
                command.needs(&config.store.url).await?;
                command.run(&Context::open(config).await?).await
            }
        }
    }
}

impl StoreCommand {
    /// Whoever looks, changes or takes back means a store that is there: a new, empty one would say
    /// that all is well, and the daemon would go on with its own.
    async fn needs(&self, store: &StoreUrl) -> anyhow::Result<()> {
        let may_begin = matches!(
            self,
            Self::Migrate
                | Self::Import(_)
                | Self::Event(EventCommand::Send { .. })
                | Self::Key(KeyCommand::Create { .. })
                | Self::User(UserCommand::Add { .. })
                | Self::Template(TemplateCommand::Push { .. })
        );
        if may_begin || store.is_there().await? {
            return Ok(());
        }
        anyhow::bail!(context::no_store(store))
    }

    async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Migrate => migrate::run(context).await,
            Self::CheckStore(args) => check_store::run(&args, context).await,
            Self::Import(command) => import::run(command, context).await,
            Self::Event(command) => event::run(command, context).await,
            Self::Key(command) => key::run(command, context).await,
            Self::User(command) => user::run(command, context).await,
            Self::Message(command) => message::run(command, context).await,
            Self::Template(command) => template::run(command, context).await,
            Self::Dispatch(command) => dispatch::run(command, context).await,
            Self::Source(command) => source::run(command, context).await,
        }
    }
}
