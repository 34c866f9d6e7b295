//! What a database's errors and silences mean for a source. Its own words are passed on, because
//! they are what whoever set the source up can look for. Of its address, which holds a password, they
//! say the server and the database, or the file.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteError};

use crate::source::fault::SourceFault;
use crate::text::sanitize;

/// Longest message that is passed on, in characters.
const LONGEST: usize = 300;
/// What their own limit of time is given to end a statement by itself, and to say so.
const GRACE: Duration = Duration::from_secs(1);

/// SQLSTATE begins so when the server goes, is full, was told to stop a statement, or had to choose
/// between two transactions.
const PASSING_POSTGRES: [&str; 6] = ["08", "40", "53", "55P03", "57", "58"];
/// Too many connections, shutdown, lock waits, deadlocks, and statements that were stopped: killed,
/// or for taking longer than MariaDB (1969) or MySQL (3024) were told to allow.
const PASSING_MYSQL: [u16; 9] = [1040, 1053, 1203, 1205, 1213, 1317, 1927, 1969, 3024];
/// Busy, locked, interrupted, read or write failed, cannot be opened.
const PASSING_SQLITE: [i32; 5] = [5, 6, 9, 10, 14];
/// Somebody else holds the file.
const HELD_SQLITE: [i32; 2] = [5, 6];

/// The fault that an error is.
pub(in crate::source) fn fault(error: sqlx::Error) -> SourceFault {
    match error {
        sqlx::Error::Database(error) => said(&*error),
        sqlx::Error::Io(error) => SourceFault::Away(error.to_string()),
        sqlx::Error::Configuration(error) => of_settings(&error.to_string()),
        sqlx::Error::PoolTimedOut => SourceFault::Away(
            "nothing takes a connection there: is the server up, and the port right?".to_owned(),
        ),
        error @ (sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed) => SourceFault::Away(error.to_string()),
        error => SourceFault::Unexpected(error.to_string()),
    }
}

/// A fault of what cannot be reached, with what that is. `address` is asked only then; who logs in,
/// and how, is not passed on.
pub(in crate::source) fn placed(
    fault: SourceFault,
    address: impl FnOnce() -> Result<String, String>,
) -> SourceFault {
    let SourceFault::Away(why) = fault else {
        return fault;
    };
    let place = address().ok().and_then(|address| place(&address));
    SourceFault::Away(match place {
        Some(place) => format!("{place}: {why}"),
        None => why,
    })
}

/// Waits for an answer, but not for ever. Their own limit should end a statement first; this one is
/// for a server that does not even say so.
pub(in crate::source) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, SourceFault>>,
) -> Result<T, SourceFault> {
    let answer = tokio::time::timeout(limit + GRACE, answer).await;
    answer.unwrap_or_else(|_elapsed| {
        let limit = humantime::format_duration(limit);
        Err(SourceFault::Away(format!("no answer within {limit}")))
    })
}

/// Server, port and database of an address, or the file.
fn place(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    match scheme {
        "sqlite" => {
            let options = SqliteConnectOptions::from_str(address).ok()?;
            Some(options.get_filename().display().to_string())
        }
        "mysql" | "mariadb" => {
            let options = MySqlConnectOptions::from_str(address).ok()?;
            let socket = options.get_socket().map(PathBuf::as_path);
            let server = server(options.get_host(), options.get_port(), socket);
            Some(server + &database(options.get_database()))
        }
        _ => {
            let options = PgConnectOptions::from_str(address).ok()?;
            let socket = options.get_socket().map(PathBuf::as_path);
            let server = server(options.get_host(), options.get_port(), socket);
            Some(server + &database(options.get_database()))
        }
    }
}

fn server(host: &str, port: u16, socket: Option<&Path>) -> String {
    match socket {
        Some(socket) => socket.display().to_string(),
        None => format!("{host}:{port}"),
    }
}

fn database(name: Option<&str>) -> String {
    name.map(|name| format!("/{name}")).unwrap_or_default()
}

fn said(error: &(dyn DatabaseError + 'static)) -> SourceFault {
    if sqlite_code(error).is_some_and(|code| HELD_SQLITE.contains(&code)) {
        return SourceFault::Away("another program holds it locked".to_owned());
    }
    let message = sanitize::excerpt(error.message(), LONGEST);
    match passes(error) {
        true => SourceFault::Away(message),
        false => SourceFault::Refused(message),
    }
}

/// Whether the same may go well a little later, although nobody changes anything.
fn passes(error: &(dyn DatabaseError + 'static)) -> bool {
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return PASSING_MYSQL.contains(&error.number());
    }
    if let Some(code) = sqlite_code(error) {
        return PASSING_SQLITE.contains(&code);
    }
    let code = error.code().unwrap_or_default();
    PASSING_POSTGRES.iter().any(|begin| code.starts_with(begin))
}

/// The lowest byte, which says what happened; those above it say it more closely.
fn sqlite_code(error: &(dyn DatabaseError + 'static)) -> Option<i32> {
    error.try_downcast_ref::<SqliteError>()?;
    let code = error.code()?.parse::<i32>().ok()?;
    Some(code & 0xff)
}

fn of_settings(problem: &str) -> SourceFault {
    // What the driver says when a MySQL server asks for the password and the way to it is open.
    if problem.contains("RSA") {
        return SourceFault::Refused(
            "the server takes this user's password over TLS only: add ?ssl-mode=REQUIRED to the \
             address"
                .to_owned(),
        );
    }
    SourceFault::Unexpected(format!("the address cannot be used: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_without_end() {
        let never = std::future::pending::<Result<(), SourceFault>>();
        let said = within(Duration::from_secs(10), never).await;
        let expected = SourceFault::Away("no answer within 10s".to_owned());
        assert_eq!(said, Err(expected));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_it() {
        let error = sqlx::Error::Configuration("invalid port number".into());
        let said = fault(error).to_string();
        assert_eq!(said, "the address cannot be used: invalid port number");
        let io = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert!(matches!(fault(sqlx::Error::Io(io)), SourceFault::Away(_)));
    }

    #[test]
    fn what_cannot_be_reached_is_named_without_who_asks() {
        let said = |address: &str| {
            let fault = SourceFault::Away("no answer within 10s".to_owned());
            placed(fault, || Ok(address.to_owned())).to_string()
        };
        for (address, place) in [
            (
                "postgres://reader:s3cret@db.example.it:5433/crm?sslmode=disable",
                "db.example.it:5433/crm",
            ),
            ("mysql://reader:s3cret@db:3307", "db:3307"),
            (
                "mariadb://reader:s3cret@db:3307/crm?socket=/run/mysqld.sock",
                "/run/mysqld.sock/crm",
            ),
            ("sqlite:/srv/desk.db?mode=ro", "/srv/desk.db"),
        ] {
            let expected = format!("cannot reach it: {place}: no answer within 10s");
            assert_eq!(said(address), expected);
        }
        assert_eq!(
            said("postgres://reader:s3cret@db:port/crm"),
            "cannot reach it: no answer within 10s"
        );
        let refused = SourceFault::Refused("no such table".to_owned());
        let address = || Err("nobody asks for it".to_owned());
        assert_eq!(placed(refused.clone(), address), refused);
    }
}
