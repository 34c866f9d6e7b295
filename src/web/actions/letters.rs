//! What is written to a client, or to an address that is to become one's, about what was decided: a code,
//! that something changed (that a mandate ended: `track::dialogue`). These go the way of the tests that operators send to
//! themselves (`dispatch::test_sends`), and are no messages: a message keeps what its text was made of for
//! as long as `[retention] bodies` says, which nothing that holds a code may do; no rule, wish or quiet hour
//! is asked, and no sum counts them. A bar of the address holds.

use chrono::TimeDelta;

use crate::domain::language::Language;
use crate::domain::limits::{CODE_GOOD, FIRST_NAME};
use crate::domain::{Address, ClientId, PhoneNumber, TestSendId};
use crate::store::templates::test_sends::{NewTestSend, TestAsked};
use crate::store::{StoreError, Tx};
use crate::web::Web;

/// What the word on scores is called where it is sent.
const SCORE_RANGE: &str = "survey-range";

/// What is said, and what it is called where it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Letter<'a> {
    /// The code that proves an address of the client's own.
    ContactCode(&'a str),
    /// The code that a deputy gives the client, and who that is: whoever gets it decides by the name.
    DeputyCode(&'a str, &'a str),
    /// The code with which the client allows, where they are written to already, that an address or a deputy comes in.
    OwnCode(&'a str),
    /// The code that opens a copy of one's data.
    CopyCode(&'a str),
    ContactAdded,
    ChannelChanged,
    EverythingStopped,
    DeputyAdded,
    /// Which scores there are, to whoever answered with another number.
    ScoreRange,
}

impl Letter<'_> {
    const fn kind(self) -> &'static str {
        match self {
            Self::ContactCode(_) | Self::DeputyCode(..) | Self::OwnCode(_) | Self::CopyCode(_) => {
                "contact-code"
            }
            Self::ContactAdded
            | Self::ChannelChanged
            | Self::EverythingStopped
            | Self::DeputyAdded => "choices-changed",
            Self::ScoreRange => SCORE_RANGE,
        }
    }

    fn subject(self, language: Language) -> &'static str {
        match self {
            Self::ContactCode(_) | Self::OwnCode(_) | Self::CopyCode(_) => {
                language.choose("Il codice richiesto", "The code you asked for")
            }
            Self::ScoreRange => language.choose("Com'è andata?", "How did it go?"),
            Self::DeputyCode(..) => language.choose(
                "Vuole ricevere la copia dei messaggi di un'altra persona?",
                "Do you want a copy of somebody else's messages?",
            ),
            Self::ContactAdded
            | Self::ChannelChanged
            | Self::EverythingStopped
            | Self::DeputyAdded => {
                language.choose("Le Sue scelte sono cambiate", "Your choices were changed")
            }
        }
    }

    fn said(self, language: Language) -> String {
        let minutes = CODE_GOOD.num_minutes();
        match self {
            Self::ContactCode(code) => language.choose(
                format!("il codice per confermare questo recapito è {code}. Vale {minutes} minuti. Se non l'ha chiesto Lei, lo ignori."),
                format!("the code to confirm this address is {code}. It is good for {minutes} minutes. If you did not ask for it, ignore it."),
            ),
            Self::DeputyCode(code, client) => language.choose(
                format!("{client} vuole farLe avere copia dei suoi messaggi. Il codice da comunicare, se è d'accordo: {code} ({minutes} minuti)."),
                format!("{client} wants you to get a copy of their messages. The code to pass on, if you agree: {code} ({minutes} minutes)."),
            ),
            Self::OwnCode(code) => language.choose(
                format!("dalla Sua pagina si chiede di scrivere anche a un altro recapito. Il codice per permetterlo è {code}. Vale {minutes} minuti. Se non l'ha chiesto Lei, non lo dia a nessuno."),
                format!("your page was asked to write to another address, too. The code to allow it is {code}. It is good for {minutes} minutes. If you did not ask for it, give it to nobody."),
            ),
            Self::CopyCode(code) => language.choose(
                format!("il codice per la copia dei Suoi dati è {code}. Vale {minutes} minuti. Non lo dia a nessuno."),
                format!("the code for the copy of your data is {code}. It is good for {minutes} minutes. Give it to nobody."),
            ),
            Self::ContactAdded => language.choose(
                String::from("abbiamo aggiunto un recapito, come chiesto dalla Sua pagina."),
                String::from("we added an address, as asked on your page."),
            ),
            Self::ChannelChanged => language.choose(
                String::from("abbiamo cambiato il canale con cui Le scriviamo, come chiesto dalla Sua pagina."),
                String::from("we changed the channel by which we write to you, as asked on your page."),
            ),
            Self::EverythingStopped => language.choose(
                String::from("non Le scriviamo più, a nessun recapito, se non per la Sua sicurezza, come chiesto dalla Sua pagina. Un SMS con START riattiva tutto."),
                String::from("we write no more, to no address, except for your safety, as asked on your page. A text with START brings all of it back."),
            ),
            Self::ScoreRange => language.choose(
                String::from("per dirci com'è andata risponda con una sola cifra, da 1 (per niente bene) a 5 (molto bene)."),
                String::from("to tell us how it went, answer with one digit, from 1 (not well at all) to 5 (very well)."),
            ),
            Self::DeputyAdded => language.choose(
                String::from("un'altra persona riceve una copia dei Suoi messaggi, come chiesto dalla Sua pagina."),
                String::from("somebody else gets a copy of your messages, as asked on your page."),
            ),
        }
    }

    /// What to do if it was somebody else; nothing where there is nothing to do.
    const fn is_notice(self) -> bool {
        matches!(
            self,
            Self::ContactAdded | Self::ChannelChanged | Self::EverythingStopped | Self::DeputyAdded
        )
    }
}

/// Has it sent to an address, in the caller's transaction. False: the address is barred, or the client had
/// as many within an hour as anybody may.
pub(in crate::web) async fn send(
    web: &Web,
    tx: &mut Tx,
    (client, locale): (ClientId, &str),
    address: &Address,
    letter: Letter<'_>,
) -> Result<bool, StoreError> {
    let language = Language::for_reader(locale);
    let text = text(web, letter, language);
    let is_mail = matches!(address, Address::Email(_));
    let html = format!(
        "<!doctype html><html lang=\"{}\"><body><p>{}</p></body></html>",
        language.tag(),
        escaped(&text)
    );
    let new = NewTestSend {
        id: TestSendId::new(web.ids.next()),
        person: &format!("client:{client}"),
        template: letter.kind(),
        locale: language.tag(),
        channel: address.channel(),
        address: address.as_str(),
        subject: if is_mail {
            letter.subject(language)
        } else {
            ""
        },
        text: &text,
        html: if is_mail { &html } else { "" },
    };
    // By the time outside: codes are typed by people.
    let asked = tx.test_sends().ask(&new, web.clock.wall()).await?;
    Ok(asked == TestAsked::Taken)
}

/// Says which scores there are to somebody who answered with another number, once a day. False: it was said,
/// or cannot be.
pub(in crate::web) async fn say_scores(
    web: &Web,
    tx: &mut Tx,
    (client, locale): (ClientId, &str),
    number: &PhoneNumber,
) -> Result<bool, StoreError> {
    let person = format!("client:{client}");
    let last = tx.test_sends().latest(&person, SCORE_RANGE).await?;
    let day_ago = web.clock.wall() - TimeDelta::days(1);
    if last.is_some_and(|last| last.created_at > day_ago) {
        return Ok(false);
    }
    let address = Address::Phone(number.clone());
    send(web, tx, (client, locale), &address, Letter::ScoreRange).await
}

/// Has it sent to those addresses of a client's that are meant.
pub(in crate::web) async fn tell(
    web: &Web,
    tx: &mut Tx,
    client: ClientId,
    letter: Letter<'_>,
    is_meant: impl Fn(&Address) -> bool,
) -> Result<(), StoreError> {
    let known = tx.clients().record(client).await?.client;
    for contact in &known.contacts {
        if is_meant(&contact.address) {
            send(web, tx, (client, &known.locale), &contact.address, letter).await?;
        }
    }
    Ok(())
}

/// By what a client is named to whoever does not know yet whether to agree: the first word of the name, so
/// that a wrong number learns no more, and with it the text stays one SMS.
pub(in crate::web) fn first_name(name: &str) -> &str {
    let first = name.split_whitespace().next().unwrap_or_default();
    let end = first.char_indices().nth(FIRST_NAME);
    end.map_or(first, |(end, _)| &first[..end])
}

/// Who writes, what, and whom to call if it was somebody else.
fn text(web: &Web, letter: Letter<'_>, language: Language) -> String {
    let contact = web.pages.contact();
    let mut text = format!("{}: {}", contact.organisation, letter.said(language));
    let number = contact.phone_free.as_ref().or(contact.phone.as_ref());
    if let (true, Some(number)) = (letter.is_notice(), number) {
        let otherwise = language.choose("Se non è stato Lei:", "If it was not you:");
        text = format!("{text} {otherwise} {number}.");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::segments;

    #[test]
    fn every_letter_fits_one_sms_and_its_alphabet() {
        for letter in [
            Letter::ContactCode("012345"),
            Letter::DeputyCode("012345", "Maria"),
            Letter::CopyCode("012345"),
            Letter::ContactAdded,
            Letter::ChannelChanged,
            Letter::EverythingStopped,
            Letter::DeputyAdded,
            Letter::ScoreRange,
        ] {
            for language in Language::ALL {
                let said = letter.said(language);
                let size = segments::measure(&said);
                assert_eq!(size.alphabet.as_str(), "gsm7", "{said}");
                assert!(size.units <= 160, "{} {said}", size.units);
            }
        }
    }

    #[test]
    fn whoever_gets_a_code_knows_who_asks_and_for_whom_in_one_sms() {
        assert_eq!(first_name("  Maria Rossi"), "Maria");
        assert_eq!(first_name(""), "");
        let longest = "Massimilianòààààààààà Rossi";
        let client = first_name(longest);
        assert_eq!(client.chars().count(), FIRST_NAME);
        let organisation = "Servizi Municipali Riuniti SpA";
        for language in Language::ALL {
            let said = Letter::DeputyCode("012345", client).said(language);
            let size = segments::measure(&format!("{organisation}: {said}"));
            assert_eq!(size.count, 1, "{} {said}", size.units);
            assert!(said.contains(client), "{said}");
        }
    }
}
