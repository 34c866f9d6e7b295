# The words of the console's part "sandbox".

sandbox-title = Sandbox
sandbox-what = Telefoni e caselle di posta virtuali dei fornitori sandbox. Si vede ciò che è arrivato; i link sono quelli veri.
sandbox-wall = Messaggi arrivati
sandbox-arrived = Arrivati { $sms } SMS e { $mails } e-mail, di cui { $doubles } due volte.
sandbox-none = Non è ancora arrivato nulla.
sandbox-none-then = Inviare una segnalazione: i messaggi compaiono qui.
sandbox-handsets = Telefoni
sandbox-mailboxes = Caselle di posta
sandbox-back = Torna all'elenco
sandbox-reply = Rispondi da questo telefono
sandbox-reply-send = Invia
sandbox-answer = Rispondi a questa e-mail
sandbox-answer-text = Risposta da questa casella
sandbox-answered = La risposta è in viaggio, come e-mail.
