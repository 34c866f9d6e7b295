# The words of the console's part "replies". How one reply is shown is in "shell".

replies-title = Risposte da evadere
replies-what = Che cosa hanno scritto i clienti sulla loro pagina di stato, per SMS o per e-mail e a cui nessuno ha ancora risposto, dal più recente. Si risponde nelle conversazioni; chi ha risposto per telefono lo indica qui.
replies-none = Tutti hanno ricevuto risposta.
replies-none-then = Qui compare ciò che i clienti scrivono sulla loro pagina di stato, per SMS o per e-mail.
replies-erased = (cancellato)

## Questions of partners
replies-partners = Domande dei partner
replies-partners-what = Che cosa chiedono le persone di un partner sulle pratiche dei suoi clienti. Leggono la risposta nella pagina della pratica.
replies-partner-case = pratica { $case }
replies-partner-answer = Risposta
replies-partner-send = Invia la risposta
replies-partner-fault = Scrivere una risposta di al massimo { $most } caratteri.
replies-partner-late = Nel frattempo a questa domanda è stato risposto, o non c'è più: il testo scritto non è stato inviato. La risposta è nella pagina della pratica.
replies-partner-unsent = Il testo scritto, non inviato

# What the message was about that is answered; a name follows.
replies-about-case = pratica
replies-about-incident = evento
replies-about-event = segnalazione
replies-about-body = ente
# What the clock says of a case.
replies-about-case-stalled = ritardo della pratica
replies-about-case-due-soon = scadenza della pratica
replies-about-case-silent = silenzio sulla pratica
replies-about-case-survey-due = domanda su com'è andata la pratica
replies-about-case-survey-reminder = domanda ripetuta sulla pratica
