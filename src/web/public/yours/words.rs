//! What is said back after a form of the client's own page.

use crate::domain::language::Language;
use crate::web::actions::codes::CodeAsked;

/// What was done, or why it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum YoursDone {
    CodeSent,
    /// It is not the code, or the code is too old, or was tried too often.
    WrongCode,
    TooMany,
    Barred,
    /// It is no number and no mailbox, or a name is missing.
    NoAddress,
    /// Whoever is to get the copy would get it where the client does.
    OwnAddress,
    /// It is to be the client's own, and somebody gets the copy there.
    OfDeputy,
    ContactAdded,
    DeputyAdded,
    DeputyEnded,
}

impl YoursDone {
    const ALL: [Self; 10] = [
        Self::CodeSent,
        Self::WrongCode,
        Self::TooMany,
        Self::Barred,
        Self::NoAddress,
        Self::OwnAddress,
        Self::OfDeputy,
        Self::ContactAdded,
        Self::DeputyAdded,
        Self::DeputyEnded,
    ];

    /// The word in the address of the page that follows a form.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::CodeSent => "sent",
            Self::WrongCode => "wrong",
            Self::TooMany => "many",
            Self::Barred => "barred",
            Self::NoAddress => "address",
            Self::OwnAddress => "own",
            Self::OfDeputy => "theirs",
            Self::ContactAdded => "contact",
            Self::DeputyAdded => "deputy",
            Self::DeputyEnded => "ended",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.word() == word)
    }

    pub(super) fn said(self, language: Language) -> &'static str {
        match self {
            Self::CodeSent => language.choose(
                "Abbiamo mandato un codice di sei cifre. Lo scriva qui sotto entro 15 minuti.",
                "We sent a code of six digits. Type it below within 15 minutes.",
            ),
            Self::WrongCode => language.choose(
                "Il codice non è giusto, o non vale più. Può chiederne uno nuovo.",
                "The code is not right, or no longer good. You can ask for a new one.",
            ),
            Self::TooMany => language.choose(
                "Per oggi non è possibile. Riprovi domani, o ci chiami.",
                "This is not possible today. Please try again tomorrow, or call us.",
            ),
            Self::Barred => language.choose(
                "A questo recapito non possiamo scrivere. Ci chiami, se è il Suo.",
                "We may not write to this address. Please call us if it is yours.",
            ),
            Self::NoAddress => language.choose(
                "Ci serve un numero di cellulare o un indirizzo e-mail valido e, per un'altra persona, il \
                 nome.",
                "We need a valid mobile number or e-mail address and, for somebody else, a name.",
            ),
            Self::OwnAddress => language.choose(
                "Questo recapito è già Suo: per la copia ci serve quello dell'altra persona.",
                "This address is your own: for the copy we need that of the other person.",
            ),
            Self::OfDeputy => language.choose(
                "A questo recapito un'altra persona riceve la copia. Prima la tolga, qui sotto, o ci chiami.",
                "At this address somebody else gets the copy. Please end that first, below, or call us.",
            ),
            Self::ContactAdded => language.choose(
                "Il recapito è confermato: d'ora in poi è il primo fra i Suoi dello stesso tipo (SMS o \
                 e-mail). Quale dei due usiamo prima lo sceglie fra le Sue scelte.",
                "The address is confirmed: from now on it is the first of yours of its kind (text message or \
                 e-mail). Which kind we use first is among your choices.",
            ),
            Self::DeputyAdded => language.choose(
                "Dal prossimo messaggio questa persona riceve la copia.",
                "From the next message on this person gets the copy.",
            ),
            Self::DeputyEnded => language.choose(
                "Questa persona non riceve più la copia.",
                "This person gets the copy no more.",
            ),
        }
    }
}

impl From<CodeAsked> for YoursDone {
    fn from(asked: CodeAsked) -> Self {
        match asked {
            CodeAsked::Sent => Self::CodeSent,
            CodeAsked::TooMany => Self::TooMany,
            CodeAsked::Barred => Self::Barred,
        }
    }
}
