//! The settings: defaults built in, a file over them, the environment over both.
//!
//! `config/default.toml` is the manual: every key with its comment. Everything is read and
//! checked here once, before anything starts; nothing else reads the environment. Rules have
//! their own file and reader, see `rules`. What a provider's keys mean is known by `channel`, what a
//! source's mean by `source`, a login's by `identity`.

mod clock;
mod console;
mod dialogue;
mod email;
mod error;
mod faults;
mod feed;
mod file;
mod inbox;
mod layers;
mod login;
#[cfg(test)]
mod manual;
mod named;
mod provider;
pub mod rules;
mod sandbox;
mod secret;
mod section;
mod sending;
mod serving;
mod source;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::TimeDelta;

use crate::channel::ProviderSettings;
use crate::domain::Channel;
use crate::domain::address::PhonePolicy;
use crate::domain::promise::Dialogue;
use crate::domain::quiet_hours::QuietHours;
use crate::source::ClockSettings;

pub use console::ConsoleSettings;
pub use email::EmailSettings;
pub use error::{ConfigError, Origin};
pub use faults::ConfigReading;
pub use feed::FeedSettings;
pub use file::FileSetting;
pub use inbox::ConfiguredInbox;
pub use login::ConfiguredLogin;
pub use provider::ConfiguredProvider;
pub use sandbox::SandboxTime;
pub use sending::{Channels, Contact, Dispatch};
pub use serving::{
    Http, Log, LogFormat, NodeRole, NodeSettings, Retention, StoreSettings, TrackingSettings,
    UpkeepSettings,
};
pub use source::ConfiguredSource;

use layers::Layers;

/// Everything that can be set, checked. Prints without secrets.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[http]`
    pub http: Http,
    /// `[store]`
    pub store: StoreSettings,
    /// `[node]`
    pub node: NodeSettings,
    /// `[channels]`
    pub channels: Channels,
    /// `[provider.NAME]`, also those not in use.
    pub providers: BTreeMap<String, ConfiguredProvider>,
    /// `[source.NAME]`
    pub sources: BTreeMap<String, ConfiguredSource>,
    /// `[email]`
    pub email: EmailSettings,
    /// `[inbox.NAME]`
    pub inboxes: BTreeMap<String, ConfiguredInbox>,
    /// `[contact]`
    pub contact: Contact,
    /// `[tracking]`
    pub tracking: TrackingSettings,
    /// `[quiet_hours]`; the clients' own come first.
    pub quiet_hours: Option<QuietHours>,
    /// `[phone]`
    pub phone: PhonePolicy,
    /// `[clock]`, `[incidents]`, `[calendar]` and `[survey]`
    pub clock: ClockSettings,
    /// `[dispatch]`
    pub dispatch: Dispatch,
    /// `[retention]`
    pub retention: Retention,
    /// `[upkeep]`
    pub upkeep: UpkeepSettings,
    /// `[console]`
    pub console: ConsoleSettings,
    /// `[login.NAME]`
    pub logins: BTreeMap<String, ConfiguredLogin>,
    /// `[dialogue]`
    pub dialogue: Dialogue,
    /// `[feed]` and `[webhooks]`
    pub feed: FeedSettings,
    /// `[sandbox]`
    pub sandbox: SandboxTime,
    /// `[rules] file`; absent means those built in.
    pub rules_file: Option<FileSetting>,
    /// `[case_kinds] file`; absent means those built in.
    pub case_kinds_file: Option<FileSetting>,
    /// `[templates] folder`; absent means those built in.
    pub templates_folder: Option<FileSetting>,
    /// `[log]`
    pub log: Log,
    /// What is allowed and yet hardly meant, for the log and for `araldo check`.
    pub warnings: Vec<String>,
}

/// The environment as text; a variable that is no text is none of ours.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

impl Config {
    /// Reads the settings. Without a file: embedded store, sandbox providers.
    pub fn load(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        Self::examine(path, environment).settings()
    }

    /// Reads the settings as far as they can be read, and says all that is wrong with them.
    pub fn examine(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> ConfigReading {
        let text = match path.map(file::settings_text).transpose() {
            Ok(text) => text,
            Err(fault) => return ConfigReading::of(fault),
        };
        match Layers::merge(path.zip(text.as_deref()), environment) {
            Ok((layers, stray)) => faults::read(layers, stray),
            Err(fault) => ConfigReading::of(fault),
        }
    }

    /// Reads until the first fault.
    fn read_once(mut layers: Layers) -> Result<Self, ConfigError> {
        let sections = layers.0.keys().cloned().collect();
        let layers = &mut layers;
        let upkeep = UpkeepSettings::read(layers)?;
        let patron_days = sending::patron_days(layers)?;
        let email = EmailSettings::read(layers)?;
        let takes_answers = email.returns.replies.is_some();
        let mut config = Self {
            http: Http::read(layers)?,
            store: StoreSettings::read(layers)?,
            node: NodeSettings::read(layers)?,
            channels: Channels::read(layers)?,
            providers: provider::read(layers)?,
            sources: source::read(layers, upkeep.zone)?,
            email,
            inboxes: inbox::read(layers)?,
            contact: Contact::read(layers)?,
            tracking: TrackingSettings::read(layers)?,
            quiet_hours: sending::quiet_hours(layers)?,
            phone: sending::phone(layers)?,
            dialogue: dialogue::read(layers, upkeep.zone, patron_days.clone(), takes_answers)?,
            clock: clock::read(layers, upkeep.zone, patron_days)?,
            dispatch: Dispatch::read(layers)?,
            retention: Retention::read(layers)?,
            upkeep,
            console: ConsoleSettings::read(layers)?,
            logins: login::read(layers)?,
            feed: FeedSettings::read(layers)?,
            sandbox: SandboxTime::read(layers)?,
            rules_file: FileSetting::read(layers, "rules", "file")?,
            case_kinds_file: FileSetting::read(layers, "case_kinds", "file")?,
            templates_folder: FileSetting::read(layers, "templates", "folder")?,
            log: Log::read(layers)?,
            warnings: Vec::new(),
        };
        nothing_left(layers, sections)?;
        config.warnings = config.doubts();
        Ok(config)
    }

    fn channels_without_provider(&self) -> Vec<ConfigError> {
        let [email, sms] = &self.channels.at;
        let mut faults = Vec::new();
        for (channel, at) in [(Channel::Email, email), (Channel::Sms, sms)] {
            let names = self.channels.of(channel);
            for (place, name) in names.iter().enumerate() {
                let problem = match self.providers.get(name) {
                    _ if names[..place].contains(name) => {
                        "it stands there already; each provider is tried once".to_owned()
                    }
                    None => format!("there is no [provider.{name}]"),
                    Some(provider) if provider.settings.channel() != channel => {
                        format!("[provider.{name}] carries {}", provider.settings.channel())
                    }
                    Some(_) => continue,
                };
                faults.push(ConfigError::Contradiction {
                    at: at.clone(),
                    detail: format!("[channels] {channel} names `{name}`, but {problem}"),
                });
            }
        }
        faults
    }

    /// Time that runs faster than people's would have them written to at any hour of their day.
    fn hurried_providers(&self) -> Vec<ConfigError> {
        if self.sandbox.pace.is_none() {
            return Vec::new();
        }
        let real = self
            .providers
            .iter()
            .find(|(_, provider)| !matches!(provider.settings, ProviderSettings::Sandbox(_)));
        let fault = real.map(|(name, _)| ConfigError::Contradiction {
            at: self.sandbox.at.clone(),
            detail: format!(
                "[sandbox] day makes time run faster, but [provider.{name}] leads to real people; \
                 take out `day`, or describe sandbox providers only"
            ),
        });
        fault.into_iter().collect()
    }

    fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for channel in Channel::ALL {
            if self.channels.of(*channel).is_empty() {
                doubts.push(format!(
                    "[channels] {channel} is empty: no {channel} will be sent"
                ));
            }
        }
        if !self.sources.is_empty() && !self.node.does(NodeRole::Source) {
            doubts.push(
                "[node] roles has no `source`: another node has to read the sources described here"
                    .to_owned(),
            );
        }
        doubts.extend(self.doubts_of_providers());
        doubts.extend(self.doubts_of_inboxes());
        if self.real_providers() && leads_nowhere_else(&self.http.public_url) {
            doubts.push(format!(
                "[http] public_url is `{}`: links in messages will work on this machine only",
                self.http.public_url
            ));
        }
        if self.retention.bodies < UNSUBSCRIBE_WITHIN {
            doubts.push(format!(
                "[retention] bodies is below {} days: who unsubscribes later by the link in a message \
                 finds it ended",
                UNSUBSCRIBE_WITHIN.num_days()
            ));
        }
        if self.real_providers() && self.contact.organisation_at == Origin::Default {
            doubts.push(format!(
                "[contact] organisation is not set: clients would read that `{}` writes to them",
                self.contact.organisation
            ));
        }
        if let Some(pace) = self.sandbox.pace {
            doubts.push(format!(
                "{}: [sandbox] day: time runs {pace} times as fast as it is; this store can be used \
                 with real time no more",
                self.sandbox.at
            ));
        }
        doubts.extend(self.store.url.exposure());
        doubts
    }

    fn doubts_of_providers(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for (name, provider) in &self.providers {
            let are_read =
                self.email.returns.bounces.is_some() && !provider.settings.names_bounces();
            if self.channels.names(name) && provider.settings.asks_for_bounces() && !are_read {
                doubts.push(format!(
                    "{}: [provider.{name}] receipts = true: the relay will write to `bounces` about \
                     failure and delay, but nothing reads that mailbox here, so no e-mail will \
                     count as delivered or bounced by it; `[email] bounces` has them read",
                    provider.at
                ));
            }
            if self.email.returns.bounces.is_some() && provider.settings.names_bounces() {
                doubts.push(format!(
                    "{}: [provider.{name}] bounces: what comes back of its mails goes there and is not \
                     read; without that key it goes to `[email] bounces`",
                    provider.at
                ));
            }
            if provider.at != Origin::Default && !self.channels.names(name) {
                doubts.push(format!(
                    "{}: [provider.{name}] is described, but [channels] does not name it",
                    provider.at
                ));
            }
        }
        doubts
    }

    /// Mails are to come back that nobody brings, or somebody brings what nothing asked for.
    fn doubts_of_inboxes(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.email.wants_mails() && self.inboxes.is_empty() && !self.mails_stay_here() {
            doubts.push(format!(
                "{}: [email] has mails come back, but no [inbox.NAME] reads them: let the mail server \
                 hand each to `araldo receive`",
                self.email.bounces_at
            ));
        }
        for (name, inbox) in &self.inboxes {
            if !self.email.wants_mails() {
                doubts.push(format!(
                    "{}: [inbox.{name}] is read, but without `[email] bounces` or `replies` nothing \
                     tells which message a mail is about",
                    inbox.at
                ));
            }
            if !self.node.does(NodeRole::Source) {
                doubts.push(format!(
                    "{}: [inbox.{name}]: [node] roles has no `source`: another node has to read it",
                    inbox.at
                ));
            }
        }
        doubts
    }

    /// Every e-mail goes to the sandbox, whose people bring what they answer themselves.
    fn mails_stay_here(&self) -> bool {
        let names = self.channels.of(Channel::Email);
        let stays = |name: &String| {
            let provider = self.providers.get(name).map(|it| &it.settings);
            matches!(provider, Some(ProviderSettings::Sandbox(_)))
        };
        !names.is_empty() && names.iter().all(stays)
    }

    fn real_providers(&self) -> bool {
        self.providers.iter().any(|(name, provider)| {
            self.channels.names(name) && !matches!(provider.settings, ProviderSettings::Sandbox(_))
        })
    }
}

/// How long a link in a message must let its reader unsubscribe.
const UNSUBSCRIBE_WITHIN: TimeDelta = TimeDelta::days(60);

/// An address of this machine alone, or one that only a listener can mean.
fn leads_nowhere_else(url: &str) -> bool {
    [
        "://127.",
        "://localhost",
        "://[::1]",
        "://0.0.0.0",
        "://[::]",
    ]
    .iter()
    .any(|host| url.contains(host))
}

fn nothing_left(layers: &Layers, mut expected: Vec<String>) -> Result<(), ConfigError> {
    let Some((section, entries)) = layers.0.first_key_value() else {
        return Ok(());
    };
    let kinds = ["provider.", "source.", "inbox.", "login."];
    let is_named = |name: &str| kinds.iter().any(|kind| name.starts_with(kind));
    expected.retain(|name| !layers.0.contains_key(name) && !is_named(name));
    expected.extend(kinds.map(|kind| format!("{kind}NAME")));
    Err(ConfigError::UnknownSection {
        at: entries.at.clone(),
        section: section.clone(),
        expected,
    })
}
