//! The demo's settings: those of any daemon, with a few on top. What belongs to the town can be
//! set otherwise by the environment; what keeps the demo harmless cannot.

use std::path::Path;

use super::DemoArgs;
use super::town::TOWN;
use crate::config::{self, Config, ConfigError};

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
    ("ARALDO__LOG__LEVEL", "warn"),
];

/// Nothing may leave the machine, and nobody's store may be touched.
const HARMLESS: &[(&str, &str)] = &[
    ("ARALDO__CHANNELS__EMAIL", "sandbox-email"),
    ("ARALDO__CHANNELS__SMS", "sandbox-sms"),
    ("ARALDO__PROVIDER__SANDBOX_EMAIL__KIND", "sandbox"),
    ("ARALDO__PROVIDER__SANDBOX_SMS__KIND", "sandbox"),
];

/// A variable that names a store besides the demo's own.
const OTHER_STORE: &str = "ARALDO__STORE__URL_FILE";

/// Reads the settings for a demo whose store lies in `folder`.
pub(super) fn load(
    args: &DemoArgs,
    file: Option<&Path>,
    folder: &Path,
) -> Result<Config, ConfigError> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let town = TOWN_SETTINGS.iter().map(owned).chain(scaled(args));
    let given = config::environment().filter(|(name, _)| name != OTHER_STORE);
    let forced = HARMLESS.iter().map(owned).chain([
        ("ARALDO__HTTP__LISTEN".to_owned(), args.listen.to_string()),
        (
            "ARALDO__STORE__URL".to_owned(),
            format!("sqlite:{}", folder.join("demo.db").display()),
        ),
    ]);
    Config::load(file, town.chain(given).chain(forced))
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
        ("ARALDO__DISPATCH__FLOOD_PER_HOUR", Some(guard(10.0))),
        ("ARALDO__DISPATCH__FLOOD_PER_DAY", Some(guard(30.0))),
        ("ARALDO__HTTP__PUBLIC_URL", public_url),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(listen: &str) -> DemoArgs {
        DemoArgs {
            listen: listen.parse().unwrap(),
            clients: 2_000,
            speed: 20.0,
        }
    }

    #[test]
    fn the_demo_writes_only_into_its_folder_and_only_to_its_sandbox() {
        let config = load(&args("127.0.0.1:0"), None, Path::new("/nowhere/demo")).unwrap();
        assert!(format!("{:?}", config.store).contains("sqlite:/nowhere/demo/demo.db"));
        assert_eq!(config.channels.email, ["sandbox-email"]);
        assert_eq!(config.channels.sms, ["sandbox-sms"]);
        assert_eq!(config.quiet_hours, None);
        assert_eq!(config.dispatch.flood_per_hour, 200);
        assert_eq!(config.warnings, Vec::<String>::new());
    }

    #[test]
    fn links_lead_somewhere_when_the_demo_listens_everywhere() {
        let config = load(&args("0.0.0.0:8099"), None, Path::new("/nowhere")).unwrap();
        assert_eq!(config.http.public_url, "http://127.0.0.1:8099");
    }
}
