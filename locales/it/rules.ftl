# Regole: quale segnalazione avvisa chi e con che cosa.
rules-title = Regole
rules-what = Ogni regola dice quali segnalazioni si comunicano, a chi, con quale modello e quanto presto. Le regole stanno in un file; sotto ognuna c'è ciò che ha prodotto negli ultimi 30 giorni.
rules-try = Prova una segnalazione ...
rules-replay = Ripeti gli ultimi giorni ...
rules-back = Tutte le regole
rules-sampled = { $count ->
    [one] Si conta solo il piano più recente di quel periodo.
   *[other] Si contano solo i { $number } piani più recenti di quel periodo.
}
rules-last = L'ultima volta è stata
rules-stands-at = Si trova in
rules-built-in = È incorporata nel programma.
rules-change-and-replay = Modifica { $rule } e ripeti gli ultimi giorni
rules-none = Non ci sono regole.
rules-none-then = Senza regole le segnalazioni si conservano e nessuno viene avvisato. Indicare un file nelle impostazioni, in [rules].
rules-never-set-going = Nessuna segnalazione l'ha attivata negli ultimi 30 giorni.
rules-matched = { $count ->
    [one] Attivata una volta negli ultimi 30 giorni.
   *[other] Attivata { $number } volte negli ultimi 30 giorni.
}
rules-told = { $count ->
    [one] Ha avvisato con un messaggio.
   *[other] Ha avvisato con { $number } messaggi.
}
rules-untold-nobody = Nessun destinatario di questi eventi è noto qui.
rules-untold-because = Il motivo più frequente: { $reason }.

## Perché nessuna segnalazione ha potuto attivare una regola
rules-no-template = Nessuna versione del suo modello “{ $template }” è pubblicata, perciò i suoi messaggi restano in attesa: pubblicarne una, o indicare un altro modello nella regola.
rules-no-template-but = Nessuna versione del suo modello “{ $template }” è pubblicata, perciò i suoi messaggi restano in attesa. Si intende “{ $nearest }”?
rules-no-such-event = Negli ultimi { $days } giorni non è arrivata nessuna segnalazione dei suoi tipi.
rules-no-such-event-but = Negli ultimi { $days } giorni non è arrivata nessuna segnalazione dei suoi tipi; ne sono arrivate di tipo { $nearest }. Si intendeva quello?
rules-no-such-field = Nessuna segnalazione degli ultimi 30 giorni ha potuto attivarla: la condizione chiede { $field }, che nessuna delle più recenti aveva.
rules-no-such-field-but = Nessuna segnalazione degli ultimi 30 giorni ha potuto attivarla: la condizione chiede { $field }, che nessuna delle più recenti aveva. Avevano { $nearest }: il campo ha cambiato nome?
rules-never-held = { $count ->
    [one] La condizione non valeva per l'unica segnalazione dei suoi tipi. Aveva: { $values }.
   *[other] La condizione non valeva per nessuna delle { $number } segnalazioni più recenti dei suoi tipi. Avevano: { $values }.
}

## Una regola come frase
rules-short = Quando { $events }{ $condition }, avvisa { $audience } con “{ $template }”.
rules-short-if = , a una condizione
rules-whole = Tutta la regola “{ $rule }”
rules-sentence = Quando { $events }{ $condition }, avvisa { $audience } { $channels } con “{ $template }”, { $lane }, { $night }, come { $class } su “{ $topic }”.
rules-if = , se { $condition }
rules-or = o
rules-and = e
rules-not-in-quiet-hours = non nelle ore di silenzio
rules-in-quiet-hours = anche nelle ore di silenzio
rules-by-preferred = sul canale preferito
rules-by-sms = via SMS
rules-by-email = via e-mail
rules-audience-case-client = il suo cliente
rules-audience-case-watchers = chi segue il suo cliente
rules-audience-incident-area = ogni cliente con un luogo nella sua zona
rules-audience-listed = i clienti che elenca
rules-lane-urgent = subito e prima di tutto il resto
rules-lane-normal = subito
rules-lane-bulk = quando non attende altro
rules-class-safety = notizia di sicurezza che nessuno può rifiutare
rules-class-service = notizia di servizio
rules-class-marketing = offerta, solo a chi l'ha chiesta,
rules-coalesce = Al massimo un messaggio sullo stesso oggetto in { $span }: di quelli che seguono attende il più recente.
rules-fallback = Se entro { $span } non arriva una ricevuta, si prova { $channel }.
rules-fallback-unread = Se nessuno lo legge entro { $span }, si prova { $channel }; anche dove la lettura non si può vedere.
rules-fallback-unread-skip = Se nessuno lo legge entro { $span }, si prova { $channel }; non dove la lettura non si può vedere.
rules-expires = Ciò che è avvenuto da più di { $span } non merita più un avviso e non si invia.
rules-on-unknown-reconcile = Se nessuno sa dire se un messaggio è partito, si chiede al fornitore.
rules-on-unknown-resend = Se nessuno sa dire se un messaggio è partito, si invia un'altra volta.
rules-on-unknown-hold = Se nessuno sa dire se un messaggio è partito, decide una persona.
rules-late = Comunica anche ciò che era sfuggito quando è avvenuto ed è stato trovato dopo.
rules-event-case-opened = una pratica si apre
rules-event-case-state-changed = una pratica cambia stato
rules-event-case-closed = una pratica si chiude
rules-event-case-stalled = una pratica è ferma da troppo tempo
rules-event-case-due-soon = il tempo di una pratica sta per finire
rules-event-case-silent = di una pratica aperta non si dice nulla da tempo
rules-event-case-survey-due = si chiede al cliente di una pratica chiusa com'è andata
rules-event-case-survey-reminder = lo si chiede ancora una volta, se non ha risposto
rules-event-body-stalled = molte pratiche sono ferme presso lo stesso ente
rules-event-body-forwarded = segnalazioni dei clienti passano a un ente
rules-event-incident-opened = un evento comincia
rules-event-incident-updated = un evento cambia
rules-event-incident-resolved = un evento è finito
rules-event-incident-cancelled = un evento risulta un errore o viene annullato
rules-event-incident-overdue = la fine prevista di un evento è passata
rules-event-incident-reminder = si avvicinano lavori programmati
rules-event-incident-confirm = si deve chiedere se un evento è davvero finito
rules-event-incident-reopened = un cliente dice che un evento non è finito
rules-event-incident-uncovered = un evento più ampio non ne nasconde più un altro
rules-event-incident-left = un evento non riguarda più alcuni clienti
rules-event-incident-compensation = un'interruzione dura più di quanto può
rules-event-reply-received = un cliente risponde
rules-event-reply-forwarded = la segnalazione di un cliente è passata a un ente
rules-other-event = arriva una segnalazione “{ $kind }”
rules-as-written = vale “{ $condition }”
rules-field-state = lo stato
rules-field-kind = il tipo
rules-field-owner = chi deve agire
rules-field-service = il servizio
rules-field-severity = la gravità
rules-field-source = la provenienza
rules-field-other = “{ $field }”
rules-value = “{ $value }”
rules-when-equals = è
rules-when-differs = non è
rules-when-one-of = è tra
rules-when-none-of = non è tra
rules-when-begins = inizia con
rules-when-begins-not = non inizia con
rules-when-ends = finisce con
rules-when-ends-not = non finisce con
rules-when-known = è noto
rules-when-unknown = non è noto
rules-when-less = è meno di
rules-when-at-most = è al massimo
rules-when-more = è più di
rules-when-at-least = è almeno
rules-when-and = e
rules-when-or = o
rules-when-not = non

## Provare una segnalazione
rules-try-title = Prova una segnalazione
rules-try-what = Che cosa verrebbe di una segnalazione arrivata adesso, con le regole in vigore. Nulla si invia e nulla si conserva.
rules-try-event = Una segnalazione (un CloudEvent in JSON), come la accetta l'API
rules-try-most = Una sola segnalazione, al massimo { $most } byte; oppure sceglierne una tra le più recenti qui sotto.
rules-try-do = Prova
rules-try-texts = Prova e mostra i testi
rules-try-texts-hint = I testi di al massimo tre clienti; resta scritto chi li ha guardati.
rules-try-empty = incollare una segnalazione, o sceglierne una qui sotto
rules-too-long = il testo incollato ha { $length } byte; se ne accettano al massimo { $most }
rules-try-unreadable = non è una segnalazione che si possa acquisire: { $fault }
rules-too-slow = Per stabilire chi sarebbe avvisato servono più di { $seconds } s, durante i quali altri attendono. Riprovare quando c'è meno lavoro, o con una zona più piccola.
rules-who-listens = Che cosa ne fa ogni regola
rules-others = { $count ->
    [one] Un'altra regola riguarda altre segnalazioni.
   *[other] Altre { $number } regole riguardano altre segnalazioni.
}
rules-verdict-tells = la comunica
rules-verdict-other = riguarda altre segnalazioni
rules-verdict-late = non vuole ciò che arriva tardi
rules-verdict-unclear = non si può valutare
rules-verdict-fails = la condizione non vale
rules-field-missing = { $field } manca
rules-whom = Chi sarebbe avvisato
rules-nobody = Nessuno sarebbe avvisato: { $why }.
rules-clients = { $count ->
    [one] Riguarda un cliente.
   *[other] Riguarda { $number } clienti.
}
rules-would-tell = { $count ->
    [one] Un cliente riceverebbe un messaggio.
   *[other] { $number } clienti riceverebbero un messaggio.
}
rules-looked-at = { $count ->
    [one] È stato esaminato un cliente; i conteggi che seguono riguardano lui.
   *[other] Sono stati esaminati { $number } clienti uno per uno; i conteggi che seguono riguardano questi.
}
rules-template-version = { $template }, versione { $version }
rules-template-unpublished = { $template }: non pubblicato, quindi non si potrebbe scrivere nulla
rules-goes = Messaggi per canale e lingua
rules-untold = Clienti che non ricevono un proprio messaggio
rules-put-off = Messaggi che prima attendono
rules-newest = Le segnalazioni più recenti
rules-column-rule = Regola
rules-column-verdict = Esito
rules-column-why = Perché
rules-column-template = Modello
rules-column-clients = Clienti
rules-column-channel = Canale
rules-column-language = Lingua
rules-column-messages = Messaggi
rules-column-reason = Motivo
rules-column-event = Segnalazione
rules-column-subject = Oggetto
rules-column-came = Arrivata

## Ripetere gli ultimi giorni
rules-replay-title = Ripeti gli ultimi giorni
rules-replay-what = Incollare una o più regole come stanno nel file e modificarle. Ognuna prende il posto della regola con il suo nome; ciò che avrebbero comunicato negli ultimi giorni si confronta con ciò che è stato comunicato. Nulla si invia e nessuna regola cambia.
rules-replay-rules = Regole, in TOML
rules-replay-hint = Ognuna comincia con [[rule]]. Un nome nuovo è una regola nuova.
rules-replay-days = Quanti giorni
rules-replay-do = Ripeti
rules-replay-empty = incollare almeno una regola, come sta nel file
rules-too-many = { $count ->
    [one] si accetta al massimo una regola alla volta
   *[other] si accettano al massimo { $number } regole alla volta
}
rules-replay-busy = In questo momento qualcun altro sta ripetendo gli ultimi giorni. Riprovare tra qualche secondo.
rules-difference = Allora, e con queste regole
rules-replay-events = { $count ->
    [one] È stata esaminata una segnalazione.
   *[other] Sono state esaminate { $number } segnalazioni.
}
rules-replay-oldest = La più vecchia è arrivata
rules-replay-honest = Ciò che si comunicherebbe è calcolato con i recapiti e le scelte di oggi, e come se ogni segnalazione fosse stata la più recente sul suo oggetto: piccole differenze possono venire solo da questo.
rules-replay-joining = Qui l'accorpamento (coalesce) non è calcolato: { $rules } invierebbe meno messaggi di quelli indicati sotto per le nuove regole.
rules-replay-unclear = { $count ->
    [one] La condizione di { $rule } non ha potuto essere valutata per un evento, che conta come non corrispondente: { $fault }
   *[other] La condizione di { $rule } non ha potuto essere valutata per { $number } eventi, che contano come non corrispondenti. La prima volta: { $fault }
}
rules-cut-events = { $count ->
    [one] Non è tutto: è stata esaminata solo la segnalazione più recente.
   *[other] Non è tutto: sono state esaminate solo le { $number } segnalazioni più recenti.
}
rules-cut-clients = { $count ->
    [one] Non è tutto: è stato esaminato solo il primo cliente.
   *[other] Non è tutto: ci si è fermati dopo aver esaminato { $number } clienti.
}
rules-cut-time = Non è tutto: ci si è fermati dopo { $seconds } s.
rules-column-matched-then = Segnalazioni allora
rules-column-matched-now = Segnalazioni con queste regole
rules-column-told-then = Messaggi allora
rules-column-told-now = Messaggi con queste regole
rules-newly = Sarebbero avvisati in più
rules-no-longer = Non sarebbero più avvisati
rules-and-more = e altri

## Scrivere una regola
rules-edit = Scrivi una regola ...
rules-edit-this = Scrivi un'altra versione di { $rule }
rules-edit-title = Scrivi una regola
rules-edit-what = Una bozza non cambia nulla. Una versione pubblicata prende il posto della regola con il suo nome nel file, su ogni nodo entro uno o due secondi, finché non viene tolta. Prima ripetere gli ultimi giorni con essa.
rules-edit-text = La regola, in TOML come nel file
rules-edit-comment = Perché si pubblica
rules-edit-save = Salva la bozza
rules-edit-publish = Pubblica la bozza
rules-edit-discard = Scarta la bozza
rules-edit-withdraw = Togli dal vigore
rules-edit-one = scrivere esattamente una regola
rules-edit-name = la regola si chiama { $found }; qui si scrive { $expected }
rules-edit-stale = Qualcun altro ha cambiato la bozza dopo che questa pagina è stata aperta. Nulla è stato conservato; ciò che è stato scritto sta qui sotto. Riaprire la pagina per vedere la loro.
rules-edit-unsaved = Ciò che sta nel campo non è la bozza: prima salvarla.
rules-edit-why = Dire perché: resta accanto alla versione.
rules-edit-no-template = { $place }: `template`: nessuna versione di un modello “{ $template }” è pubblicata
rules-edit-no-template-but = { $place }: `template`: nessuna versione di un modello “{ $template }” è pubblicata; si intende “{ $nearest }”?
rules-edit-no-topic = { $place }: `topic`: nessun modello e nessuna regola in vigore ha l'argomento “{ $topic }”, perciò nessun cliente può sceglierlo
rules-edit-no-topic-but = { $place }: `topic`: nessun modello e nessuna regola in vigore ha l'argomento “{ $topic }”; si intende “{ $nearest }”?
rules-edit-doubts = Così com'è non può essere pubblicata:
rules-edit-done-saved = La bozza è stata salvata.
rules-edit-done-published = È in vigore entro uno o due secondi.
rules-edit-done-discarded = La bozza è stata scartata.
rules-edit-done-withdrawn = Non è più in vigore; vale di nuovo la regola del file, se c'è.
rules-edit-drafts = Ci sono bozze di:
rules-edit-versions = Versioni
rules-edit-says = Che cosa dice
rules-column-version = Versione
rules-column-state = Stato
rules-column-author = Di
rules-column-changed = Modificata
rules-column-comment = Commento
rules-version-draft = bozza
rules-version-published = in vigore
rules-version-retired = non più in vigore
