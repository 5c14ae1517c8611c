//! The URL of a database on a server. Its password is used and never shown.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use postgres::Config;
use postgres::config::Host;

/// How long connecting to one address may take, unless the URL says otherwise.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long sent data may stay unanswered by the other machine before the connection counts as cut.
const CUT_PATIENCE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
const KEEPALIVE_RETRIES: u32 = 3;

/// A `postgres://` URL, cheap to clone. `Display` and `Debug` show user, hosts and database only.
#[derive(Clone)]
pub struct PostgresUrl(Arc<ParsedUrl>);

struct ParsedUrl {
    text: String,
    config: Config,
    encryption: Encryption,
    shown: String,
}

/// What `sslmode` and `sslrootcert` ask for.
#[derive(Clone, Debug)]
pub(super) struct Encryption {
    pub(super) mode: SslMode,
    /// Which authorities are trusted.
    pub(super) authorities: Authorities,
}

/// Where the certificates of trusted authorities are.
#[derive(Clone, Debug)]
pub(super) enum Authorities {
    /// In libpq's file `~/.postgresql/root.crt`.
    Usual,
    /// In this file.
    File(PathBuf),
    /// Those of the machine.
    System,
}

impl Encryption {
    /// As in libpq, the machine's authorities, whom others trust for other reasons, are good only for the
    /// strictest mode, which is then the default.
    fn new(mode: Option<SslMode>, roots: Option<PathBuf>) -> Result<Self, PostgresUrlError> {
        let authorities = match roots {
            None => Authorities::Usual,
            Some(word) if word.as_os_str() == "system" => Authorities::System,
            Some(file) => Authorities::File(file),
        };
        let mode = match (mode, &authorities) {
            (None | Some(SslMode::VerifyFull), Authorities::System) => SslMode::VerifyFull,
            (Some(_), Authorities::System) => return Err(PostgresUrlError::WeakMode),
            (mode, _) => mode.unwrap_or(SslMode::Prefer),
        };
        Ok(Self { mode, authorities })
    }
}

/// The values of `sslmode`, as libpq knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    const NAMED: [(&'static str, Self); 6] = [
        ("disable", Self::Disable),
        ("allow", Self::Allow),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];
}

/// Why a text isn't the URL of a PostgreSQL database. It repeats nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresUrlError {
    /// There is more than one `@` before the path.
    #[error("it has two `@` before the path; write the one of a user or a password as `%40`")]
    TwoAts,
    /// An unknown value.
    #[error("`sslmode` is disable, allow, prefer, require, verify-ca or verify-full")]
    SslMode,
    /// The machine's authorities with a mode that doesn't check the name.
    #[error("`sslrootcert=system` goes with `sslmode=verify-full` only")]
    WeakMode,
    /// No host.
    #[error("it names no host: postgres://USER@HOST/DATABASE")]
    NoHost,
    /// No user.
    #[error("it names no user: postgres://USER@HOST/DATABASE")]
    NoUser,
    /// It isn't UTF-8, or the client can't parse it.
    #[error("it isn't valid: postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full")]
    Invalid,
}

impl PostgresUrl {
    /// Parses a URL that begins with `postgres://` or `postgresql://`. Parameters are those of libpq that the
    /// client knows; `sslmode` and `sslrootcert` mean what they mean there.
    pub fn parse(text: &str) -> Result<Self, PostgresUrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(PostgresUrlError::Invalid)?;
        let path = rest.find(['/', '?']).unwrap_or(rest.len());
        // A `/` or a `?` in a password hides an `@` behind it.
        let authority_end = rest.rfind('@').map_or(path, |at| path.max(at + 1));
        let authority = rest[..authority_end].split('?').next().unwrap_or_default();
        if authority.matches('@').count() > 1 {
            return Err(PostgresUrlError::TwoAts);
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (mut mode, mut root_certificates) = (None, None);
        let mut others = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", name)) => {
                    let named = SslMode::NAMED.into_iter().find(|(known, _)| *known == name);
                    mode = Some(named.ok_or(PostgresUrlError::SslMode)?.1);
                }
                Some(("sslrootcert", path)) => {
                    root_certificates = Some(PathBuf::from(percent_decoded(path)?));
                }
                _ => others.push(pair),
            }
        }
        let rewritten = format!("{scheme}://{place}?{}", others.join("&"));
        let mut config: Config = rewritten.parse().map_err(|_| PostgresUrlError::Invalid)?;
        let shown = shown(scheme, &config)?;
        if config.get_application_name().is_none() {
            config.application_name("avos");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(CUT_PATIENCE);
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_idle(CUT_PATIENCE);
            config.keepalives_interval(KEEPALIVE_INTERVAL);
            config.keepalives_retries(KEEPALIVE_RETRIES);
        }
        Ok(Self(Arc::new(ParsedUrl {
            text: text.to_owned(),
            config,
            encryption: Encryption::new(mode, root_certificates)?,
            shown,
        })))
    }

    /// Returns the client's settings, all but those about encryption.
    pub(super) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Returns how to encrypt connections.
    pub(super) fn encryption(&self) -> &Encryption {
        &self.0.encryption
    }
}

fn shown(scheme: &str, config: &Config) -> Result<String, PostgresUrlError> {
    let user = config.get_user().ok_or(PostgresUrlError::NoUser)?;
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let host = match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        match config.get_ports().get(index) {
            None | Some(5432) => host,
            Some(port) => format!("{host}:{port}"),
        }
    });
    let hosts = hosts.collect::<Vec<_>>().join(",");
    if hosts.is_empty() {
        return Err(PostgresUrlError::NoHost);
    }
    let database = config.get_dbname().unwrap_or(user);
    Ok(format!("{scheme}://{user}@{hosts}/{database}"))
}

/// Decodes `%2F` and the like.
fn percent_decoded(text: &str) -> Result<String, PostgresUrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()].map(|digit| digit.map_or('?', char::from));
        let value = u8::from_str_radix(&String::from_iter(digits), 16);
        bytes.push(value.map_err(|_| PostgresUrlError::Invalid)?);
    }
    String::from_utf8(bytes).map_err(|_| PostgresUrlError::Invalid)
}

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for PostgresUrl {}

impl Hash for PostgresUrl {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.shown)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.shown, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password_and_parameters() {
        for (url, shown) in [
            (
                "postgres://ada:secret@db.example/avos",
                "postgres://ada@db.example/avos",
            ),
            (
                "postgresql://ada:secret@db.example:5433/avos?sslmode=verify-full&sslrootcert=%2Fsecret",
                "postgresql://ada@db.example:5433/avos",
            ),
            (
                "postgres://ada@[::1]/?password=secret",
                "postgres://ada@[::1]/ada",
            ),
            (
                "postgres://ada:sec%40re%2Ft@a,b:5433/avos",
                "postgres://ada@a,b:5433/avos",
            ),
            (
                "postgres://ada@%2Fvar%2Frun/avos",
                "postgres://ada@/var/run/avos",
            ),
        ] {
            let parsed = PostgresUrl::parse(url).expect(url);
            assert_eq!(parsed.to_string(), shown);
            assert_eq!(format!("{parsed:?}"), format!("{shown:?}"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_it() {
        for (url, error) in [
            ("postgres://ada:se@cret@db/avos", PostgresUrlError::TwoAts),
            ("postgres://ada:s/e@cret@db/avos", PostgresUrlError::TwoAts),
            (
                "postgres://ada@db/avos?sslmode=secret",
                PostgresUrlError::SslMode,
            ),
            (
                "postgres://ada@db/avos?sslmode=verify-ca&sslrootcert=system",
                PostgresUrlError::WeakMode,
            ),
            ("postgres://", PostgresUrlError::NoUser),
            ("postgres://ada@/avos", PostgresUrlError::NoHost),
            ("postgres://db/avos", PostgresUrlError::NoUser),
            (
                "postgres://ada:secret@db:port/avos",
                PostgresUrlError::Invalid,
            ),
            ("postgres://ada@db/avos?secret=1", PostgresUrlError::Invalid),
            (
                "postgres://ada@db/avos?sslrootcert=%2",
                PostgresUrlError::Invalid,
            ),
        ] {
            let found = PostgresUrl::parse(url).expect_err(url);
            assert_eq!(found, error, "{url}");
            assert!(!found.to_string().contains("secret"));
        }
    }
}
