//! What `sslmode` asks of a server's certificate, as in libpq.

use std::env::home_dir;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::ServerError;
use super::database_url::{Authorities, Encryption, SslMode};

/// The file of trusted authorities in the home directory, as libpq has it.
const USUAL_FILE: &str = ".postgresql/root.crt";

/// Returns the maker of encrypted connections.
pub(super) fn encrypted(encryption: &Encryption) -> Result<MakeRustlsConnect, ServerError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = CertificateCheck {
        authorities: authorities(encryption, &provider)?,
        checks_name: encryption.mode == SslMode::VerifyFull,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the cipher suites of the default versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Returns the check of signatures up to a trusted authority; `None` if the mode asks for encryption only.
fn authorities(
    encryption: &Encryption,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<WebPkiServerVerifier>>, ServerError> {
    let usual = home_dir().unwrap_or_default().join(USUAL_FILE);
    let mut roots = RootCertStore::empty();
    let (from, unreadable) = match (&encryption.authorities, encryption.mode) {
        (_, SslMode::Disable | SslMode::Allow | SslMode::Prefer) => return Ok(None),
        // Who has a file of authorities wants them asked.
        (Authorities::Usual, SslMode::Require) if !usual.exists() => return Ok(None),
        (Authorities::System, _) => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            let error = found.errors.first().map(ToString::to_string);
            ("the machine".to_owned(), error)
        }
        (Authorities::Usual, _) => (usual.display().to_string(), add_file(&mut roots, &usual)),
        (Authorities::File(path), _) => (path.display().to_string(), add_file(&mut roots, path)),
    };
    if roots.is_empty() {
        let reason = unreadable.unwrap_or_else(|| "there are none".to_owned());
        return Err(ServerError::Authorities { from, reason });
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(provider));
    let verifier = verifier.build().map_err(|error| ServerError::Authorities {
        from,
        reason: error.to_string(),
    })?;
    Ok(Some(verifier))
}

/// Adds the certificates of a PEM file; returns why it can't be read.
fn add_file(roots: &mut RootCertStore, path: &Path) -> Option<String> {
    match CertificateDer::pem_file_iter(path) {
        Err(error) => Some(error.to_string()),
        Ok(certificates) => {
            let mut unreadable = None;
            for certificate in certificates {
                match certificate.map(|certificate| roots.add(certificate)) {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => unreadable = Some(error.to_string()),
                    Err(error) => unreadable = Some(error.to_string()),
                }
            }
            unreadable
        }
    }
}

/// Accepts any certificate, those of trusted authorities, or of these only that of the right name.
#[derive(Debug)]
struct CertificateCheck {
    authorities: Option<Arc<WebPkiServerVerifier>>,
    checks_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for CertificateCheck {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authorities) = &self.authorities else {
            return Ok(ServerCertVerified::assertion());
        };
        match authorities.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            // The name is what is checked last.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.checks_name => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
