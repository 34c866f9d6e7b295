//! The sources of the settings on this node: begun at the start, and changed when the settings are read
//! again.
//!
//! What is new begins, what is gone stops in order (what it took is committed and acknowledged, its
//! claim is given back), what differs stops and begins again, what is the same goes on untouched.
//! Everything is built before anything is changed: a fault leaves all as it was.
//!
//! Those that others post to are entered anew each time, for their secret may stand in a file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{AppError, Running};
use crate::config::{Config, NodeRole};
use crate::domain::case_kind::CaseKinds;
use crate::runtime::Lifecycle;
use crate::source::{
    self, Mapping, ReaderSettings, RegisteredSource, Runner, RunnerParts, SourceRegister,
    SourceSettings, SourcesByName, WebhookSilence,
};

/// The sources as they run.
pub struct WatchedSources {
    case_kinds: Arc<CaseKinds>,
    /// This node reads them, and does not only show them.
    reads: bool,
    register: Arc<SourceRegister>,
    in_force: Mutex<SourcesInForce>,
}

#[derive(Default)]
struct SourcesInForce {
    sources: BTreeMap<String, SourceInForce>,
    /// Stopped, and perhaps not ended: nobody begins in their place before.
    leaving: BTreeMap<String, SourceTask>,
}

struct SourceInForce {
    settings: SourceSettings,
    registered: Arc<RegisteredSource>,
    /// None on a node that reads no sources.
    task: Option<SourceTask>,
}

/// What reads one source.
struct SourceTask {
    lifecycle: Lifecycle,
    /// Nothing comes; it closes when the task has ended, however it did.
    ended: oneshot::Receiver<()>,
}

/// A source as it is to be.
struct BuiltSource {
    settings: SourceSettings,
    registered: Arc<RegisteredSource>,
    /// What is to be begun; none where what runs goes on, or nothing does.
    work: Option<SourceWork>,
    /// What runs is to be stopped first.
    differs: bool,
}

enum SourceWork {
    Reading(Box<Runner>),
    Listening(WebhookSilence),
}

/// Sources that are built and not begun.
pub struct BuiltSources(BTreeMap<String, BuiltSource>);

impl WatchedSources {
    pub(super) fn new(config: &Config, case_kinds: CaseKinds) -> Self {
        Self {
            case_kinds: Arc::new(case_kinds),
            reads: config.node.does(NodeRole::Source),
            register: Arc::default(),
            in_force: Mutex::default(),
        }
    }

    /// The same for the API and the console.
    pub(super) const fn register(&self) -> &Arc<SourceRegister> {
        &self.register
    }

    /// Builds what the settings say and is not there yet. Changes nothing.
    pub fn build(&self, config: &Config, running: &Running) -> Result<BuiltSources, AppError> {
        let in_force = self.lock();
        let mut built = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, source) in &config.sources {
            let before = in_force.sources.get(name);
            match self.build_one(name, &source.settings, before, running) {
                Ok(one) => {
                    built.insert(name.clone(), one);
                }
                Err(why) => faults.push(format!("{}: [source.{name}] {why}", source.at)),
            }
        }
        match faults.is_empty() {
            true => Ok(BuiltSources(built)),
            false => Err(AppError::Faults(faults)),
        }
    }

    fn build_one(
        &self,
        name: &str,
        settings: &SourceSettings,
        before: Option<&SourceInForce>,
        running: &Running,
    ) -> Result<BuiltSource, String> {
        let is_posted_to = matches!(settings.reader, ReaderSettings::Webhook(_));
        let differs = before.is_none_or(|before| before.settings != *settings);
        let unchanged = before.filter(|_| !differs && !is_posted_to);
        let registered = if let Some(before) = unchanged {
            Arc::clone(&before.registered)
        } else {
            let mapping = self.mapping(name, settings)?;
            let (store, ids) = (&running.store, &running.ids);
            Arc::new(RegisteredSource::new(name, settings, mapping, store, ids)?)
        };
        let work = match self.reads && differs {
            true => Some(self.work(name, settings, running)?),
            false => None,
        };
        Ok(BuiltSource {
            settings: settings.clone(),
            registered,
            work,
            differs,
        })
    }

    fn mapping(&self, name: &str, settings: &SourceSettings) -> Result<Mapping, String> {
        let kinds = Arc::clone(&self.case_kinds);
        Mapping::new(name, &settings.watch, kinds).map_err(|error| error.to_string())
    }

    fn work(
        &self,
        name: &str,
        settings: &SourceSettings,
        running: &Running,
    ) -> Result<SourceWork, String> {
        if let ReaderSettings::Webhook(_) = &settings.reader {
            return Ok(SourceWork::Listening(WebhookSilence {
                name: name.to_owned(),
                alarm_after: settings.watch.alarm_after,
                store: running.store.clone(),
                clock: Arc::clone(&running.clock),
            }));
        }
        let mapping = self.mapping(name, settings)?;
        let reader = source::open(name, &settings.reader).map_err(|error| error.to_string())?;
        let parts = RunnerParts {
            store: running.store.clone(),
            clock: Arc::clone(&running.clock),
            ids: Arc::clone(&running.ids),
            wake: Arc::clone(&running.wake),
            node: running.id,
        };
        let runner = Runner::new(name.to_owned(), settings, mapping, reader, parts);
        Ok(SourceWork::Reading(Box::new(runner)))
    }

    /// Puts them in force.
    pub fn apply(&self, built: BuiltSources, lifecycle: &Lifecycle) {
        let mut in_force = self.lock();
        let gone: Vec<String> = in_force.sources.keys().cloned().collect();
        for name in gone {
            if !built.0.contains_key(&name) {
                tracing::info!(source.name = name, "a source is no longer read");
                in_force.stop(&name);
            }
        }
        for (name, source) in built.0 {
            in_force.put(name, source, lifecycle);
        }
        let all = in_force.sources.iter();
        let all: SourcesByName = all
            .map(|(name, source)| (name.clone(), Arc::clone(&source.registered)))
            .collect();
        self.register.replace(all);
    }

    fn lock(&self) -> MutexGuard<'_, SourcesInForce> {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SourcesInForce {
    /// Lets a source finish what it is doing.
    fn stop(&mut self, name: &str) {
        if let Some(task) = self.sources.remove(name).and_then(|source| source.task) {
            task.lifecycle.stop();
            self.leaving.insert(name.to_owned(), task);
        }
    }

    fn put(&mut self, name: String, built: BuiltSource, lifecycle: &Lifecycle) {
        if built.differs {
            if self.sources.contains_key(&name) {
                tracing::info!(
                    source.name = name,
                    "a source is read as it is described now"
                );
            }
            self.stop(&name);
        }
        let running = self.sources.remove(&name).and_then(|before| before.task);
        let task = match built.work {
            Some(work) => {
                let before = self.leaving.remove(&name);
                Some(begin(work, before, lifecycle))
            }
            None => running,
        };
        let source = SourceInForce {
            settings: built.settings,
            registered: built.registered,
            task,
        };
        self.sources.insert(name, source);
    }
}

/// Begins to read, once whoever read it `before` has ended.
fn begin(work: SourceWork, before: Option<SourceTask>, lifecycle: &Lifecycle) -> SourceTask {
    let part = lifecycle.part();
    let (ends, ended) = oneshot::channel::<()>();
    let own = part.clone();
    lifecycle.spawn("source", async move {
        // Dropped at the end, and by whatever ends the task before it.
        let _ends = ends;
        if let Some(before) = before {
            // It only ever closes.
            before.ended.await.ok();
        }
        match work {
            SourceWork::Reading(runner) => runner.run(own).await,
            SourceWork::Listening(silence) => silence.run(own).await,
        }
    });
    SourceTask {
        lifecycle: part,
        ended,
    }
}
