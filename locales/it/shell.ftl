# What surrounds every page, and the pieces that many pages have.

## The rail
shell-rail-now = Adesso
shell-rail-incidents = Eventi
shell-rail-cases = Pratiche
shell-rail-clients = Clienti
shell-rail-messages = Messaggi
shell-rail-inbox = Conversazioni
shell-rail-templates = Modelli
shell-rail-insight = Statistiche
shell-rail-sources = Fonti
shell-rail-sandbox = Sandbox
shell-time-runs = Qui il tempo scorre { $times } volte più veloce della realtà.
shell-rail-people = Persone
shell-rail-settings = Impostazioni

## The top line
shell-skip = Vai al contenuto
shell-parts = Parti della console
shell-search = Cerca ( / )
shell-search-label = Cerca clienti, pratiche, eventi, messaggi
shell-colours = Colori
shell-colours-system = come il sistema
shell-colours-light = chiari
shell-colours-dark = scuri
shell-language = Lingua
shell-me = Password e sessioni
shell-log-out = Esci
shell-standing = Questa pagina è ferma: Araldo non risponde oppure la sessione è scaduta. Ricaricarla per vedere il resto.

## The light
shell-health-why = : perché
shell-health-alarm = allarme
shell-health-paused = in pausa
shell-health-paused-by = { $person } ha sospeso ogni invio { $since }
shell-health-stopped = fermo
shell-health-no-node = nessun nodo dà segni di vita
shell-health-provider = fornitore in pausa
shell-health-provider-paused = { $provider } è in pausa
shell-health-slow = lento
shell-health-urgent-waits = un messaggio urgente aspetta da { $span }
shell-health-sending = in invio
shell-health-nodes =
    { $count ->
        [one] { $number } nodo al lavoro
       *[other] { $number } nodi al lavoro
    }

## Times and spans
shell-just-now = adesso
shell-ago = { $span } fa
shell-ahead = tra { $span }
shell-days = { $days } g

## The steps told, delivered, read
shell-told = avvisati
shell-told-of = su { $number } da avvisare
shell-delivered = consegnati
shell-delivered-of = su { $number } il cui fornitore lo comunica, o di cui è arrivato un rapporto
shell-read = letti
shell-read-of = su { $number } misurabili

## A list of messages
shell-when = Quando
shell-client = Cliente
shell-message = Messaggio
shell-channel = Canale
shell-state = Stato
shell-deleted = cancellato
shell-message-to = a { $name }

## A list of cases
shell-case = Pratica
shell-kind = Tipo
shell-with = Presso
shell-expected-by = Prevista entro
shell-moved = Aggiornata

## Replies
shell-reply-erased = un cliente poi cancellato
shell-reply-to = al
shell-reply-about = messaggio su { $about }
shell-reply-conversation = Leggi e rispondi nelle conversazioni
shell-reply-answered = Ha risposto { $person }
shell-reply-hint = Per telefono o e-mail; resta annotato
shell-reply-done = Ho risposto
shell-reply-of = alla risposta di { $name }
shell-reply-open = Nessuno ha ancora risposto.
shell-reply-doubt = Non è provato chi l'ha scritto. Qualcuno { $grounds }.

## A list of steps
shell-step-read = Leggi i messaggi
shell-step-read-when = inviati al passo { $step }

## Rates
shell-rate-planned = Previsti
shell-rate-not-sent = Non inviati
shell-rate-accepted = Accettati
shell-rate-reached = di quelli raggiunti
shell-rate-delivered = Consegnati
shell-rate-delivered-of = di quelli di cui si sa
shell-rate-read = Letti
shell-rate-read-of = di quelli misurabili
shell-rate-opened = Aperti
shell-rate-opened-of = delle e-mail registrate per nome
shell-rate-clicked = Con clic
shell-rate-clicked-of = di quelli di cui si registrano i clic
shell-rate-confirmed = Confermati
shell-rate-replied = Con risposta
shell-rate-machines = Da programmi
shell-rate-machines-of = aperture o clic
shell-rate-unmeasured = Non misurabili
shell-rate-cost = Costo

## Pages that say what went wrong
shell-problem-not-here = Non trovato
shell-problem-not-for-you = Non consentito
shell-problem-logged-out = Sessione scaduta
shell-problem-not-now = Non ora
shell-problem-other = Operazione non riuscita
shell-problem-back = Alla console

## Lists that go on
shell-older = Precedenti
shell-more = Altri

# How satisfied clients are: of a page of insight, and of a partner's.
shell-score-asked = Interpellati
shell-score-answered = Hanno risposto
shell-score-mean = Media
shell-score-good = Soddisfatti (4–5)

# Problems that a person sees as a page. The English is what programs get, word by word.
shell-said-page-failed = questa pagina non si è potuta fare; il perché sta nel registro
shell-said-away = l'archivio ora non può prenderlo; non è cambiato nulla; riprovi
shell-said-unholdable = un testo contiene un carattere NUL, o è più lungo di quanto l'archivio tenga; non è cambiato nulla
shell-said-nul = un testo contiene un carattere NUL (`%00`), che non sta in nessun riferimento e in nessun nome
shell-said-too-large = quello che ha mandato supera { $a } byte; lo mandi in parti
shell-said-media-type = il tipo di contenuto deve essere { $a }
shell-said-foreign-form = questo modulo non viene da una pagina di questa sessione; ricarichi la pagina
shell-said-logged-out = la sessione è finita; acceda di nuovo
shell-said-role = il ruolo { $a } non può farlo; chieda a un amministratore
shell-said-method = `{ $a }` qui non è possibile; l'intestazione `Allow` dice che cosa lo è
shell-said-path-long = l'indirizzo è più lungo di { $a } byte
shell-said-asked-long = un testo è più lungo di { $a } byte
shell-said-twice = `{ $a }` è indicato due volte; lo indichi una volta
shell-said-form-broken = il modulo non è intero, o ha più di { $a } parti; lo mandi di nuovo
shell-said-slow = i dati sono arrivati troppo lentamente; li mandi di nuovo
shell-said-broken-off = i dati si sono interrotti prima della fine; li mandi di nuovo
shell-said-form-not-ours = il modulo non è dei nostri; ricarichi la pagina
shell-said-internal = qualcosa è andato storto dentro Araldo; il perché sta nel registro
shell-said-busy-logins = troppi accessi insieme; riprovi fra qualche secondo
shell-said-partners-only = questa pagina è per le persone dei partner; le stesse pratiche stanno in /console/cases
shell-said-no-date = questa non è una data; ne scriva una come 2026-11-22
shell-said-no-day = scriva un giorno come 2027-12-31
shell-said-no-button = questo non è un pulsante della pagina
shell-said-own-text = chi l'ha scritto non può approvarlo; chieda a un'altra persona che può
shell-said-own-incident = chi l'ha dichiarato non può approvarlo; chieda a un'altra persona che può
shell-said-faster = qualcun altro è stato più veloce: riapra il modello e guardi che cosa è in uso ora
shell-said-incident-over = l'evento è finito: si può correggere soltanto quello che se ne dice
shell-said-text-length = scriva un testo di al massimo { $a } caratteri
shell-said-reason-length = dica perché, in al massimo { $a } caratteri
shell-said-line-since = nella conversazione c'è una riga nuova; la rilegga, poi risponda
shell-said-erased = il cliente è stato cancellato: non c'è nessuno a cui rispondere
shell-said-unwilling = il cliente non vuole più nulla da questo canale, o non vi ha un recapito
shell-said-unpublished-first = non c'è un modello pubblicato `{ $a }`; prima ne pubblichi uno
shell-said-unpublished = non c'è un modello pubblicato `{ $a }`
shell-said-unknown-client = non c'è un cliente con questo riferimento
shell-said-known-writer = si sa già chi l'ha scritto, o è stato cancellato
shell-said-deputies = { $a } agiscono già per il cliente: prima ne tolga uno
shell-said-mandate-over = il mandato sarebbe già finito
shell-said-deputy-of-deputy = un delegato agisce per altri e non ha delegati
shell-said-deputy-mode = scelga la copia, o al posto del cliente
shell-said-deputy-own = questo recapito è del cliente; ne indichi uno a cui si raggiunge solo il delegato
shell-said-own-choice = l'ha deciso il cliente: solo il cliente può cambiare
shell-said-webhooks = ci sono già { $a } webhook: prima ne elimini uno
shell-said-plans = più di { $a } invii; scelga un periodo più breve
shell-said-rectified-now = qualcun altro sta già correggendo uno di questi messaggi; guardi di nuovo
shell-said-rectify-nobody = nessuno ha ricevuto un messaggio così, né può averlo ricevuto: non c'è nessuno da avvisare
shell-said-rectify-told = a chi ha ricevuto un messaggio così è già stato detto che era sbagliato, o sta per esserlo
shell-said-counts-no-more = non conta più
shell-said-waits-already = aspetta già la prossima e-mail all'ente
shell-said-no-body = [clock] bodies non indica nessuno per questo ente
shell-said-missing = non esiste { $a } `{ $b }`
shell-said-thing-page = la pagina
shell-said-thing-page-or-resource = la pagina
shell-said-thing-message = il messaggio
shell-said-thing-template = il modello
shell-said-thing-case = la pratica
shell-said-thing-client = il cliente
shell-said-thing-incident = l'evento
shell-said-thing-declared-incident = l'evento dichiarato
shell-said-thing-draft-of-an-incident = la bozza di un evento
shell-said-thing-change-of-an-incident = la modifica di un evento
shell-said-thing-draft-of-template = la bozza del modello
shell-said-thing-earlier-version = la versione precedente
shell-said-thing-person = la persona
shell-said-thing-source = la fonte
shell-said-thing-webhook = il webhook
shell-said-thing-conversation = la conversazione
shell-said-thing-dead-letter = il record scartato
shell-said-thing-preview = l'anteprima
shell-said-thing-event = l'evento ricevuto
shell-said-thing-reply = la risposta
shell-said-thing-rectification = la rettifica
shell-said-thing-form = il modulo
shell-said-thing-mail = l'e-mail
shell-said-thing-mail-of-message = l'e-mail del messaggio
shell-said-thing-evidence = la prova
shell-said-thing-handset = il telefono
shell-said-thing-handset-or-mailbox = il telefono o la casella
shell-said-thing-identity-provider = il fornitore di identità
shell-said-thing-sandbox = la sandbox
shell-said-thing-address-of-this-client = il recapito di questo cliente
shell-said-thing-deputy-who-acts-for-the-client = il delegato del cliente
