# Settings, to look at, and what people choose for themselves.
settings-title = Impostazioni
settings-store = Archivio
settings-reached-at = Raggiungibile a

## What people choose for themselves
settings-clock = Il tuo orario
settings-zone = Fuso orario
settings-zone-hint = Gli orari delle tue pagine sono in questo fuso. Vuoto: { $zone }, come da configurazione.
settings-zone-save = Salva

## Nodes
settings-nodes = Nodi
settings-nodes-caption = Esecuzioni del programma: prima quelle attive
settings-node = Nodo
settings-state = Stato
settings-roles = Ruoli
settings-version = Versione
settings-started = Avviato
settings-last-sign = Ultimo segno
settings-no-node = Nessun nodo ha ancora lavorato su questo archivio.

## Providers and sources
settings-providers = Fornitori
settings-providers-caption = Fornitori configurati
settings-provider = Fornitore
settings-channel = Canale
settings-kind = Tipo
settings-no-provider = Nessuno è configurato: non può partire nulla.
settings-sources = Fonti
settings-webhooks = Webhook
settings-webhooks-where = A chi viene inviato ciò che accade, e come va, è nella pagina
settings-sources-where = Quali sistemi si osservano, come stanno e che cosa non è stato acquisito è nella pagina

## Keys
settings-keys = Chiavi
settings-keys-caption = Chiavi API
settings-made-by = Si creano con
settings-ended-by = si revocano con
settings-name = Nome
settings-begins-with = Inizia con
settings-scopes = Permessi
settings-made = Creata
settings-last-used = Ultimo uso
settings-types = tipi
settings-of-sources = fonti
settings-no-key = Ancora nessuna chiave.
settings-valid = valido
settings-revoked = revocata
settings-disabled = disabilitato

## People
settings-people = Persone
settings-people-caption = Persone della console
settings-people-where = Si invitano, ricevono un ruolo e si bloccano in
settings-person = Persona
settings-role = Ruolo
settings-added = Aggiunta

## What was done
settings-deeds = Che cosa è stato fatto
settings-deeds-caption = Le ultime cinquanta azioni, dalla più recente
settings-when = Quando
settings-who = Chi
settings-what = Che cosa
settings-to-what = Su che cosa
settings-more = Altro
settings-nothing-yet = Ancora nulla.
