# The words of the console's part "cases".

## The list

cases-title = Pratiche
cases-which = Quali pratiche
cases-open = aperte
cases-all = tutte
cases-none = Nessuna pratica.
cases-none-then = Una pratica inizia con una segnalazione case.opened.
cases-caption = Pratiche, dalla più recente

## One case

cases-case-title = Pratica { $case }
cases-client = Cliente
cases-kind = Tipo
cases-state = Stato
cases-with = Presso
cases-with-nobody = nessuno indicato
cases-expected = Prevista entro
cases-expected-unsaid = non indicato
cases-opened = Aperta
cases-closed = Chiusa
cases-steps = Passaggi

# In the place of a state that is no news.
cases-step-stalled = in ritardo
cases-step-due-soon = in scadenza
cases-step-silent = da tempo senza notizie
cases-step-survey-due = chiesto com'è andata
cases-step-survey-reminder = chiesto ancora una volta com'è andata

# How it went, among the steps; and why nobody was asked.
cases-answered = Com'è andata: { $score } su 5
cases-answer-changed = cambiata in seguito
cases-not-asked = Non chiesto com'è andata
cases-untold-survey = nessuna regola lo chiede per queste pratiche, o non si poteva scrivere al cliente
cases-unasked-quiet = la fonte era nuova quando ha detto che la pratica è chiusa
cases-unasked-reopened = era stata riaperta
cases-unasked-no-client = il cliente non è noto
cases-unasked-talking = è in corso una conversazione con il cliente
cases-unasked-other-case = il cliente attende un'altra pratica di questo tipo
cases-unasked-often = al cliente è già stato chiesto abbastanza spesso

cases-messages-caption = Messaggi sulla pratica, dal più recente
cases-untold = Nessuno è stato avvisato.
cases-untold-planning = L'ultima segnalazione è in elaborazione.
cases-untold-because = Sull'ultima segnalazione: { $detail }.
cases-untold-rule = Nessuna regola corrisponde alle segnalazioni di questa pratica.
