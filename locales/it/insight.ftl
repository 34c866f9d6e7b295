# The words of the console's part "insight". The heads of its tables are in "shell".

insight-title = Statistiche
insight-span = Periodo
insight-days = { $number } giorni
insight-export = Esporta in CSV
insight-none = Nessun messaggio nel periodo.
insight-none-then = Scegliere un periodo più lungo.
insight-few = { $count } su { $whole }

## How far messages get: each step, and what it is a share of

insight-funnel = Fin dove arrivano i messaggi?
insight-step-planned = previsti
insight-step-accepted = accettati
insight-step-delivered = consegnati
insight-step-read = letti
insight-step-opened = aperti
insight-step-clicked = con clic
insight-step-confirmed = confermati
insight-step-replied = con risposta
insight-not-sent = { $number } da non inviare
insight-share = { $rate }; base: { $whole } { $of }
insight-share-none = base: 0 { $of }
insight-of-sendable = da inviare
insight-of-reporting = il cui fornitore comunica le consegne, o di cui è arrivato un rapporto
insight-of-measurable = raggiunti il cui cliente non ha rifiutato la misurazione
insight-of-opens = e-mail la cui apertura si registra per nome
insight-of-clicks = raggiunti di cui si registrano i clic
insight-of-reached = raggiunti
insight-what = Ogni quota indica la propria base e la barra mostra quella quota. Raggiunti sono i messaggi accettati di cui non risulta il mancato arrivo. Letto è qualsiasi segno di una persona: un'immagine caricata, un link seguito, la pagina di stato consultata, il pulsante "Ho letto, grazie" premuto, una risposta; i programmi si contano a parte e mai come lettori (riconosciuti con la versione { $rules } delle regole). Un SMS non si può aprire. Non misurabili, perché i clienti lo hanno rifiutato: { $unmeasured } dei raggiunti. Aperti senza dire da chi: { $anonymous }. L'intervallo tra parentesi contiene la quota vera 95 volte su 100; sotto i 20 casi si mostrano solo i conteggi.

## Day by day

insight-by-day = Come va, giorno per giorno?
insight-chart = Accettati e raggiunti per giorno; i valori sono nella tabella sottostante
insight-figures = I valori per giorno
insight-day = Giorno
insight-restated = Giorni ricalcolati
insight-restated-why = Dopo la fine di questi giorni un riscontro si è rivelato sbagliato: una ricevuta smentita da una successiva, un lettore che era una macchina, o ciò che qualcuno ha ritenuto sbagliato. Le loro cifre non sono quelle con cui si erano chiusi.
insight-restated-day = { $day }: ricalcolato il { $at }, correzioni: { $count }
insight-by-day-caption = Quote per giorno, dal più recente

## One table for each question

insight-template-question = Quale modello non viene letto?
insight-template-answer = { $template }: al massimo il { $percent } % dei messaggi misurabili viene letto.
insight-template = Modello
insight-version-question = La nuova versione è servita?
insight-version-answer = Nessun modello è stato inviato in due versioni.
insight-version-differs = { $template }: la versione { $version } viene letta { $points } punti rispetto alla precedente.
insight-version-same = { $template }: tra la versione { $version } e la precedente non si può mostrare una differenza.
insight-version = Versione
insight-channel-question = Quale canale raggiunge le persone?
insight-channel-answer = { $channel } consegna almeno il { $percent } % di quanto accettato dai fornitori che lo comunicano.
insight-channel = Canale
insight-too-few = Troppo pochi messaggi per dirlo.

## Which days, and how they come out

insight-export-xlsx = Esporta come foglio di calcolo
insight-from = Dal
insight-to = Al
insight-show = Mostra
insight-period-wrong = Non è un periodo: il primo giorno non viene dopo l'ultimo, e si mostrano al massimo due anni. Ecco le ultime due settimane.
insight-more = Altre statistiche
insight-back = Tutte le statistiche

## The period before

insight-compared = Che cosa è cambiato rispetto al periodo precedente?
insight-before = Confronto con i giorni dal { $from } al { $to }, altrettanti subito prima. Si mostra una differenza quando il solo caso la spiegherebbe meno di cinque volte su 100. Non dice il perché: altri giorni hanno altri messaggi.
insight-share-of = Quota
insight-now = Ora
insight-then = Prima
insight-difference = Differenza
insight-points = { $points } punti
insight-no-difference = nessuna differenza dimostrabile
insight-step-measurable = misurabili

## What it costs

insight-cost = Quanto costa?
insight-cost-answer = In questo periodo: { $now }. Nel periodo precedente: { $before }.
insight-cost-what = Ciò che i fornitori hanno accettato, al prezzo in vigore al momento dell'invio, qualunque sia stato l'esito; ciò che hanno rifiutato non costa nulla. «Non noto» significa che non è impostato alcun prezzo ([provider.NOME] price).
insight-cost-unknown = non noto
insight-cost-part = { $amount } per { $priced } su { $accepted }

## What to improve

insight-improve = Che cosa aiuterebbe più persone?
insight-improve-none = Nulla va peggio del resto più di quanto spieghi il caso.
insight-finding-little-read = { $subject } viene letto meno degli altri modelli.
insight-finding-version-worse = L'ultima versione di { $subject } viene letta meno della precedente.
insight-finding-zone-unreached = In { $subject } i clienti non raggiungibili sono più che altrove.
insight-finding-provider-loses = { $subject } consegna meno degli altri fornitori del suo canale.
insight-finding-provider-slow = { $subject } impiega più di dieci minuti per oltre un messaggio su dieci.
insight-finding-dear-character = L'SMS di { $subject } contiene un “{ $character }”, che rende più caro l'intero testo.
insight-finding-why-dear = SMS partiti così: { $people }; un altro carattere dice lo stesso.
insight-finding-why =
    { $count ->
        [one] { $rate } qui, { $rest } altrove; se fosse come altrove, aiuterebbe { $people } persona.
       *[other] { $rate } qui, { $rest } altrove; se fosse come altrove, aiuterebbe { $people } persone.
    }
insight-finding-why-alone =
    { $count ->
        [one] { $rate }; { $people } persona ha atteso.
       *[other] { $rate }; { $people } persone hanno atteso.
    }
insight-do-template = Guarda il testo
insight-do-zone = Guarda chi non possiamo raggiungere
insight-do-provider = Guarda il fornitore

## When, how long, by whom

insight-week = Quando leggono le persone?
insight-week-answer = Il { $percent } % dei { $all } messaggi letti è stato letto la prima volta tra le { $from } e le { $to }.
insight-week-chart = Prime letture per ora e giorno della settimana; i valori sono nella tabella sottostante
insight-week-figures = I valori per ora
insight-weekday-monday = lunedì
insight-weekday-tuesday = martedì
insight-weekday-wednesday = mercoledì
insight-weekday-thursday = giovedì
insight-weekday-friday = venerdì
insight-weekday-saturday = sabato
insight-weekday-sunday = domenica
insight-waits = Quanto tempo passa fino all'arrivo e fino alla lettura?
insight-waits-what = Ogni tempo è un limite superiore, da quando un fornitore ha accettato il messaggio; si conta una volta all'ora. Chi non l'ha ricevuto o non l'ha letto non vi compare, e con meno di dieci casi non si dà un valore.
insight-waits-key = Canale o modello
insight-delivered-half = Metà arrivata entro
insight-delivered-most = 90 % arrivato entro
insight-read-half = Metà dei lettori entro
insight-read-most = 90 % dei lettori entro
insight-fallbacks = Quante volte è servito un secondo canale?
insight-fallbacks-answer = { $spared } messaggi sul secondo canale sono stati risparmiati perché qualcuno ha letto il primo: { $share } di quelli già decisi. Come lettura conta solo ciò che ha fatto una persona.
insight-fallbacks-cost = Al prezzo medio di quelli inviati sarebbero costati circa { $amount }.
insight-fallbacks-channel = Secondo canale
insight-fallbacks-spared = Risparmiati
insight-fallbacks-turned = Usati
insight-fallbacks-unreadable = Lasciati: lettura non visibile
insight-fallbacks-unreachable = Nessuna via per il cliente
insight-providers = Quanto consegna ogni fornitore?
insight-provider = Fornitore
insight-counted = Dati contati
insight-counted-hourly = Si conta una volta all'ora: ciò che da allora è stato accettato, consegnato o letto qui manca, mentre compare nelle altre tabelle.
insight-counted-never = Non è stato ancora contato nulla; si conta una volta all'ora.
insight-undelivered = Non consegnati

## The mail of the week

insight-mail-title = La settimana dal { $from } al { $to }
insight-mail-days = Dal { $from } al { $to }, accanto ai sette giorni precedenti.
insight-mail-figure = { $word }: { $now } (la settimana prima: { $before })
insight-mail-cost = costo
insight-mail-open = Vedere la settimana nelle statistiche
insight-mail-why = Questa e-mail arriva ogni lunedì perché Lei l'ha richiesta.
insight-mail-stop = Non riceverla più

## Whom we can reach

insight-reach-title = Chi possiamo raggiungere?
insight-reach-by = Zone
insight-by-municipality = Per comune
insight-by-postal-code = Per CAP
insight-reach-none = Nessun cliente ha ancora un luogo, o non si è ancora contato.
insight-reach-none-then = Importare i clienti con i loro luoghi; si contano entro un'ora, poi una volta al giorno.
insight-reach-question = Chi non possiamo raggiungere?
insight-reach-answer = In { $zone } non si può comunicare nulla a { $people } su { $clients } clienti: più che in ogni altra zona.
insight-reach-all = Ogni cliente di zona nota ha un contatto utilizzabile.
insight-reach-what = Ogni cliente conta una volta in ogni zona in cui ha un luogo, con il migliore dei suoi canali. Raggiungibile: un contatto verificato e non bloccato. Non verificato: un contatto che nessuno ha verificato; gli si scrive. Bloccato: i contatti non esistono più, o il cliente ha risposto STOP. Si conta una volta al giorno.
insight-reach-more =
    { $count ->
        [one] Un'altra zona è nel CSV.
       *[other] Altre { $number } zone sono nel CSV.
    }
insight-zone = Zona
insight-zone-unknown = non nota
insight-clients = Clienti
insight-unreachable = Non raggiungibili
insight-reachable = Raggiungibili
insight-unverified = Non verificati
insight-barred = Bloccati
insight-no-contact = Senza contatto
insight-by-sms = Via SMS
insight-by-email = Via e-mail

## Who never reads

insight-unread-title = Chi non legge mai?
insight-unread-what = Clienti dei cui messaggi degli ultimi { $number } giorni nessuno è stato letto, benché lo si saprebbe: non hanno rifiutato la misurazione. Chi legge un SMS e non fa nulla non si distingue da chi non lo legge. Si conta una volta al giorno.
insight-unread-messages = Messaggi non letti
insight-unread-at-least = { $number } o più
insight-unread-none = Non si è trovato nessuno.
insight-unread-none-then = Si contano una volta al giorno; con meno messaggi non letti si trovano più persone.
insight-unread-where = Dove abitano?
insight-unread-who = Chi sono?
insight-unread-since = Dal
insight-unread-contacts = Contatti

## Calls avoided

insight-calls-title = Telefonano meno persone?
insight-calls-question = Telefonano meno persone per ciò che è stato loro comunicato?
insight-calls-what = I contatti come li conta il call center, accanto ai messaggi su quelle pratiche, ora e in altrettanti giorni prima. Meno contatti non provano che il merito sia dei messaggi: può darsi che ci siano meno pratiche, o che dipenda dalla stagione. Per saperlo, comunicare per alcune settimane un tipo di pratica e non un altro simile, e confrontarli. Un trattino significa che nessuno ha detto quanti.
insight-calls-kind = Tipo di pratica
insight-calls-contacts = Contatti
insight-calls-contacts-before = Contatti prima
insight-calls-messages = Messaggi
insight-calls-messages-before = Messaggi prima
insight-calls-by-day = Giorno per giorno
insight-calls-contacts-chart = Contatti per giorno, con una scala propria; i valori sono nella tabella sottostante
insight-calls-messages-chart = Messaggi per giorno, con una scala propria; i valori sono nella tabella sottostante
insight-calls-none = Nel periodo non ci sono né contatti né messaggi su pratiche.
insight-calls-none-then = Un programma invia i contatti come CSV a /v1/contacts-per-day, con le colonne day, kind e contacts.

## How cases went

insight-satisfaction-title = I clienti sono soddisfatti?
insight-satisfaction-answer = Di { $asked } clienti interpellati su una pratica chiusa hanno risposto in { $answered }; la media è { $mean } su 5.
insight-satisfaction-few = Di { $asked } clienti interpellati su una pratica chiusa hanno risposto in { $answered }: troppo pochi per una media.
insight-satisfaction-what = Le pratiche su cui si è chiesto un voto in questo periodo, con le risposte di oggi. Sono soddisfatti i voti 4 e 5. Sotto le cinque risposte si mostrano solo i numeri: una media parlerebbe di persone. Ciò che i clienti hanno scritto sta con le loro pratiche.
insight-satisfaction-scores = Quanti hanno dato ciascun voto?
insight-satisfaction-chart = Risposte per voto, da 1 a 5; la tabella qui sotto ha i numeri
insight-satisfaction-score = Voto
insight-satisfaction-answers = Risposte
insight-satisfaction-by-kind = Per quali tipi di pratica?
insight-satisfaction-by-body = Con quali enti?
insight-satisfaction-by-partner = Con quali partner?
insight-satisfaction-kind = Tipo di pratica
insight-satisfaction-body = Ente responsabile
insight-satisfaction-partner = Partner
insight-satisfaction-nobody = nessuno indicato
insight-satisfaction-none = In questo periodo non è stato chiesto a nessuno.
insight-satisfaction-none-then = Indichi in [survey] dopo quanto tempo dalla chiusura si chiede com'è andata.
