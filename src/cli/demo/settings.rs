//! The demo's settings: those of any daemon, with a few on top. What belongs to the town can be
//! set otherwise by the environment; what keeps the demo harmless cannot.
//!
//! The rules are the shipped ones, in a hurry: in the demo a minute stands for hours, so what
//! waits between two messages on one subject shrinks with it, and so do the working days after which
//! a case has stood still for too long. With `--day` all of it stays as shipped, and the clock of the whole
//! node runs faster instead (`[sandbox] day`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::DemoArgs;
use super::town::TOWN;
use super::welcome::OPERATOR;
use crate::config::{self, Config, ConfiguredSource};

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
    ("ARALDO__PROVIDER__SANDBOX_EMAIL__PRICE", "0.0008"),
    ("ARALDO__PROVIDER__SANDBOX_SMS__PRICE", "0.045"),
    ("ARALDO__HTTP__STOP_WITHIN", "1s"),
    // Who reads what people write has a mailbox in the sandbox, and can answer from it.
    ("ARALDO__EMAIL__REPLIES", "risposte@montelume.example"),
    ("ARALDO__DIALOGUE__TUTOR_MAIL", "true"),
    ("ARALDO__DIALOGUE__INBOX_MAIL", OPERATOR),
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

const CASE_KINDS: &str = include_str!("../../../config/case-kinds.toml");
/// How long a working day of the kinds of cases lasts, at speed 1.
pub(super) const WORKING_DAY: Duration = Duration::from_secs(15);
/// How long after its end people are asked how a case went, in seconds, at speed 1.
const ASKED_AFTER: f64 = 40.0;
/// The shortest limit that kinds of cases may have, in hours.
const LEAST_HOURS: f64 = 0.001;

const RULES: &str = include_str!("../../../config/rules.toml");
/// How much faster the waits of the rules pass, at speed 1: two minutes become six seconds.
const HURRY: f64 = 20.0;
/// The same for the wait until another channel is tried: four hours become a minute.
const FALLBACK_HURRY: f64 = 240.0;

/// A variable that names a store besides the demo's own.
const OTHER_STORE: &str = "ARALDO__STORE__URL_FILE";

/// Reads the settings for a demo whose store and rules lie in `folder`.
pub(super) fn load(args: &DemoArgs, file: Option<&Path>, folder: &Path) -> anyhow::Result<Config> {
    // Where time itself runs faster, nothing else has to.
    let hurries = args.day.is_none().then_some(args.speed);
    let rules = write_rules(folder, hurries).context("cannot write the demo's rules")?;
    let kinds = write_case_kinds(folder, hurries).context("cannot write the demo's kinds")?;
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let town = TOWN_SETTINGS.iter().map(owned).chain(scaled(args));
    let given = config::environment().filter(|(name, _)| name != OTHER_STORE);
    let day = args
        .day
        .clone()
        .map(|day| ("ARALDO__SANDBOX__DAY".to_owned(), day));
    let forced = HARMLESS.iter().map(owned).chain(day).chain([
        ("ARALDO__HTTP__LISTEN".to_owned(), args.listen.to_string()),
        (
            "ARALDO__STORE__URL".to_owned(),
            format!("sqlite:{}", folder.join("demo.db").display()),
        ),
        (
            "ARALDO__RULES__FILE".to_owned(),
            rules.display().to_string(),
        ),
        (
            "ARALDO__CASE_KINDS__FILE".to_owned(),
            kinds.display().to_string(),
        ),
    ]);
    Ok(Config::load(file, town.chain(given).chain(forced))?)
}

/// Reads the settings of what the daemon watches, which lie beside its store.
pub(super) fn watched(
    text: &str,
    folder: &Path,
) -> anyhow::Result<BTreeMap<String, ConfiguredSource>> {
    let file = folder.join("watched.toml");
    std::fs::write(&file, text).context("cannot write what the demo watches")?;
    Ok(Config::load(Some(&file), std::iter::empty())?.sources)
}

/// Puts the kinds of cases beside the store, with working days that pass in seconds.
fn write_case_kinds(folder: &Path, hurries: Option<f64>) -> anyhow::Result<PathBuf> {
    let path = folder.join("case-kinds.toml");
    let Some(speed) = hurries else {
        std::fs::write(&path, CASE_KINDS)?;
        return Ok(path);
    };
    let mut kinds: toml::Table = toml::from_str(CASE_KINDS)?;
    let day = WORKING_DAY.div_f64(speed).as_secs_f64() / 3_600.0;
    let kinds_of = kinds.get_mut("kind").and_then(toml::Value::as_array_mut);
    for kind in kinds_of.into_iter().flatten() {
        let states = kind.get_mut("state").and_then(toml::Value::as_array_mut);
        let states = states.into_iter().flatten();
        for state in states.filter_map(toml::Value::as_table_mut) {
            if let Some(days) = state.remove("working_days").and_then(|it| it.as_integer()) {
                let hours = (day * f64::from(u16::try_from(days)?)).max(LEAST_HOURS);
                state.insert("hours".to_owned(), toml::Value::Float(hours));
            }
        }
    }
    std::fs::write(&path, toml::to_string(&kinds)?)?;
    Ok(path)
}

/// Puts the rules of this demo beside its store.
fn write_rules(folder: &Path, hurries: Option<f64>) -> anyhow::Result<PathBuf> {
    let path = folder.join("rules.toml");
    let Some(speed) = hurries else {
        std::fs::write(&path, RULES)?;
        return Ok(path);
    };
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
    let asked_after = match args.day {
        Some(_) => "1 day".to_owned(),
        None => format!("{:.0}s", (ASKED_AFTER / args.speed).max(1.0)),
    };
    let public_url = everywhere.then(|| format!("http://127.0.0.1:{}", listen.port()));
    [
        ("ARALDO__CONTACT__ORGANISATION", Some(TOWN.to_owned())),
        ("ARALDO__DISPATCH__FLOOD_PER_HOUR", Some(guard(20.0))),
        ("ARALDO__DISPATCH__FLOOD_PER_DAY", Some(guard(60.0))),
        ("ARALDO__SURVEY__AFTER", Some(asked_after)),
        ("ARALDO__HTTP__PUBLIC_URL", public_url),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app;
    use crate::domain::case_kind::StateLimit;

    fn load(listen: &str) -> (Config, tempfile::TempDir) {
        let args = DemoArgs {
            listen: listen.parse().unwrap(),
            clients: 2_000,
            speed: 2.0,
            day: None,
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
    fn the_kinds_of_cases_are_the_shipped_ones_with_days_of_seconds() {
        let (config, _folder) = load("127.0.0.1:0");
        let kinds = app::load_case_kinds(&config).unwrap();
        let state = kinds.state("voltura", "waiting_distributor").unwrap();
        let Some(StateLimit::Time(time)) = state.limit() else {
            panic!("{state:?}");
        };
        // Five working days at double speed.
        let wanted = WORKING_DAY.mul_f64(2.5).as_secs_f64();
        assert!((time.as_seconds_f64() - wanted).abs() < 0.01, "{time}");
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
