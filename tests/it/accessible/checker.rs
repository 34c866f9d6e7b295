//! Calls the judge: `check.mjs` with what it needs from npm, in a folder of its own under `target`. Its
//! absence is a failure that says what to install; nothing is skipped.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::support::servers::program;

/// The folder; `scripts/test` fills it, and so does the first test.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(installed);
/// One browser at a time: a machine has two processors, and a page that waits looks like one that fails.
static ONE: Mutex<()> = Mutex::new(());

const JUDGE: &str = include_str!("check.mjs");
const WANTED: &str = include_str!("package.json");
const LOCKED: &str = include_str!("package-lock.json");

/// Colours and widths of a page.
#[derive(Clone, Copy)]
pub(super) enum Looks {
    All,
    /// Light on a desk and dark on a telephone: each fault of a look is seen in one of them.
    Two,
}

impl Looks {
    const fn said(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Two => "light 1280, dark 360",
        }
    }
}

/// What shuts somebody out of these pages, a line of JSON for each; lesser findings are printed.
pub(super) async fn look(
    base: &str,
    cookie: String,
    paths: Vec<String>,
    looks: Looks,
) -> Vec<String> {
    if paths.is_empty() {
        return Vec::new();
    }
    let base = base.to_owned();
    let judged = tokio::task::spawn_blocking(move || judge(&base, &cookie, &paths, looks));
    judged.await.unwrap()
}

fn judge(base: &str, cookie: &str, paths: &[String], looks: Looks) -> Vec<String> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut node = Command::new(program("node", "nodejs"))
        .arg(FOLDER.join("check.mjs"))
        .args([&*program("chromium", "chromium"), base, cookie])
        .arg(looks.said())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut input = node.stdin.take().unwrap();
    input
        .write_all(json!(paths).to_string().as_bytes())
        .unwrap();
    drop(input);
    let output = node.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let faults = String::from_utf8_lossy(&output.stderr);
    let status = output.status.code();
    assert!(
        matches!(status, Some(0 | 1)),
        "nothing could be looked at: {faults}"
    );
    let grave = grave(&said);
    assert_eq!(status, Some(i32::from(!grave.is_empty())), "{said}{faults}");
    grave
}

fn grave(said: &str) -> Vec<String> {
    let mut grave = Vec::new();
    for line in said.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        if finding["grave"] == true {
            grave.push(line.to_owned());
        } else {
            println!("{line}");
        }
    }
    grave
}

fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/accessible");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("check.mjs"), JUDGE).unwrap();
    // Written last: without it the folder is not whole.
    let known = folder.join("installed.json");
    if std::fs::read_to_string(&known).is_ok_and(|before| before == LOCKED) {
        return folder;
    }
    std::fs::write(folder.join("package.json"), WANTED).unwrap();
    std::fs::write(folder.join("package-lock.json"), LOCKED).unwrap();
    let output = Command::new(program("npm", "npm"))
        .args(["ci", "--engine-strict", "--ignore-scripts"])
        .args(["--no-audit", "--no-fund"])
        .current_dir(&folder)
        .output()
        .expect("npm starts");
    assert!(
        output.status.success(),
        "`npm ci` in target/accessible failed; it needs the npm registry once, and Node.js 20 or newer:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::write(known, LOCKED).unwrap();
    folder
}
