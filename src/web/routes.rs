//! The table of routes: method, path, who may, and the handler. The router is built of it and of
//! nothing else, so there is no route that does not say who may call it.
//!
//! Whoever may not is answered here, before the handler runs and before a byte of the body is
//! read. What a handler decides beyond that, such as which events a key may send, is its own.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts as _, Request};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodFilter, on};

use crate::domain::api_key::Scope;
use crate::domain::role::{Right, Role};
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;
use crate::web::request::{query, request_line};

/// What the router keeps for its handlers: every layer around a route copies it for each request,
/// and a `Web` is a dozen counters that all processors count on. The handler alone gets a `Web`.
pub(super) type SharedWeb = Arc<Web>;

/// Where a second factor is set up.
const SET_UP: &str = "/console/me/second-factor";

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever reaches the port.
    Anyone,
    /// Whoever has the signed token in the path. The handler opens it: it knows its purpose.
    Token,
    /// Whoever proves it by the secret of a source: bears it, or signs the body. The handler checks
    /// it, before it makes anything of the body.
    Signed,
    /// A program whose key has one of these scopes.
    Key {
        one_of: &'static [Scope],
        /// The parameters its query may have.
        query: &'static [&'static str],
    },
    /// Whoever is logged in to the console, people of partners as well: for what people do with their
    /// own account.
    Account,
    /// The same, and also whoever must first set up a second factor: they are led here from everywhere else.
    SettingUp,
    /// Somebody of the staff who is logged in to the console. For people of partners there is no such
    /// page, and that they asked is written down.
    Person,
    /// Somebody of the staff with this right; for people of partners as above.
    Right(Right),
    /// People of partners, and nobody of the staff. The pages see what `store::reports::partner` shows.
    Partner,
}

impl Access {
    /// A program whose key has one of these scopes.
    #[must_use]
    pub const fn key(one_of: &'static [Scope]) -> Self {
        Self::Key { one_of, query: &[] }
    }

    /// The same, with these parameters in the query.
    #[must_use]
    pub const fn asking(self, query: &'static [&'static str]) -> Self {
        match self {
            Self::Key { one_of, .. } => Self::Key { one_of, query },
            other => other,
        }
    }

    async fn admit(self, path: &'static str, parts: &mut Parts, web: &Web) -> Result<(), Response> {
        if self != Self::Token {
            request_line::check(&parts.uri).map_err(Problem::into_response)?;
        }
        match self {
            Self::Anyone | Self::Token | Self::Signed => Ok(()),
            Self::Key { one_of, query } => {
                let admitted = async {
                    let caller = Caller::of(&parts.headers, web).await?;
                    caller.require(one_of)?;
                    query::only(parts.uri.query(), query)?;
                    Ok(caller)
                };
                let caller = admitted.await.map_err(Problem::into_response)?;
                parts.extensions.insert(caller);
                Ok(())
            }
            Self::SettingUp => login(parts, web).await.map(drop),
            Self::Account => ready(parts, web).await.map(drop),
            Self::Person => staff(path, parts, web).await.map(drop),
            Self::Right(right) => {
                let person = staff(path, parts, web).await?;
                person.require(right).map_err(Problem::into_response)
            }
            Self::Partner => {
                let person = ready(parts, web).await?;
                match person.role {
                    Role::Partner => Ok(()),
                    _ => Err(not_staffs().into_response()),
                }
            }
        }
    }
}

/// Somebody of the staff. Whoever is of a partner hears that there is no such page; which one they
/// asked for is written down as the table has it, without what stood in its open places.
async fn staff(path: &'static str, parts: &mut Parts, web: &Web) -> Result<Person, Response> {
    let person = ready(parts, web).await?;
    if person.role != Role::Partner {
        return Ok(person);
    }
    let entry = AuditEntry::new(&person.email, "partner.refused", path);
    let noted = async {
        let mut tx = web.store.write().await?;
        web.audit(&mut tx, &entry).await?;
        tx.commit().await
    };
    noted
        .await
        .map_err(|error| Problem::from(error).into_response())?;
    Err(Problem::not_found("page", parts.uri.path()).into_response())
}

fn not_staffs() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "not_allowed",
        "this page is for people of partners; the same cases stand under /console/cases",
    )
}

/// Somebody who has the second factor that they must have.
async fn ready(parts: &mut Parts, web: &Web) -> Result<Person, Response> {
    let person = login(parts, web).await?;
    match person.must_set_up {
        false => Ok(person),
        true => Err(to_set_up(parts)),
    }
}

/// A page leads to where a second factor is set up; nothing else is done.
fn to_set_up(parts: &Parts) -> Response {
    if parts.method == Method::GET && !parts.uri.path().ends_with("/live") {
        return Redirect::to(SET_UP).into_response();
    }
    let detail = "set up your second factor first, at /console/me/second-factor";
    Problem::new(StatusCode::FORBIDDEN, "second_factor_missing", detail).into_response()
}

async fn login(parts: &mut Parts, web: &Web) -> Result<Person, Response> {
    let person = Person::from_request_parts(parts, web).await?;
    parts.extensions.insert(person.clone());
    Ok(person)
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// How it is called; GET answers HEAD as well.
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
}

/// The table, and the router it makes.
#[derive(Default)]
pub struct Routes {
    table: Vec<Route>,
    router: Router<SharedWeb>,
}

impl Routes {
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.line((Method::GET, MethodFilter::GET), path, access, handler)
    }

    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.line((Method::POST, MethodFilter::POST), path, access, handler)
    }

    #[must_use]
    pub fn put<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.line((Method::PUT, MethodFilter::PUT), path, access, handler)
    }

    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.line(
            (Method::DELETE, MethodFilter::DELETE),
            path,
            access,
            handler,
        )
    }

    /// Adds the lines of another part.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        self.router = self.router.merge(other.router);
        self
    }

    /// Puts something around all routes so far.
    #[must_use]
    pub fn around(mut self, layer: impl FnOnce(Router<SharedWeb>) -> Router<SharedWeb>) -> Self {
        self.router = layer(self.router);
        self
    }

    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// The router of the table.
    pub fn into_router(self) -> Router<SharedWeb> {
        self.router
    }

    fn line<H, T>(
        mut self,
        (method, filter): (Method, MethodFilter),
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.table.push(Route {
            method,
            path,
            access,
        });
        let guarded = Guarded {
            access,
            path,
            handler,
        };
        self.router = self.router.route(path, on(filter, guarded));
        self
    }
}

/// A handler behind its line of the table.
#[derive(Clone)]
struct Guarded<H> {
    access: Access,
    path: &'static str,
    handler: H,
}

impl<H, T> Handler<T, SharedWeb> for Guarded<H>
where
    H: Handler<T, Web>,
    T: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, web: SharedWeb) -> Self::Future {
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let admitted = self.access.admit(self.path, &mut parts, &web).await;
            let person = parts.extensions.get::<Person>();
            let house = web.console.words().language();
            let language = person.map(|person| person.language.unwrap_or(house));
            let mut answer = match admitted {
                Ok(()) => {
                    let web = Web::clone(&web);
                    self.handler
                        .call(Request::from_parts(parts, body), web)
                        .await
                }
                Err(refusal) => refusal,
            };
            // Who makes a page of a problem speaks as the page would have spoken.
            if let Some(language) = language {
                answer.extensions_mut().insert(language);
            }
            answer
        })
    }
}
