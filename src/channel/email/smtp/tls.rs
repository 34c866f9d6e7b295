//! TLS towards a relay: whom to trust, and telling a wrong certificate from a bad line.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::socket::Socket;
use crate::channel::SetupError;

/// A ready set-up for one relay's name.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

/// Why there is no protected connection.
pub(super) enum TlsFault {
    /// The certificate is not this relay's, is out of date, or nobody we trust signed it.
    Certificate(String),
    Line(io::Error),
}

impl Tls {
    /// Trusts the authorities in `ca_file`, or the system's.
    pub(super) fn new(
        provider: &str,
        host: &str,
        ca_file: Option<&Path>,
    ) -> Result<Self, SetupError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            SetupError::new(
                provider,
                format!("`{host}` is no name a certificate can carry"),
            )
        })?;
        Ok(Self {
            connector: connector(provider, ca_file)?,
            name,
        })
    }

    /// Shakes hands over an open connection.
    pub(super) async fn protect(&self, tcp: Socket) -> Result<TlsStream<Socket>, TlsFault> {
        self.connector
            .connect(self.name.clone(), tcp)
            .await
            .map_err(|error| {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
                match inner {
                    Some(rustls::Error::InvalidCertificate(why)) => {
                        TlsFault::Certificate(why.to_string())
                    }
                    _ => TlsFault::Line(error),
                }
            })
    }
}

/// Trusts the authorities in `ca_file`, or the system's. `owner`: whose settings name the file.
pub(in crate::channel) fn connector(
    owner: &str,
    ca_file: Option<&Path>,
) -> Result<TlsConnector, SetupError> {
    let roots = match ca_file {
        Some(path) => file_roots(owner, path)?,
        None => system_roots(owner)?,
    };
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn file_roots(provider: &str, path: &Path) -> Result<RootCertStore, SetupError> {
    let wrong = |error: &dyn std::fmt::Display| SetupError::file(provider, "ca_file", path, error);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"it holds no certificate in PEM form"));
    }
    Ok(roots)
}

fn system_roots(provider: &str) -> Result<RootCertStore, SetupError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(SetupError::new(
            provider,
            "this machine trusts no certificate authority: install ca-certificates or give `ca_file`",
        ));
    }
    Ok(roots)
}
