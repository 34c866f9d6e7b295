# Words of fixed lists that all pages share: each family is complete, which a test holds.
yes = sì
no = no
never = mai

## States of a message, and read
state-held = trattenuto
state-queued = in coda
state-leased = preso in carico
state-sending = in invio
state-unknown = esito ignoto
state-accepted = accettato
state-delivered = consegnato
state-undelivered = non consegnato
state-unconfirmed = non confermato
state-rejected = rifiutato
state-failed = fallito
state-expired = scaduto
state-superseded = superato
state-cancelled = annullato
state-suppressed = non inviato
state-unresolved = non chiarito
state-read = letto

## How it goes out
channel-sms = SMS
channel-email = e-mail
lane-urgent = urgente
lane-normal = normale
lane-bulk = massiva
class-safety = sicurezza
class-service = servizio
class-marketing = marketing

## Incidents
incident-kind-outage = interruzione
incident-kind-planned-outage = interruzione programmata
incident-kind-delay = ritardo
incident-kind-closure = chiusura
incident-kind-notice = avviso
incident-state-going-on = in corso
incident-state-resolved = risolto
incident-state-cancelled = annullato
incident-announced = annunciato

# Services that are known by their English word; any other is said as it came.
service-electricity = energia elettrica
service-water = acqua
service-gas = gas
service-heating = riscaldamento
service-telecom = telefono e internet
service-waste = rifiuti
service-transport = trasporti

## Staff and nodes
role-viewer = lettore
role-operator = operatore
role-manager = responsabile
role-approver = approvatore
role-admin = amministratore
role-partner = partner
node-state-alive = attivo
node-state-silent = silenzioso
node-state-stopped = fermo

## Why a message was not sent, or how it ended
reason-no-contact = il cliente non ha un recapito per questo canale
reason-topic-refused = il cliente ha rifiutato questo argomento
reason-no-consent = il cliente non ha mai chiesto questo argomento
reason-stop = il cliente ha risposto STOP
reason-unsubscribed = il cliente si è disiscritto
reason-hard-bounce = l'indirizzo o il numero non esiste
reason-complaint = il cliente ha segnalato come indesiderata una e-mail precedente
reason-manual = un operatore ha bloccato il recapito
reason-same-address = lo riceve un altro cliente con lo stesso recapito
reason-deputy = lo riceve al suo posto chi agisce per il cliente
reason-wider-incident = il cliente è già stato avvisato di un evento più ampio, di cui questo fa parte, e saprà di questo se dura di più
reason-nothing-new = il cliente sa già ciò che dice
reason-flood-guard = il cliente ha già ricevuto troppi messaggi in questo periodo
reason-quiet-hours = le ore di silenzio del cliente non sono finite
reason-coalesced = più novità diventano un solo messaggio
reason-template-fault = il modello non si può comporre: manca una variabile
reason-no-template = il modello non è pubblicato o contiene errori
reason-no-provider = nessun fornitore è configurato per il canale
reason-provider-away = il fornitore non risponde, è occupato o ci rifiuta; parte appena un messaggio passa
reason-put-off = l'ultimo tentativo è stato rinviato per questo solo messaggio; si riprova
reason-newer = è arrivata una novità sullo stesso oggetto
reason-too-late = il suo tempo è scaduto
reason-withdrawn = un operatore lo ha ritirato
reason-erased = il cliente è stato cancellato
reason-provider-refused = il fornitore lo ha rifiutato
reason-tries-used-up = i tentativi sono esauriti
reason-no-receipt = nessuna ricevuta è arrivata in tempo
reason-answer-lost = nessuna risposta dice se il fornitore lo ha
reason-node-died = il programma si è fermato tra la consegna al fornitore e la risposta

## What does not hold; a number stands before it
invariant-I1 = messaggi risultano accettati senza prova che un fornitore li abbia presi
invariant-I2 = messaggi accettati due volte: qualcuno può essere stato avvisato due volte
invariant-I3 = messaggi bloccati: dovevano partire da tempo, o sono in mano a un nodo che non c'è più
invariant-I4 = somme diverse dai messaggi che sommano
invariant-I5 = messaggi inviati fuori tempo o dopo il rifiuto del cliente
invariant-I6 = clienti hanno ricevuto in un'ora più messaggi del limite
invariant-I7 = messaggi hanno dato a un cliente una notizia vecchia dopo una più recente
invariant-I8 = messaggi di esito ignoto da più tempo di quanto impieghi una ricevuta
invariant-I9 = ricevute non riguardano nessun nostro messaggio
invariant-I10 = giorni di un fornitore non tornano: ha preso più di quanto gli è stato dato
invariant-I11 = notizie datate dopo il loro arrivo: ciò che segue sembra vecchio
