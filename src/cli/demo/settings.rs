//! The demo's settings: those of any daemon, with a few on top. What belongs to the town can be
//! set otherwise by the environment; what keeps the demo harmless cannot.
//!
//! The rules are the shipped ones, in a hurry: in the demo a minute stands for hours, so what
//! waits between two messages on one subject shrinks with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::DemoArgs;
use super::town::TOWN;
use crate::config::{self, Config};

/// The town's own. The demo shows life at any hour, so only clients who asked for quiet hours
/// have them; and it ends at once.
const TOWN_SETTINGS: &[(&str, &str)] = &[
    ("ARALDO__NODE__NAME", "demo"),
    ("ARALDO__QUIET_HOURS__FROM", "00:00"),
    ("ARALDO__QUIET_HOURS__TO", "00:00"),
    ("ARALDO__TRACKING__OPENS", "individual"),
    ("ARALDO__CONTACT__PHONE_FREE", "800 000 000"),
    ("ARALDO__CONTACT__EMAIL", "assistenza@montelume.example"),
    ("ARALDO__CONTACT__HOURS", "lun-ven 8-18"),
    ("ARALDO__HTTP__STOP_WITHIN", "1s"),
    // On a busy machine the store's pool reports each short wait.
    ("ARALDO__LOG__LEVEL", "warn,sqlx=error"),
];

/// Nothing may leave the machine, and nobody's store may be touched.
const HARMLESS: &[(&str, &str)] = &[
    ("ARALDO__CHANNELS__EMAIL", "sandbox-email"),
    ("ARALDO__CHANNELS__SMS", "sandbox-sms"),
    ("ARALDO__PROVIDER__SANDBOX_EMAIL__KIND", "sandbox"),
    ("ARALDO__PROVIDER__SANDBOX_SMS__KIND", "sandbox"),
];

const RULES: &str = include_str!("../../../config/rules.toml");
/// How much faster the waits of the rules pass, at speed 1: two minutes become six seconds.
const HURRY: f64 = 20.0;
/// The same for the wait until another channel is tried: four hours become a minute.
const FALLBACK_HURRY: f64 = 240.0;

/// A variable that names a store besides the demo's own.
const OTHER_STORE: &str = "ARALDO__STORE__URL_FILE";

/// Reads the settings for a demo whose store and rules lie in `folder`.
pub(super) fn load(args: &DemoArgs, file: Option<&Path>, folder: &Path) -> anyhow::Result<Config> {
    let rules = write_rules(folder, args.speed).context("cannot write the demo's rules")?;
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let town = TOWN_SETTINGS.iter().map(owned).chain(scaled(args));
    let given = config::environment().filter(|(name, _)| name != OTHER_STORE);
    let forced = HARMLESS.iter().map(owned).chain([
        ("ARALDO__HTTP__LISTEN".to_owned(), args.listen.to_string()),
        (
            "ARALDO__STORE__URL".to_owned(),
            format!("sqlite:{}", folder.join("demo.db").display()),
        ),
        (
            "ARALDO__RULES__FILE".to_owned(),
            rules.display().to_string(),
        ),
    ]);
    Ok(Config::load(file, town.chain(given).chain(forced))?)
}

/// Puts the rules of this demo beside its store.
fn write_rules(folder: &Path, speed: f64) -> anyhow::Result<PathBuf> {
    let mut rules: toml::Table = toml::from_str(RULES)?;
    let all = rules.get_mut("rule").and_then(toml::Value::as_array_mut);
    for rule in all.into_iter().flatten() {
        if let Some(wait) = rule.get_mut("coalesce") {
            shorten(wait, HURRY * speed)?;
        }
        if let Some(wait) = rule
            .get_mut("fallback")
            .and_then(|fallback| fallback.get_mut("after"))
        {
            shorten(wait, FALLBACK_HURRY * speed)?;
        }
    }
    let path = folder.join("rules.toml");
    std::fs::write(&path, toml::to_string(&rules)?)?;
    Ok(path)
}

/// A duration in words, divided; whole seconds, one at least.
fn shorten(wait: &mut toml::Value, times: f64) -> anyhow::Result<()> {
    let long = humantime::parse_duration(wait.as_str().unwrap_or_default())?;
    let short = long.div_f64(times).as_secs_f64().round().max(1.0);
    *wait = humantime::format_duration(Duration::from_secs_f64(short))
        .to_string()
        .into();
    Ok(())
}

/// What depends on the command line. Where an hour passes in minutes, a client may be told as
/// much in those minutes.
fn scaled(args: &DemoArgs) -> impl Iterator<Item = (String, String)> {
    let guard = |most: f64| format!("{:.0}", (most * args.speed).clamp(most, 10_000.0));
    let listen = args.listen;
    let everywhere = listen.ip().is_unspecified() && listen.port() != 0;
    let public_url = everywhere.then(|| format!("http://127.0.0.1:{}", listen.port()));
    [
        ("ARALDO__CONTACT__ORGANISATION", Some(TOWN.to_owned())),
        ("ARALDO__DISPATCH__FLOOD_PER_HOUR", Some(guard(20.0))),
        ("ARALDO__DISPATCH__FLOOD_PER_DAY", Some(guard(60.0))),
        ("ARALDO__HTTP__PUBLIC_URL", public_url),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app;

    fn load(listen: &str) -> (Config, tempfile::TempDir) {
        let args = DemoArgs {
            listen: listen.parse().unwrap(),
            clients: 2_000,
            speed: 2.0,
            truth: None,
        };
        let folder = tempfile::tempdir().unwrap();
        (super::load(&args, None, folder.path()).unwrap(), folder)
    }

    #[test]
    fn the_demo_writes_only_into_its_folder_and_only_to_its_sandbox() {
        let (config, folder) = load("127.0.0.1:0");
        let store = folder.path().join("demo.db").display().to_string();
        assert!(format!("{:?}", config.store).contains(&store));
        assert_eq!(config.channels.email, ["sandbox-email"]);
        assert_eq!(config.channels.sms, ["sandbox-sms"]);
        assert_eq!(config.quiet_hours, None);
        assert_eq!(config.dispatch.flood_per_hour, 40);
        assert_eq!(config.warnings, Vec::<String>::new());
    }

    #[test]
    fn links_lead_somewhere_when_the_demo_listens_everywhere() {
        let (config, _folder) = load("0.0.0.0:8099");
        assert_eq!(config.http.public_url, "http://127.0.0.1:8099");
    }

    #[test]
    fn the_rules_are_the_shipped_ones_in_a_hurry() {
        let (config, folder) = load("127.0.0.1:0");
        assert!(app::load_rules(&config).is_ok());
        let rules = std::fs::read_to_string(folder.path().join("rules.toml")).unwrap();
        assert!(rules.contains("coalesce = \"3s\""), "{rules}");
        assert!(rules.contains("after = \"30s\""), "{rules}");
        let count =
            |text: &str| text.matches("[[rule]]").count() - text.matches("# [[rule]]").count();
        assert_eq!(count(&rules), count(RULES));
    }
}
