//! Deletes what is old: cases, incidents, conversations, plans, events, dead letters, reports to bodies and
//! problems passed on to them, the audit.
//! A row goes only when no other row needs it; each call looks at a range of ids.

use super::{Chunk, UpkeepRows};
use crate::domain::Timestamp;
use crate::domain::ids::first_id_at;
use crate::store::database::sql::{affected, execute, values};
use crate::store::{StoreError, json_ids};

/// A kind of rows that are deleted when they are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Cases that are closed, with what happened in them.
    Cases,
    /// Incidents that are over, with what was said of them.
    Incidents,
    /// What people wrote of incidents at the console.
    Declared,
    /// Lines of the audit.
    Deeds,
    Plans,
    /// Events on which nothing hangs.
    Events,
    /// That a client was erased.
    Erasures,
    /// Records of sources that could not be taken.
    DeadLetters,
    /// That a body got a report.
    BodyReports,
    /// Problems that were passed on to a body, or wait for it.
    ForwardedProblems,
    /// The lists in which they were, once they are gone.
    Forwardings,
    /// What was told to programs.
    FeedEntries,
    /// That a mail came back.
    Mails,
    /// What clients wrote and what was answered, in conversations that nobody waits in.
    Conversations,
    /// What clients were asked of closed cases, and what they answered.
    Surveys,
}

impl UpkeepRows<'_> {
    /// Deletes what is older than `before`, among up to `limit` rows after the id `after`. None:
    /// there are no more.
    pub async fn delete_old(
        &mut self,
        old: Old,
        after: i64,
        before: Timestamp,
        limit: u32,
    ) -> Result<Option<Chunk>, StoreError> {
        let found = self.old_ids(old, after, before, limit).await?;
        let Some(upto) = found.last().copied() else {
            return Ok(None);
        };
        Ok(Some(Chunk {
            upto,
            first_unfinished: None,
            changed: self.delete_ids(old, &json_ids(found)).await?,
        }))
    }

    /// The ids of one stretch, in order. Ids tell the time where nothing says when a thing ended.
    async fn old_ids(
        &mut self,
        old: Old,
        after: i64,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        let limit = i64::from(limit);
        macro_rules! ids {
            ($sql:literal) => {
                values!(self.0, "look for what is old", $sql, " LIMIT $3"; after, before, limit)
            };
        }
        match old {
            Old::Cases => ids!(
                "SELECT id FROM case_file WHERE id > $1 AND closed_at IS NOT NULL
                 AND closed_at < $2 ORDER BY id"
            ),
            Old::Incidents => ids!(
                "SELECT id FROM incident WHERE id > $1 AND closed_at < $2
                 AND state <> 'going_on' ORDER BY id"
            ),
            Old::Declared => ids!(
                "SELECT id FROM declared_incident WHERE id > $1 AND changed_at < $2 ORDER BY id"
            ),
            Old::Erasures => ids!(
                "SELECT client_id FROM erased_client WHERE client_id > $1 AND erased_at < $2
                 ORDER BY client_id"
            ),
            Old::DeadLetters => {
                ids!("SELECT id FROM source_dead WHERE id > $1 AND dead_at < $2 ORDER BY id")
            }
            Old::BodyReports => {
                ids!("SELECT id FROM body_report WHERE id > $1 AND made_at < $2 ORDER BY id")
            }
            Old::ForwardedProblems => ids!(
                "SELECT id FROM forwarded_problem WHERE id > $1 AND marked_at < $2 ORDER BY id"
            ),
            Old::Forwardings => ids!(
                "SELECT id FROM forwarding WHERE id > $1 AND made_at < $2 AND NOT EXISTS
                 (SELECT 1 FROM forwarded_problem WHERE forwarding_id = forwarding.id) ORDER BY id"
            ),
            Old::Mails => {
                ids!("SELECT id FROM mail_evidence WHERE id > $1 AND received_at < $2 ORDER BY id")
            }
            Old::Conversations => ids!(
                "SELECT id FROM conversation WHERE id > $1 AND last_at < $2
                 AND waiting_since IS NULL ORDER BY id"
            ),
            Old::Surveys => {
                ids!("SELECT id FROM survey WHERE id > $1 AND due_at < $2 ORDER BY id")
            }
            Old::FeedEntries => ids!(
                "SELECT id FROM feed WHERE id > $1 AND at < $2 AND number IS NOT NULL ORDER BY id"
            ),
            Old::Deeds | Old::Plans | Old::Events => {
                self.old_by_their_ids(old, after, before, limit).await
            }
        }
    }

    /// The same of what has no time of its own: its id has it.
    async fn old_by_their_ids(
        &mut self,
        old: Old,
        after: i64,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let before = first_id_at(before);
        match old {
            Old::Deeds => values!(self.0, "look for old deeds",
                "SELECT id FROM audit WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
                after, before, limit
            ),
            Old::Plans => values!(self.0, "look for old plans",
                "SELECT id FROM plan WHERE id > $1 AND id < $2 AND state = 'planned'
                 ORDER BY id LIMIT $3";
                after, before, limit
            ),
            _ => values!(self.0, "look for old events",
                "SELECT id FROM event WHERE id > $1 AND id < $2 AND state <> 'received'
                 ORDER BY id LIMIT $3";
                after, before, limit
            ),
        }
    }

    /// Clients that were made only to be answered go with the last of their conversations.
    async fn forget_unknown_writers(&mut self) -> Result<(), StoreError> {
        execute!(
            self.0,
            "delete clients that were made to be answered",
            "DELETE FROM client WHERE id IN (SELECT w.client_id FROM unknown_writer w WHERE NOT EXISTS
             (SELECT 1 FROM conversation v WHERE v.client_id = w.client_id))"
        )
    }

    async fn delete_ids(&mut self, old: Old, ids: &str) -> Result<u64, StoreError> {
        macro_rules! delete {
            ($rows:literal $(, $unless:literal)?) => {
                affected!(self.0, "delete what is old",
                    "DELETE FROM ", $rows, " IN (", words::ids!("$1"), ")" $(, $unless)?; ids
                )
            };
        }
        match old {
            Old::Cases => {
                delete!("partner_question WHERE case_id")?;
                delete!("case_change WHERE case_id")?;
                delete!("case_file WHERE id")
            }
            Old::Incidents => {
                delete!("incident_answer WHERE incident_id")?;
                delete!("incident_compensation WHERE incident_id")?;
                delete!("incident_change WHERE incident_id")?;
                delete!("incident WHERE id")
            }
            Old::Declared => delete!("declared_incident WHERE id"),
            Old::Deeds => delete!("audit WHERE id"),
            Old::Erasures => delete!("erased_client WHERE client_id"),
            Old::DeadLetters => delete!("source_dead WHERE id"),
            Old::BodyReports => delete!("body_report WHERE id"),
            Old::ForwardedProblems => delete!("forwarded_problem WHERE id"),
            Old::Forwardings => delete!("forwarding WHERE id"),
            Old::FeedEntries => delete!("feed WHERE id"),
            Old::Surveys => {
                delete!("survey_answer WHERE survey_id")?;
                delete!("survey WHERE id")
            }
            Old::Mails => delete!("mail_evidence WHERE id"),
            Old::Conversations => {
                delete!("staff_mail WHERE conversation_id")?;
                delete!("conversation_line WHERE conversation_id")?;
                let deleted = delete!("conversation WHERE id")?;
                self.forget_unknown_writers().await?;
                Ok(deleted)
            }
            Old::Plans => delete!(
                "plan WHERE id",
                " AND NOT EXISTS (SELECT 1 FROM message WHERE message.plan_id = plan.id)"
            ),
            Old::Events => delete!(
                "event WHERE id",
                " AND NOT EXISTS (SELECT 1 FROM plan WHERE plan.event_id = event.id)
                 AND NOT EXISTS (SELECT 1 FROM case_change WHERE case_change.event_id = event.id)
                 AND NOT EXISTS (SELECT 1 FROM incident_change
                 WHERE incident_change.event_id = event.id)"
            ),
        }
    }
}
