//! What somebody types in answer to a mail in their mailbox, as mail programs write and send it. What
//! programs answer by themselves is in `deeds`.

use std::time::{Duration, UNIX_EPOCH};

use super::deeds::{Deed, Pending};
use super::{Body, Mail, Received, World};

impl World {
    /// Sends an answer to a mail in a mailbox, to where the mail asks for it, above what it quotes. It is
    /// on its way at once. False: no such mail is kept there, or it names nowhere to answer to.
    #[must_use]
    pub fn answer(&self, address: &str, id: i64, text: &str) -> bool {
        let Some(received) = self.item(address, id) else {
            return false;
        };
        let Body::Mail(mail) = &received.body else {
            return false;
        };
        let Some(reply_to) = mail.reply_to() else {
            return false;
        };
        let raw = typed(&received, mail, &self.name(&received), (reply_to, text));
        self.schedule(Duration::ZERO, Pending::Deed(Deed::Answer(raw)));
        true
    }

    /// What no other mail is called, also where the store outlives this world.
    fn name(&self, received: &Received) -> String {
        let at = received.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut state = self.state();
        state.scheduled += 1;
        format!("typed-{}-{}-{}", at.as_secs(), received.id, state.scheduled)
    }
}

impl Mail {
    /// Where its reader is asked to answer to.
    #[must_use]
    pub fn reply_to(&self) -> Option<&str> {
        self.header("Reply-To")
    }
}

fn typed(received: &Received, mail: &Mail, name: &str, (to, text): (&str, &str)) -> Vec<u8> {
    let about = mail.header("Message-ID").unwrap_or_default();
    // A subject that was written in code may have had lines.
    let subject = mail.subject.split_whitespace().collect::<Vec<_>>();
    let subject = subject.join(" ");
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Re: {subject}\r\nMessage-ID: <{name}@mailbox.example>\r\n\
         In-Reply-To: {about}\r\nReferences: {about}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         {text}\r\n-----Original Message-----\r\nFrom: {sender}\r\nSubject: {subject}\r\n\r\n{quoted}",
        from = received.to,
        text = on_the_wire(text),
        sender = received.from,
        quoted = on_the_wire(&mail.text),
    )
    .into_bytes()
}

fn on_the_wire(text: &str) -> String {
    let lines = text.lines().map(|line| format!("{line}\r\n"));
    lines.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const ASKED: &str = "From: Avvisi <avvisi@town.example>\r\nReply-To: risposte+token@town.example\r\n\
        Subject: Maria ha\r\n scritto\r\nMessage-ID: <m1@town.example>\r\n\r\n> Quando?\r\n";

    fn arrived(world: &World, raw: &str) -> i64 {
        let mail = Body::Mail(Mail::parse(raw.as_bytes()));
        world.receive("paola@town.example", "avvisi@town.example", mail, None)
    }

    #[test]
    fn an_answer_goes_to_where_it_is_asked_for_above_what_it_quotes() {
        let world = World::new(|| SystemTime::UNIX_EPOCH);
        let id = arrived(&world, ASKED);
        assert!(world.answer("paola@town.example", id, "Domani.\nPaola"));
        assert!(world.answer("paola@town.example", id, "Domani.\nPaola"));
        let due = world.due();
        let [Deed::Answer(first), Deed::Answer(second)] = &due[..] else {
            panic!("{due:?}");
        };
        assert_ne!(first, second, "each is a mail of its own");
        let text = String::from_utf8(first.clone()).unwrap();
        for said in [
            "From: paola@town.example\r\nTo: risposte+token@town.example\r\n",
            "Subject: Re: Maria ha scritto\r\n",
            "In-Reply-To: <m1@town.example>\r\n",
            "\r\n\r\nDomani.\r\nPaola\r\n\r\n-----Original Message-----\r\n",
            "\r\n\r\n> Quando?\r\n",
        ] {
            assert!(text.contains(said), "{said:?} is missing in {text}");
        }
    }

    #[test]
    fn what_asks_for_no_answer_is_not_answered() {
        let world = World::new(|| SystemTime::UNIX_EPOCH);
        let id = arrived(&world, "From: a@b.it\r\nSubject: x\r\n\r\ny\r\n");
        assert!(!world.answer("paola@town.example", id, "Grazie"));
        let text = Body::Sms("Ciao".to_owned());
        let id = world.receive("+390000000001", "ARALDO", text, None);
        assert!(!world.answer("+390000000001", id, "Grazie"));
        assert!(!world.answer("nobody@town.example", 1, "Grazie"));
        assert_eq!(world.due(), []);
    }
}
