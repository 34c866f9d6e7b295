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

text_enum! {
    /// What somebody who touched a message was taken for: finer than [`Verdict`], which is counted.
    pub enum Reading {
        /// A mail provider's proxy, which loads the pictures of every mail.
        PrivacyProxy => "privacy_proxy",
        /// Looks whether a mail or a link does harm.
        Scanner => "scanner",
        /// Shows what is behind a link before anybody follows it.
        Preview => "preview",
        /// A search engine, a monitor, a library, a browser without a screen.
        Crawler => "crawler",
        /// Nothing known speaks for either.
        Undetermined => "undetermined",
        /// A browser or a mail program, and nothing speaks against it.
        Person => "person",
        /// A button was pressed.
        Confirmed => "confirmed",
    }
}

impl Reading {
    /// What it counts as.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::PrivacyProxy | Self::Scanner | Self::Preview | Self::Crawler => Verdict::Machine,
            Self::Undetermined => Verdict::Undetermined,
            Self::Person | Self::Confirmed => Verdict::Human,
        }
    }
}
