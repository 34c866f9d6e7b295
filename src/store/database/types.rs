//! The words of `domain` as values of a column: ids and times stand there as numbers, closed
//! lists of words as texts. Rows decode into them and statements bind them; `domain` itself
//! knows nothing of databases.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{ColumnIndex, Database, Decode, Encode, FromRow, Row, Type};

use crate::domain::client::{SuppressionReason, TrackingConsent};
use crate::domain::conversation::{ConversationState, LineWay};
use crate::domain::deputy::{CodePurpose, DeputyMode};
use crate::domain::event::{
    CaseStep, DeclaredState, EventState, IncidentKind, IncidentState, IncidentStep,
};
use crate::domain::forwarding::ProblemKind;
use crate::domain::money::Money;
use crate::domain::receipt::ReceiptKind;
use crate::domain::role::Role;
use crate::domain::rule::FallbackOutcome;
use crate::domain::template::VersionState;
use crate::domain::test_send::TestSendState;
use crate::domain::{
    Address, CaseId, Channel, Class, ClientId, DeclaredId, EngagementKind, EventId, IncidentId,
    KeyId, Lane, LinkId, MessageId, MessageState, NodeId, OnUnknown, PlanId, Reason,
    TemplateVersionId, TestSendId, Timestamp, Tracking, UserId, Verdict,
};
use crate::store::cluster::invariants::Invariant;
use crate::store::cluster::upkeep::{Blanked, Task};
use crate::store::insight::days::Awaited;
use crate::store::insight::zones::ZoneKind;
use crate::store::sources::DifferenceSort;

/// What a list of numbers is made of; see [`crate::store::json_ids`].
pub(crate) trait Number {
    /// As it stands in its column.
    fn number(&self) -> i64;
}

impl Number for i64 {
    fn number(&self) -> i64 {
        *self
    }
}

impl<T: Number> Number for &T {
    fn number(&self) -> i64 {
        (*self).number()
    }
}

/// Columns that hold what `$write` makes of a value.
macro_rules! column {
    ($inner:ty, $write:ident; $($name:ident)+) => { $(
        impl<DB: Database> Type<DB> for $name
        where
            $inner: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$inner as Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <$inner as Type<DB>>::compatible(info)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $name
        where
            $inner: Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> Result<IsNull, BoxDynError> {
                self.$write().encode(buffer)
            }
        }
    )+ };
}

/// Columns that hold a number.
macro_rules! numbers {
    ($new:ident, $number:ident; $($name:ident)+) => {
        column!(i64, $number; $($name)+);
        $(
            impl Number for $name {
                fn number(&self) -> i64 {
                    self.$number()
                }
            }

            impl<'r, DB: Database> Decode<'r, DB> for $name
            where
                i64: Decode<'r, DB>,
            {
                fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                    <i64 as Decode<'r, DB>>::decode(value).map(Self::$new)
                }
            }
        )+
    };
}

/// Columns that hold one of a closed list of words.
macro_rules! words {
    ($($name:ident)+) => {
        column!(&'static str, as_str; $($name)+);
        $(
            impl<'r, DB: Database> Decode<'r, DB> for $name
            where
                &'r str: Decode<'r, DB>,
            {
                fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                    Ok(<&str as Decode<'r, DB>>::decode(value)?.parse()?)
                }
            }
        )+
    };
}

numbers!(from_micros, as_micros; Timestamp);

numbers!(from_micros, micros; Money);

numbers!(new, get;
    CaseId ClientId DeclaredId EventId IncidentId KeyId LinkId MessageId NodeId PlanId
    TemplateVersionId TestSendId UserId
);

words!(
    Awaited Blanked CaseStep Channel Class CodePurpose ConversationState DeclaredState DeputyMode DifferenceSort EngagementKind EventState FallbackOutcome IncidentKind IncidentState IncidentStep
    Invariant Lane LineWay MessageState OnUnknown ProblemKind Reason ReceiptKind Role SuppressionReason Tracking
    TestSendState TrackingConsent Verdict VersionState Task ZoneKind
);

/// An address is read from the columns `channel` and `address`.
impl<'r, R: Row> FromRow<'r, R> for Address
where
    &'static str: ColumnIndex<R>,
    Channel: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self::from_stored(
            row.try_get("channel")?,
            row.try_get("address")?,
        ))
    }
}
