# The first page: is it going out, to how many, what is stuck.
now-title = Adesso
now-figures = Cifre

## Figures
now-going-out = In uscita
now-going-out-hint = accettati al minuto
now-waiting = In attesa
now-waiting-hint = in coda, di ogni priorità
now-sent-today = Inviati oggi
now-sent-today-hint = accettati tra quelli previsti oggi
now-delivered = Consegnati
now-delivered-hint = { $part } dei { $whole } il cui fornitore lo comunica, o di cui è arrivato un rapporto
now-unknown = Esito ignoto
now-unknown-hint = nessuno sa dire se sono partiti
now-held = Trattenuti
now-held-hint = ore di silenzio, modello difettoso, nessun fornitore
now-replies = Risposte
now-replies-hint = scritte dai clienti, ancora da evadere

## Alarms
now-alarms = Allarmi
now-alarm = Allarme: { $sentence }.
now-found = Rilevato
now-look-at-one = Vedi un esempio
now-look-at-declared = Apri
now-declared-waiting =
    { $count ->
        [one] Un evento attende l'approvazione
       *[other] { $number } eventi attendono l'approvazione
    }
now-declared-waiting-remedy = Nessuno viene avvisato prima che una seconda persona approvi.
now-declared-returned = L'evento { $incident } è stato restituito e va modificato
now-declared-returned-remedy = La sua pagina dice perché. Modificarlo o abbandonarlo.
# Clients who wait longer for an answer than was promised.
now-unheard =
    { $count ->
        [one] Un cliente aspetta una risposta da più di quanto promesso
       *[other] { $number } clienti aspettano una risposta da più di quanto promesso
    }
now-unheard-remedy = Rispondere nelle conversazioni, o chiudere la conversazione con un motivo.
now-look-at-source = Vedi la fonte
now-breach-remedy = Una volta risolto, il comando araldo check-store spegne l'allarme.
now-source-fault = La fonte { $source } non si può leggere: { $why }
now-source-doubt = La fonte { $source } è dubbia: { $why }
now-source-dead =
    { $count ->
        [one] { $number } record della fonte { $source } non è stato acquisito
       *[other] { $number } record della fonte { $source } non sono stati acquisiti
    }
now-inbox-fault = La casella { $inbox } non si può leggere: { $why }
now-asked-fault = Il fornitore non risponde alle richieste ({ $inbox }): { $why }
now-asked-fault-remedy = Gli esiti degli SMS e le risposte dei clienti vengono richiesti di nuovo automaticamente; araldo doctor controlla l'account.
now-inbox-fault-remedy = Rimbalzi, risposte e STOP arrivati per e-mail aspettano lì e vengono acquisiti appena si può leggere; araldo doctor la controlla.
now-webhook-given-up = Il webhook { $name } non riesce da così tanto tempo che è stato disattivato
now-webhook-given-up-remedy = Impostazioni, Webhook dice perché; riattivato, riceve tutto ciò che è ancora conservato.
now-source-remedy = La sua pagina dice di più ed elenca ciò che non è stato acquisito.
now-incident-overdue = L'evento { $incident } dovrebbe essere finito e non è arrivato nulla
now-incident-overdue-remedy = Comunicare quando finirà (incident.updated) o che è finito (incident.resolved).
now-incident-word-due = Il prossimo aggiornamento sull'evento { $incident } era promesso ed è scaduto
now-incident-word-due-remedy = Inviare incident.updated, con la prossima promessa se non ci sono novità.
now-incident-still-out =
    { $count ->
        [one] { $number } cliente dice che l'evento { $first } per lui non è finito: { $incident }
       *[other] { $number } clienti dicono che l'evento { $first } per loro non è finito: { $incident }
    }
now-incident-still-out-remedy = La sua pagina dice quanti sono; chiuderlo con incident.resolved una volta risolto.
now-outage-overlong = L'interruzione { $incident } è durata più di { $span }
now-outage-overlong-in = L'interruzione { $incident } è durata più di { $span } in { $towns }
now-outage-overlong-remedy = A chi è rimasto senza può spettare un indennizzo. L'avviso resta qui per trenta giorni e sulla pagina dell'evento.
now-works-late = I lavori { $incident } sono stati annunciati più tardi del dovuto
now-works-late-remedy = Si possono spostare (incident.updated); altrimenti l'allarme si spegne quando iniziano.

## Incidents
now-incidents = In corso
now-began = iniziato
now-begins = inizia
now-ends = fine prevista
now-no-incident = Nessun evento in corso.
now-no-incident-then = Ne compare uno qui appena una notizia lo apre.

## Lanes
now-lanes = Code di invio
now-lane-label = coda { $lane }
now-lane-oldest = il più vecchio aspetta da { $span }
now-lane-none-due = nessuno da inviare ora
now-lane-empty = vuota

## Providers
now-providers = Fornitori
now-provider-paused = in pausa
now-provider-ready = pronto
now-provider-weight = riceve { $points } punti del suo canale
now-provider-again = riprende { $when } { $reason }
now-no-provider = Nessuno è configurato: non può partire nulla.

## Cases that stand still
now-bodies = Pratiche ferme
now-bodies-caption = Pratiche ferme, per ente responsabile
now-body = Presso
now-body-cases = Pratiche
now-body-oldest = La più vecchia
now-body-report = Elenco
now-nobody-named = nessun ente indicato
now-report-none = nessun elenco
now-report-sent = inviato
now-report-chased = sollecitato
now-report-acknowledged = preso in carico

## Last messages
now-recent = Ultimi messaggi
now-recent-caption = Gli ultimi venti messaggi
now-no-message = Ancora nessun messaggio.
now-no-message-then = Inviare una notizia: i suoi messaggi compaiono qui.
