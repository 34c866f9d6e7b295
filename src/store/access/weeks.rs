//! Who of the staff wants the mail of the week, and for which Monday it was last made. What stands in it is
//! `insight::sums`'s, when it is made `upkeep::week`'s.

use crate::domain::UserId;
use crate::domain::role::Role;
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{affected, all, execute, value};
use crate::store::{StoreError, handle};

handle! {
    /// Who wants the mail of the week.
    weeks -> Weeks
}

row! {
    /// Somebody whose mail of the week is due.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WeekReader {
        pub id: UserId,
        pub email: String,
        pub language: Option<String>,
        /// The Monday before, whose mail was made or had passed when they asked for it.
        pub told: i64 as week_told,
    }
}

impl Weeks<'_> {
    /// Whether this person wants one.
    pub async fn wanted(&mut self, user: UserId) -> Result<bool, StoreError> {
        value!(self.0, "look whether the mail of the week is wanted",
            "SELECT EXISTS (SELECT 1 FROM console_user WHERE id = $1 AND week_told IS NOT NULL)";
            user
        )
    }

    /// This person wants those of the Mondays after `since`, a day counted from 1970; nothing: none any
    /// more. Who wants them already goes on from where they are.
    pub async fn want(&mut self, user: UserId, since: Option<i64>) -> Result<(), StoreError> {
        execute!(self.0, "note whether the mail of the week is wanted",
            "UPDATE console_user SET week_told = CASE WHEN $2 IS NULL THEN NULL
             ELSE coalesce(week_told, $2) END WHERE id = $1";
            user, since
        )
    }

    /// At most `limit` people of these roles who were not told of this Monday. Whoever wants it has logged in
    /// once; who was shut out since gets none.
    pub async fn due(
        &mut self,
        monday: i64,
        roles: &[Role],
        limit: i64,
    ) -> Result<Vec<WeekReader>, StoreError> {
        all!(self.0, "look whose mail of the week is due",
            "SELECT id, email, language, week_told FROM console_user
             WHERE week_told < $1 AND role IN (", words::texts!("$2"), ")
             AND disabled_at IS NULL ORDER BY id LIMIT $3";
            monday, json(roles)?, limit
        )
    }

    /// Notes that a mail was made. False when another node was quicker, it is not wanted any more, or its
    /// reader was shut out meanwhile.
    pub async fn take(&mut self, reader: &WeekReader, monday: i64) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "note that the mail of the week was made",
            "UPDATE console_user SET week_told = $3 WHERE id = $1 AND week_told = $2
             AND disabled_at IS NULL";
            reader.id, reader.told, monday
        )?;
        Ok(rows == 1)
    }
}
