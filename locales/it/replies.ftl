# The words of the console's part "replies". How one reply is shown is in "shell".

replies-title = Risposte da evadere
replies-what = Che cosa hanno scritto i clienti sulla loro pagina di stato o per SMS e a cui nessuno ha ancora risposto, dal più recente. Rispondere per telefono o per posta, poi indicarlo qui.
replies-none = Tutti hanno ricevuto risposta.
replies-none-then = Qui compare ciò che i clienti scrivono sulla loro pagina di stato o per SMS.
replies-erased = (cancellato)

# What the message was about that is answered; a name follows.
replies-about-case = pratica
replies-about-incident = evento
replies-about-event = segnalazione
replies-about-body = ente
# What the clock says of a case.
replies-about-case-stalled = ritardo della pratica
replies-about-case-due-soon = scadenza della pratica
replies-about-case-silent = silenzio sulla pratica
