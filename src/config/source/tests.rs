//! What `[source.NAME]` promises to whoever writes it.

use std::path::Path;

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::config::layers::Layers;
use crate::config::{Config, ConfigError, faults};
use crate::domain::limits::SOURCES;
use crate::source::{Baseline, Schedule};

/// A source that lacks nothing.
const LEAST: &str = r#"
[source.crm]
kind = "sql"
url = "sqlite:/srv/crm.db"
query = "SELECT id, pratica, cliente, tipo, stato FROM pratiche WHERE id > :id ORDER BY id LIMIT :limit"
cursor = ["id"]
[source.crm.case]
case = "pratica"
client = "cliente"
kind = "{{ record.tipo | lower }}"
state = "stato"
"#;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (layers, stray) = Layers::merge(Some((Path::new("araldo.toml"), file)), environment)?;
    faults::read(layers, stray).settings()
}

fn refusal(file: &str) -> String {
    load(file, &[]).unwrap_err().to_string()
}

#[test]
fn what_a_source_does_not_say_is_as_usual() {
    let config = load(LEAST, &[]).unwrap();
    let source = &config.sources["crm"];
    let watch = &source.settings.watch;
    assert_eq!(source.at.to_string(), "araldo.toml:2");
    assert_eq!(source.settings.reader.kind(), "sql");
    assert_eq!(watch.every, Schedule::Every(TimeDelta::seconds(5)));
    assert_eq!(watch.alarm_after, TimeDelta::hours(1));
    assert_eq!(watch.baseline, Baseline::Silent);
    assert_eq!(watch.time_zone, Tz::Europe__Rome);
    assert_eq!(watch.case.as_ref().unwrap().client, "cliente");
    assert!(watch.incident.is_none() && watch.states.is_empty());
    assert!(config.warnings.is_empty());
}

#[test]
fn what_a_source_says_is_read_wherever_it_stands() {
    let file = r#"
[upkeep]
zone = "UTC"
[source.faults]
kind = "postgres-outbox"
table = "public.faults"
key = "id"
columns = ["code", "kind", "towns"]
every = "0 */5 7-20 * * Mon-Fri"
alarm_after = "2 days"
baseline = "tell"
[source.faults.incident]
incident = "code"
kind = "kind"
area = { municipalities = "towns" }
[source.faults.states]
"IN LAVORAZIONE" = "internal_review"
[source.help-desk]
kind = "sql"
query = "SELECT id FROM tickets WHERE id > :id ORDER BY id"
time_zone = "Europe/Madrid"
[source.help-desk.case]
case = "id"
client = "id"
kind = "id"
state = "id"
"#;
    let environment = [
        (
            "ARALDO__SOURCE__FAULTS__URL",
            "postgres://araldo:s3cret@db/net",
        ),
        ("ARALDO__SOURCE__HELP_DESK__URL", "sqlite:/srv/help.db"),
        ("ARALDO__SOURCE__HELP_DESK__CURSOR", "[\"id\"]"),
        ("ARALDO__SOURCE__HELP_DESK__EVERY", "2m"),
    ];
    let config = load(file, &environment).unwrap();
    let faults = &config.sources["faults"].settings;
    assert_eq!(faults.reader.kind(), "postgres-outbox");
    assert!(matches!(faults.watch.every, Schedule::Cron(_, Tz::UTC)));
    assert_eq!(faults.watch.alarm_after, TimeDelta::days(2));
    assert_eq!(faults.watch.baseline, Baseline::Tell);
    assert_eq!(faults.watch.states["IN LAVORAZIONE"], "internal_review");
    let area = &faults.watch.incident.as_ref().unwrap().area;
    assert_eq!(area.municipalities.as_deref(), Some("towns"));
    let help_desk = &config.sources["help-desk"].settings.watch;
    assert_eq!(help_desk.every, Schedule::Every(TimeDelta::minutes(2)));
    assert_eq!(help_desk.time_zone, Tz::Europe__Madrid);
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn every_fault_of_a_source_is_named_in_one_run_with_its_line() {
    let file = r#"[source.crm]
kind = "sql"
url = "oracle://u:s3cret@db/crm"
query = "DELETE FROM t"
cursor = "id"
every = "0 0 8 * * 1-5"
evry = "5s"
[source.crm.case]
case = "pratica"
client = 5
stat = "stato"
kind = "{{ record.tipo"
[source.crm.states]
"NUOVA" = 7
[source.Crm]
kind = "sql"
[source.drop]
kind = "pigeon"
"#;
    let said = refusal(file);
    let lines: Vec<_> = said.lines().collect();
    let starts = [
        "araldo.toml:3: [source.crm]: `url` must begin with postgres:",
        "araldo.toml:4: [source.crm]: `query` must begin with SELECT or WITH",
        "araldo.toml:5: [source.crm]: this is the text \"id\"; write a list in [ ]",
        "araldo.toml:6: [source.crm]: `every`: `1-5`: days of the week",
        "araldo.toml:7: [source.crm]: unknown field `evry`, expected one of `url`",
        "araldo.toml:8: [source.crm.case]: missing field `state`",
        "araldo.toml:10: [source.crm.case]: this is the number `5`; write a text",
        "araldo.toml:11: [source.crm.case]: unknown field `stat`, expected one of `case`",
        "araldo.toml:12: [source.crm.case]: `kind`: a `{{` has no `}}`",
        "araldo.toml:14: [source.crm.states]: this is the number `7`; write a text",
        "araldo.toml:15: [source.Crm]: a source is called by 1 to 40 small letters",
        "araldo.toml:18: [source.drop]: unknown variant `pigeon`, expected",
    ];
    assert_eq!(lines.len(), starts.len(), "{said}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}\n  is not\n{start}");
    }
    assert!(lines[4].ends_with(
        "`every`, `time_zone`, `alarm_after`, `baseline`, `reconcile`, `reconcile_events`, `case`, \
         `incident`, `states`"
    ));
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_key_that_stands_for_another_hides_no_fault_and_makes_none() {
    let without_url = LEAST.replace(
        "url = \"sqlite:/srv/crm.db\"",
        "url_file = \"/nowhere/url\"",
    );
    let said = refusal(&without_url);
    assert!(
        said.starts_with("araldo.toml:4: [source.crm]: `url_file`: cannot read `/nowhere/url`"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let number = LEAST.replace("url = \"sqlite:/srv/crm.db\"", "url = 7041776");
    let said = refusal(&number);
    assert!(
        said.starts_with("araldo.toml:4: [source.crm]: this is"),
        "{said}"
    );
    assert!(!said.contains("7041776"), "{said}");
    let word = LEAST
        .replace("client = \"cliente\"\n", "")
        .replace("\"stato\"", "\"client\"");
    let said = refusal(&word);
    assert_eq!(
        said,
        "araldo.toml:7: [source.crm.case]: missing field `client`"
    );
}

#[test]
fn a_source_tells_of_cases_or_of_incidents() {
    let both = format!("{LEAST}[source.crm.incident]\nincident = \"id\"\nkind = \"tipo\"\n");
    assert_eq!(
        refusal(&both),
        "araldo.toml:12: [source.crm.incident]: there is a section `case` as well; a source tells \
         of one of the two"
    );
    let (neither, _) = LEAST.split_once("[source.crm.case]").unwrap();
    assert_eq!(
        refusal(neither),
        "araldo.toml:2: [source.crm]: missing field `case`: write [source.crm.case] or \
         [source.crm.incident]"
    );
    let word = format!("{neither}case = \"pratica\"\n");
    assert_eq!(
        refusal(&word),
        "araldo.toml:7: [source.crm]: `case`: write a section of its own, [source.crm.case]"
    );
    let typo = format!("{LEAST}[source.crm.case.area]\ntags = \"tipo\"\n");
    assert!(refusal(&typo).contains("there is no section [source.crm.case.area]"));
}

#[test]
fn a_folder_tells_what_stands_there_unless_it_says_otherwise() {
    let folder = "[source.crm]\nkind = \"folder\"\npath = \"/srv/drop\"\n";
    let baseline = |text: &str| {
        load(text, &[]).unwrap().sources["crm"]
            .settings
            .watch
            .baseline
    };
    assert_eq!(baseline(folder), Baseline::Tell);
    let silent = format!("{folder}baseline = \"silent\"\n");
    assert_eq!(baseline(&silent), Baseline::Silent);
    assert_eq!(baseline(LEAST), Baseline::Silent);
}

#[test]
fn there_is_a_bound_on_how_many_are_watched() {
    let many = |count: usize| -> String {
        let one = |number: usize| LEAST.replace("source.crm", &format!("source.s{number}"));
        (0..count).map(one).collect()
    };
    assert_eq!(load(&many(SOURCES), &[]).unwrap().sources.len(), SOURCES);
    let said = refusal(&many(SOURCES + 1));
    assert!(said.contains("there are more than 64 sources"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn every_example_of_the_page_about_sources_is_accepted() {
    let page = include_str!("../../../docs/sources.md");
    let examples: Vec<_> = page.split("```toml\n").skip(1).collect();
    assert!(examples.len() >= 5);
    for example in examples {
        let (text, _) = example.split_once("```").unwrap();
        // The secret is on the machine of whoever reads the page.
        let theirs = ["password_file", "credentials_file", "tls_ca_file"];
        let here = |line: &&str| !theirs.iter().any(|key| line.starts_with(key));
        let text: Vec<_> = text.lines().filter(here).collect();
        let secret = "secret = \"of whoever reads the page\"";
        let text = text.into_iter().map(|line| {
            let is_file = line.starts_with("secret_file");
            if is_file { secret } else { line }
        });
        let text: Vec<_> = text.collect();
        let config = load(&text.join("\n"), &[]).unwrap();
        assert_eq!(config.sources.len(), 1);
    }
}
