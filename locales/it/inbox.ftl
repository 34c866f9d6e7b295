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
inbox-stranger = Nessun cliente ha questo numero. Chiamarlo, o registrare un cliente con il numero; poi chiudere la conversazione.
inbox-assign = Chi risponde
inbox-to = Persona
inbox-assign-do = Assegna
inbox-end = Chiusura
inbox-reason = Perché non c'è altro da fare
inbox-close = Chiudi
inbox-reopen = Riapri

# What an answer lacks.
inbox-fault-unfit = Scrivere una risposta di al massimo { $most } caratteri.
inbox-fault-stale = Nel frattempo qualcuno ha scritto: leggere l'ultima riga, poi inviare di nuovo la risposta. Il testo scritto è ancora qui.
inbox-fault-no-client = Nessun cliente è noto con questo numero: la risposta non può partire.
inbox-fault-barred = Il cliente non vuole più niente per questo canale: non è partito niente.
inbox-fault-no-template = Il modello reply-answer non è pubblicato: non è partito niente.
inbox-fault-person = Questa persona non può rispondere; sceglierne una dell'elenco.
inbox-fault-reason = Scrivere un motivo di al massimo { $most } caratteri.

# Where a conversation stands.
inbox-state-waiting = in attesa
inbox-state-overdue = in attesa da troppo
inbox-state-answered = con risposta
inbox-state-closed = chiusa
