//! What a reader did with a message, and whether a person or a machine did it.
//!
//! Only the words. `track::verdict` judges; `store::messages::engagement` keeps and counts.

use crate::text::text_enum::text_enum;

text_enum! {
    pub enum EngagementKind {
        /// The pixel in an e-mail was loaded.
        Opened => "opened",
        /// A tracked link was followed.
        Clicked => "clicked",
        /// The client's status page was looked at.
        Viewed => "viewed",
        /// The client wrote back.
        Replied => "replied",
        /// The client said that the message was read.
        Confirmed => "confirmed",
        /// The client refused the topic, or everything.
        Unsubscribed => "unsubscribed",
    }
}

text_enum! {
    /// Who did it, as far as can be told.
    pub enum Verdict {
        /// Nothing speaks against a person.
        Human => "human",
        /// A mail scanner, a preview, a prefetching app.
        Machine => "machine",
        /// Signs both ways; counted in neither sum.
        Undetermined => "undetermined",
    }
}
