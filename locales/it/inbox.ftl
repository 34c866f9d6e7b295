# The words of the console's part "inbox": conversations with clients.

inbox-title = Conversazioni
inbox-one = Conversazione
inbox-what = Che cosa hanno scritto i clienti per SMS, per e-mail e sulla loro pagina di stato, e che cosa è stato risposto. Chi aspetta da più tempo sta in cima.
inbox-replies = Risposte per messaggio, e domande dei partner
inbox-whose = Di chi sono le conversazioni
inbox-all = Tutte
inbox-mine = Le mie
inbox-nobodys = Di nessuno
inbox-waiting = In attesa di risposta
inbox-answered = Con risposta e chiuse
inbox-none = Nessuno aspetta una risposta.
inbox-none-then = Qui compare ciò che i clienti scrivono.
inbox-who = Cliente
inbox-about = Riguarda
inbox-about-nothing = niente di noto
inbox-channel = Si risponde per
inbox-status = Stato
inbox-since = Da
inbox-due = Promessa entro
inbox-assigned = Per
inbox-nobody = nessuno
inbox-erased = (cancellato)
inbox-hidden = (per chi può rispondere)
inbox-lines = Che cosa è stato scritto
inbox-theirs = Dal cliente
inbox-ours = Ha risposto { $person }
inbox-answers = il messaggio a cui risponde
inbox-sent = il messaggio che la porta
inbox-segments =
    { $count ->
        [one] 1 SMS, oltre a chi scrive
       *[other] { $count } SMS, oltre a chi scrive
    }
inbox-answer = Risposta
inbox-text = La Sua risposta
inbox-text-hint = Arriva al cliente ({ $channel }), come un messaggio seguito come tutti gli altri.
inbox-ready = Oppure una risposta pronta
inbox-ready-none = nessuna
inbox-send = Invia la risposta
inbox-barred = Il cliente non vuole più niente per questo canale ({ $channel }), o non vi ha un recapito. Chiamarlo, poi chiudere la conversazione.
inbox-stranger = Questo recapito è bloccato, o non c'è più: non si può inviare niente. Chiamare, poi chiudere la conversazione.
inbox-assign = Chi risponde
inbox-to = Persona
inbox-assign-do = Assegna
inbox-end = Chiusura
inbox-reason = Perché non c'è altro da fare
inbox-close = Chiudi
inbox-reopen = Riapri

inbox-by-mail = per e-mail
inbox-unknown = chi scrive non è noto
inbox-identify = Chi ha scritto
inbox-identify-what = Nessuno sa di chi sia questo numero o indirizzo. Quando si sa, ciò che è stato scritto e inviato passa a quel cliente.
inbox-identify-client = Riferimento del cliente
inbox-identify-do = È questo cliente
inbox-fault-client = Non c'è un cliente con questo riferimento.
inbox-fault-known = Si sa già chi ha scritto.

# What clients report, passed on to a body.
inbox-forward = Riguarda un ente
inbox-forward-what = L'ente lo riceve insieme ad altri in una sola e-mail, entro un'ora, e riceve un sollecito se non conferma. Il cliente sa una volta che è stato passato.
inbox-forward-names = Nome e recapito del cliente vanno con la segnalazione.
inbox-forward-nameless = Nome e recapito del cliente non vanno con la segnalazione.
inbox-forward-nobody = Le impostazioni non indicano un ente a cui scrivere: [clock] bodies.
inbox-forward-do = Passa all'ente
inbox-body = Ente
inbox-kind = Problema
inbox-words = Che cosa legge l'ente
inbox-words-hint = Come l'ha scritto il cliente. Togliere ciò che l'ente non deve sapere.
inbox-fault-body = Le impostazioni non indicano nessuno per questo ente.
inbox-fault-words = Scrivere un testo di al massimo { $most } caratteri.
inbox-fault-waits = Aspetta già la prossima e-mail all'ente.
inbox-problem-outage = guasto
inbox-problem-delay = ritardo
inbox-problem-works = lavori o danni
inbox-problem-billing = fatturazione
inbox-problem-other = altro
inbox-forwardings = Passate agli enti
inbox-forwardings-what = Che cosa hanno segnalato i clienti ed è stato passato a un ente, dal più recente.
inbox-forwardings-none = Non è stato passato niente.
inbox-forwardings-then = Qui compare ciò che in una conversazione o su un messaggio è stato segnato per un ente.
inbox-forwarded-waiting = in attesa
inbox-forwarded-sent = inviata
inbox-forwarded-chased = sollecitata
inbox-forwarded-acknowledged = confermata
inbox-marked = Segnata da { $person }
inbox-list = elenco
inbox-chased = sollecito
inbox-acknowledged = confermata

# What an answer lacks.
inbox-fault-unfit = Scrivere una risposta di al massimo { $most } caratteri.
inbox-fault-stale = Nel frattempo qualcuno ha scritto: leggere l'ultima riga, poi inviare di nuovo la risposta. Il testo scritto è ancora qui.
inbox-fault-no-client = Il cliente è stato cancellato: non c'è nessuno a cui rispondere.
inbox-fault-barred = Il cliente non vuole più niente per questo canale: non è partito niente.
inbox-fault-no-template = Il modello reply-answer non è pubblicato: non è partito niente.
inbox-fault-person = Questa persona non può rispondere; sceglierne una dell'elenco.
inbox-fault-reason = Scrivere un motivo di al massimo { $most } caratteri.

# Where a conversation stands.
inbox-state-waiting = in attesa
inbox-state-overdue = in attesa da troppo
inbox-state-answered = con risposta
inbox-state-closed = chiusa
