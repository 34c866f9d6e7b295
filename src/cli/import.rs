//! `araldo import clients FILE.csv|FILE.ndjson`: streamed, with a progress bar. Good rows are
//! kept; each bad one is named with line, field and reason, and written to a file beside it
//! (`clients.csv`: `clients.rejected.csv`), which can be corrected and imported again; one that is
//! too long to be held is only counted. A dry run writes no file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use csv::StringRecord;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::areas::{self, AreasArgs};
use super::{COMMAND_LINE, Context};
use crate::domain::FieldError;
use crate::domain::address::PhonePolicy;
use crate::domain::client::Client;
use crate::intake::Limits;
use crate::intake::csv::{ClientReader, inspect};
use crate::intake::import::{Importer, read_line};
use crate::intake::lines::{self, LineRead};

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Clients from a `.csv` or `.ndjson` file
    Clients {
        /// The file; its ending says which form it has
        file: PathBuf,
        /// Look at every row, write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Municipalities or zones as shapes, from a `.geojson` file
    Areas(AreasArgs),
}

/// Imports the file. Exit code 1 when a row was rejected.
pub(super) async fn run(command: ImportCommand, context: &Context) -> anyhow::Result<ExitCode> {
    let (file, dry_run) = match command {
        ImportCommand::Areas(args) => return areas::run(&args, context).await,
        ImportCommand::Clients { file, dry_run } => (file, dry_run),
    };
    let mut import = Import {
        importer: Importer::new(&context.store, &*context.clock, &*context.ids, dry_run)
            .by(COMMAND_LINE),
        phones: &context.config.phone,
        bar: bar(&file)?,
        header: Vec::new(),
        rejected: Rejects::beside(&file, dry_run),
    };
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => import.csv(&file).await,
        Some("ndjson" | "jsonl") => import.ndjson(&file).await,
        _ => bail!("`{}` must end in .csv or .ndjson", file.display()),
    }
    .with_context(|| file.display().to_string())?;
    import.finish(dry_run).await
}

struct Import<'a> {
    importer: Importer<'a, FileRow>,
    phones: &'a PhonePolicy,
    bar: ProgressBar,
    /// The names of the columns of rejected rows; none in a file of JSON lines.
    header: Vec<String>,
    rejected: Rejects,
}

/// A client's place in the file, for the file of rejected rows.
struct FileRow {
    line: u64,
    /// None of a row that was too long to be held.
    cells: Vec<Vec<String>>,
}

impl Import<'_> {
    async fn csv(&mut self, file: &Path) -> anyhow::Result<()> {
        let form = inspect(File::open(file)?)?;
        let reader = self.bar.wrap_read(BufReader::new(File::open(file)?));
        let mut clients = ClientReader::open(reader, form)?;
        self.header = clients.header().iter().map(str::to_owned).collect();
        while let Some(described) = clients.next(self.phones)? {
            let cells = |row: &StringRecord| row.iter().map(str::to_owned).collect();
            let cells = described.rows.iter().map(cells).collect();
            let line = described.line;
            let row = FileRow { line, cells };
            match described.outcome {
                Ok(client) => self.add(client, row).await?,
                Err((line, fault)) => self.reject(&FileRow { line, ..row }, &fault)?,
            }
        }
        Ok(())
    }

    async fn add(&mut self, client: Client, row: FileRow) -> anyhow::Result<()> {
        let refused = self.importer.add(client, row).await?;
        self.reject_all(&refused)
    }

    fn reject_all(&mut self, refused: &[(FileRow, FieldError)]) -> anyhow::Result<()> {
        refused
            .iter()
            .try_for_each(|(row, fault)| self.reject(row, fault))
    }

    fn reject(&mut self, row: &FileRow, fault: &FieldError) -> anyhow::Result<()> {
        self.bar.suspend(|| eprintln!("line {}: {fault}", row.line));
        self.rejected.count += 1;
        self.rejected.lost += u64::from(row.cells.is_empty());
        for cells in &row.cells {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            match self.header.as_slice() {
                [] => self.rejected.write_line(&cells)?,
                header => self.rejected.write(header, &cells, row.line, fault)?,
            }
        }
        Ok(())
    }

    async fn ndjson(&mut self, file: &Path) -> anyhow::Result<()> {
        let limit = Limits::default().line_bytes;
        let mut reader = tokio::io::BufReader::new(tokio::fs::File::open(file).await?);
        let mut buffer = Vec::new();
        for line in 1.. {
            let found = lines::next(&mut reader, &mut buffer, limit).await?;
            self.bar.inc(buffer.len() as u64 + 1);
            let text = || vec![vec![String::from_utf8_lossy(&buffer).into_owned()]];
            let (read, cells) = match found {
                LineRead::End => break,
                LineRead::Whole => (read_line(&buffer, self.phones), text()),
                // Its beginning alone would be no line to mend.
                LineRead::TooLong => {
                    let fault = FieldError::new("", format!("longer than {limit} bytes; not kept"));
                    (Err(fault), Vec::new())
                }
            };
            let row = FileRow { line, cells };
            match read {
                Ok(Some(client)) => self.add(client, row).await?,
                Ok(None) => {}
                Err(fault) => self.reject(&row, &fault)?,
            }
        }
        Ok(())
    }

    async fn finish(mut self, dry_run: bool) -> anyhow::Result<ExitCode> {
        let (imported, refused) = self.importer.finish().await?;
        self.reject_all(&refused)?;
        self.bar.finish_and_clear();
        let did = if dry_run {
            "would be imported"
        } else {
            "imported"
        };
        println!("{} clients {did}", HumanCount(imported));
        if self.rejected.count == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let (count, lost) = (self.rejected.count, self.rejected.lost);
        if dry_run {
            let count = HumanCount(count);
            println!("{count} rows would be rejected; nothing was written");
        } else if let Some(path) = self.rejected.finish()? {
            println!("rejected rows are in {}", path.display());
        }
        if lost > 0 {
            let lost = HumanCount(lost);
            println!("{lost} rows are too long and kept nowhere; shorten them in the file itself");
        }
        Ok(ExitCode::FAILURE)
    }
}

fn bar(file: &Path) -> anyhow::Result<ProgressBar> {
    let length = std::fs::metadata(file)
        .with_context(|| format!("cannot read `{}`", file.display()))?
        .len();
    let style = ProgressStyle::with_template("{bar:40} {percent}%  {bytes_per_sec}  {eta} left")?;
    Ok(ProgressBar::new(length).with_style(style))
}

/// A new file that only its owner reads: it holds names and numbers.
fn private(path: &Path) -> std::io::Result<File> {
    // The mode counts for a new file only.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// The file of rejected rows, made when there is a first one.
struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
    /// In its place for JSON lines.
    lines: Option<BufWriter<File>>,
    count: u64,
    /// Those among them that were too long to be held, and so are in no file.
    lost: u64,
    /// Looking only: rows are counted, no file is made.
    dry_run: bool,
}

impl Rejects {
    fn beside(file: &Path, dry_run: bool) -> Self {
        Self {
            path: match file.extension() {
                Some(ending) if ending != "csv" => file.with_extension("rejected.ndjson"),
                _ => file.with_extension("rejected.csv"),
            },
            writer: None,
            lines: None,
            count: 0,
            lost: 0,
            dry_run,
        }
    }

    fn write(
        &mut self,
        header: &[String],
        cells: &[&str],
        line: u64,
        fault: &FieldError,
    ) -> anyhow::Result<()> {
        if self.dry_run {
            return Ok(());
        }
        // A corrected file that is imported again has these columns already, from last time.
        let kept = |at: &usize| {
            !header
                .get(*at)
                .is_some_and(|name| name.starts_with("rejected_"))
        };
        if self.writer.is_none() {
            let mut writer = csv::WriterBuilder::new()
                .flexible(true)
                .from_writer(private(&self.path)?);
            let names = (0..header.len()).filter(kept).map(|at| &*header[at]);
            writer.write_record(
                ["rejected_line", "rejected_field", "rejected_reason"]
                    .into_iter()
                    .chain(names),
            )?;
            self.writer = Some(writer);
        }
        if let Some(writer) = &mut self.writer {
            let said = [
                line.to_string(),
                fault.pointer.clone(),
                fault.detail.clone(),
            ];
            let cells = (0..cells.len()).filter(kept).map(|at| cells[at]);
            writer.write_record(said.iter().map(String::as_str).chain(cells))?;
        }
        Ok(())
    }

    /// A line of JSON as it came. What is wrong with it was said on the terminal.
    fn write_line(&mut self, cells: &[&str]) -> anyhow::Result<()> {
        if self.dry_run {
            return Ok(());
        }
        if self.lines.is_none() {
            self.lines = Some(BufWriter::new(private(&self.path)?));
        }
        if let Some(lines) = &mut self.lines {
            writeln!(lines, "{}", cells.concat())?;
        }
        Ok(())
    }

    /// Where the rows are, if they were written.
    fn finish(mut self) -> anyhow::Result<Option<PathBuf>> {
        if let Some(writer) = &mut self.writer {
            writer.flush()?;
        }
        if let Some(lines) = &mut self.lines {
            lines.flush()?;
        }
        let written = self.writer.is_some() || self.lines.is_some();
        Ok(written.then_some(self.path))
    }
}
