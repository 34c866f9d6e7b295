# The words of the console's part "incidents".
incidents-title = Eventi
incidents-one-title = Evento { $incident }
incidents-none = Ancora nessun evento.
incidents-none-then = Qui compare non appena viene aperto.
incidents-caption = Eventi, dal più recente
incidents-older = Meno recenti
incidents-column-incident = Evento
incidents-column-state = Stato
incidents-column-begin = Inizio
incidents-column-end = Fine
incidents-column-step = Passaggio
incidents-column-changed = Modificato
incidents-column-channel = Canale
incidents-column-language = Lingua
incidents-column-messages = Messaggi
incidents-column-clients = Clienti
incidents-column-reason = Motivo

## What an incident is about
incidents-what = Che cosa
incidents-begins = Inizierà
incidents-began = Iniziato
incidents-ended = Terminato
incidents-ends = Fine prevista
incidents-not-said = non indicato
incidents-cause = Causa
incidents-next-word = Prossimo aggiornamento promesso
incidents-part-of = Parte di
incidents-part = Parte
incidents-is-it-back = È tornato il servizio?
incidents-answers = tornato per { $back }, ancora assente per { $out }
incidents-area = Area
incidents-area-unreadable = illeggibile: scritta da un'altra versione, o danneggiata
incidents-drawn = Disegnato
incidents-drawn-circle = un cerchio di { $km } km attorno a { $lat }, { $lon }
incidents-drawn-shape = una forma sulla mappa
incidents-municipalities = Comuni
incidents-postal-codes = CAP
incidents-tags = Etichette
incidents-places = Forniture
incidents-and-more = { $list } e altri { $number }
incidents-severity-minor = lieve
incidents-severity-moderate = moderata
incidents-severity-severe = grave
incidents-severity-extreme = estrema
incidents-severity-unsaid = non indicata
incidents-language-it = italiano
incidents-language-en = inglese

## What was said when, and how far it got
incidents-steps = Che cosa si è detto e quando
incidents-step-opened = aperto
incidents-step-updated = aggiornato
incidents-step-resolved = risolto
incidents-step-cancelled = annullato
incidents-step-overdue = in ritardo
incidents-step-reminder = promemoria
incidents-step-confirm = verifica
incidents-step-reopened = riaperto
incidents-step-uncovered = riemerso
incidents-step-left = uscito dall'area
incidents-step-compensation = indennizzo
incidents-step-no-rule = non è stato avvisato nessuno: nessuna regola corrisponde
incidents-step-messages =
    { $count ->
        [one] { $number } messaggio con il testo { $template }
       *[other] { $number } messaggi con il testo { $template }
    }
incidents-step-messages-but =
    { $count ->
        [one] { $number } messaggio con il testo { $template }; clienti non avvisati: { $suppressed } (ciascuno con il suo motivo)
       *[other] { $number } messaggi con il testo { $template }; clienti non avvisati: { $suppressed } (ciascuno con il suo motivo)
    }
incidents-reach = Fin dove è arrivato
incidents-planned =
    { $count ->
        [one] { $number } messaggio previsto
       *[other] { $number } messaggi previsti
    }
incidents-unreachable = Irraggiungibili, senza alcun recapito:
incidents-unreachable-of = { $without } su { $all }
incidents-unreachable-share = { $without } su { $all } ({ $percent } %)
incidents-its-messages = I suoi messaggi
incidents-map-both = Dove: l'area è ombreggiata, ogni punto è una fornitura di chi è stato avvisato; il nord è in alto, la barra vale { $bar }
incidents-map-dots = Dove: ogni punto è una fornitura di chi è stato avvisato; il nord è in alto, la barra vale { $bar }
incidents-map-area = Dove: l'area è ombreggiata; il nord è in alto, la barra vale { $bar }
incidents-map-label =
    { $count ->
        [one] L'area e { $number } fornitura di chi è stato avvisato, con il nord in alto
       *[other] L'area e { $number } forniture di chi è stato avvisato, con il nord in alto
    }
incidents-map-area-label = L'area, con il nord in alto

## What is declared and not sent yet
incidents-declare = Dichiara un evento
incidents-declared = Dichiarati, non ancora inviati
incidents-declared-caption = Dichiarazioni non ancora inviate, dalla più recente
incidents-declared-draft = bozza
incidents-declared-waiting = in attesa di approvazione
incidents-declared-approved = approvato
incidents-declared-returned = restituito
incidents-declared-sent = inviato
incidents-declared-withdrawn = abbandonato
incidents-author = Scritto da
incidents-waiting =
    { $count ->
        [one] Una dichiarazione attende l'approvazione di una seconda persona.
       *[other] { $number } dichiarazioni attendono l'approvazione di una seconda persona.
    }

## The form
incidents-declare-title = Dichiarare un evento
incidents-edit-title = Modificare la dichiarazione
incidents-declare-what = Per ora non viene avvisato nessuno: la pagina seguente mostra chi verrebbe raggiunto.
incidents-group-what = Che cosa
incidents-group-where = Dove
incidents-group-shape = Dove, con un cerchio o una forma
incidents-group-when = Quando
incidents-group-say = Che cosa leggono i clienti
incidents-field-kind = Tipo
incidents-field-service = Servizio
incidents-service-other = altro, come scritto sotto
incidents-field-service-other = Altro servizio
incidents-hint-service-other = Solo se non è nell'elenco sopra.
incidents-field-severity = Gravità
incidents-field-reference = Riferimento
incidents-hint-reference = Il proprio, se esiste. Se manca, viene assegnato.
incidents-field-municipalities = Comuni
incidents-hint-municipalities = Nomi, o codici ISTAT di sei cifre come 037006, separati da virgole. I nomi sono noti dopo aver importato le forme delle aree.
incidents-field-postal-codes = CAP
incidents-hint-list = Separati da virgole.
incidents-field-tags = Etichette
incidents-hint-tags = Per esempio feeder:BO-12, separate da virgole.
incidents-field-places = Punti di fornitura
incidents-hint-places = Codici separati da virgole, punti e virgola o a capo, 20.000 al massimo.
incidents-field-file = Punti di fornitura da un file
incidents-hint-file = CSV o testo, in UTF-8 o Latin-1. Si aggiunge a quanto scritto sopra.
incidents-field-lat = Centro: latitudine
incidents-hint-lat = In gradi, per esempio 44,49.
incidents-field-lon = Centro: longitudine
incidents-hint-lon = In gradi, per esempio 11,34.
incidents-field-km = Raggio in km
incidents-field-geojson = Forma in GeoJSON
incidents-hint-geojson = Polygon, MultiPolygon o Feature, 2.000 vertici al massimo.
incidents-field-began-at = Inizio
incidents-hint-began-at = Se manca: adesso.
incidents-field-expected-end = Fine prevista
incidents-hint-expected-end = Lasciare vuoto se non è nota.
incidents-field-next-update = Prossimo aggiornamento
incidents-hint-next-update = Quando si promettono altre notizie ai clienti. Se manca: nessuna promessa.
incidents-field-cause = Causa
incidents-hint-cause = In poche parole, per il cliente.
incidents-field-note = Nota
incidents-hint-note = Per il cliente, 2.000 caratteri al massimo.
incidents-field-quiet = Non avvisare nessuno
incidents-hint-quiet = Viene registrato e mostrato sulle pagine.
incidents-to-check = Verifica chi raggiunge
incidents-back-to-list = Torna agli eventi
incidents-back-to-one = Torna all'evento
incidents-back-to-check = Torna alla verifica
incidents-faults = Dati non accettati:
incidents-fault-time = non è una data valida: indicare un giorno e un'ora che esistono
incidents-fault-past = è già passato: indicare un momento futuro, o lasciare vuoto
incidents-fault-service = scegliere un servizio dall'elenco, oppure scegliere altro e scrivere quale
incidents-fault-nowhere = indicare dove: comuni, CAP, etichette, punti di fornitura, un cerchio o una forma
incidents-fault-places = più di { $number } punti di fornitura: indicare la linea o il comune
incidents-fault-circle = un cerchio ha latitudine, longitudine e raggio, ciascuno un numero
incidents-fault-json = non è JSON: incollare la forma così come la esporta la mappa
incidents-fault-crosses = la forma si incrocia con sé stessa: ridisegnarla senza lati che si incrociano
incidents-fault-corners = la forma ha più di { $number } vertici: semplificarla
incidents-fault-refused = non accettato: { $detail }
incidents-fault-known = esiste già un evento con questo riferimento: aprirne la pagina per proseguirlo
incidents-fault-empty = scrivere qui qualcosa di nuovo
incidents-form-sent-before = Questo modulo è già stato inviato una volta, con altro contenuto. Inviarlo di nuovo per dichiarare un altro evento.
incidents-form-stale = Nel frattempo qualcuno l'ha modificato. Quanto scritto è qui sotto, non salvato: inviare di nuovo per sostituire l'altro testo.

## Before it is sent
incidents-check-title = Prima dell'invio
incidents-audience = Chi raggiunge
incidents-check-clients =
    { $count ->
        [one] È interessato un cliente.
       *[other] Sono interessati { $number } clienti.
    }
incidents-check-told =
    { $count ->
        [one] Uno di loro riceve un messaggio.
       *[other] { $number } di loro ricevono un messaggio.
    }
incidents-check-messages =
    { $count ->
        [one] Parte un messaggio.
       *[other] Partono { $number } messaggi.
    }
incidents-check-sampled =
    { $count ->
        [one] Conteggio su un cliente, scelto in modo uniforme fra tutti.
       *[other] Conteggio su { $number } clienti, scelti in modo uniforme fra tutti.
    }
incidents-check-segments =
    { $count ->
        [one] Gli SMS occupano circa un segmento.
       *[other] Gli SMS occupano in tutto circa { $number } segmenti.
    }
incidents-check-cost = { $channel }: circa { $amount } in tutto, al prezzo del primo fornitore.
incidents-check-cost-unknown = { $channel }: il costo non è noto.
incidents-check-later =
    { $count ->
        [one] Ora non viene avvisato nessuno; i messaggi successivi (promemoria, ritardo, verifica del ripristino) raggiungono un cliente con queste parole.
       *[other] Ora non viene avvisato nessuno; i messaggi successivi (promemoria, ritardo, verifica del ripristino) raggiungono { $number } clienti con queste parole.
    }
incidents-check-takes = Al ritmo concordato l'ultimo parte circa { $span } dopo il primo.
incidents-nobody = Non viene avvisato nessuno: { $why }.
incidents-goes = Messaggi per canale e lingua
incidents-untold = Clienti che non ricevono un messaggio proprio
incidents-put-off = Messaggi che prima attendono
incidents-see-texts = Mostra il testo per tre clienti
incidents-see-texts-hint = Così come lo riceverebbero. La consultazione viene registrata.
incidents-texts-title = Che cosa leggerebbero tre clienti
incidents-texts-what = Il testo come verrebbe inviato; i recapiti sono mascherati e i link non portano da nessuna parte. La consultazione è stata registrata.
incidents-given-up = Abbandonato. Non è stato avvisato nessuno.
incidents-next = Prossimo passo
incidents-send = Invia ora
incidents-send-in-vain = Invia anche se non viene avvisato nessuno
incidents-ask = Chiedi l'approvazione a una seconda persona
incidents-approve = Approva
incidents-return = Restituisci
incidents-return-reason = Che cosa va cambiato
incidents-edit = Modifica
incidents-withdraw = Abbandona
incidents-list-doubles =
    { $count ->
        [one] Un punto di fornitura era ripetuto.
       *[other] { $number } punti di fornitura erano ripetuti.
    }
incidents-list-left-out =
    { $count ->
        [one] Una voce non è un punto di fornitura ed è stata esclusa: { $list }
       *[other] { $number } voci non sono punti di fornitura e sono state escluse: { $list }
    }
incidents-list-unknown =
    { $count ->
        [one] Un punto di fornitura non è conosciuto, forse è scritto male: { $list }
       *[other] { $number } punti di fornitura non sono conosciuti, forse sono scritti male: { $list }
    }
incidents-approval-needed =
    { $count ->
        [0] Prima dell'invio deve approvare una seconda persona.
       *[other] Raggiunge più di { $number } clienti: prima dell'invio deve approvare una seconda persona.
    }
incidents-approval-waits = In attesa dell'approvazione di una seconda persona.
incidents-approval-asked = { $by } chiede l'approvazione.
incidents-approval-given = Approvato da { $by }, esattamente per questo testo e questi destinatari.
incidents-approval-returned = Restituito da { $by }: { $reason }
incidents-approval-changed = Il testo o i destinatari non sono più quelli per cui è stata chiesta l'approvazione: chiederla di nuovo.
incidents-fault-stale = Nel frattempo qualcuno ha modificato la dichiarazione. Verificarla di nuovo; non è stato fatto nulla.
incidents-fault-over = L'evento nel frattempo è terminato: non è stato inviato nulla. Se quanto detto è sbagliato, correggerlo dalla sua pagina.
incidents-fault-moved = Nel frattempo qualcun altro ha modificato l'evento: non è stato inviato nulla. Guardare la sua pagina e riscrivere, se è ancora vero.
incidents-fault-nobody = Non verrebbe avvisato nessuno. Verificare di nuovo e inviare solo se è giusto così.
incidents-fault-void = L'approvazione non vale più: il testo o i destinatari sono cambiati. Chiederla di nuovo.
incidents-fault-unapproved = Prima deve approvare una seconda persona.
incidents-fault-no-reason = Indicare che cosa va cambiato, in 2.000 caratteri al massimo.
incidents-planning-title = Inviato
incidents-planning = Inviato: i messaggi sono in preparazione. La pagina dell'evento si apre fra un momento.
incidents-planning-again = Apri l'evento

## How it goes on
incidents-goes-on = Come prosegue
incidents-change-title = Evento { $incident }
incidents-change-update = Aggiorna
incidents-change-extend = Serve più tempo
incidents-change-restore = È terminato
incidents-change-cancel = Annulla
incidents-change-again = Avvisa di nuovo
incidents-change-correct = Correggi senza avvisare
incidents-change-hint-update = Viene avvisato chiunque si trovi ora nell'area, se qualcosa cambia abbastanza.
incidents-change-hint-extend = Chiunque si trovi ora nell'area viene avvisato della nuova fine, se cambia abbastanza.
incidents-change-hint-restore = Chi era stato avvisato viene avvisato che è terminato.
incidents-change-hint-cancel = Annunciato per errore, o non avrà luogo. Ciò che attende viene ritirato; chi era stato avvisato ne viene informato.
incidents-change-hint-again = Chiunque si trovi ora nell'area viene avvisato ancora una volta, anche se nulla è cambiato.
incidents-change-hint-correct = Le pagine lo mostrano subito e non viene avvisato nessuno. Ciò che attende l'invio parte com'era scritto.
incidents-remainder = Prima dell'annullamento
incidents-remainder-now =
    { $gone ->
        [one] Un messaggio è partito
       *[other] { $goneNumber } messaggi sono partiti
    }{ $waiting ->
        [0] , nessuno attende.
        [one] , uno attende ancora.
       *[other] , { $waitingNumber } attendono ancora.
    }
incidents-remainder-then =
    { $gone ->
        [one] un messaggio era partito
       *[other] { $goneNumber } messaggi erano partiti
    }{ $withdrawn ->
        [0] , nessuno è stato ritirato
        [one] , uno è stato ritirato
       *[other] , { $withdrawnNumber } sono stati ritirati
    }
incidents-stop-what = Fermare i messaggi
incidents-stop = Ritira ciò che non è partito
incidents-stop-hint = Di tutto quanto è stato detto finora. L'evento prosegue e di questo non viene avvisato nessuno.
incidents-done-sent = Inviato.
incidents-done-corrected = Corretto; non viene avvisato nessuno.
incidents-done-stopped =
    { $count ->
        [one] { $stopped } messaggio ritirato; non si sono potuti fermare: { $left }.
       *[other] { $stopped } messaggi ritirati; non si sono potuti fermare: { $left }.
    }
incidents-chooser = Sulla mappa: spunti i comuni, qui o nell'elenco; sopra è disegnato ciò che dicono i campi della forma
incidents-chooser-towns = Comuni sulla mappa
incidents-chooser-zones = Zone sulla mappa
incidents-chooser-more = Non tutti i comuni sono disegnati. Gli altri si scelgono per nome nel campo Comuni.
incidents-draw-polygon = Disegna un poligono
incidents-draw-circle = Disegna un cerchio
incidents-draw-clear = Togli ciò che è disegnato
incidents-draw-polygon-said = Faccia clic sui vertici, oppure muova il mirino con le frecce e fissi un vertice con Invio. Backspace toglie l'ultimo vertice, Esc termina.
incidents-draw-circle-said = Faccia clic sul centro, poi sul bordo; oppure muova il mirino con le frecce e fissi ciascuno con Invio. Backspace toglie l'ultimo punto, Esc termina.
incidents-draw-points = Punti fissati:
incidents-draw-done = Disegnato. Ora sta nei campi della forma.
incidents-fault-several = più comuni si chiamano { $name }; scriva il codice di quello che intende: { $codes }
