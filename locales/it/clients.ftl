# The words of the console's part "clients".

## The list

clients-title = Clienti
clients-search = Cerca clienti
clients-search-by = Nome, codice cliente, fornitura, telefono o e-mail
clients-show = Mostra
clients-nobody = Nessun cliente trovato.
clients-nobody-then = Del nome basta una parte, del codice di fornitura bastano i primi quattro caratteri; telefono ed e-mail vanno scritti per intero.
clients-none = Nessun cliente.
clients-none-then = I clienti si caricano con PUT /v1/clients, con NDJSON o con araldo import clients.
clients-name = Nome
clients-reference = Codice cliente
clients-place = Fornitura
clients-language = Lingua
clients-partner = Partner
clients-reached-by = Raggiungibile via
clients-unreachable = non raggiungibile

## One client

clients-prefers = Canale preferito
clients-prefers-none = non indicato
clients-quiet = Ore di silenzio
clients-quiet-span = dalle { $from } alle { $to }
clients-quiet-usual = come da configurazione
clients-measured = Misurazione della lettura per nome
clients-partner-none = nessuno

# Whether reading may be measured by name.
clients-consent-granted = consentita
clients-consent-denied = rifiutata
clients-consent-withdrawn = consenso revocato
clients-consent-unknown = non espressa

clients-why = Perché il cliente (non) l'ha ricevuto?
clients-why-about = Evento, pratica o segnalazione
clients-why-ask = Verifica
clients-why-caption = Messaggi sull'argomento
clients-why-listed = Ogni messaggio è elencato con il suo stato e il motivo.
clients-why-outside = Il cliente non era tra i destinatari: nessuna fornitura nella zona, oppure la pratica non è sua. Altri sono stati avvisati.
clients-why-nobody = È noto, ma nessuna regola ha avvisato qualcuno.
clients-why-unknown = Non esiste alcun evento, pratica o segnalazione con questo nome.

clients-addresses = Recapiti
clients-addresses-none = Nessun recapito.
clients-addresses-none-then = A questo cliente non si può inviare nulla.
clients-channel = Canale
clients-address = Recapito
clients-verified = Verificato
clients-show-which = il recapito { $channel }
clients-show-noted = L'operazione viene registrata
clients-is-barred = Il recapito { $channel } { $address } è bloccato: { $reason }
clients-bar-own = L'ha deciso il cliente. Solo il cliente può revocarlo, con START o dalla sua pagina di stato.
clients-lift = Sblocca
clients-lift-reason = Perché si può usare di nuovo?
clients-lift-hint = Per esempio: il cliente ha chiamato e la casella funziona di nuovo. Il motivo viene registrato. Ciò che nel frattempo non è stato inviato non viene inviato dopo.

# Why an address is barred.
clients-barred-stop = il cliente ha risposto STOP
clients-barred-unsubscribed = disiscrizione
clients-barred-hard-bounce = indirizzo o numero inesistente
clients-barred-complaint = segnalato come indesiderato
clients-barred-manual = bloccato da un operatore

clients-places-and-topics = Forniture e argomenti
clients-places = Forniture
clients-place-kind = Tipo
clients-municipality = Comune
clients-postal-code = CAP
clients-topic-wanted = richiesto
clients-topic-refused = rifiutato
clients-topics-none = Nessun argomento rifiutato o richiesto.

clients-cases = Pratiche
clients-cases-caption = Pratiche del cliente
clients-messages-none = Ancora nessun messaggio.
clients-messages-none-then = La prossima segnalazione su questo cliente ne crea uno.
clients-messages-caption = Messaggi del cliente, dal più recente
clients-messages-all = Tutti i messaggi

clients-proven = con un codice,

# Chi agisce per un cliente.
clients-deputies = Chi agisce per questo cliente
clients-deputies-none = Nessuno riceve la copia o i messaggi al posto suo.
clients-deputy-mode-copy = riceve la copia
clients-deputy-mode-instead = riceve al posto del cliente
clients-deputy-mode-hint = Al posto del cliente solo con una delega che ha visto. Ciò che riguarda la sicurezza del cliente arriva a entrambi.
clients-deputy-verified = confermato con un codice
clients-deputy-until = fino al
clients-deputy-ended = terminata
clients-deputy-end = Termina la delega
clients-deputy-new = Inserisci qualcuno
clients-deputy-address = Cellulare o e-mail
clients-deputy-gets = Che cosa riceve
clients-deputy-topics = Solo questi argomenti, separati da virgole (vuoto: tutti)
clients-deputy-cases = Solo queste pratiche, separate da virgole (vuoto: tutte)
clients-deputy-mandate = Il documento, e chi l'ha visto
clients-deputy-own-wish = volontà del cliente; chi lo rappresenta ha confermato con un codice
clients-deputy-day = Ultimo giorno della delega (vuoto: finché qualcuno la termina)
clients-deputy-put = Inserisci
