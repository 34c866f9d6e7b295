//! Settings of the daemon itself: HTTP, store, node, links, retention, upkeep, log.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta, Timelike as _};
use chrono_tz::Tz;
use ipnet::IpNet;

use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::secret;
use super::section::Section;
use crate::channel::Secret;
use crate::domain::Tracking;
use crate::domain::limits::EVIDENCE_LEAST;
use crate::store::StoreUrl;
use crate::text::text_enum::text_enum;

/// `[http]`
#[derive(Debug, Clone)]
pub struct Http {
    /// Where the daemon listens.
    pub listen: SocketAddr,
    /// Where the public paths are served, and only there; absent: `listen` serves them too.
    pub public_listen: Option<SocketAddr>,
    /// How the outside reaches it, without a trailing slash.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub connections: usize,
    /// How long the head of a request may take.
    pub head_within: Duration,
    /// How long a body may keep us waiting, beside what its bytes take at the slowest pace.
    pub body_within: Duration,
    /// How long a connection is kept for the next request.
    pub idle_within: Duration,
    /// How long a reader may take nothing of an answer.
    pub stalled_within: Duration,
    /// Largest body of one event, in bytes.
    pub max_event: usize,
    /// Largest body of a batch of events, in bytes.
    pub max_batch: usize,
    /// How long requests and sends under way may take when the daemon stops.
    pub stop_within: Duration,
}

impl Http {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "http");
        let listen = socket(&mut section, "listen")?;
        let public_listen = match section.optional("public_listen")? {
            None => None,
            Some(_) => Some(socket(&mut section, "public_listen")?),
        };
        if public_listen == Some(listen) && listen.port() != 0 {
            return Err(section.fault("public_listen", "`listen` is the same; choose another port"));
        }
        let public_url = match section.optional("public_url")? {
            None => format!("http://{}", public_listen.unwrap_or(listen)),
            Some(text) => public_url(&text).map_err(|why| section.fault("public_url", why))?,
        };
        let http = Self {
            listen,
            public_listen,
            public_url,
            trusted_proxies: trusted_proxies(&mut section)?,
            connections: section.number("connections", 16, 1_000_000)?,
            head_within: section.time("head_within")?.to_std().unwrap_or_default(),
            body_within: section.time("body_within")?.to_std().unwrap_or_default(),
            idle_within: section.time("idle_within")?.to_std().unwrap_or_default(),
            stalled_within: section.time("stalled_within")?.to_std().unwrap_or_default(),
            max_event: section.number::<usize>("max_event_kib", 1, 65_536)? * 1024,
            max_batch: section.number::<usize>("max_batch_kib", 1, 1_048_576)? * 1024,
            stop_within: section.time("stop_within")?.to_std().unwrap_or_default(),
        };
        if http.max_batch < http.max_event {
            return Err(section.clash(
                &["max_batch_kib", "max_event_kib"],
                "`max_batch_kib` is smaller than `max_event_kib`: no event of that size could come",
            ));
        }
        section.finish()?;
        Ok(http)
    }
}

fn socket(section: &mut Section, key: &'static str) -> Result<SocketAddr, ConfigError> {
    section
        .parsed(key)
        .map_err(|_| section.fault(key, "write address and port, such as 127.0.0.1:8080"))
}

/// Addresses and networks; an address alone is a network of one.
fn trusted_proxies(section: &mut Section) -> Result<Vec<IpNet>, ConfigError> {
    let words = section.list("trusted_proxies")?;
    let network = |word: &String| {
        let address = word.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| word.parse());
        network.map_err(|_| {
            let fault = format!("`{word}` is neither an address nor a network such as 10.0.0.0/8");
            section.fault("trusted_proxies", fault)
        })
    };
    words.iter().map(network).collect()
}

pub(super) fn public_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| format!("`{text}` is not an address such as https://avvisi.example.it"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{text}` must end before `?` and `#`"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// `[store]`
#[derive(Clone)]
pub struct StoreSettings {
    pub url: StoreUrl,
    /// PostgreSQL connections of this node.
    pub connections: u32,
}

impl std::fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = match &self.url {
            StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            // It may hold a password.
            StoreUrl::Postgres(_) => "postgres://***".to_owned(),
        };
        f.debug_struct("StoreSettings")
            .field("url", &url)
            .field("connections", &self.connections)
            .finish()
    }
}

impl StoreSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "store");
        let settings = Self {
            url: Self::url(&mut section)?,
            connections: section.number("connections", 2, 1000)?,
        };
        section.finish()?;
        Ok(settings)
    }

    fn url(section: &mut Section) -> Result<StoreUrl, ConfigError> {
        if section.at("url") != Origin::Default || section.at("url_file") == Origin::Default {
            let url = section.parsed("url")?;
            return match section.optional("url_file")? {
                None => Ok(url),
                Some(_) => {
                    Err(section.fault("url_file", "`url` is set as well; keep one of the two"))
                }
            };
        }
        section.text("url")?;
        let text = secret::from_file(section, "url_file")?;
        // The address may hold a password: not a word of it in the message.
        let fault = "the file must hold one line, such as postgres://user:password@host/database";
        text.expose()
            .trim()
            .parse()
            .map_err(|_| section.fault("url_file", fault))
    }
}

text_enum! {
    /// One part of the path that a node may do.
    pub enum NodeRole {
        /// Everything over HTTP: API, console, client pages, callbacks.
        Web => "web",
        /// Of that, the API: what comes in, and how it stands. And what is watched.
        Source => "source",
        /// Who is told what.
        Plan => "plan",
        /// Handing messages to providers.
        Dispatch => "dispatch",
        /// Of that, what the world may reach: client pages, links, callbacks of providers.
        Track => "track",
    }
}

/// `[node]`
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// What it is called.
    pub name: String,
    pub roles: Vec<NodeRole>,
}

impl NodeSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "node");
        let roles = section.list("roles")?;
        let roles: Result<Vec<NodeRole>, _> = roles.iter().map(|word| word.parse()).collect();
        let node = Self {
            name: section.optional("name")?.unwrap_or_else(machine_name),
            roles: roles.map_err(|error| section.fault("roles", error.to_string()))?,
        };
        if node.roles.is_empty() {
            return Err(section.fault(
                "roles",
                "a node must do something; leave the key out for all",
            ));
        }
        section.finish()?;
        Ok(node)
    }

    /// Whether this node does `role`.
    #[must_use]
    pub fn does(&self, role: NodeRole) -> bool {
        self.roles.contains(&role)
    }

    /// Whether this node does one of these.
    #[must_use]
    pub fn does_any(&self, roles: &[NodeRole]) -> bool {
        roles.iter().any(|role| self.does(*role))
    }
}

fn machine_name() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    match name.trim() {
        "" => "araldo".to_owned(),
        name => name.to_owned(),
    }
}

/// `[tracking]`
#[derive(Debug, Clone)]
pub struct TrackingSettings {
    /// How opened e-mails are counted at most; a client without consent counts in aggregate.
    pub opens: Tracking,
    /// Whether links are counted.
    pub clicks: bool,
    /// Signs links; absent means the one kept in the store.
    pub key: Option<Secret>,
}

impl TrackingSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "tracking");
        let tracking = Self {
            opens: section.parsed("opens")?,
            clicks: section.get("clicks")?,
            key: secret::read(&mut section, "key", "key_file")?,
        };
        if tracking
            .key
            .as_ref()
            .is_some_and(|key| key.expose().len() < 32)
        {
            return Err(section.clash(
                &["key", "key_file"],
                "too short to sign with; write at least 32 random characters (openssl rand -base64 32)",
            ));
        }
        section.finish()?;
        Ok(tracking)
    }
}

/// `[retention]`
#[derive(Debug, Clone)]
pub struct Retention {
    /// Messages with attempts and receipts.
    pub messages: TimeDelta,
    /// The variables of which the text is made.
    pub bodies: TimeDelta,
    /// Reports of providers, mails that came back, each opening and click.
    pub evidence: TimeDelta,
    /// Events, once their messages are gone.
    pub events: TimeDelta,
    pub cases: TimeDelta,
    /// Incidents that are over.
    pub incidents: TimeDelta,
    pub audit: TimeDelta,
    /// Entries of the feed.
    pub feed: TimeDelta,
}

impl Retention {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "retention");
        let mut retention = Self {
            messages: section.time("messages")?,
            bodies: section.time("bodies")?,
            evidence: section.time("evidence")?,
            events: section.time("events")?,
            cases: section.time("cases")?,
            incidents: section.time("incidents")?,
            audit: section.time("audit")?,
            feed: section.time("feed")?,
        };
        if retention.bodies > retention.messages {
            return Err(section.clash(
                &["bodies", "messages"],
                "`bodies` is longer than `messages`: a text cannot be kept longer than its message",
            ));
        }
        if section.at("evidence") == Origin::Default {
            retention.evidence = retention.evidence.min(retention.messages);
        } else if retention.evidence > retention.messages {
            return Err(section.clash(
                &["evidence"],
                "`evidence` is longer than `messages`: what is known of a message cannot be kept longer than it",
            ));
        } else if retention.evidence < EVIDENCE_LEAST {
            return Err(section.clash(
                &["evidence"],
                format!(
                    "`evidence` is below {} days: a late report is held against those before it",
                    EVIDENCE_LEAST.num_days()
                ),
            ));
        }
        section.finish()?;
        Ok(retention)
    }
}

/// `[upkeep]`
#[derive(Debug, Clone, Copy)]
pub struct UpkeepSettings {
    /// When the nightly work begins, in minutes after midnight.
    pub nightly_minute: u32,
    pub zone: Tz,
}

impl UpkeepSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "upkeep");
        let nightly = section.text("nightly")?;
        let nightly = NaiveTime::parse_from_str(&nightly, "%H:%M").map_err(|_| {
            section.fault(
                "nightly",
                format!("`{nightly}` is not a time such as 03:10"),
            )
        })?;
        let zone = section.text("zone")?;
        let zone = zone.parse().map_err(|_| {
            section.fault(
                "zone",
                format!("`{zone}` is no IANA zone such as Europe/Rome"),
            )
        })?;
        section.finish()?;
        Ok(Self {
            nightly_minute: nightly.num_seconds_from_midnight() / 60,
            zone,
        })
    }
}

text_enum! {
    /// How a log line is written.
    pub enum LogFormat {
        Human => "human",
        /// One JSON object a line.
        Json => "json",
    }
}

/// `[log]`
#[derive(Debug, Clone)]
pub struct Log {
    /// A level, or directives per module.
    pub level: String,
    /// How it is written.
    pub format: LogFormat,
}

impl Log {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "log");
        let log = Self {
            level: section.text("level")?,
            format: section.parsed("format")?,
        };
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&log.level) {
            return Err(section.fault("level", format!("`{}` is no level: {error}", log.level)));
        }
        if let Some(word) = no_level(&log.level) {
            let detail = format!(
                "`{word}` is no level; write error, warn, info, debug, trace or off, or a module \
                 with its level, such as `info,araldo::dispatch=debug`"
            );
            return Err(section.fault("level", detail));
        }
        section.finish()?;
        Ok(log)
    }
}

/// A word that stands alone and is no level: the filter takes it for the name of a module, of which
/// it lets everything through, and nothing of all the others.
fn no_level(directives: &str) -> Option<&str> {
    directives.split(',').map(str::trim).find(|word| {
        !word.contains(['=', '[']) && word.parse::<tracing::Level>().is_err() && *word != "off"
    })
}
