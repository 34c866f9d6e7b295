//! `araldo source reconcile`: what a source says is open at this moment, held against what is known.
//! The daemon does the same once a night; here nothing is kept and nothing is taken.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::configured;
use crate::app;
use crate::cli::Context;
use crate::source::{Mapping, reconcile_now, reconciled_sentence};
use crate::store::sources::{DifferenceSort, NamedDifference};
use crate::text::invisible::coded;

#[derive(Debug, Args)]
pub(in crate::cli) struct Reconcile {
    /// The source, as in [source.NAME]
    name: String,
}

pub(super) async fn run(args: &Reconcile, context: &Context) -> anyhow::Result<ExitCode> {
    let source = configured(&context.config, &args.name)?;
    let kinds = Arc::new(app::load_case_kinds(&context.config)?);
    let mapping = Mapping::new(&args.name, &source.settings.watch, kinds)
        .with_context(|| format!("[source.{}]", args.name))?;
    let mapping = Arc::new(mapping);
    let asked = reconcile_now(&args.name, &source.settings, &mapping, &context.store);
    let (compared, names) = asked.await.with_context(|| args.name.clone())?;
    let sentence = reconciled_sentence(&compared, &names, mapping.is_of_cases());
    println!("{}", coded(&sentence));
    for one in &names {
        println!("  {}", coded(&line(one)));
    }
    if let Some(doubt) = &compared.doubt {
        println!("doubt: {}", coded(doubt));
    }
    if compared.differs() == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    println!("nothing was taken; what changed within the last moments may be among these");
    Ok(ExitCode::FAILURE)
}

fn line(one: &NamedDifference) -> String {
    let NamedDifference {
        sort,
        name,
        theirs,
        ours,
        client: _,
    } = one;
    let state = |state: Option<&String>| state.map_or("not known", String::as_str).to_owned();
    match sort {
        DifferenceSort::Missing => format!("{name}  missing here"),
        DifferenceSort::Other => format!(
            "{name}  there {}, here {}",
            state(theirs.as_ref()),
            state(ours.as_ref())
        ),
        DifferenceSort::Gone => format!("{name}  open here, not named there"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_how_it_stands_on_both_sides() {
        let mut one = NamedDifference {
            sort: DifferenceSort::Other,
            name: "PR-3".to_owned(),
            theirs: Some("done".to_owned()),
            ours: Some("received".to_owned()),
            client: None,
        };
        assert_eq!(line(&one), "PR-3  there done, here received");
        one.sort = DifferenceSort::Gone;
        assert_eq!(line(&one), "PR-3  open here, not named there");
    }
}
