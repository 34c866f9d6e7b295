//! Problems that clients report and a body has to mend: what kind they are. Whom they are passed on to,
//! and when, is decided in `source::clock`; what is kept of them in `store::people::forwardings`.

use crate::domain::language::Language;
use crate::text::text_enum::text_enum;

text_enum! {
    /// What a client reports of a body.
    pub enum ProblemKind {
        /// Something does not work, or is still without supply.
        Outage => "outage",
        /// Nobody came, or nothing moves.
        Delay => "delay",
        /// Works were badly done, or did damage.
        Works => "works",
        Billing => "billing",
        Other => "other",
    }
}

impl ProblemKind {
    /// In words, as a body and the client read it.
    #[must_use]
    pub fn said(self, language: Language) -> &'static str {
        match self {
            Self::Outage => language.choose("guasto", "fault"),
            Self::Delay => language.choose("ritardo", "delay"),
            Self::Works => language.choose("lavori o danni", "works or damage"),
            Self::Billing => language.choose("fatturazione", "billing"),
            Self::Other => language.choose("altro", "other"),
        }
    }
}
