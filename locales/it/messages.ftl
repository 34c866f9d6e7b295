# The words of the console's part "messages".

## The list

messages-title = Messaggi
messages-filters = Filtri
messages-any = tutti
messages-state = Stato
messages-channel = Canale
messages-template = Modello
messages-client = Cliente
messages-event = Segnalazione
messages-incident = Evento
messages-case = Pratica
messages-show = Mostra
messages-none = Nessun messaggio.
messages-none-then = Togliere un filtro o guardare i messaggi meno recenti.
messages-caption = Messaggi, dal più recente

## One message

messages-message-title = Messaggio { $id }
messages-client-deleted = cancellato nel frattempo
messages-to = Destinatario
messages-version = v{ $version }
messages-about = Oggetto
messages-rule = Regola
messages-measured = Misurazione della lettura
messages-read = Letto
messages-read-said = { $read }: { $why }
messages-happened = Che cosa è successo
messages-seen = Che cosa ha visto il cliente
messages-mail = L'e-mail
messages-plain = Solo testo
messages-plain-only = Disponibile solo come testo
messages-wrote = Che cosa ha scritto il cliente
messages-why = Perché
messages-store-away = l'archivio al momento non si può leggere
messages-not-published = il modello `{ $template }` non è stato pubblicato
messages-not-shown = Non si può mostrare: { $fault }

# Whether reading is measured.
messages-tracking-none = nessuna
messages-tracking-aggregate = in forma aggregata
messages-tracking-individual = individuale

# Whether it was read, and why that is said.
messages-read-yes = sì
messages-read-no = no
messages-read-unknown = non si può sapere
messages-read-why-sign = una persona ne ha dato segno
messages-read-why-no-sign = si sarebbe potuto vedere, e non c'è stato alcun segno
messages-read-why-not-reached = non è partito, o è tornato indietro
messages-read-why-in-doubt = nessuno sa se sia partito
messages-read-why-no-consent = la lettura di questo cliente non si misura
messages-read-why-no-link = un SMS non mostra nulla, se i suoi link non si contano
messages-read-why-no-pixel = l'immagine nell'e-mail non dice chi l'ha aperta
messages-read-why-not-named = la lettura si conta senza dire chi legge: l'assenza di segni non dice nulla

## Evidence that is wrong

messages-correct = Qualcosa qui è sbagliato
messages-correct-which = Che cosa è sbagliato
messages-correct-reason = Perché
messages-correct-hint = Resta su questa pagina, barrato, con il Suo motivo e il Suo nome, e non conta più.
messages-correct-do = Non farlo contare
messages-wrong-later = Non conta: una ricevuta successiva dice il contrario.
messages-wrong-machine = Non conta: era una macchina ({ $grounds }).
messages-wrong-said = Non conta, secondo { $person }: { $reason }

## What happened, in the order of time

messages-step-event = segnalazione
messages-step-received = ricevuta
messages-step-received-from = da { $source }
messages-step-rule = regola
messages-step-rule-applied = { $rule } applicata
messages-step-planned = previsto
messages-step-planned-by = { $template } v{ $version } via { $channel }, corsia { $lane }
messages-step-handed-over = affidato
messages-step-attempt = tentativo { $number } tramite { $provider }
messages-step-receipt = ricevuta di { $provider } { $code }

# What came of a hand-over.
messages-outcome-accepted = accettato
messages-outcome-not-sent = non inviato
messages-outcome-rejected = rifiutato
messages-outcome-misconfigured = configurazione errata
messages-outcome-unknown = esito sconosciuto

# What a receipt reports.
messages-receipt-accepted = accettato
messages-receipt-buffered = in attesa
messages-receipt-delivered = consegnato
messages-receipt-undelivered = non consegnato
messages-receipt-expired = scaduto
messages-receipt-rejected = rifiutato
messages-receipt-undetermined = esito incerto

# What a reader did; stands in "Azione di una persona: …" as well.
messages-act-opened = apertura
messages-act-clicked = clic su un link
messages-act-viewed = consultazione della pagina
messages-act-replied = risposta
messages-act-confirmed = conferma di lettura
messages-act-unsubscribed = disiscrizione

# Who did it.
messages-verdict-human = persona
messages-verdict-machine = programma
messages-verdict-undetermined = incerto

# Why it counts as a person's or a program's.
messages-grounds-messenger = anteprima di un'app di messaggistica
messages-grounds-search = un motore di ricerca o un'anteprima
messages-grounds-scanner = un controllo automatico di posta o link
messages-grounds-headless = un browser senza schermo
messages-grounds-program = un programma, secondo il nome che dichiara
messages-grounds-headers = ha chiesto soltanto le intestazioni
messages-grounds-ahead = caricato in anticipo
messages-grounds-nameless = non ha dichiarato un nome
messages-grounds-privacy = un proxy per la riservatezza della posta
messages-grounds-picture = caricato all'apertura dal proxy di immagini del gestore di posta
messages-grounds-browser = un browser o un programma di posta
messages-grounds-unknown = un programma sconosciuto
messages-grounds-soon = entro due secondi dall'accettazione
messages-grounds-before = prima che l'accettazione fosse nota
messages-grounds-burst = ha caricato tre o più indirizzi in due secondi
messages-grounds-two-links = ha seguito due link in un secondo
messages-grounds-looked-first = ha chiesto le intestazioni e poi la pagina
messages-grounds-network = una rete ha aperto molte e-mail in un minuto
messages-grounds-button = ha premuto un pulsante sulla pagina di stato
messages-grounds-topic = ha rifiutato l'argomento sulla pagina di stato
messages-grounds-stop = ha fermato tutti i messaggi sulla pagina di stato
messages-grounds-address = ha usato l'indirizzo di disiscrizione
messages-grounds-answered = ha risposto all'e-mail
messages-grounds-answered-elsewhere = ha risposto all'e-mail da un altro indirizzo
messages-grounds-named = ha scritto un'e-mail che cita questa; può averla scritta chiunque l'abbia vista
messages-grounds-own-mail = ha scritto un'e-mail propria, conservata con l'ultimo messaggio del cliente; l'indirizzo di un mittente si può falsificare
messages-grounds-sms = ha scritto un SMS
messages-grounds-sms-shared = ha scritto un SMS; più clienti hanno questo numero, e questo è stato avvisato per ultimo
messages-grounds-sms-late = ha scritto un SMS più di tre giorni dopo l'ultimo messaggio
messages-grounds-sms-unasked = ha scritto un SMS, ma a questo numero non risulta inviato nulla che chieda risposta; questo è l'ultimo messaggio del cliente

## Why it was, or was not, sent

messages-why-caused = La segnalazione { $event } ({ $kind }) è arrivata da { $source }.
messages-why-caused-about = La segnalazione { $event } ({ $kind }) su { $subject } è arrivata da { $source }.
messages-why-planned = È stata applicata la regola { $rule }: modello { $template } versione { $version }, argomento { $topic }, classe { $class }, corsia { $lane }.
messages-why-barred = Un controllo lo ha fermato: { $reason }.
messages-why-barred-unsaid = Un controllo lo ha fermato: il motivo non è stato registrato.
messages-why-address-safety = Il cliente ha un recapito { $channel } funzionante: i messaggi di sicurezza si inviano anche dopo uno STOP.
messages-why-address = Il cliente ha un recapito { $channel } e nulla lo blocca.
messages-why-topic-safety = Riguarda la sicurezza: non si può rifiutare per argomento.
messages-why-topic-service = Il cliente non ha rifiutato l'argomento { $topic }.
messages-why-topic-marketing = Il cliente ha richiesto l'argomento { $topic }.
messages-why-at-once = Doveva partire subito, nella corsia urgente.
messages-why-later = Non doveva partire prima di { $span }.
messages-why-later-quiet = Non doveva partire prima di { $span }: erano le ore di silenzio del cliente.
messages-why-later-coalesced = Non doveva partire prima di { $span }: più variazioni dovevano diventare un solo messaggio.
messages-why-attempt = Tentativo { $number } tramite { $provider }: { $answer }.
messages-why-attempt-took = Tentativo { $number } tramite { $provider }: { $answer }, in { $span }.
messages-why-attempt-said = Tentativo { $number } tramite { $provider }: { $answer } ({ $said }).
messages-why-attempt-took-said = Tentativo { $number } tramite { $provider }: { $answer }, in { $span } ({ $said }).
messages-why-receipt = Ricevuta di { $provider }: { $receipt }.
messages-why-receipt-wrong = { $provider } ha riferito: { $receipt }. Era sbagliato, e non conta.
messages-why-receipt-said = Ricevuta di { $provider }: { $receipt } ({ $said }).
messages-why-stands = { $state }.
messages-why-stands-because = { $state }: { $reason }.
messages-why-erased = È stato ritirato: i dati del cliente sono stati cancellati.
messages-why-came-too-late = Non è stato inviato: il fatto risaliva a { $age } prima e se ne è avuta notizia troppo tardi; la regola ammette al massimo { $life }.
messages-why-double = È stato inviato di nuovo benché il primo invio possa essere partito: è possibile un doppione.
messages-why-bounced = Una ricevuta successiva segnala che è tornato indietro.
messages-why-not-measured = Per questo messaggio la lettura non si misura.
messages-why-not-named = La lettura si conta senza dire chi legge: dal singolo messaggio non si vede nulla.
messages-why-fallback-waits = L'altro canale attende: chi legge in tempo non ha bisogno di un secondo messaggio.
messages-why-fallback-turned = È stato usato anche l'altro canale.
messages-why-fallback-spared = L'altro canale è stato risparmiato: una persona ha letto in tempo.
messages-why-fallback-unreadable = L'altro canale non è stato usato: la lettura non si poteva vedere, e la regola in questi casi non insiste.
messages-why-fallback-unreachable = Si voleva l'altro canale, ma non raggiungeva il cliente o è arrivato qualcosa di più nuovo.
messages-why-unread = Ancora nessun segno di lettura.
messages-why-by-person = Azione di una persona: { $act }.
messages-why-by-machine = Azione di un programma: { $act }; non conta come lettura.
messages-why-by-somebody = Azione di autore incerto: { $act }.

# What came of a hand-over, within a sentence.
messages-answer-missing = non è ancora registrata alcuna risposta
messages-answer-accepted = è stato accettato
messages-answer-not-sent = di certo non è partito
messages-answer-rejected = è stato rifiutato in via definitiva
messages-answer-misconfigured = la configurazione del fornitore è errata; il tentativo non conta
messages-answer-lost = la risposta è andata persa: non si può dire se sia partito

# Where a message stands, as the beginning of a sentence.
messages-stands-held = È trattenuto
messages-stands-queued = È in coda
messages-stands-leased = Un nodo lo ha preso in carico, nulla è ancora partito
messages-stands-sending = È in corso di invio
messages-stands-unknown = Non si può ancora dire se sia partito
messages-stands-accepted = È stato preso in carico dal fornitore; può seguire una ricevuta
messages-stands-delivered = È stato consegnato
messages-stands-undelivered = Non è stato consegnato
messages-stands-unconfirmed = È stato accettato, ma non è arrivata una ricevuta in tempo
messages-stands-rejected = È stato rifiutato in via definitiva
messages-stands-failed = Non è mai partito e i tentativi sono esauriti
messages-stands-expired = È scaduto prima di partire
messages-stands-superseded = È stato sostituito da una notizia più recente sullo stesso oggetto
messages-stands-cancelled = È stato ritirato da un operatore
messages-stands-suppressed = Non sarà inviato
messages-stands-unresolved = Non si può dire se sia partito e ogni verifica è esaurita

## Why an event told nobody, as the end of a sentence

messages-silence-told-corrected = nessuno avvisato: corregge quanto già detto, senza avviso
messages-silence-told-small = nessuno avvisato: la differenza rispetto all'ultimo avviso è troppo piccola
messages-silence-told-taken-back = nessuno avvisato: non vale più
messages-silence-told-stood = nessuno avvisato: c'era già quando la fonte è stata collegata
messages-silence-told-moved = nessuno avvisato: nel frattempo la pratica è cambiata
messages-silence-told-late = nessuno avvisato: scoperta in ritardo, e nessuna regola prevede notizie tardive
messages-silence-corrected = corregge quanto già detto, senza avviso
messages-silence-small = la differenza rispetto all'ultimo avviso è troppo piccola
messages-silence-taken-back = non vale più
messages-silence-stood = c'era già quando la fonte è stata collegata
messages-silence-moved = nel frattempo la pratica è cambiata
messages-silence-late = scoperta in ritardo, e nessuna regola prevede notizie tardive
messages-silence-area = nessuno nella zona ne era stato avvisato
messages-silence-uncovered = nella zona non resta nessuno da avvisare
messages-silence-left = nessuno di chi è uscito dalla zona era stato avvisato
messages-silence-audience = non è noto alcun destinatario
messages-silence-exchanged = non è noto alcun destinatario: le forme della zona non comprendono alcun cliente; scambiando latitudine e longitudine ne comprenderebbero { $clients }; `polygon` e `circle` hanno prima la latitudine, GeoJSON prima la longitudine
messages-silence-known = era già stata acquisita
messages-silence-rule = nessuna regola corrisponde
