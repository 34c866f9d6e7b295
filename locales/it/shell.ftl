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
shell-delivered-of = su { $number } il cui fornitore lo comunica
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
shell-rate-delivered-of = di quelli il cui fornitore lo comunica
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
