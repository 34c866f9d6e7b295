//! The words of the client's own pages, Italian (with the courteous "Lei") and English.
//!
//! Whole sentences, no building blocks: a sentence put together from parts is wrong in one of
//! the languages. Organisations' own words (states of cases) come from `domain::case_kind`.

pub(super) use super::confirmed::Confirmation;
use crate::domain::Channel;
use crate::domain::event::{Incident, IncidentKind, IncidentState, IncidentStep};
pub(super) use crate::domain::language::Language;

impl Language {
    /// That the client was asked about a closed case.
    pub(super) fn asked_how_it_went(self) -> &'static str {
        self.choose("Le abbiamo chiesto com'è andata", "We asked how it went")
    }

    /// What the scores mean, from the lowest.
    pub(super) fn scores(self) -> [&'static str; 5] {
        self.choose(
            ["per niente bene", "male", "così così", "bene", "molto bene"],
            ["not well at all", "badly", "so-so", "well", "very well"],
        )
    }

    /// The answer that holds.
    pub(super) fn rated(self, score: i64) -> String {
        self.choose(
            format!("La Sua risposta: {score} su 5."),
            format!("Your answer: {score} of 5."),
        )
    }

    /// That a case takes longer than it should.
    pub(super) fn stalled(self) -> &'static str {
        self.choose("Più tempo del previsto", "Longer than it should take")
    }

    /// What the list of a body's cases is called.
    pub(super) fn cases_of(self, body: &str) -> String {
        self.choose(
            format!("Pratiche ferme presso {body}"),
            format!("Cases that stand still with {body}"),
        )
    }

    pub(super) fn problems_of(self, body: &str) -> String {
        self.choose(
            format!("Segnalazioni dei clienti per {body}"),
            format!("What clients report of {body}"),
        )
    }

    /// How many problems there are.
    pub(super) fn problems_next(self, count: usize) -> String {
        self.choose(
            format!("Segnalazioni in questo elenco: {count}."),
            format!("Reports in this list: {count}."),
        )
    }

    pub(super) fn list_line(self, number: i64) -> String {
        self.choose(format!("Elenco {number}"), format!("List {number}"))
    }

    pub(super) fn list_state(self, confirmed: bool) -> &'static str {
        match confirmed {
            true => self.choose("Confermato", "Confirmed"),
            false => self.choose("Da confermare", "To be confirmed"),
        }
    }

    pub(super) fn confirmed(self, when: &str) -> String {
        self.choose(
            format!("Confermato: {when}."),
            format!("Confirmed: {when}."),
        )
    }

    /// How many cases there are, and how many of them are named.
    pub(super) fn list_next(self, count: i64, named: usize) -> String {
        self.choose(
            format!("Pratiche oltre i tempi previsti: {count}. In questo elenco: {named}."),
            format!("Cases beyond their time: {count}. In this list: {named}."),
        )
    }

    pub(super) fn since(self, when: &str) -> String {
        self.choose(format!("dal {when}"), format!("since {when}"))
    }

    /// Whose turn it is. The client's own turn is said plainly.
    pub(super) fn turn(self, owner: &str) -> String {
        match owner {
            "cliente" | "client" => self
                .choose(
                    "Per andare avanti serve qualcosa da parte Sua.",
                    "To go on, we need something from you.",
                )
                .to_owned(),
            owner => self.choose(
                format!("Ora se ne occupa: {owner}."),
                format!("Now in the hands of: {owner}."),
            ),
        }
    }

    pub(super) fn next_step(self, due: &str, past: bool) -> String {
        match (self, past) {
            (Self::Italian, false) => format!("Il prossimo passo è atteso entro {due}."),
            (Self::English, false) => format!("The next step is expected by {due}."),
            (Self::Italian, true) => {
                format!("Il prossimo passo era atteso entro {due} e non ci risulta ancora.")
            }
            (Self::English, true) => {
                format!("The next step was expected by {due} and has not reached us yet.")
            }
        }
    }

    pub(super) fn closed(self, when: &str) -> String {
        self.choose(
            format!("La pratica è chiusa ({when}). Se qualcosa non Le torna, ci chiami."),
            format!("The case is closed ({when}). If anything seems wrong, please call us."),
        )
    }

    pub(super) fn no_date(self) -> &'static str {
        self.choose(
            "Non abbiamo ancora una data. Le scriviamo appena qualcosa cambia.",
            "We have no date yet. We will write as soon as anything changes.",
        )
    }

    pub(super) fn expected_end(self, due: &str, past: bool) -> String {
        match (self, past) {
            (Self::Italian, false) => format!("La fine è prevista per {due}."),
            (Self::English, false) => format!("It should be over by {due}."),
            (Self::Italian, true) => {
                format!("La fine era prevista per {due}, ma non ci risulta ancora.")
            }
            (Self::English, true) => {
                format!("It should have been over by {due}, but we have not heard that it is.")
            }
        }
    }

    pub(super) fn no_end(self) -> &'static str {
        self.choose(
            "Non sappiamo ancora quando finirà. Le scriviamo appena lo sappiamo.",
            "We do not know yet when it will end. We will write as soon as we do.",
        )
    }

    pub(super) fn over(self, when: &str) -> String {
        self.choose(
            format!("Ci risulta risolto: {when}. Se da Lei non è così, ci chiami o ci scriva."),
            format!("It is over for all we know: {when}. If not for you, please call or write."),
        )
    }

    /// When the next word is promised.
    pub(super) fn next_word(self, when: &str) -> String {
        self.choose(
            format!("Prossimo aggiornamento: {when}."),
            format!("Next update: {when}."),
        )
    }

    pub(super) fn called_off(self) -> &'static str {
        self.choose(
            "L'avviso è annullato: non deve fare nulla.",
            "The notice is withdrawn: there is nothing you need to do.",
        )
    }

    pub(super) fn incident_title(self, incident: &Incident) -> String {
        let service = match incident.service.as_deref() {
            Some("electricity") => self.choose(" dell'energia elettrica", "electricity "),
            Some("gas") => self.choose(" del gas", "gas "),
            Some("water") => self.choose(" dell'acqua", "water "),
            _ => "",
        };
        match (self, incident.kind) {
            (Self::Italian, IncidentKind::Outage) => format!("Interruzione{service}"),
            (Self::Italian, IncidentKind::PlannedOutage) => {
                format!("Interruzione programmata{service}")
            }
            (Self::English, IncidentKind::Outage) => capital(&format!("{service}outage")),
            (Self::English, IncidentKind::PlannedOutage) => {
                capital(&format!("planned {service}outage"))
            }
            (_, IncidentKind::Delay) => self.choose("Ritardo", "Delay").to_owned(),
            (_, IncidentKind::Closure) => self.choose("Chiusura", "Closure").to_owned(),
            (_, IncidentKind::Notice) => self.choose("Avviso", "Notice").to_owned(),
        }
    }

    pub(super) fn incident_state(self, incident: &Incident, begun: bool) -> &'static str {
        match (incident.state, begun) {
            (IncidentState::Resolved, _) => self.resolved(incident.kind),
            (IncidentState::Cancelled, _) => self.cancelled(incident.kind),
            (IncidentState::GoingOn, false) => self.choose("In programma", "Planned"),
            (IncidentState::GoingOn, true) => self.choose("In corso", "Going on"),
        }
    }

    pub(super) fn incident_step(self, kind: IncidentKind, step: IncidentStep) -> &'static str {
        match step {
            IncidentStep::Opened => self.choose("Prima segnalazione", "First report"),
            IncidentStep::Resolved => self.resolved(kind),
            IncidentStep::Cancelled => self.cancelled(kind),
            IncidentStep::Overdue => {
                self.choose("Oltre l'orario previsto", "Past the expected time")
            }
            IncidentStep::Updated => self.choose("Aggiornamento", "Update"),
            IncidentStep::Reminder => self.choose("Promemoria", "Reminder"),
            IncidentStep::Confirm => self.choose(
                "Abbiamo chiesto se è tornato tutto",
                "We asked whether all is back",
            ),
            IncidentStep::Reopened => self.choose(
                "Riaperto per chi ci ha detto di no",
                "Opened again for those who told us no",
            ),
            IncidentStep::Uncovered => self.choose(
                "Comunicato a chi attendeva la fine di un evento più ampio",
                "Told to those who waited for the end of a wider one",
            ),
            IncidentStep::Left => self.choose(
                "Conclusa per una parte della zona",
                "Over for a part of the area",
            ),
            IncidentStep::Compensation => {
                self.choose("Durata oltre i limiti", "Longer than it may last")
            }
        }
    }

    fn resolved(self, kind: IncidentKind) -> &'static str {
        let italian = if is_feminine(kind) {
            "Risolta"
        } else {
            "Risolto"
        };
        self.choose(italian, "Over")
    }

    fn cancelled(self, kind: IncidentKind) -> &'static str {
        let italian = if is_feminine(kind) {
            "Annullata"
        } else {
            "Annullato"
        };
        self.choose(italian, "Called off")
    }

    pub(super) fn end_named(self, due: &str) -> String {
        self.choose(
            format!("fine prevista: {due}"),
            format!("expected end: {due}"),
        )
    }

    pub(super) fn began(self, when: &str) -> String {
        self.choose(format!("Inizio: {when}."), format!("Began: {when}."))
    }

    pub(super) fn cause(self, cause: &str) -> String {
        self.choose(format!("Causa: {cause}."), format!("Cause: {cause}."))
    }

    /// What a notice was about that is withdrawn: it may be one of several.
    pub(super) fn was_about(self, cause: &str) -> String {
        self.choose(
            format!("L'avviso riguardava: {cause}."),
            format!("The notice was about: {cause}."),
        )
    }

    pub(super) fn case_line(self, reference: &str) -> String {
        self.choose(format!("Pratica {reference}"), format!("Case {reference}"))
    }

    pub(super) fn told(self, when: &str) -> String {
        self.choose(
            format!("Le abbiamo scritto {when}."),
            format!("We wrote to you {when}."),
        )
    }

    /// What a topic is called; an organisation's own topic by its own word.
    pub(super) fn topic(self, topic: &str) -> String {
        match topic {
            "cases" => self.choose("Le mie pratiche", "My cases").to_owned(),
            "outages" => self
                .choose("Guasti e interruzioni", "Outages and works")
                .to_owned(),
            "reports" => self
                .choose(
                    "Elenchi di pratiche ferme",
                    "Lists of cases that stand still",
                )
                .to_owned(),
            "surveys" => self
                .choose("Domande su come è andata", "Questions on how it went")
                .to_owned(),
            "notices" => self.choose("Avvisi", "Notices").to_owned(),
            "answers" => self
                .choose("Risposte a ciò che scrivo", "Answers to what I write")
                .to_owned(),
            other => capital(&other.replace(['_', '-'], " ")),
        }
    }

    pub(super) fn channel(self, channel: Channel) -> &'static str {
        match channel {
            Channel::Sms => self.choose("SMS", "Text message"),
            Channel::Email => self.choose("E-mail", "E-mail"),
        }
    }
}

/// Interruzione, chiusura; but ritardo, avviso.
const fn is_feminine(kind: IncidentKind) -> bool {
    matches!(
        kind,
        IncidentKind::Outage | IncidentKind::PlannedOutage | IncidentKind::Closure
    )
}

/// With a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}
