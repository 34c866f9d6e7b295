//! Templates, their versions, and where their links lead.
//!
//! A published version never changes: messages are pinned to it. Editing makes a draft;
//! publishing it retires the one before; rolling back publishes a copy as a new version, so that
//! the numbers tell the history. Whether a text is fit to be published is for `template::check`.

use crate::domain::template::{Source, VersionState};
use crate::domain::{Ids, TemplateVersionId, Timestamp};
use crate::store::database::rows::{json_column, row};
use crate::store::database::sql::{affected, all, execute, optional, value};
use crate::store::{StoreError, handle};

mod links;
pub mod test_sends;

handle!(templates -> Templates);

/// What importing a folder did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// A version with this number was published.
    Created(i64),
    /// The published version says the same already.
    Unchanged,
    /// Someone else wrote the published version, or is writing a draft: theirs stays.
    Kept,
}

row! {
    /// A version as kept.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoredVersion {
        pub id: TemplateVersionId,
        /// Name of the template.
        pub template: String,
        /// Number, from 1.
        pub version: i64,
        pub state: VersionState,
        /// Everything an operator wrote.
        pub source: Source as row,
        pub author: String,
        /// When it was saved.
        pub created_at: Timestamp,
        /// When it was published, if it was.
        pub published_at: Option<Timestamp>,
    }
}

row! {
    /// A template in a list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TemplateSummary {
        pub name: String,
        /// When it is sent, for the operator.
        pub description: String,
        /// What a client may refuse.
        pub topic: String,
        /// Number of the published version.
        pub published: Option<i64>,
        /// Number of the draft.
        pub draft: Option<i64>,
    }
}

/// Who writes, when, and with which ids.
#[derive(Clone, Copy)]
pub struct WriteContext<'a> {
    /// A console user's e-mail, or the name of a command.
    pub author: &'a str,
    pub now: Timestamp,
    /// Where new ids come from.
    pub ids: &'a dyn Ids,
}

macro_rules! version_columns {
    () => {
        "SELECT v.id, t.name AS template, t.name, t.description, t.topic, v.version, v.state,
         v.variables, v.parts, v.author, v.created_at, v.published_at
         FROM template_version v JOIN template t ON t.id = v.template_id"
    };
}
impl Templates<'_> {
    /// Takes in a folder. The first import publishes version 1. A later one publishes a new
    /// version only over one by the same author: what operators edited is theirs.
    pub async fn import(
        &mut self,
        source: &Source,
        by: WriteContext<'_>,
    ) -> Result<Imported, StoreError> {
        let template = self.template_row(source, by).await?;
        let versions = self.versions(&source.name).await?;
        let published = versions
            .iter()
            .find(|it| it.state == VersionState::Published);
        if let Some(published) = published {
            if published.source == *source {
                return Ok(Imported::Unchanged);
            }
            let drafting = versions.iter().any(|it| it.state == VersionState::Draft);
            if published.author != by.author || drafting {
                return Ok(Imported::Kept);
            }
        }
        let version = self.insert(template, source, by).await?;
        self.publish(version, by.now).await?;
        Ok(Imported::Created(self.get_version(version).await?.version))
    }

    /// Takes in several: the shipped ones whenever a daemon opens its store.
    pub async fn import_all(
        &mut self,
        sources: &[Source],
        by: WriteContext<'_>,
    ) -> Result<Vec<(String, Imported)>, StoreError> {
        let mut done = Vec::with_capacity(sources.len());
        for source in sources {
            done.push((source.name.clone(), self.import(source, by).await?));
        }
        Ok(done)
    }

    /// Every template, by name.
    pub async fn list(&mut self) -> Result<Vec<TemplateSummary>, StoreError> {
        all!(
            self.0,
            "list the templates",
            "SELECT t.name, t.description, t.topic,
             max(CASE WHEN v.state = 'published' THEN v.version END) AS published,
             max(CASE WHEN v.state = 'draft' THEN v.version END) AS draft
             FROM template t JOIN template_version v ON v.template_id = t.id
             GROUP BY t.name, t.description, t.topic
             ORDER BY t.name"
        )
    }

    /// The version that new messages are pinned to.
    pub async fn lookup_published(
        &mut self,
        name: &str,
    ) -> Result<Option<StoredVersion>, StoreError> {
        optional!(self.0, "look up a published template",
            version_columns!(), " WHERE t.name = $1 AND v.state = 'published'
             ORDER BY v.version DESC LIMIT 1";
            name
        )
    }

    /// A version by its row.
    pub async fn get_version(
        &mut self,
        id: TemplateVersionId,
    ) -> Result<StoredVersion, StoreError> {
        let row: Option<StoredVersion> = optional!(self.0, "read a template's version",
            version_columns!(), " WHERE v.id = $1";
            id
        )?;
        row.ok_or_else(|| StoreError::missing("template version", id))
    }

    /// Every version of a template, newest first; empty when there is no such template.
    pub async fn versions(&mut self, name: &str) -> Result<Vec<StoredVersion>, StoreError> {
        all!(self.0, "list the versions of a template",
            version_columns!(), " WHERE t.name = $1 ORDER BY v.version DESC";
            name
        )
    }

    /// Saves what is being written: over the draft there is, else as a new one. A template that
    /// is not there yet is made. Description and topic belong to the template and hold at once.
    pub async fn save_draft(
        &mut self,
        source: &Source,
        by: WriteContext<'_>,
    ) -> Result<TemplateVersionId, StoreError> {
        let template = self.template_row(source, by).await?;
        self.describe(template, source).await?;
        let versions = self.versions(&source.name).await?;
        let Some(draft) = versions.iter().find(|it| it.state == VersionState::Draft) else {
            return self.insert(template, source, by).await;
        };
        let (variables, parts) = written(source)?;
        execute!(self.0, "save a template's draft",
            "UPDATE template_version
             SET variables = $1, parts = $2, author = $3, created_at = $4
             WHERE id = $5 AND state = 'draft'";
            &variables, &parts, by.author, by.now, draft.id
        )?;
        Ok(draft.id)
    }

    /// Publishes a version; the one published before is retired. A retired version is not
    /// published again: see [`Templates::roll_back`].
    pub async fn publish(
        &mut self,
        id: TemplateVersionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.lock_template_of(id).await?;
        execute!(self.0, "retire a template's earlier version",
            "UPDATE template_version SET state = 'retired'
             WHERE state = 'published' AND id <> $1
             AND template_id = (SELECT template_id FROM template_version WHERE id = $1)";
            id
        )?;
        let changed = affected!(self.0, "publish a template's version",
            "UPDATE template_version SET state = 'published', published_at = $1
             WHERE id = $2 AND state = 'draft'";
            now, id
        )?;
        if changed == 0 {
            return Err(StoreError::missing("draft", id));
        }
        Ok(())
    }

    /// Throws a draft away. Its number is not given again; a template that has no other version
    /// is listed no more.
    pub async fn discard_draft(&mut self, id: TemplateVersionId) -> Result<(), StoreError> {
        self.lock_template_of(id).await?;
        let discarded = affected!(self.0, "discard a template's draft",
            "DELETE FROM template_version WHERE id = $1 AND state = 'draft'";
            id
        )?;
        if discarded == 0 {
            return Err(StoreError::missing("draft", id));
        }
        Ok(())
    }

    /// Publishes a copy of an earlier version as a new one. A draft being written stays a draft.
    pub async fn roll_back(
        &mut self,
        name: &str,
        to: i64,
        by: WriteContext<'_>,
    ) -> Result<TemplateVersionId, StoreError> {
        let versions = self.versions(name).await?;
        let earlier = versions.into_iter().find(|it| it.version == to);
        let earlier = earlier
            .ok_or_else(|| StoreError::missing("template version", format_args!("{name} {to}")))?;
        let template = self.template_row(&earlier.source, by).await?;
        let id = self.insert(template, &earlier.source, by).await?;
        self.publish(id, by.now).await?;
        Ok(id)
    }

    /// The template's row, made when absent, and locked until the transaction ends: versions are
    /// numbered one after the other.
    async fn template_row(
        &mut self,
        source: &Source,
        by: WriteContext<'_>,
    ) -> Result<i64, StoreError> {
        execute!(self.0, "add a template",
            "INSERT INTO template (id, name, description, topic, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING";
            by.ids.next(), &source.name, &source.description, &source.topic, by.now
        )?;
        value!(self.0, "lock a template",
            "SELECT id FROM template WHERE name = $1", words::for_update!();
            &source.name
        )
    }

    /// Two people who publish at once wait for each other, so that one version is published.
    async fn lock_template_of(&mut self, id: TemplateVersionId) -> Result<(), StoreError> {
        execute!(self.0, "lock the template of a version",
            "SELECT id FROM template
             WHERE id = (SELECT template_id FROM template_version WHERE id = $1)",
            words::for_update!();
            id
        )
    }

    async fn describe(&mut self, template: i64, source: &Source) -> Result<(), StoreError> {
        execute!(self.0, "write a template's description",
            "UPDATE template SET description = $1, topic = $2 WHERE id = $3";
            &source.description, &source.topic, template
        )
    }

    /// Adds a draft with the next number.
    async fn insert(
        &mut self,
        template: i64,
        source: &Source,
        by: WriteContext<'_>,
    ) -> Result<TemplateVersionId, StoreError> {
        self.describe(template, source).await?;
        let version = self.next_number(template).await?;
        let id = by.ids.next();
        let (variables, parts) = written(source)?;
        execute!(self.0, "add a template version",
            "INSERT INTO template_version
             (id, template_id, version, state, variables, parts, author, created_at)
             VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7)";
            id, template, version, &variables, &parts, by.author, by.now
        )?;
        Ok(TemplateVersionId::new(id))
    }

    /// A number that no version of the template ever had. A program of the version before gives
    /// numbers without noting them, so those of the versions count as well.
    async fn next_number(&mut self, template: i64) -> Result<i64, StoreError> {
        value!(self.0, "number a template version",
            "UPDATE template SET last_version = 1 + (
             SELECT coalesce(max(n), 0) FROM (
             SELECT version AS n FROM template_version WHERE template_id = $1
             UNION ALL SELECT last_version FROM template WHERE id = $1) given)
             WHERE id = $1 RETURNING last_version";
            template
        )
    }
}

row! {
    for Source {
        name,
        description,
        topic,
        variables = json_column,
        parts = json_column,
    }
}

/// Variables and parts as JSON.
fn written(source: &Source) -> Result<(String, String), StoreError> {
    let unfit = |error: serde_json::Error| StoreError::Unfit(error.to_string());
    Ok((
        serde_json::to_string(&source.variables).map_err(unfit)?,
        serde_json::to_string(&source.parts).map_err(unfit)?,
    ))
}
