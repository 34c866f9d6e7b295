# The words of the console's part "insight". The heads of its tables are in "shell".

insight-title = Statistiche
insight-span = Periodo
insight-days = { $number } giorni
insight-export = Esporta in CSV
insight-none = Nessun messaggio nel periodo.
insight-none-then = Scegliere un periodo più lungo.
insight-few = { $count } su { $whole }

## How far messages get: each step, and what it is a share of

insight-funnel = Fin dove arrivano i messaggi?
insight-step-planned = previsti
insight-step-accepted = accettati
insight-step-delivered = consegnati
insight-step-read = letti
insight-step-opened = aperti
insight-step-clicked = con clic
insight-step-confirmed = confermati
insight-step-replied = con risposta
insight-not-sent = { $number } da non inviare
insight-share = { $rate }; base: { $whole } { $of }
insight-share-none = base: 0 { $of }
insight-of-sendable = da inviare
insight-of-reporting = il cui fornitore comunica le consegne
insight-of-measurable = raggiunti il cui cliente non ha rifiutato la misurazione
insight-of-opens = e-mail la cui apertura si registra per nome
insight-of-clicks = raggiunti di cui si registrano i clic
insight-of-reached = raggiunti
insight-what = Ogni quota indica la propria base e la barra mostra quella quota. Raggiunti sono i messaggi accettati di cui non risulta il mancato arrivo. Letto è qualsiasi segno di una persona: un'immagine caricata, un link seguito, la pagina di stato consultata, il pulsante "Ho letto, grazie" premuto, una risposta; i programmi si contano a parte e mai come lettori. Un SMS non si può aprire. Non misurabili, perché i clienti lo hanno rifiutato: { $unmeasured } dei raggiunti. Aperti senza dire da chi: { $anonymous }. L'intervallo tra parentesi contiene la quota vera 95 volte su 100; sotto i 20 casi si mostrano solo i conteggi.

## Day by day

insight-by-day = Come va, giorno per giorno?
insight-chart = Accettati e raggiunti per giorno; i valori sono nella tabella sottostante
insight-figures = I valori per giorno
insight-day = Giorno
insight-by-day-caption = Quote per giorno, dal più recente

## One table for each question

insight-template-question = Quale modello non viene letto?
insight-template-answer = { $template }: al massimo il { $percent } % dei messaggi misurabili viene letto.
insight-template = Modello
insight-version-question = La nuova versione è servita?
insight-version-answer = Confrontare solo le versioni i cui intervalli non si sovrappongono.
insight-version = Versione
insight-channel-question = Quale canale raggiunge le persone?
insight-channel-answer = { $channel } consegna almeno il { $percent } % di quanto accettato dai fornitori che lo comunicano.
insight-channel = Canale
insight-too-few = Troppo pochi messaggi per dirlo.
