//! Rules that people write at the console: a draft, one published version of each, and those that were.
//! A published one is never changed. What a text means is for `config::rules` to say; here each step
//! holds only as long as nobody changed the draft since it was looked at.

use crate::domain::Timestamp;
use crate::domain::limits::RULE_VERSIONS_SHOWN;
use crate::domain::template::VersionState;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, values};
use crate::store::{StoreError, handle};

handle! {
    /// Rules that people write at the console.
    rule_versions -> RuleVersions
}

row! {
    /// One version of a rule.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RuleVersion {
        pub id: i64,
        pub rule: String,
        /// Counted for each rule, from 1.
        pub version: i64,
        /// The rule in TOML, as in the file.
        pub text: String,
        pub state: VersionState,
        /// Who wrote it last.
        pub author: String,
        /// Why it was published.
        pub comment: Option<String>,
        pub changed_at: Timestamp,
        pub published_at: Option<Timestamp>,
    }
}

/// What is written down as a draft.
#[derive(Debug, Clone, Copy)]
pub struct NewRuleText<'a> {
    /// Of the row, where there is no draft yet.
    pub id: i64,
    pub rule: &'a str,
    /// The rule in TOML, as in the file.
    pub text: &'a str,
    pub author: &'a str,
}

macro_rules! columns {
    () => {
        "SELECT id, rule, version, text, state, author, comment, changed_at, published_at
         FROM rule_version "
    };
}

impl RuleVersions<'_> {
    /// The rows of those in force, in order: another list means that others are in force.
    pub async fn in_force(&mut self) -> Result<Vec<i64>, StoreError> {
        values!(
            self.0,
            "look which rules of the console are in force",
            "SELECT id FROM rule_version WHERE state = 'published' ORDER BY id"
        )
    }

    /// Those in force, in the same order.
    pub async fn published(&mut self) -> Result<Vec<RuleVersion>, StoreError> {
        all!(
            self.0,
            "read the rules of the console",
            columns!(),
            "WHERE state = 'published' ORDER BY id"
        )
    }

    /// The newest versions of a rule, newest first.
    pub async fn of_rule(&mut self, rule: &str) -> Result<Vec<RuleVersion>, StoreError> {
        all!(self.0, "read the versions of a rule",
            columns!(), "WHERE rule = $1 ORDER BY version DESC LIMIT $2";
            rule, RULE_VERSIONS_SHOWN
        )
    }

    /// The names of rules of which there is a draft.
    pub async fn drafts(&mut self) -> Result<Vec<String>, StoreError> {
        values!(
            self.0,
            "look for drafts of rules",
            "SELECT rule FROM rule_version WHERE state = 'draft' ORDER BY rule"
        )
    }

    /// Keeps a draft. `seen`: when the draft was changed last that was looked at, none where there was
    /// none. False: somebody else changed it since.
    pub async fn save(
        &mut self,
        new: &NewRuleText<'_>,
        seen: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let written = match seen {
            Some(seen) => affected!(self.0, "change the draft of a rule",
                "UPDATE rule_version SET text = $2, author = $3, changed_at = $4
                 WHERE rule = $1 AND state = 'draft' AND changed_at = $5";
                new.rule, new.text, new.author, now, seen
            )?,
            None => affected!(self.0, "begin the draft of a rule",
                "INSERT INTO rule_version (id, rule, version, text, state, author, created_at,
                 changed_at) SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT),
                 coalesce(max(version), 0) + 1, CAST($3 AS TEXT), 'draft', CAST($4 AS TEXT),
                 CAST($5 AS BIGINT), CAST($5 AS BIGINT) FROM rule_version WHERE rule = $2
                 ON CONFLICT DO NOTHING";
                new.id, new.rule, new.text, new.author, now
            )?,
        };
        Ok(written == 1)
    }

    /// Puts the draft that was looked at into force, in the place of what was. False: somebody else
    /// changed it since.
    pub async fn publish(
        &mut self,
        rule: &str,
        seen: Timestamp,
        comment: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.retire(rule, now).await?;
        let done = affected!(self.0, "publish a rule",
            "UPDATE rule_version SET state = 'published', comment = $3, changed_at = $4,
             published_at = $4 WHERE rule = $1 AND state = 'draft' AND changed_at = $2";
            rule, seen, comment, now
        )?;
        Ok(done == 1)
    }

    /// Takes what the console has of a rule out of force: the file's holds again, if it has one. False:
    /// nothing was.
    pub async fn retire(&mut self, rule: &str, now: Timestamp) -> Result<bool, StoreError> {
        let done = affected!(self.0, "take a rule of the console out of force",
            "UPDATE rule_version SET state = 'retired', changed_at = $2
             WHERE rule = $1 AND state = 'published'";
            rule, now
        )?;
        Ok(done == 1)
    }

    /// Gives up a draft.
    pub async fn discard(&mut self, rule: &str) -> Result<(), StoreError> {
        execute!(self.0, "discard the draft of a rule",
            "DELETE FROM rule_version WHERE rule = $1 AND state = 'draft'";
            rule
        )
    }
}
