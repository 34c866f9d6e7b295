# Before anybody is known.
login-title = Accedi
login-nobody = Nessuno può ancora accedere. Creare la prima persona su questa macchina:
login-nobody-password = L'ultima riga che il comando scrive è la password.
login-email = Indirizzo e-mail
login-password = Password
login-password-set = La password è impostata. Ora si può accedere.
login-too-many-tries = Troppi tentativi. Aspettare { $seconds } s, poi riprovare.
login-not-right = L'indirizzo o la password non sono corretti.
