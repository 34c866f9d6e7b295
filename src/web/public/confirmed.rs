//! What is said back on the status page after a button was pressed: the word in the address of the page that
//! follows, and the sentence in both languages. All other words of the clients' pages are `phrases`'.

use crate::domain::language::Language;

/// A sentence said back after a button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirmation {
    Read,
    Replied,
    Enough,
    Saved,
    /// All but the quiet hours, which were half filled or impossible.
    QuietHoursUnclear,
    Stopped,
    /// By every address, and with whoever gets the copy.
    StoppedAll,
    Resumed,
    /// By every address that was stopped at once.
    ResumedAll,
    /// It is over for this client too.
    Back,
    StillOut,
    /// The answer was changed too often: the last one stands.
    Changed,
    /// A body has the list of its cases.
    Received,
    /// How a case went is kept.
    Rated,
    /// The same, and a person looks into it.
    RatedLow,
    /// Nobody asks how it went any more.
    SurveyOver,
    /// More was written than is kept; nothing of it is.
    TooLong,
    /// It is none of the scores.
    NoScore,
}

impl Confirmation {
    /// The word in the address of the page that follows a form.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Replied => "replied",
            Self::Enough => "enough",
            Self::Saved => "saved",
            Self::QuietHoursUnclear => "quiet",
            Self::Stopped => "stopped",
            Self::StoppedAll => "stopped-all",
            Self::Resumed => "resumed",
            Self::ResumedAll => "resumed-all",
            Self::Back => "back",
            Self::StillOut => "still-out",
            Self::Changed => "changed",
            Self::Received => "received",
            Self::Rated => "rated",
            Self::RatedLow => "rated-low",
            Self::SurveyOver => "survey-over",
            Self::TooLong => "long",
            Self::NoScore => "no-score",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Read,
            Self::Replied,
            Self::Enough,
            Self::Saved,
            Self::QuietHoursUnclear,
            Self::Stopped,
            Self::StoppedAll,
            Self::Resumed,
            Self::ResumedAll,
            Self::Back,
            Self::StillOut,
            Self::Changed,
            Self::Received,
            Self::Rated,
            Self::RatedLow,
            Self::SurveyOver,
            Self::TooLong,
            Self::NoScore,
        ];
        all.into_iter().find(|done| done.word() == word)
    }
}

impl Language {
    pub(super) fn done(self, done: Confirmation) -> &'static str {
        match done {
            Confirmation::Read => self.choose(
                "Grazie di averci avvisato: sappiamo che ha letto.",
                "Thank you for letting us know that you have read this.",
            ),
            Confirmation::Replied => self.choose(
                "Abbiamo ricevuto il Suo messaggio. Lo leggerà una persona.",
                "We have received your message. A person will read it.",
            ),
            Confirmation::Enough => self.choose(
                "Abbiamo già diversi Suoi messaggi da leggere. Se è urgente, ci chiami.",
                "We already have several messages of yours to read. If it is urgent, please call.",
            ),
            Confirmation::Saved => self.choose(
                "Le Sue scelte sono salvate. Valgono dal prossimo messaggio.",
                "Your choices are saved. They hold from the next message on.",
            ),
            Confirmation::QuietHoursUnclear => self.quiet_hours_unclear(),
            Confirmation::Stopped => self.stopped(),
            Confirmation::StoppedAll => self.stopped_all(),
            Confirmation::Resumed => self.resumed(),
            Confirmation::ResumedAll => self.resumed_all(),
            Confirmation::Back => self.choose(
                "Grazie: siamo contenti che da Lei sia tutto tornato.",
                "Thank you: we are glad that all is back for you.",
            ),
            Confirmation::StillOut => self.choose(
                "Grazie di avercelo detto. Riapriamo la segnalazione per Lei e Le scriviamo.",
                "Thank you for telling us. We open the report again for you and will write to you.",
            ),
            Confirmation::Changed => self.choose(
                "Ha già cambiato più volte la Sua risposta: vale l'ultima. Se non è quella giusta, ci \
                 chiami.",
                "You have changed your answer several times: the last one holds. If it is not the \
                 right one, please call.",
            ),
            Confirmation::Received => self.choose(
                "Grazie: sappiamo che avete l'elenco.",
                "Thank you: we know that you have the list.",
            ),
            Confirmation::Rated => self.well_rated(),
            Confirmation::RatedLow => self.badly_rated(),
            Confirmation::SurveyOver => self.survey_over(),
            Confirmation::TooLong => self.too_long(),
            Confirmation::NoScore => self.choose(
                "La risposta non è arrivata: scelga un numero da 1 a 5.",
                "Your answer did not arrive: please choose a number from 1 to 5.",
            ),
        }
    }

    fn quiet_hours_unclear(self) -> &'static str {
        self.choose(
            "Quando non dobbiamo disturbarLa? Ci servono due orari, per esempio dalle 22:00 alle \
             07:00, che lascino almeno due ore al giorno. Le ore di silenzio non sono salvate; \
             le altre scelte sì.",
            "When should we not disturb you? We need two times, such as from 22:00 to 07:00, \
             that leave at least two hours a day. The quiet hours are not saved; your other \
             choices are.",
        )
    }

    fn stopped(self) -> &'static str {
        self.choose(
            "Non Le scriveremo più a questo recapito, se non per la Sua sicurezza.",
            "We will not write to this address again, except for your safety.",
        )
    }

    fn stopped_all(self) -> &'static str {
        self.choose(
            "Non scriveremo più né a Lei, a nessuno dei Suoi recapiti, né a chi riceve la copia, se \
             non per la Sua sicurezza. Se cambia idea, lo dica qui sotto.",
            "We will write no more, neither to any of your addresses nor to whoever gets the copy, \
             except for your safety. If you change your mind, say so below.",
        )
    }

    fn resumed(self) -> &'static str {
        self.choose(
            "Torniamo a scriverLe a questo recapito.",
            "We will write to this address again.",
        )
    }

    fn resumed_all(self) -> &'static str {
        self.choose(
            "Torniamo a scriverLe, a tutti i recapiti che aveva fermato insieme.",
            "We will write to you again, at all addresses that you had stopped together.",
        )
    }

    /// Of what was written, nothing is kept, so that nobody takes the rest for read.
    fn too_long(self) -> &'static str {
        self.choose(
            "Il testo è troppo lungo e non è ancora inviato. Lo trova qui sotto: lo accorci e lo invii di \
             nuovo, o ci chiami.",
            "The text is too long and was not sent yet. It stands below: please shorten it and send it \
             again, or call us.",
        )
    }

    fn well_rated(self) -> &'static str {
        self.choose(
            "Grazie: la Sua risposta ci aiuta a lavorare meglio.",
            "Thank you: your answer helps us to work better.",
        )
    }

    fn badly_rated(self) -> &'static str {
        self.choose(
            "Grazie di avercelo detto. Una persona guarderà che cosa non è andato bene.",
            "Thank you for telling us. A person will look into what went wrong.",
        )
    }

    fn survey_over(self) -> &'static str {
        self.choose(
            "Il tempo per rispondere a questa domanda è passato. Se vuole dirci qualcosa, ci scriva \
             qui sotto.",
            "The time to answer this question is over. If you want to tell us something, write to \
             us below.",
        )
    }
}
