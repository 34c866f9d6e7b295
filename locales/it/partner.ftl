# The words of the console's part "partner": the pages of an agency's people.

## The list

partner-title = Le pratiche dei tuoi clienti
partner-of = Le pratiche dei clienti seguiti da { $partner }.
partner-filters = Filtri
partner-search = Cliente o pratica
partner-state = Stato
partner-any = qualsiasi
partner-which = Quali
partner-open = aperte
partner-stalled = ferme
partner-all = tutte, anche chiuse
partner-show = Mostra
partner-none = Nessuna pratica.
partner-none-then = Togliere un filtro. Le pratiche di un cliente compaiono qui quando il cliente risulta seguito da voi.
partner-caption = Pratiche dei tuoi clienti, dalla più recente
partner-case = Pratica
partner-client = Cliente
partner-since = Dal
partner-with = Presso
partner-told = Ultima comunicazione
partner-told-nothing = Nessuna comunicazione.
partner-read = Letto
partner-closed = chiusa
partner-stands-still = ferma
partner-satisfaction = Com'è andata
partner-satisfaction-what = Delle pratiche dei Suoi clienti su cui è stato chiesto un voto negli ultimi 90 giorni. Sono soddisfatti i voti 4 e 5; sotto le cinque risposte si mostrano solo i numeri.
partner-satisfaction-whose = Partner

# Whether a message was read.
partner-read-yes = sì
partner-read-no = no
partner-read-unknowable = non si può sapere
partner-read-not-there = non ricevuto
partner-read-what = "Sì": una persona ha aperto il messaggio, seguito un link o risposto. "No": nulla lo indica, anche se lo si noterebbe. "Non si può sapere": il cliente non ha acconsentito alla misurazione, oppure il fornitore non lo comunica.

## One case

partner-case-title = Pratica { $case }
partner-kind = Tipo
partner-with-nobody = nessuno indicato
partner-expected = Prevista entro
partner-expected-unsaid = non indicato
partner-opened = Aperta
partner-closed-at = Chiusa
partner-steps = Che cosa è successo
partner-was-told = Che cosa è stato comunicato al cliente
partner-told-nothing-then = Qui compare ciò che viene comunicato al cliente su questa pratica.
partner-delivered = consegnato

## Asking the staff

partner-ask = Chiedi al tutor
partner-ask-text = La tua domanda
partner-ask-what = Il personale la legge e risponde qui. Il cliente non ne viene a conoscenza.
partner-ask-send = Invia la domanda
partner-ask-fault = Scrivere una domanda di al massimo { $most } caratteri.
partner-ask-enough = { $most } domande su questa pratica sono in attesa di risposta: si prega di telefonare.
partner-answered = Risposta data
partner-answer-awaited = Ancora nessuna risposta.
