# Before anybody is known.
login-title = Log in
login-nobody = Nobody may log in yet. Make the first person on this machine:
login-nobody-password = The last line it prints is the password.
login-email = E-mail address
login-password = Password
login-password-set = Your password is set. Log in with it.
login-too-many-tries = Too many tries. Wait { $seconds } s, then try again.
login-not-right = The address or the password is not right.
