//! A connection to the server.

use postgres::config::SslMode as Encrypted;
use postgres::error::SqlState;
use postgres::{Client, NoTls};

use super::database_url::SslMode;
use super::failure::{connect_error, is_tls_error};
use super::{PostgresUrl, ServerError, tls};

/// Connects, in the ways that `sslmode` allows.
pub(super) fn connect(url: &PostgresUrl) -> Result<Client, ServerError> {
    let (first, second) = match url.encryption().mode {
        SslMode::Disable => (Encrypted::Disable, None),
        SslMode::Allow => (Encrypted::Disable, Some(Encrypted::Require)),
        SslMode::Prefer => (Encrypted::Prefer, Some(Encrypted::Disable)),
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Encrypted::Require, None),
    };
    let error = match connect_as(url, first)? {
        Ok(client) => return Ok(client),
        Err(error) => error,
    };
    if let Some(second) = second.filter(|_| may_be_about_encryption(&error)) {
        return connect_as(url, second)?.map_err(|error| connect_error(url, &error));
    }
    Err(connect_error(url, &error))
}

fn connect_as(
    url: &PostgresUrl,
    encrypted: Encrypted,
) -> Result<Result<Client, postgres::Error>, ServerError> {
    let mut config = url.config().clone();
    config.ssl_mode(encrypted);
    // Notices would go to the log of this program.
    config.notice_callback(|_| ());
    Ok(if encrypted == Encrypted::Disable {
        config.connect(NoTls)
    } else {
        config.connect(tls::encrypted(url.encryption())?)
    })
}

/// Returns whether the server, or this side, may accept the other way.
fn may_be_about_encryption(error: &postgres::Error) -> bool {
    is_tls_error(error) || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}
