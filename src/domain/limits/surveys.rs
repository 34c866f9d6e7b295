//! Questions to clients about closed cases: how often they are asked, and how much they may answer.

use chrono::TimeDelta;

/// Characters of a comment that are kept.
pub const SURVEY_COMMENT: usize = 500;
/// Answers to one question that are kept, those that were changed among them.
pub const SURVEY_ANSWERS: i64 = 10;
/// Nobody answers later than this after the question.
pub const SURVEY_OPEN: TimeDelta = TimeDelta::days(30);
/// After the first answer it may be changed for so long.
pub const SURVEY_CHANGED_WITHIN: TimeDelta = TimeDelta::days(7);
/// What the clock did not come to within this is not asked any more: who thinks of it by then?
pub const SURVEY_LATE: TimeDelta = TimeDelta::days(7);
/// The longest that settings let pass before the question, and before it is called to mind.
pub const SURVEY_WAITS: TimeDelta = TimeDelta::days(60);
/// Questions to one client that a cap may allow.
pub const SURVEYS_OF_CLIENT: i64 = 100;
/// The longest time that a cap counts over.
pub const SURVEY_CAP: TimeDelta = TimeDelta::days(731);
/// Answers below which neither a mean nor a share is shown: they would be of persons.
pub const SURVEY_FEW: i64 = 5;
/// Lines of one list of sums.
pub const SURVEY_GROUPS: i64 = 200;
