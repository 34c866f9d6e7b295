# Dire a chi ha ricevuto un messaggio sbagliato che era sbagliato.

rectify-title = Un messaggio era sbagliato
rectify-one-title = Rettifica
rectify-what = Dice esattamente a chi ha ricevuto il messaggio sbagliato, o potrebbe averlo ricevuto, che cosa era sbagliato e che cosa vale. Ciò che non era ancora partito viene ritirato. Ogni messaggio si rettifica una volta sola.
rectify-reach = Chi l'ha ricevuto
rectify-clients = Clienti: { $number }
rectify-taken =
    { $count ->
        [one] Già rettificato, o in attesa: { $number } piano. Qui non è contato.
       *[other] Già rettificati, o in attesa: { $number } piani. Qui non sono contati.
    }
rectify-column-channel = Canale
rectify-column-sure = Accettati o consegnati
rectify-column-doubtful = In dubbio
rectify-field-wrong = Che cosa era sbagliato
rectify-hint-wrong = Come i clienti lo leggono dopo "il messaggio precedente era sbagliato:". Nella lingua della maggior parte di loro.
rectify-field-holds = Che cosa vale
rectify-hint-holds = Come i clienti lo leggono dopo "Vale invece:".
rectify-needs-approval = Raggiunge tante persone che una seconda persona deve approvarlo.
rectify-ask = Chiedi l'approvazione
rectify-send = Avvisali ora
rectify-approve = Approva e avvisali ora
rectify-withdraw = Abbandona
rectify-choose = Messaggi di una versione di un modello
rectify-field-template = Modello
rectify-field-version = Versione
rectify-field-from = Dal
rectify-field-to = Fino al, compreso
rectify-look = Mostra chi li ha ricevuti
rectify-waiting = In attesa di una seconda persona
rectify-author = Scritta da
rectify-decided-by = Decisa da
rectify-changed = Ultima modifica
rectify-state-waiting = attende l'approvazione
rectify-state-sent = inviata
rectify-state-withdrawn = abbandonata
rectify-fault-choice = Scelga un modello, la sua versione e due giorni.
rectify-fault-text = Dica che cosa era sbagliato e che cosa vale, ciascuno in al massimo 300 caratteri.
rectify-message = Questo messaggio era sbagliato: { $wrong }. Vale invece: { $holds }.
rectify-message-link = Che cosa ne è stato detto
rectify-this = Era sbagliato: dillo a chi l'ha ricevuto
rectify-step = Qualcosa che abbiamo detto era sbagliato
rectify-reason = Perché no
rectify-refuse = Rifiuta
