# A chi viene inviato ciò che accade.
webhooks-title = Webhook
webhooks-what = Ciò che accade viene inviato a questi indirizzi, firmato e in ordine: identificativi e orari, nessun nome e nessun testo.
webhooks-none = Ancora nessun webhook.
webhooks-none-then = Un programma che deve sapere che cosa diventano i messaggi vi dà un indirizzo; oppure legge il flusso da solo.
webhooks-state = Stato
webhooks-next = nuovo tentativo
webhooks-place = Porta a
webhooks-types = Riceve
webhooks-all = tutto
webhooks-cursor = Ultima voce inviata
webhooks-of = di { $name }

## Che cosa fa un amministratore
webhooks-on = Attiva
webhooks-off = Disattiva
webhooks-rotate = Nuovo segreto
webhooks-rotate-hint = Il segreto precedente firma ancora per due giorni: intanto date quello nuovo a chi riceve.
webhooks-rotate-do = Crea
webhooks-replay = Invia di nuovo
webhooks-after = Ciò che segue la voce
webhooks-replay-do = Invia di nuovo da lì
webhooks-no-number = Scrivete il numero di una voce: è nella tabella dei tentativi.
webhooks-remove = Elimina
webhooks-remove-hint = Non vi si invia più nulla e il suo segreto è perso.
webhooks-remove-do = Elimina
webhooks-add = Crea o modifica
webhooks-name = Nome
webhooks-url = Indirizzo
webhooks-types-hint = Famiglie (message, reply, case, incident) o tipi come message.delivered. Vuoto: tutto.
webhooks-save = Salva
webhooks-secret-of = Segreto di { $name }
webhooks-secret-once = Viene mostrato solo ora. Datelo a chi gestisce il ricevente.
webhooks-secret = Segreto

## Tentativi
webhooks-tries-of = Gli ultimi tentativi di { $name }, dal più recente
webhooks-when = Quando
webhooks-answer = Risposta
webhooks-no-answer = nessuna
webhooks-took = Durata
webhooks-entry = Voce
webhooks-why = Perché non è riuscito
webhooks-no-try = Non è stato ancora inviato nulla.

## Come sta
webhook-state-on = attivo
webhook-state-failing = non riesce
webhook-state-off = disattivato
webhook-state-given-up = abbandonato
