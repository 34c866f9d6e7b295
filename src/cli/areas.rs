//! `araldo import areas FILE.geojson`: municipalities or zones as shapes, so that people choose them on a
//! map and by their names. All or nothing: with one wrong feature nothing is replaced, and each is named
//! by its number.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::HumanCount;

use super::{COMMAND_LINE, Context};
use crate::domain::area::AreaKind;
use crate::domain::limits::AREA_FILE_BYTES;
use crate::intake::areas::{self, AreaProperties};
use crate::store::access::audit::AuditEntry;
use crate::text::invisible::coded;

/// Wrong features that are named one by one.
const NAMED: usize = 50;

#[derive(Debug, Args)]
pub(super) struct AreasArgs {
    /// A `GeoJSON` file of type `FeatureCollection`, in degrees (EPSG:4326)
    file: PathBuf,
    /// What the shapes are: `municipality` (chosen by ISTAT code) or `zone` (by a tag of places)
    #[arg(long, default_value = "municipality")]
    kind: AreaKind,
    /// The property with the code; else `PRO_COM_T`, `PRO_COM`, `istat`, `code` or `id`
    #[arg(long, value_name = "PROPERTY")]
    code: Option<String>,
    /// The property with the name; else `COMUNE`, `name` or `nome`
    #[arg(long, value_name = "PROPERTY")]
    name: Option<String>,
    /// Look at every feature, write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Exit code 1 when a feature is wrong.
pub(super) async fn run(args: &AreasArgs, context: &Context) -> anyhow::Result<ExitCode> {
    let bytes = bytes_of(&args.file)?;
    let properties = AreaProperties {
        kind: args.kind,
        code: args.code.as_deref(),
        name: args.name.as_deref(),
    };
    let read = areas::read(&bytes, properties).with_context(|| args.file.display().to_string())?;
    for wrong in read.wrong.iter().take(NAMED) {
        eprintln!(
            "feature {}: {}",
            wrong.number,
            coded(&wrong.fault.to_string())
        );
    }
    if !read.wrong.is_empty() {
        let wrong = HumanCount(read.wrong.len() as u64);
        eprintln!("{wrong} features are wrong; nothing was replaced");
        return Ok(ExitCode::FAILURE);
    }
    let count = HumanCount(read.shapes.len() as u64);
    if args.dry_run {
        println!("{count} shapes would be imported");
        return Ok(ExitCode::SUCCESS);
    }
    let (now, ids) = (context.clock.now(), &*context.ids);
    let mut tx = context.store.write().await?;
    tx.areas().replace(args.kind, &read.shapes, ids).await?;
    let detail = read.shapes.len().to_string();
    let entry = AuditEntry::new(COMMAND_LINE, "areas.imported", args.kind.as_str()).with(&detail);
    tx.audit().append(ids.next(), now, &entry).await?;
    tx.commit().await?;
    println!("{count} shapes imported; those of this kind that were there before are gone");
    Ok(ExitCode::SUCCESS)
}

/// The file, if it is not longer than what is taken.
fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    let opened =
        std::fs::File::open(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let mut bytes = Vec::new();
    opened.take(AREA_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > AREA_FILE_BYTES {
        let most = AREA_FILE_BYTES / (1024 * 1024);
        bail!(
            "`{}` is larger than {most} MB; simplify the shapes",
            file.display()
        );
    }
    Ok(bytes)
}
