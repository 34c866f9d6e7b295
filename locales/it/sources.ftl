# The words of the console's part "sources". What a source or a record says of its faults keeps its
# own text.

## The list

sources-title = Fonti
sources-none = Nessuna fonte.
sources-none-then = Un sistema che non può inviare segnalazioni si tiene sotto osservazione descrivendolo nella configurazione come [source.NOME].
# Stands before and behind the name of a command.
sources-watched = Sistemi tenuti sotto osservazione, come li elenca il comando
sources-watched-end = {"."}
sources-caption = Le fonti e il loro stato
sources-source = Fonte
sources-kind = Tipo
sources-state = Stato
sources-looked = Ultima lettura
sources-record = Ultimo record
sources-lag = Ritardo
sources-records = Record
sources-dead = Scartati
sources-dead-of = record scartati di { $name }
sources-none-yet = ancora nessuno

sources-state-new = nuova
sources-state-reading = prima lettura
sources-state-up = attiva
sources-state-silent = silenziosa
sources-state-doubtful = dubbia
sources-state-failing = illeggibile
sources-state-waiting = da verificare
sources-state-gone = non configurata

sources-sentence-new = Nessuno l'ha ancora letta, oppure non ha ancora ricevuto nulla.
sources-sentence-reading = È in corso la lettura di ciò che già contiene; nessuno viene avvisato, salvo diversa configurazione.
sources-sentence-silent = Non porta nulla da più tempo del consentito.
sources-sentence-waiting = Alcuni record scartati attendono che qualcuno se ne occupi.
sources-sentence-gone = La configurazione di questo nodo non contiene la fonte.
# What the source says itself.
sources-fault = Errore: «{ $said }»
sources-doubt = Dubbio: «{ $said }»

## One source

sources-all = Tutte le fonti
sources-lag-what = dalla modifica nel loro sistema fin qui
sources-lag-unknown = non noto
sources-reading = Come viene letta
sources-reading-when = Lettura
sources-every = ogni { $every }
sources-when-posted = quando il loro sistema invia
sources-reading-alarm = Allarme dopo
sources-reading-alarm-what = senza un record
sources-reading-zone = Orari senza fuso
sources-reading-baseline = Ciò che contiene all'inizio
sources-baseline-silent = senza avvisi
sources-baseline-tell = con avvisi
sources-reading-about = I record riguardano
sources-about-whatever = ciò che dicono le segnalazioni
sources-about-cases = pratiche
sources-about-incidents = eventi
sources-try = Prova un record ...
# Stands before and behind the name of a command.
sources-look = Che cosa dice in questo momento lo mostra il comando
sources-look-end = : questa pagina non interroga il loro sistema.

sources-mapping = Che cosa diventa un record
sources-mapping-caption = I nostri campi e la loro origine
sources-mapping-ours = Nostro campo
sources-mapping-theirs = Origine: una colonna o un'espressione sul record
sources-states = Parole per gli stati
sources-states-caption = Le loro parole per gli stati e le nostre
sources-states-theirs = Le loro
sources-states-ours = Le nostre

## Records that could not be taken

sources-dead-title = Record scartati
sources-dead-hidden = Quali sono lo vedono operatori e responsabili.
sources-dead-nothing = Nessuno.
sources-dead-none = Tutti i record sono stati acquisiti.
sources-dead-none-then = Un record che non si può acquisire viene conservato qui con il motivo.
sources-dead-what = I cento più recenti. Correggere la mappatura e riavviare il nodo, poi acquisirli di nuovo. Di ciò che si elimina nessuno viene avvisato. Entrambe le operazioni vengono registrate, come pure chi ne legge il contenuto.
sources-dead-caption = Record scartati, dal più recente
sources-replay-rest = Acquisisci di nuovo i restanti
sources-replay-all = Acquisisci di nuovo tutti
sources-replay = Acquisisci di nuovo
sources-forget = Elimina
sources-forget-what = Nessuno ne viene avvisato
sources-the-record = il record { $place }
sources-show = Mostra il contenuto
sources-show-noted = L'operazione viene registrata
sources-where = Dove
sources-since = Da
sources-why = Motivo
sources-do = Che cosa fare
sources-says = Contenuto

sources-taken = Acquisiti: { $taken }.
sources-taken-left = Acquisiti: { $taken }. Ancora scartati, con il motivo attuale: { $left }.
sources-forgotten = Eliminati: { $forgotten }; nessuno viene avvisato.

## A record that is tried

sources-try-title = Prova un record di { $name }
sources-back = Torna a { $name }
# Stands before the name of a command; behind it stands sources-look-end.
sources-try-look = Che cosa dice { $name } in questo momento lo mostra il comando
sources-try-what = Nulla viene acquisito e nessuno viene avvisato: l'esito del record si calcola e si scarta.
sources-try-record = Un record (un oggetto JSON) come lo fornisce il loro sistema
sources-try-most = Un solo record, al massimo { $most } byte.
sources-try-do = Prova
sources-try-become = Che cosa diventerebbe
sources-try-cannot = Non si può acquisire: { $fault }
sources-try-event = Segnalazione
sources-try-about = Oggetto
sources-try-happened = Avvenuta
sources-try-id = Identificativo
sources-try-data = Dati
sources-try-whom = Chi sarebbe avvisato
sources-try-caption = Regole che corrispondono, con il numero di clienti avvisati da ciascuna
sources-try-rule = Regola
sources-try-clients = Clienti
sources-try-nobody = Nessuno sarebbe avvisato: { $why }.
sources-try-too-slow = Per stabilire chi sarebbe avvisato servono più di { $seconds } s, durante i quali altri attendono; il comando araldo source try non ha questo limite.
sources-try-unlisted = lo stato `{ $word }` non è elencato in `states`; viene trasmesso così com'è
sources-try-undescribed = tipo o stato non sono tra i tipi di pratica: i clienti leggono la parola così com'è

# Why a text is no record.
sources-try-empty = incollare un record: un oggetto JSON, come lo fornisce il loro sistema
sources-try-too-long = il record ha { $length } byte; se ne accettano al massimo { $most }
sources-try-unreadable = non si può leggere: { $fault }
sources-try-list = questo è un elenco: incollarne un solo record, tra {"{ }"}
sources-try-no-object = un record è un oggetto tra {"{ }"}
sources-try-late = il testo non era pronto entro { $seconds } s: abbreviarlo o riprovare
sources-try-failed = il testo non si è potuto elaborare; il motivo è nel log

## Whether anything is missing

sources-reconcile = Manca qualcosa?
sources-reconcile-not-yet = Nessun confronto finora; lo stato attuale viene richiesto una volta per notte.
sources-reconcile-cases = { $count ->
    [one] Indica { $theirs } pratica aperta, qui ne risultano { $ours }.
   *[other] Indica { $theirs } pratiche aperte, qui ne risultano { $ours }.
}
sources-reconcile-incidents = { $count ->
    [one] Indica { $theirs } evento in corso, qui ne risultano { $ours }.
   *[other] Indica { $theirs } eventi in corso, qui ne risultano { $ours }.
}
sources-reconcile-late = { $count ->
    [one] { $number } è diventato un evento tardivo; lo comunicano solo le regole che lo prevedono.
   *[other] { $number } sono diventati eventi tardivi; li comunicano solo le regole che lo prevedono.
}
sources-reconcile-more = { $count ->
    [one] e { $number } altra
   *[other] e altre { $number }
}
sources-reconcile-doubt = Confronto non completo: { $why }
sources-reconcile-fault = Da allora non è stato possibile interrogarla: { $why }
sources-reconcile-caption = Differenze tra il loro sistema e Araldo
sources-reconcile-name = Quale
sources-reconcile-how = Differenza
sources-reconcile-theirs = Da loro
sources-reconcile-ours = Qui
sources-reconcile-sort-missing = manca qui
sources-reconcile-sort-other = in un altro stato
sources-reconcile-sort-gone = aperta qui, non indicata da loro
# Stands before the name of a command.
sources-reconcile-now = Per interrogarla in questo momento: il comando
