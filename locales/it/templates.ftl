# The words of the console's part "templates".

## The list, and a new template
templates-title = Modelli
templates-empty = Ancora nessun modello.
templates-empty-then = I modelli si caricano da templates/messages all'avvio del servizio, oppure con araldo template push.
templates-caption = Modelli per nome
templates-column-template = Modello
templates-column-when = Quando si invia
templates-column-topic = Argomento
templates-column-published = Pubblicato
templates-column-draft = Bozza
templates-none-published = nessuno
templates-new = Nuovo modello
templates-new-fault = Il modello non è ancora stato creato: correggere i campi segnalati.
templates-new-name = Nome
templates-new-name-hint = Lettere minuscole, cifre e trattini, per esempio case-documents. Le regole lo chiamano con questo nome.
templates-new-name-fault = Questo nome non si può usare.
templates-new-taken = Esiste già un modello { $name }.
templates-new-description = Quando si invia?
templates-new-description-hint = Una frase per i colleghi, per esempio: Manca un documento, dice quale e come inviarlo.
templates-new-description-fault = Scrivere una frase.
templates-new-topic = Argomento
templates-new-topic-hint = Ciò che il cliente può scegliere di non ricevere, per esempio cases o outages.
templates-new-topic-fault = Una sola parola di lettere e cifre.
templates-new-about = Di che cosa parla?
templates-new-about-hint = Da questo dipende quali dati può usare il testo. Il primo testo è già scritto.
templates-new-about-fault = Scegliere una voce dell'elenco.
templates-new-languages = Lingue
templates-new-languages-fault = Sceglierne almeno una.
templates-new-copy = Copia di
templates-new-no-copy = nessun altro modello
templates-new-copy-hint = Con una copia, testi, lingue e dati sono quelli dell'altro modello.
templates-new-do = Crea la bozza
templates-about-case = Una pratica di un cliente
templates-about-incident = Un'interruzione in corso
templates-about-planned = Lavori programmati in zona
templates-about-delay = Un ritardo di una linea o di un servizio
templates-about-notice = Un avviso con un titolo

## The page of one template
templates-editing = Argomento: { $topic }. Versione mostrata: v{ $version }, { $state }.
templates-state-draft = bozza
templates-state-published = pubblicata
templates-state-retired = ritirata
templates-created = Bozza creata, con un primo testo. Non viene ancora inviato nulla.
templates-discarded = La bozza è stata eliminata.
templates-same = Questo testo è già quello pubblicato.
templates-saved = Bozza salvata. Non viene ancora inviato nulla.
templates-published = Pubblicato: i nuovi messaggi usano questa versione.
templates-rolled-back = Versione ripristinata: una copia è pubblicata come nuova versione.
templates-tabs = Lingua e canale
templates-unsaved = non salvato
templates-field-sms = Testo dell'SMS
templates-field-subject = Oggetto
templates-field-markdown = E-mail
templates-field-mjml = E-mail (MJML)
templates-field-text = Solo testo (se vuoto, si ricava dall'e-mail)
templates-sample = Esempio
templates-sample-everything = tutti i dati sono noti
templates-sample-least = solo i dati obbligatori
templates-width = Vista
templates-width-inbox = nella posta
templates-width-phone = sul telefono
templates-theme = Luce
templates-theme-light = su schermo chiaro
templates-theme-dark = su schermo scuro
templates-preview = Anteprima
templates-save = Salva la bozza
templates-publish = Pubblica ...
templates-discard = Elimina la bozza ...
templates-as-markdown = Scrivi senza MJML
templates-as-markdown-what = Le parole del solo testo diventano un'e-mail con l'aspetto di tutte le altre.
templates-as-mjml = Scrivi in MJML
templates-as-mjml-what = Per chi vuole un aspetto proprio. Non si perde nulla.
templates-stale = Nel frattempo { $person } ha salvato un altro testo. Il proprio è qui sotto, non salvato: salvare di nuovo per metterlo al posto dell'altro.
templates-theirs = Il testo salvato (-) e quello appena scritto (+)
templates-too-large = i testi hanno { $size } byte in tutto; restare sotto { $most }
templates-unnamed = { $locale } · { $channel }: il testo non nomina né la pratica, né la fornitura, né il luogo. Chi ne ha due deve capire di quale si parla: inserire il numero.

## How a mail is written
templates-help = Come si scrive un'e-mail
templates-help-lines = Una riga vuota inizia un nuovo paragrafo. Un link da solo in un paragrafo diventa un pulsante; le righe che iniziano con > diventano un riquadro.
templates-help-conditions = Una frase che vale solo se un dato è noto va tra {"{% if ... %}"} e {"{% endif %}"}. Su righe proprie, valgono per interi paragrafi.
templates-help-house = Chi scrive, perché, e dove scegliere che cosa ricevere si aggiungono da sé a ogni e-mail.
templates-piece-heading = Titolo
templates-piece-list = Elenco
templates-piece-bold = Importante
templates-piece-link = Link
templates-piece-button = Pulsante
templates-piece-contact = Riquadro dei contatti

## Variables
templates-variables = Dati da inserire
templates-variable-must = sempre presente
templates-variable-may = non sempre noto
templates-variable-such-as = Per esempio: { $example }
templates-variable-forget = Togli
templates-insert = Inserisci
templates-insert-if-known = Inserisci solo se noto
templates-variable-new = Un dato in più
templates-variable-name = Nome
templates-variable-meaning = Che cosa dice
templates-variable-example = Esempio
templates-variable-required = I messaggi senza questo dato sono trattenuti
templates-variable-add = Salva con questo dato
templates-variable-name-fault = Il dato ha bisogno di un nome di lettere e cifre uniti da punti, per esempio case.documents.
templates-variable-example-fault = Il dato ha bisogno di un esempio: serve per le anteprime e i controlli.
templates-variable-long-fault = La spiegazione o l'esempio del dato è troppo lungo.
templates-variable-many-fault = Il modello ha già il massimo dei dati: toglierne prima uno.
templates-builtin-client-ref = il codice del cliente
templates-builtin-client-name = il nome del cliente, come nel saluto
templates-builtin-organisation-name = chi scrive
templates-builtin-contact-name = la persona che segue il cliente (il tutor)
templates-builtin-contact-phone = un numero di telefono a tariffa normale
templates-builtin-contact-phone-free = il numero verde
templates-builtin-contact-email = l'indirizzo e-mail a cui si risponde
templates-builtin-contact-hours = gli orari in cui si risponde al telefono
templates-builtin-links-status = la pagina del cliente su questa pratica o evento
templates-builtin-links-unsubscribe = dove il cliente sceglie che cosa ricevere

## The preview, and how the text reads
templates-mail-facts = { $bytes } byte di HTML
templates-mail-frame = L'e-mail
templates-plain-text = Solo testo
templates-sms-facts = { $characters } caratteri · { $alphabet } · { $segments }, nell'ultimo c'è posto per altri { $left }
templates-segments = { $count ->
    [one] 1 SMS
   *[other] { $number } SMS
    }
templates-dear = `{ $letter }` rende il messaggio più lungo e più caro
templates-dear-instead = `{ $letter }` rende il messaggio più lungo e più caro; scrivere `{ $instead }`
templates-remarks = Come si legge
templates-lint-unknown = Riga { $line }: { $name } non è noto. Scegliere un dato dell'elenco, o aggiungerlo.
templates-lint-unknown-nearest = Riga { $line }: { $name } non è noto. Forse { $nearest }?
templates-lint-names-nothing = Il testo non nomina né la pratica, né la fornitura, né il luogo: chi ne ha due non capisce di quale si parla.
templates-lint-no-contact = Il testo non dice a chi il cliente può rivolgersi.
templates-lint-empty-link = Riga { $line }: un link senza testo. Scrivere tra [ e ] che cosa vi si trova.
templates-lint-unclosed = Riga { $line }: { $sign } non è chiuso e si vede così com'è.
templates-lint-shouting = Le parole in maiuscolo sembrano gridate: { $words }
templates-ease-easy = Si legge facilmente ({ $score } su 100).
templates-ease-fair = Si legge con un po' di attenzione ({ $score } su 100).
templates-ease-hard = Difficile da leggere ({ $score } su 100): di una frase farne due.
templates-ease-hardest = La frase più difficile: { $sentence }

## A test to oneself
templates-test = Prova
templates-test-do = Invia una prova a me
templates-test-look = Aggiorna
templates-test-to = L'e-mail va a { $address }, così come si vede qui, salvata o no.
templates-test-number = Numero del proprio telefono
templates-test-number-hint = L'SMS arriva così come si vede qui, salvato o no. Il numero non viene conservato.
templates-test-number-fault = A questo numero non si possono inviare SMS: scrivere un numero di cellulare, per esempio +39 333 1234567.
templates-test-address-fault = All'indirizzo con cui si accede non si possono inviare e-mail.
templates-test-barred = Questo indirizzo non si può usare: chi lo usa ha rifiutato i messaggi, oppure le e-mail tornano indietro.
templates-test-many = Nell'ultima ora sono già state inviate { $most } prove: attendere prima di inviarne un'altra.
templates-test-asked = La prova è in partenza. L'esito si vede accanto all'anteprima.
templates-test-known = Questa prova era già stata richiesta.
templates-test-state-waiting = in attesa
templates-test-state-sent = inviata
templates-test-state-refused = rifiutata
templates-test-state-unknown = esito ignoto
templates-test-state-expired = non inviata
templates-test-waiting = attende un fornitore.
templates-test-sent = presa in carico da { $provider }.
templates-test-refused = non è partita: { $detail }
templates-test-unknown = consegnata a { $provider }, che non ha risposto. Può essere arrivata; non viene inviata di nuovo.
templates-test-expired = nessun fornitore l'ha presa in carico entro { $minutes } minuti.

## Versions
templates-versions = Versioni
templates-versions-caption = Versioni, dalla più recente
templates-version = Versione
templates-version-state = Stato
templates-version-by = Autore
templates-version-when = Quando
templates-version-delivered = Consegnati
templates-version-read = Letti
templates-roll-back-to = Torna alla v{ $version } ...

## What is asked first
templates-live = è in uso la v{ $version }
templates-nothing-live = nessuna versione è in uso
templates-publish-question = Pubblicare la bozza v{ $version }?
templates-publish-follows = Ora { $live }. Dopo la conferma ogni nuovo messaggio usa la v{ $version }.
templates-publish-do = Pubblica
templates-roll-back-question = Tornare alla v{ $version }?
templates-roll-back-follows = Ora { $live }. Dopo la conferma ogni nuovo messaggio usa una copia della v{ $version }.
templates-roll-back-do = Torna indietro
templates-discard-question = Eliminare la bozza v{ $version }?
templates-discard-follows = Ora { $live }, e resta così. Dopo la conferma la bozza non c'è più.
templates-discard-do = Elimina
templates-question-again = Qualcosa è cambiato da quando la pagina è stata aperta: ricontrollare.
templates-lost-links = Nessun testo porta più a
templates-new-links = Nuovo: i testi portano a
templates-lost-names = Non più in questo testo:
templates-new-names = Nuovo in questo testo:
templates-no-difference = Nessun testo è diverso.
templates-back-to-editor = Torna ai testi
templates-rules = Regole che lo usano
templates-no-rule = Nessuna regola usa ancora questo modello: parte solo se lo chiede un programma.
templates-rule-breaks = I suoi eventi non conoscono { $variable }, che è obbligatorio: ogni messaggio sarebbe trattenuto.
templates-comment = Che cosa è cambiato, e perché?
templates-comment-hint = Per i colleghi. Resta insieme a chi ha pubblicato e quando.
