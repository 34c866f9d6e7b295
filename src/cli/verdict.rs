//! `araldo verdict`: reads User-Agents, or hits as JSON objects, one a line on standard input, and says of
//! each for whom it would be taken. Needs no settings and no store. A line that makes no sense is
//! answered with what is wrong with it, and the next one is read. See docs/reading.md.

use std::io::{self, BufRead, Read as _};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::domain::limits::LONGEST_VERDICT_LINE;
use crate::text::invisible::coded;
use crate::track::verdict::asked::{self, VerdictAnswer};

/// How much to say, and in which form.
#[derive(Debug, Args)]
pub(super) struct VerdictArgs {
    /// Say which rule decided, and why; with --json it is always said
    #[arg(long)]
    explain: bool,
    /// One JSON object for each line
    #[arg(long)]
    json: bool,
}

/// Answers until standard input ends.
pub(super) fn run(args: &VerdictArgs) -> anyhow::Result<ExitCode> {
    let mut input = io::stdin().lock();
    while let Some(line) = next_line(&mut input)? {
        let answer = asked::answer(String::from_utf8_lossy(&line).trim());
        println!("{}", written(args, answer)?);
    }
    Ok(ExitCode::SUCCESS)
}

fn written(args: &VerdictArgs, answer: Result<VerdictAnswer, String>) -> anyhow::Result<String> {
    Ok(match answer {
        Ok(answer) if args.json => serde_json::to_string(&answer)?,
        Err(error) if args.json => json!({ "error": error }).to_string(),
        Ok(answer) if args.explain => format!(
            "{:<13}  {} (version {}): {}",
            answer.verdict.as_str(),
            answer.rule,
            answer.rules_version,
            answer.grounds
        ),
        Ok(answer) => answer.verdict.to_string(),
        Err(error) => format!("error: {}", coded(&error)),
    })
}

/// The next line, or as much of it as shows that it is too long.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let most = LONGEST_VERDICT_LINE + 2;
    let mut line = Vec::new();
    input
        .by_ref()
        .take(most as u64)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() == most && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_read() {
        let mut text = vec![b'x'; 3 * LONGEST_VERDICT_LINE];
        text.extend(b"\ncurl/8\n");
        let mut input = text.as_slice();
        let long = next_line(&mut input).unwrap().unwrap();
        assert_eq!(long.len(), LONGEST_VERDICT_LINE + 2);
        assert!(asked::answer(&String::from_utf8_lossy(&long)).is_err());
        assert_eq!(next_line(&mut input).unwrap().unwrap(), b"curl/8\n");
        assert_eq!(next_line(&mut input).unwrap(), None);
    }
}
