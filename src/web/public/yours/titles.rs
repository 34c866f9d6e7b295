//! What the tables and columns of a copy of one's data are called, in the client's language. The copy keeps the
//! technical names beside them: they are those of docs/schema.md, and what programs read. A test asks each.

use crate::domain::language::Language;

/// A technical name, and what it is called in Italian and in English.
type Title = (&'static str, &'static str, &'static str);

/// Of a table; its own name where it has none.
pub(super) fn of_table(language: Language, table: &'static str) -> &'static str {
    found(&TABLES, table).map_or(table, |(_, italian, english)| {
        language.choose(italian, english)
    })
}

/// Of a column, which may be called otherwise in one table than in the rest.
pub(super) fn of_column<'a>(language: Language, table: &str, column: &'a str) -> &'a str {
    let own = match table {
        "attempt" => found(&OF_ATTEMPTS, column),
        "consent" => found(&OF_CONSENTS, column),
        _ => None,
    };
    let title = own.or_else(|| found(&COLUMNS, column));
    title.map_or(column, |(_, italian, english)| {
        language.choose(italian, english)
    })
}

fn found(titles: &[Title], name: &str) -> Option<Title> {
    titles.iter().find(|(known, ..)| *known == name).copied()
}

#[rustfmt::skip] // a table is read line by line
const TABLES: [Title; 28] = [
    ("client", "Chi è Lei, e che cosa ha scelto", "Who you are, and what you chose"),
    ("contact_point", "I Suoi recapiti", "Your numbers and addresses"),
    ("place", "I Suoi luoghi di fornitura", "Where you are served"),
    ("place_tag", "Linee e zone dei Suoi luoghi", "Lines and areas of your places"),
    ("topic_choice", "Argomenti chiesti o rifiutati", "Topics you asked for or refused"),
    ("consent", "I Suoi consensi alla misurazione della lettura", "What you said about measuring your reading"),
    ("suppression", "Recapiti a cui non scriviamo", "Addresses we do not write to"),
    ("contact_code", "Codici che Le abbiamo mandato", "Codes we sent you"),
    ("deputy", "Chi riceve i Suoi messaggi per Lei", "Who gets your messages for you"),
    ("unknown_writer", "Quando ci ha scritto senza che La conoscessimo", "When you wrote before we knew you"),
    ("unread_client", "Messaggi che non risultano letti", "Messages that show no sign of reading"),
    ("case_file", "Le Sue pratiche", "Your cases"),
    ("case_change", "Che cosa è successo nelle Sue pratiche", "What happened in your cases"),
    ("event", "Comunicazioni ricevute su di Lei", "News we were given about you"),
    ("incident_answer", "Le Sue risposte sulle interruzioni", "What you answered about outages"),
    ("partner_question", "Domande della Sua agenzia", "Questions of your agency"),
    ("survey", "Domande su come è andata", "Questions how it went"),
    ("survey_answer", "Le Sue valutazioni", "What you answered to them"),
    ("forwarded_problem", "Segnalazioni inoltrate a un ente", "Problems passed on to a body"),
    ("message", "Messaggi per Lei", "Messages for you"),
    ("plan", "Di che cosa parlavano i messaggi", "What the messages were about"),
    ("attempt", "Invii dei messaggi", "How the messages were sent"),
    ("receipt", "Ricevute dei fornitori", "What carriers reported"),
    ("engagement", "Che cosa è stato fatto con i messaggi", "What was done with the messages"),
    ("test_send", "Messaggi di servizio, come i codici", "Messages such as codes"),
    ("conversation", "Le Sue conversazioni con noi", "Your conversations with us"),
    ("conversation_line", "Che cosa ci siamo scritti", "What was written both ways"),
    ("audit", "Che cosa è stato annotato delle Sue decisioni", "What was noted of your decisions"),
];

#[rustfmt::skip] // a table is read line by line
const OF_ATTEMPTS: [Title; 2] = [
    ("opened_at", "iniziato il", "begun at"),
    ("closed_at", "concluso il", "finished at"),
];

#[rustfmt::skip] // a table is read line by line
const OF_CONSENTS: [Title; 1] = [
    ("locale", "lingua in cui è stato mostrato", "language it was shown in"),
];

#[rustfmt::skip] // a table is read line by line
const COLUMNS: [Title; 77] = [
    ("ref", "riferimento", "reference"),
    ("name", "nome", "name of the person"),
    ("locale", "lingua", "language"),
    ("time_zone", "fuso orario", "time zone"),
    ("preferred", "canale preferito", "preferred channel"),
    ("partner", "agenzia", "agency"),
    ("quiet_from", "silenzio dalle", "quiet from"),
    ("quiet_to", "silenzio fino alle", "quiet until"),
    ("tracking_consent", "la lettura può essere misurata", "reading may be measured"),
    ("created_at", "creato il", "made at"),
    ("updated_at", "aggiornato il", "brought up to date at"),
    ("channel", "canale", "by SMS or e-mail"),
    ("address", "recapito", "number or e-mail address"),
    ("verified", "confermato", "proven"),
    ("verified_at", "confermato il", "proven at"),
    ("code", "codice di fornitura", "supply code"),
    ("kind", "tipo", "what kind"),
    ("municipality", "comune", "town"),
    ("postal_code", "CAP", "postal code of the place"),
    ("lat", "latitudine", "latitude"),
    ("lon", "longitudine", "longitude"),
    ("tag", "etichetta", "label"),
    ("topic", "argomento", "about what"),
    ("wanted", "desiderato", "is wanted"),
    ("allowed", "consentito", "is allowed"),
    ("text_version", "testo mostrato", "which text was shown"),
    ("at", "il", "when"),
    ("reason", "motivo", "why"),
    ("purpose", "a che cosa serve", "what it is for"),
    ("used_at", "usato il", "used at"),
    ("mode", "modo", "in which way"),
    ("topics", "argomenti", "which topics"),
    ("cases", "pratiche", "which cases"),
    ("mandate", "delega", "by which document"),
    ("began_at", "iniziato il", "begun at"),
    ("until", "fino al", "ends at"),
    ("ended_at", "finito il", "ended at"),
    ("made_at", "annotato il", "noted at"),
    ("messages", "messaggi", "how many messages"),
    ("since", "dal", "from when on"),
    ("state", "stato", "how it stands"),
    ("owner", "responsabile", "who looks after it"),
    ("note", "nota", "what was noted"),
    ("expected_by", "previsto entro il", "expected at the latest"),
    ("opened_at", "aperto il", "opened at"),
    ("changed_at", "cambiato il", "changed at"),
    ("closed_at", "chiuso il", "closed at"),
    ("type", "che cosa è successo", "what happened"),
    ("occurred_at", "avvenuto il", "happened at"),
    ("subject", "oggetto", "about"),
    ("data", "contenuto", "what it said"),
    ("still_out", "manca ancora", "is still without"),
    ("child", "per un guasto proprio", "as a fault of its own"),
    ("answered_at", "risposto il", "answered at"),
    ("question", "domanda", "what was asked"),
    ("asked_at", "chiesto il", "asked at"),
    ("answer", "risposta", "what was answered"),
    ("score", "voto", "from 1 to 5"),
    ("due_at", "previsto il", "thought of at"),
    ("comment", "commento", "what you wrote with it"),
    ("body", "ente", "which body"),
    ("problem", "problema", "which problem"),
    ("words", "parole", "in which words"),
    ("who", "chi", "of whom"),
    ("marked_at", "segnato il", "marked at"),
    ("variables", "dati del testo", "what the text was filled with"),
    ("accepted_at", "preso in carico il", "taken at"),
    ("template", "modello", "which text"),
    ("provider", "fornitore del servizio", "carrier"),
    ("outcome", "esito", "how it ended"),
    ("detail", "dettaglio", "more of it"),
    ("received_at", "ricevuto il", "received at"),
    ("verdict", "persona o programma", "a person or a program"),
    ("grounds", "perché lo pensiamo", "why we think so"),
    ("way", "direzione", "from whom to whom"),
    ("text", "testo", "what was written"),
    ("action", "che cosa è stato fatto", "what was done"),
];
