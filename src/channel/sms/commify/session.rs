//! The log-in: a token that lives for months, asked for once with name and password, and again when
//! it is refused. It is kept in memory only.

use std::sync::{Mutex, PoisonError};

use reqwest::{Method, RequestBuilder, Url};

use crate::channel::caller::{HttpAnswer, HttpCaller};
use crate::channel::{Concern, Secret, SendError};

/// Logs in, and makes requests that are logged in.
pub(super) struct CommifySession {
    caller: HttpCaller,
    root: Url,
    username: String,
    password: Secret,
    kept: Mutex<Option<CommifyLogin>>,
}

/// What each request bears.
#[derive(Clone, PartialEq, Eq)]
struct CommifyLogin {
    user_key: Secret,
    token: Secret,
}

impl CommifySession {
    pub(super) const fn new(
        caller: HttpCaller,
        root: Url,
        username: String,
        password: Secret,
    ) -> Self {
        Self {
            caller,
            root,
            username,
            password,
            kept: Mutex::new(None),
        }
    }

    /// Makes sure that there is a token. Nothing of an SMS is said here.
    pub(super) async fn warm(&self) -> Result<(), SendError> {
        self.login().await.map(drop)
    }

    /// Asks for `path` under the root; once more with a new token when the old one is refused, which
    /// is said before anything is done.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<HttpAnswer, SendError> {
        let login = self.login().await?;
        let request = self.request(method.clone(), path, &login)?;
        let answer = self.caller.call(complete(request)).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.forget(&login);
        let login = self.login().await?;
        let request = self.request(method, path, &login)?;
        self.caller.call(complete(request)).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        login: &CommifyLogin,
    ) -> Result<RequestBuilder, SendError> {
        let request = self.caller.request(method, self.at(path)?);
        Ok(request
            .header("user_key", login.user_key.expose())
            .header("Access_token", login.token.expose()))
    }

    fn at(&self, path: &str) -> Result<Url, SendError> {
        self.root
            .join(path)
            .map_err(|error| SendError::Misconfigured {
                detail: format!("`base_url` leads nowhere: {error}"),
            })
    }

    async fn login(&self) -> Result<CommifyLogin, SendError> {
        if let Some(login) = self.kept() {
            return Ok(login);
        }
        // Whoever comes meanwhile asks as well: the token is the same.
        let login = self.fresh().await?;
        self.keep(login.clone());
        Ok(login)
    }

    fn kept(&self) -> Option<CommifyLogin> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn keep(&self, login: CommifyLogin) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(login);
    }

    /// Unless another has got a new one meanwhile.
    fn forget(&self, refused: &CommifyLogin) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref() == Some(refused) {
            *kept = None;
        }
    }

    async fn fresh(&self) -> Result<CommifyLogin, SendError> {
        let request = self
            .caller
            .request(Method::GET, self.at("token")?)
            .basic_auth(&self.username, Some(self.password.expose()));
        let answer = self.caller.call(request).await.map_err(before_the_sms)?;
        match answer.status {
            200 => read(&answer.text).ok_or_else(|| {
                answer.not_now("the log-in was answered in words that are not the platform's")
            }),
            // A wrong name or password is answered with 404.
            401 | 403 | 404 => Err(SendError::Misconfigured {
                detail: format!(
                    "the log-in was refused with {}; check `username` and `password_file`",
                    answer.status
                ),
            }),
            status => Err(answer.not_now(format!("the log-in was answered with {status}"))),
        }
    }
}

/// Whatever becomes of a log-in, no SMS has left by it.
fn before_the_sms(error: SendError) -> SendError {
    match error {
        SendError::Unknown { detail, .. } => SendError::NotSent {
            stage: "login",
            code: None,
            detail,
            retry_after: None,
            concerns: Concern::Provider,
        },
        other => other,
    }
}

/// Reads `USER_KEY;TOKEN`, which is all that the answer has.
fn read(text: &str) -> Option<CommifyLogin> {
    let (user_key, token) = text.trim().split_once(';')?;
    let fits = |part: &str| {
        let is_plain = |c: char| c.is_ascii_graphic() && c != ';';
        (1..=200).contains(&part.len()) && part.chars().all(is_plain)
    };
    (fits(user_key) && fits(token)).then(|| CommifyLogin {
        user_key: Secret::new(user_key.to_owned()),
        token: Secret::new(token.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_two_words_and_nothing_else() {
        assert!(read("UserKey1;Token1\n").is_some());
        for wrong in ["", "one", ";", "a;", "<html>;x y", "a;b;c"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
