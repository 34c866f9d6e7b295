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

cases-messages-caption = Messaggi sulla pratica, dal più recente
cases-untold = Nessuno è stato avvisato.
cases-untold-planning = L'ultima segnalazione è in elaborazione.
cases-untold-because = Sull'ultima segnalazione: { $detail }.
cases-untold-rule = Nessuna regola corrisponde alle segnalazioni di questa pratica.
