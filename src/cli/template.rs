//! `araldo template`: what operators do with texts from the command line. The console does the
//! same with a preview beside the text; the folder form is for version control.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::Value as Json;

use crate::app;
use crate::config::Config;
use crate::domain::Channel;
use crate::domain::language::Language;
use crate::domain::segments;
use crate::domain::template::{Source, VersionState};
use crate::store::Store;
use crate::store::templates::WriteContext;
use crate::template::{Compiled, Fullness, Input, Severity, TemplateFinding, check, introduce};

use super::{COMMAND_LINE, Context};

/// What to do with templates.
#[derive(Debug, clap::Subcommand)]
pub(super) enum TemplateCommand {
    /// List the templates with their published version and draft
    List,
    /// Show the texts of the published version, and all versions
    Show {
        /// Name of the template
        name: String,
    },
    /// Write the published versions as folders
    Pull {
        /// Where to; one folder for each template
        folder: PathBuf,
        /// Only these
        names: Vec<String>,
    },
    /// Save folders as drafts, and publish them if asked
    Push {
        /// Folders of templates, or folders that hold them
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Publish what passes the check
        #[arg(long)]
        publish: bool,
    },
    /// Print what a client would read, written from the template's own examples
    Preview {
        /// Name of the template
        name: String,
        /// Language of the client
        #[arg(long, default_value = Language::HOME.tag())]
        locale: String,
        /// `sms` or `email`; both by default
        #[arg(long)]
        channel: Option<Channel>,
        /// Variables as a JSON file, instead of the examples
        #[arg(long, value_name = "FILE")]
        variables: Option<PathBuf>,
        /// Print the HTML of the e-mail instead of its plain text
        #[arg(long)]
        html: bool,
        /// The draft, also where a version is published
        #[arg(long)]
        draft: bool,
    },
    /// Render every text with its examples and name what to correct
    Test {
        /// Folders of templates; without any, the published versions
        folders: Vec<PathBuf>,
    },
}

/// Runs one of them.
pub(super) async fn run(command: TemplateCommand, context: &Context) -> anyhow::Result<ExitCode> {
    let Context {
        config,
        store,
        clock,
        ids,
    } = context;
    let by = WriteContext {
        author: COMMAND_LINE,
        now: clock.now(),
        ids: ids.as_ref(),
    };
    match command {
        TemplateCommand::List => list(store).await?,
        TemplateCommand::Show { name } => show(store, &name).await?,
        TemplateCommand::Pull { folder, names } => pull(store, &folder, &names).await?,
        TemplateCommand::Push { folders, publish } => push(store, &folders, publish, by).await?,
        TemplateCommand::Preview {
            name,
            locale,
            channel,
            variables,
            html,
            draft,
        } => {
            let source = to_preview(store, &name, draft).await?;
            let variables = match variables {
                Some(file) => completed(read_json(&file)?, config),
                None => signed_sample(&source, &locale, config),
            };
            preview(&source, &locale, channel, &variables, html)?;
        }
        TemplateCommand::Test { folders } if folders.is_empty() => test_published(store).await?,
        TemplateCommand::Test { folders } => return test_folders(&folders),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let number = |version: Option<i64>| version.map_or_else(|| "-".to_owned(), |it| it.to_string());
    println!(
        "{:<20} {:>9} {:>5}  description",
        "template", "published", "draft"
    );
    for it in store.read().await?.templates().list().await? {
        let (published, draft) = (number(it.published), number(it.draft));
        println!(
            "{:<20} {published:>9} {draft:>5}  {}",
            it.name, it.description
        );
    }
    Ok(())
}

async fn show(store: &Store, name: &str) -> anyhow::Result<()> {
    let versions = store.read().await?.templates().versions(name).await?;
    let Some(latest) = versions.first() else {
        bail!("there is no template `{name}`; see `araldo template list`");
    };
    let shown = versions
        .iter()
        .find(|it| it.state == VersionState::Published)
        .unwrap_or(latest);
    println!(
        "{name}: {}\ntopic: {}\n",
        shown.source.description, shown.source.topic
    );
    for version in &versions {
        println!(
            "version {} {} by {} at {}",
            version.version, version.state, version.author, version.created_at
        );
    }
    println!("\nvariables of version {}:", shown.version);
    for variable in &shown.source.variables {
        let need = if variable.required {
            "required"
        } else {
            "optional"
        };
        println!("  {} ({need}): {}", variable.name, variable.description);
    }
    for (locale, parts) in &shown.source.parts {
        for part in crate::template::Part::ALL {
            if let Some(text) = parts.get(*part) {
                println!("\n--- {locale}/{part}\n{}", text.trim_end());
            }
        }
    }
    Ok(())
}

async fn pull(store: &Store, folder: &Path, names: &[String]) -> anyhow::Result<()> {
    let names = if names.is_empty() {
        let list = store.read().await?.templates().list().await?;
        list.into_iter()
            .filter(|it| it.published.is_some())
            .map(|it| it.name)
            .collect()
    } else {
        names.to_vec()
    };
    for name in names {
        let source = published(store, &name).await?;
        source
            .to_folder(folder)
            .with_context(|| format!("cannot write {}", folder.join(&name).display()))?;
        println!("{}", folder.join(&name).display());
    }
    Ok(())
}

async fn push(
    store: &Store,
    folders: &[PathBuf],
    publish: bool,
    by: WriteContext<'_>,
) -> anyhow::Result<()> {
    let sources = read_folders(folders)?;
    // All or nothing: half a set of texts pushed would be a state nobody wrote.
    for source in &sources {
        report(source, &check(source))?;
    }
    let mut tx = store.write().await?;
    for source in &sources {
        let published = tx.templates().lookup_published(&source.name).await?;
        if published.is_some_and(|it| it.source == *source) {
            println!("{}: as published", source.name);
            continue;
        }
        let draft = tx.templates().save_draft(source, by).await?;
        if publish {
            tx.templates().publish(draft, by.now).await?;
        }
        let number = tx.templates().get_version(draft).await?.version;
        let done = if publish {
            "published"
        } else {
            "saved as draft"
        };
        println!("{}: version {number} {done}", source.name);
    }
    tx.commit().await?;
    Ok(())
}

/// Looks at folders. Needs no store.
pub(super) fn test_folders(folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    test(&read_folders(folders)?)?;
    Ok(ExitCode::SUCCESS)
}

async fn test_published(store: &Store) -> anyhow::Result<()> {
    let mut sources = Vec::new();
    let list = store.read().await?.templates().list().await?;
    for it in list.into_iter().filter(|it| it.published.is_some()) {
        sources.push(published(store, &it.name).await?);
    }
    test(&sources)
}

fn test(sources: &[Source]) -> anyhow::Result<()> {
    let mut faulty = 0;
    for source in sources {
        match report(source, &check(source)) {
            Ok(()) => println!("{}: ready", source.name),
            Err(_) => faulty += 1,
        }
    }
    if faulty > 0 {
        bail!("{faulty} of {} templates have errors", sources.len());
    }
    Ok(())
}

fn preview(
    source: &Source,
    locale: &str,
    channel: Option<Channel>,
    variables: &Json,
    html: bool,
) -> anyhow::Result<()> {
    let compiled = Compiled::compile(source)?;
    let input = Input {
        variables,
        link: &|index| compiled.links().get(index).cloned().unwrap_or_default(),
        pixel: None,
    };
    let wanted = |it: Channel| channel.unwrap_or(it) == it && compiled.speaks(locale, it);
    if wanted(Channel::Sms) && !html {
        let text = compiled.sms(locale, &input)?;
        let size = segments::measure(&text);
        println!(
            "{text}\n({} of {}, {} units)\n",
            size.count, size.alphabet, size.units
        );
    }
    if wanted(Channel::Email) {
        let mail = compiled.email(locale, &input)?;
        if html {
            println!("{}", mail.html);
        } else {
            println!("Subject: {}\n\n{}", mail.subject, mail.text);
        }
    }
    Ok(())
}

/// The published version, or the draft where there is nothing else or it is asked for.
async fn to_preview(store: &Store, name: &str, draft: bool) -> anyhow::Result<Source> {
    let versions = store.read().await?.templates().versions(name).await?;
    let of = |state| versions.iter().find(move |it| it.state == state);
    let published = of(VersionState::Published).filter(|_| !draft);
    let Some(version) = published.or_else(|| of(VersionState::Draft)) else {
        let what = if draft { "draft" } else { "version" };
        bail!("template `{name}` has no {what}; see `araldo template list`");
    };
    if version.state == VersionState::Draft {
        eprintln!("draft v{}: nothing is sent from it", version.version);
    }
    Ok(version.source.clone())
}

/// The template's examples, signed as the messages of this configuration are.
fn signed_sample(source: &Source, locale: &str, config: &Config) -> Json {
    let mut sample = source.sample(locale, Fullness::Everything);
    introduce(&mut sample, &app::contact(config));
    sample
}

/// With what each message gets from the settings, where the file does not say it.
fn completed(mut variables: Json, config: &Config) -> Json {
    if let (Json::Object(given), Json::Object(known)) = (&mut variables, app::contact(config)) {
        for (group, facts) in known {
            given.entry(group).or_insert(facts);
        }
    }
    variables
}

async fn published(store: &Store, name: &str) -> anyhow::Result<Source> {
    let found = store
        .read()
        .await?
        .templates()
        .lookup_published(name)
        .await?;
    let version = found.with_context(|| {
        format!("template `{name}` has no published version; see `araldo template list`")
    })?;
    Ok(version.source)
}

/// A folder with a `template.toml` is one template; any other holds several.
fn read_folders(folders: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in folders {
        if folder.join("template.toml").exists() {
            sources.push(read_folder(folder)?);
            continue;
        }
        let entries = std::fs::read_dir(folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .collect::<Result<Vec<_>, _>>()?;
        let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
        paths.retain(|path| path.join("template.toml").exists());
        paths.sort();
        for path in &paths {
            sources.push(read_folder(path)?);
        }
        if paths.is_empty() {
            bail!(
                "{} holds no template: a template has a template.toml",
                folder.display()
            );
        }
    }
    Ok(sources)
}

fn read_folder(folder: &Path) -> anyhow::Result<Source> {
    Source::from_folder(folder).with_context(|| folder.display().to_string())
}

fn read_json(file: &Path) -> anyhow::Result<Json> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

/// Prints the findings; errors among them are one error.
fn report(source: &Source, findings: &[TemplateFinding]) -> anyhow::Result<()> {
    for finding in findings {
        println!("{}/{finding}", source.name);
    }
    let errors = findings
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .count();
    if errors > 0 {
        bail!(
            "template `{}` has {errors} errors; nothing was saved",
            source.name
        );
    }
    Ok(())
}
