//! How one comes to a server of NATS: address, login, certificates; and what it says when it does not
//! let us in. A connection that is lost is not mended here: whoever holds it builds another one.

use std::sync::{Arc, Mutex, PoisonError};

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use percent_encoding::percent_decode_str;
use url::Url;

use super::settings::NatsSettings;
use crate::source::fault::SourceFault;
use crate::source::sql::within;
use crate::text::sanitize;

/// Longest message that is passed on, in characters.
const LONGEST: usize = 300;
/// How often the driver tries to come back by itself, within some seconds. With more, one that
/// nobody holds any more would knock for as long as the server is away.
const RETURNS: usize = 12;

/// What the server complained of last. It refuses a right beside the answers: whoever asked hears
/// nothing.
#[derive(Clone, Default)]
pub(super) struct ServerComplaint(Arc<Mutex<Option<String>>>);

impl ServerComplaint {
    fn note(&self, text: &str) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(excerpt(text));
    }

    /// Takes it: it is said once.
    pub(super) fn take(&self) -> Option<String> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.take()
    }
}

/// Connects, and logs in.
pub(super) async fn connected(
    settings: &NatsSettings,
    complaint: &ServerComplaint,
) -> Result<Client, SourceFault> {
    let address = settings.address().map_err(SourceFault::Unexpected)?;
    let (server, options) = login(&address)?;
    let place = format!("{}:{}", server.host(), server.port());
    let mut options = options
        .name("araldo")
        .connection_timeout(settings.timeout)
        .request_timeout(Some(settings.timeout))
        .max_reconnects(RETURNS)
        .require_tls(server.tls_required() || settings.tls_ca_file.is_some());
    if let Some(path) = &settings.credentials_file {
        let told = options.credentials_file(path).await;
        options = told.map_err(|error| {
            SourceFault::Refused(format!(
                "`credentials_file`: `{}` cannot be used: {}",
                path.display(),
                error.kind()
            ))
        })?;
    }
    if let Some(path) = &settings.tls_ca_file {
        options = options.add_root_certificates(path.clone());
    }
    if let (Some(certificate), Some(key)) = (&settings.tls_cert_file, &settings.tls_key_file) {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    let complaint = complaint.clone();
    let options = options.event_callback(move |event| {
        let complaint = complaint.clone();
        async move {
            if let Event::ServerError(error) = event {
                complaint.note(&error.to_string());
            }
        }
    });
    let connect = async {
        let connected = options.connect(server).await;
        connected.map_err(|error| refused(error.kind(), &error.to_string(), &place))
    };
    within(settings.timeout, Box::pin(connect)).await
}

/// The server without whoever logs in, and the options with it: the driver prints addresses.
fn login(address: &str) -> Result<(ServerAddr, ConnectOptions), SourceFault> {
    let unusable = || SourceFault::Unexpected("the address cannot be used".to_owned());
    let mut url = Url::parse(address).map_err(|_| unusable())?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let options = ConnectOptions::new();
    let options = match (url.username(), url.password()) {
        ("", None) => options,
        (user, Some(password)) => options.user_and_password(decoded(user), decoded(password)),
        (token, None) => options.token(decoded(token)),
    };
    let bare = url.set_password(None).and_then(|()| url.set_username(""));
    bare.map_err(|()| unusable())?;
    let server = ServerAddr::from_url(url).map_err(|_| unusable())?;
    Ok((server, options))
}

fn refused(kind: ConnectErrorKind, said: &str, place: &str) -> SourceFault {
    let said = excerpt(said);
    match kind {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            SourceFault::Refused(format!("{place}: {said}"))
        }
        ConnectErrorKind::ServerParse => SourceFault::Unexpected(format!("{place}: {said}")),
        // A certificate that nobody trusts is no silence.
        _ if said.contains("certificate") => SourceFault::Refused(format!("{place}: {said}")),
        ConnectErrorKind::Dns
        | ConnectErrorKind::TimedOut
        | ConnectErrorKind::Tls
        | ConnectErrorKind::Io
        | ConnectErrorKind::MaxReconnects => SourceFault::Away(format!("{place}: {said}")),
    }
}

/// What the server or the driver says, fit for pages.
pub(super) fn excerpt(text: &str) -> String {
    sanitize::excerpt(text, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_logs_in_is_not_in_the_address_that_is_called() {
        for address in [
            "nats://araldo:s3cret@bus:4223",
            "nats://s3cret@bus:4223",
            "tls://bus:4223",
        ] {
            let (server, _) = login(address).unwrap();
            assert_eq!((server.host(), server.port()), ("bus", 4223));
            assert!(!server.as_url_str().contains("s3cret"), "{address}");
            assert_eq!(server.tls_required(), address.starts_with("tls:"));
        }
    }

    #[test]
    fn what_a_server_says_tells_a_refusal_from_a_silence() {
        let fault = |kind, said| refused(kind, said, "bus:4222");
        let said = fault(ConnectErrorKind::AuthorizationViolation, "no");
        assert_eq!(said, SourceFault::Refused("bus:4222: no".to_owned()));
        let said = fault(ConnectErrorKind::Io, "invalid peer certificate");
        assert!(matches!(said, SourceFault::Refused(_)));
        let said = fault(ConnectErrorKind::Io, "connection refused");
        let expected = "cannot reach it: bus:4222: connection refused";
        assert_eq!(said.to_string(), expected);
    }

    #[test]
    fn a_complaint_is_said_once() {
        let complaint = ServerComplaint::default();
        complaint.note("Permissions Violation\nfor Publish");
        let other = complaint.clone();
        let said = other.take();
        assert_eq!(said.as_deref(), Some("Permissions Violation for Publish"));
        assert_eq!(complaint.take(), None);
    }
}
