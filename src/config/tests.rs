//! What the settings promise to whoever writes them.

mod shipped_rules;

use std::path::Path;

use chrono::TimeDelta;

use super::layers::Layers;
use super::{Config, ConfigError, rules};
use crate::channel::Rate;
use crate::domain::address::PhoneNumber;
use crate::domain::message::{Channel, Class, Lane, OnUnknown};
use crate::domain::rule::ChannelChoice;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (layers, stray) = Layers::merge(Some((Path::new("araldo.toml"), file)), environment)?;
    super::faults::read(layers, stray).settings()
}

fn refusal(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment).unwrap_err().to_string()
}

#[test]
fn with_no_file_there_is_an_embedded_store_and_a_sandbox_for_each_channel() {
    let config = Config::load(None, std::iter::empty()).unwrap();
    assert_eq!(config.http.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.channels.of(Channel::Sms), ["sandbox-sms"]);
    assert_eq!(config.channels.of(Channel::Email), ["sandbox-email"]);
    assert_eq!(config.dispatch.receipt_horizon_email, TimeDelta::days(5));
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn texts_go_abroad_only_where_somebody_said_so() {
    let abroad = |config: &Config| PhoneNumber::parse("+4915112345678", &config.phone).is_ok();
    assert!(!abroad(&Config::load(None, std::iter::empty()).unwrap()));
    let home = load("", &[]).unwrap();
    assert!(PhoneNumber::parse("333 1234567", &home.phone).is_ok());
    for list in ["[\"IT\", \"DE\"]", "[]"] {
        let file = format!("[phone]\nallowed_countries = {list}\n");
        assert!(abroad(&load(&file, &[]).unwrap()), "{list}");
    }
}

#[test]
fn the_example_is_accepted_as_it_is() {
    let config = load(include_str!("../../config/example.toml"), &[]).unwrap();
    assert_eq!(config.channels.sms, ["gateway"]);
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn the_environment_comes_before_the_file_and_the_file_before_the_default() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\n[dispatch]\nwindow = 64\n";
    let environment = [
        ("ARALDO__HTTP__LISTEN", "127.0.0.1:2"),
        ("ARALDO__NODE__ROLES", "web, plan"),
        ("ARALDO__PROVIDER__SANDBOX_SMS__RATE", "5/s"),
        ("ARALDO__TRACKING__CLICKS", "false"),
        ("ARALDO__CONTACT__PHONE_FREE", "800000000"),
        ("ARALDO__TRACKING__KEY", ""),
    ];
    let config = load(file, &environment).unwrap();
    assert_eq!(config.http.listen.port(), 2);
    assert_eq!(config.dispatch.window, 64);
    assert_eq!(config.node.roles.len(), 2);
    assert!(!config.tracking.clicks);
    assert_eq!(config.contact.phone_free.as_deref(), Some("800000000"));
    assert_eq!(
        config.providers["sandbox-sms"]
            .settings
            .rate()
            .map(Rate::per_second),
        Some(5.0)
    );
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_what_would_be_right() {
    assert_eq!(
        refusal("\n[http]\nlisten = \"127.0.0.1:1\"\nport = 5\n", &[]),
        "araldo.toml:4: `port` is not a key of [http]; its keys are \
         listen, public_listen, public_url, trusted_proxies, connections, head_within, \
         body_within, idle_within, stalled_within, max_event_kib, max_batch_kib, stop_within"
    );
    assert!(refusal("[htpp]\nlisten = \"x\"\n", &[]).starts_with(
        "araldo.toml:1: there is no section [htpp]; the sections are calendar, case_kinds,"
    ));
    assert_eq!(
        refusal("", &[("ARALDO__LOG__LEVLE", "info")]),
        "ARALDO__LOG__LEVLE: `levle` is not a key of [log]; its keys are level, format"
    );
    assert!(refusal("listen = \"x\"\n", &[]).contains("araldo.toml:1: `listen` stands outside"));
}

#[test]
fn a_word_that_is_no_level_silences_no_log() {
    for level in ["inof", "loud", "info,deubg"] {
        let said = refusal(&format!("[log]\nlevel = \"{level}\"\n"), &[]);
        assert!(said.starts_with("araldo.toml:2: [log] level: "), "{said}");
        assert!(said.contains("is no level; write error,"), "{said}");
    }
    for level in ["off", "WARN", "info,araldo::dispatch=debug", "araldo=trace"] {
        let text = format!("[log]\nlevel = \"{level}\"\n");
        assert!(load(&text, &[]).is_ok(), "{level}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_with_its_line() {
    assert_eq!(
        refusal("[dispatch]\nlease = \"soon\"\n", &[]),
        "araldo.toml:2: [dispatch] lease: `soon` is not a length of time; \
         write \"30s\", \"2m\", \"72h\" or \"5 days\""
    );
    assert!(refusal("[dispatch]\nwindow = 0\n", &[]).contains("write 1 to 10000"));
    assert!(refusal("[dispatch]\nwindow = \"many\"\n", &[]).starts_with(
        "araldo.toml:2: [dispatch] window: this is the text \"many\"; write a whole number"
    ));
    assert!(
        refusal("[tracking]\nopens = \"all\"\n", &[])
            .contains("`all` is not one of: none, aggregate, individual")
    );
    assert!(refusal("[http]\nlisten = \"here\"\n", &[]).contains("write address and port"));
    assert!(refusal("[http\n", &[]).starts_with("araldo.toml:1: this is not TOML"));
    assert!(refusal("[quiet_hours]\nfrom = \"25:00\"\n", &[]).contains("no time of day"));
    assert!(refusal("[calendar]\npatron = \"31-12\"\n", &[]).contains("MM-DD"));
}

#[test]
fn contradictions_are_refused() {
    assert!(refusal("[dispatch]\nheartbeat = \"10s\"\n", &[]).contains("three heartbeats"));
    assert!(refusal("[dispatch]\nwindow = 10\n", &[]).contains("reserved"));
    assert!(refusal("[retention]\nbodies = \"30 months\"\n", &[]).contains("kept longer"));
    assert!(
        refusal("[retention]\nevidence = \"30 months\"\n", &[]).contains("longer than `messages`")
    );
    assert_eq!(
        refusal("[retention]\nevidence = \"29 days\"\n", &[]),
        "araldo.toml:2: [retention] evidence: `evidence` is below 30 days: a late report is held \
         against those before it"
    );
    assert_eq!(
        refusal("\n[channels]\nsms = [\"gateway\"]\n", &[]),
        "araldo.toml:3: [channels] sms names `gateway`, but there is no [provider.gateway]"
    );
    assert!(refusal("[provider.x]\nhost = \"h\"\n", &[]).contains("missing field `kind`"));
    let twist = "[channels]\nsms = [\"a\"]\n[provider.a]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\n";
    assert_eq!(
        refusal(twist, &[]),
        "araldo.toml:2: [channels] sms names `a`, but [provider.a] carries email"
    );
    assert!(refusal("[tracking]\nkey = \"short\"\n", &[]).contains("32"));
    let twins = "[tracking]\nkey = \"0123456789abcdef0123456789abcdef\"\nkey_file = \"b\"\n";
    assert!(
        refusal(twins, &[]).starts_with("araldo.toml:3: [tracking] key_file: `key` is set as well")
    );
}

#[test]
fn what_is_hardly_meant_is_a_warning() {
    let file = "[channels]\nsms = []\nemail = [\"a\"]\n[provider.a]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\n\
                [provider.b]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\n";
    let warnings = load(file, &[]).unwrap().warnings;
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    assert!(warnings[3].contains("`Araldo` writes to them"));
    assert!(warnings[1].starts_with("araldo.toml:8: [provider.b]"));
}

#[test]
fn secrets_are_read_from_files_and_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "s3cret-s3cret-s3cret-s3cret-s3cret\n").unwrap();
    let url = folder.path().join("url");
    std::fs::write(&url, "postgres://araldo:s3cret@db/araldo\n").unwrap();
    let file = format!(
        "[tracking]\nkey_file = {path:?}\n[store]\nurl_file = {url:?}\n\
         [provider.a]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\n\
         username = \"u\"\npassword = \"s3cret\"\n"
    );
    let config = load(&file, &[]).unwrap();
    assert_eq!(config.tracking.key.as_ref().unwrap().expose().len(), 34);
    let printed = format!("{config:?}");
    assert!(
        printed.contains("***") && !printed.contains("s3cret"),
        "{printed}"
    );
}

#[test]
fn a_rule_is_written_as_it_is_read() {
    let mut all = rules::load(None).unwrap();
    let mut unusual = all[0].clone();
    unusual.when = Some("event.data.note == 'it\"s \\\\ so'".to_owned());
    unusual.late = true;
    unusual.coalesce = Some(TimeDelta::minutes(90));
    all.push(unusual);
    for rule in all {
        let text = rules::written(&rule);
        assert_eq!(rules::parse("rules.toml", &text).unwrap(), [rule], "{text}");
    }
}

#[test]
fn a_rule_is_read_with_its_usual_values() {
    let text = "[[rule]]\nname = \"a\"\non = [\"case.opened\"]\naudience = \"case-client\"\ntemplate = \"t\"\ntopic = \"cases\"\n";
    let rule = &rules::parse("rules.toml", text).unwrap()[0];
    assert_eq!(
        (rule.class, rule.lane, rule.on_unknown),
        (Class::Service, Lane::Normal, OnUnknown::Reconcile)
    );
    assert_eq!(rule.channels, [ChannelChoice::Preferred]);
    assert!(rule.respects_quiet_hours);
    assert_eq!(rule.expires, TimeDelta::hours(24));
}

#[test]
fn an_invalid_rule_is_refused_with_file_line_and_what_would_be_right() {
    let base =
        "[[rule]]\nname = \"a\"\non = [\"case.opened\"]\ntemplate = \"t\"\ntopic = \"cases\"\n";
    let fault = |more: &str| {
        rules::parse("rules.toml", &format!("{base}{more}"))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        fault("audience = \"everybody\"\n"),
        "rules.toml:6: `everybody` is not one of: case-client, case-watchers, incident-area, listed"
    );
    assert!(
        fault("audience = \"incident-area\"\n")
            .starts_with("rules.toml:2: `a` listens to `case.opened`, which has no audience")
    );
    let right = "audience = \"case-client\"\n";
    assert!(
        fault(&format!("{right}when = \"event.data.state ==\"\n"))
            .starts_with("rules.toml:7: `event.data.state ==` is not an expression")
    );
    assert!(
        fault(&format!("{right}expires = \"later\"\n"))
            .starts_with("rules.toml:7: `later` is not a length of time")
    );
    assert!(
        fault(&format!("{right}lanes = \"bulk\"\n"))
            .starts_with("rules.toml:7: unknown field `lanes`, expected one of")
    );
    assert!(fault(&format!("{right}channels = [\"fax\"]\n")).contains("preferred, sms, email"));
    assert!(
        fault(&format!("{right}{base}{right}"))
            .starts_with("rules.toml:8: there is a rule `a` above")
    );
    assert!(fault("").contains("rules.toml:1: missing field `audience`"));
}

#[test]
fn a_fault_in_a_provider_is_found_at_its_line() {
    let file =
        "[provider.a]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\nsecurty = \"tls\"\n";
    let said = refusal(file, &[]);
    assert!(
        said.starts_with("araldo.toml:5: [provider.a]: unknown field `securty`"),
        "{said}"
    );
    let said = refusal("[provider.a]\nkind = \"fax\"\n", &[]);
    assert!(
        said.starts_with("araldo.toml:2: [provider.a]: unknown variant `fax`"),
        "{said}"
    );
    let both = "[phone]\ndefault_country = \"Italia\"\n";
    assert!(refusal(both, &[]).starts_with("araldo.toml:2: [phone] default_country:"));
}

#[test]
fn every_fault_of_a_file_is_named_in_one_run() {
    let file = "[http]\nlisten = \"here\"\nport = 5\n\
                [dispatch]\nlease = \"soon\"\nwindow = 0\n\
                [htpp]\nlisten = \"x\"\n\
                [tracking]\nopens = \"all\"\nkey_file = \"/nowhere/key\"\n\
                [provider.a]\nkind = \"smtp\"\nhost = 7\nsecurty = \"tls\"\nfrom = \"a@b.it\"\n\
                [provider.b]\nkind = \"fax\"\n\
                [channels]\nemail = [\"a\", \"a\"]\nsms = [\"b\", \"c\"]\n";
    let said = refusal(file, &[("ARALDO__LOG__LEVLE", "info")]);
    let lines: Vec<_> = said.lines().collect();
    let starts = [
        "araldo.toml:2: [http] listen: write address and port",
        "araldo.toml:3: `port` is not a key of [http]",
        "araldo.toml:5: [dispatch] lease: `soon` is not",
        "araldo.toml:6: [dispatch] window: 0 is out of range",
        "araldo.toml:7: there is no section [htpp]",
        "araldo.toml:10: [tracking] opens: `all` is not one of",
        "araldo.toml:11: [tracking] key_file: cannot read `/nowhere/key`",
        "araldo.toml:14: [provider.a]: this is the number `7`; write a text in quotation marks",
        "araldo.toml:15: [provider.a]: unknown field `securty`",
        "araldo.toml:18: [provider.b]: unknown variant `fax`",
        "araldo.toml:20: [channels] email names `a`, but it stands there already",
        "araldo.toml:21: [channels] sms names `c`, but there is no [provider.c]",
        "ARALDO__LOG__LEVLE: `levle` is not a key of [log]",
    ];
    assert_eq!(lines.len(), starts.len(), "{said}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}\n  is not\n{start}");
    }
}

#[test]
fn a_provider_that_lacks_a_key_shows_its_other_faults_too() {
    let said = refusal(
        "[provider.a]\nkind = \"smtp\"\nsecurty = \"tls\"\n[channels]\nemail = [\"a\"]\n",
        &[],
    );
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    for part in [
        "missing field `host`",
        "missing field `from`",
        "unknown field `securty`",
    ] {
        assert!(lines.iter().any(|line| line.contains(part)), "{said}");
    }
}

#[test]
fn of_a_provider_without_a_kind_nothing_else_is_said() {
    // Values that look like a kind, like what could stand in for one, and like the key's name.
    for value in ["localhost", "smtp", "kind"] {
        let provider = format!("[provider.a]\nhost = \"{value}\"\nsecurty = \"tls\"\n");
        let said = refusal(&format!("{provider}[channels]\nemail = [\"a\"]\n"), &[]);
        assert_eq!(said, "araldo.toml:1: [provider.a]: missing field `kind`");
    }
}

#[test]
fn of_two_keys_that_clash_the_one_that_was_set_is_named() {
    let clash = |text: &str| refusal(&format!("[dispatch]\n{text}\n"), &[]);
    assert!(
        clash("reserved_urgent = 3000")
            .starts_with("araldo.toml:2: [dispatch] reserved_urgent: `window` is")
    );
    assert!(clash("window = 1").starts_with("araldo.toml:2: [dispatch] window: `window` is"));
    assert!(
        clash("heartbeat = \"9h\"").starts_with("araldo.toml:2: [dispatch] heartbeat: `lease` is")
    );
}

#[test]
fn a_fault_quotes_no_secret() {
    let smtp = "[provider.a]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\n";
    for (file, environment) in [
        (format!("{smtp}password = 7041776\n"), None),
        ("[tracking]\nkey = 7041776\n".to_owned(), None),
        ("[store]\nurl = 7041776\n".to_owned(), None),
        (String::new(), Some("postgress://araldo:7041776@db/araldo")),
        (
            String::new(),
            Some("postgres://araldo:7041776@db:port/araldo"),
        ),
        (String::new(), Some("7041776")),
    ] {
        let environment: Vec<_> = environment
            .map(|url| ("ARALDO__STORE__URL", url))
            .into_iter()
            .collect();
        let said = refusal(&file, &environment);
        assert!(!said.contains("7041776"), "{said}");
    }
}

#[test]
fn a_gateway_for_sms_carries_no_mail() {
    let file = "[channels]\nemail = [\"g\"]\n[provider.g]\nkind = \"kannel\"\n\
                url = \"http://127.0.0.1:1/\"\nusername = \"u\"\npassword = \"p\"\nfrom = \"A\"\n";
    let said = refusal(file, &[]);
    assert!(said.ends_with("but [provider.g] carries sms"), "{said}");
}

#[test]
fn a_database_elsewhere_is_proved_to_be_ours() {
    let warned = |url: &str| {
        let warnings = load("", &[("ARALDO__STORE__URL", url)]).unwrap().warnings;
        warnings
            .iter()
            .any(|warning| warning.contains("sslmode=verify-full"))
    };
    assert!(warned("postgres://araldo:x@db.example.it/araldo"));
    assert!(warned(
        "postgres://araldo:x@db.example.it/araldo?sslmode=require"
    ));
    assert!(!warned(
        "postgres://araldo:x@db.example.it/araldo?sslmode=verify-full"
    ));
    assert!(!warned("postgres://araldo:x@127.0.0.1/araldo"));
    assert!(!warned("sqlite:araldo.db"));
}

#[test]
fn bounces_that_nobody_reads_are_warned_about() {
    let warned = |receipts: &str| {
        let file = format!(
            "[contact]\norganisation = \"Comune\"\n[http]\npublic_url = \"https://a.example.it\"\n[channels]\nemail = [\"relay\"]\n\
             [provider.relay]\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.it\"\n{receipts}"
        );
        load(&file, &[]).unwrap().warnings.join("\n")
    };
    assert_eq!(warned(""), "");
    let said = warned("receipts = true\n");
    let place = "araldo.toml:7: [provider.relay] receipts";
    assert!(said.starts_with(place), "{said}");
    assert!(said.contains("nothing reads"), "{said}");
}

#[test]
fn weights_are_one_for_each_provider_and_within_bounds() {
    let own = |weights: &str| refusal(&format!("[channels]\nsms_weights = {weights}\n"), &[]);
    assert!(own("[1, 2]").contains("2 weights for 1 providers"));
    assert!(own("[0]").contains("write 1 to 100"));
}
