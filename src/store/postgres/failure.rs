//! Why a server, or the database on it, can't be used, and how to fix it.

use std::error::Error;
use std::io;

use postgres::error::SqlState;

use super::PostgresUrl;
use crate::plan::PlanId;
use crate::store::{SCHEMA_VERSION, StoreError};

/// Why a PostgreSQL database can't be read or written. Unless the outcome is unknown, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No connection can be made.
    #[error("can't connect to {database}: {reason}")]
    Unreachable {
        /// The database.
        database: PostgresUrl,
        /// Why not.
        reason: String,
    },
    /// The connection broke, or the server is shutting down or starting.
    #[error("the connection to {database} was lost: {reason}")]
    Lost {
        /// The database.
        database: PostgresUrl,
        /// What was noticed.
        reason: String,
    },
    /// The connection was lost while an apply was committed, and nobody could be asked since.
    #[error(
        "the connection to {database} was lost during the commit of plan {}: it may have been applied or \
         not ({reason})", .plan_id.short()
    )]
    UnknownOutcome {
        /// The database.
        database: PostgresUrl,
        /// The plan.
        plan_id: PlanId,
        /// Why it couldn't be found out.
        reason: String,
    },
    /// The server's certificate isn't accepted, or it has none.
    #[error("the connection to {database} isn't secure enough: {reason}")]
    Untrusted {
        /// The database.
        database: PostgresUrl,
        /// Why not.
        reason: String,
    },
    /// The file of trusted authorities can't be used.
    #[error("can't read the certificates of trusted authorities from {from}: {reason}")]
    Authorities {
        /// Where they should be.
        from: String,
        /// Why not.
        reason: String,
    },
    /// The server doesn't let this user in.
    #[error("{database} refuses the connection: {reason}")]
    Refused {
        /// The database.
        database: PostgresUrl,
        /// What the server says.
        reason: String,
    },
    /// The database isn't prepared.
    #[error("the database {database} has no tables of AVOS")]
    Uninitialized {
        /// The database.
        database: PostgresUrl,
    },
    /// The tables are of an earlier version.
    #[error(
        "the database {database} has schema version {found}, and this program needs {SCHEMA_VERSION}"
    )]
    OlderVersion {
        /// The database.
        database: PostgresUrl,
        /// Its schema version.
        found: i64,
    },
    /// The user may not do this.
    #[error("the user of {database} may not do this: {reason}")]
    Forbidden {
        /// The database.
        database: PostgresUrl,
        /// What the server says.
        reason: String,
    },
    /// Somebody else holds a lock, or the server is out of time or of connections.
    #[error("the database {database} is busy: {reason}")]
    Busy {
        /// The database.
        database: PostgresUrl,
        /// What the server says.
        reason: String,
    },
    /// A text that the server can't keep.
    #[error("{what} has a NUL character (U+0000), which PostgreSQL can't keep")]
    Nul {
        /// Which text.
        what: String,
    },
    /// Any other failure.
    #[error("PostgreSQL failed on {database}: {reason}")]
    Other {
        /// The database.
        database: PostgresUrl,
        /// What it says.
        reason: String,
    },
}

impl ServerError {
    /// Returns whether it may pass by itself: the server can't be reached.
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Lost { .. })
    }

    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unreachable { .. } => "check host and port, and whether the server runs",
            Self::Lost { .. } => "nothing was applied; try again",
            Self::UnknownOutcome { .. } => {
                "`avos history` shows whether it was applied; applying it again is safe: a plan is applied \
                 once"
            }
            Self::Untrusted { .. } => {
                "name the server by the name in its certificate, and its authority with `sslrootcert=FILE` \
                 or `sslrootcert=system`"
            }
            Self::Authorities { .. } => {
                "name a PEM file with `sslrootcert=FILE`, or those of the machine with `sslrootcert=system`"
            }
            Self::Refused { .. } => "check user, password and the name of the database",
            Self::Uninitialized { .. } => {
                "`avos init --db URL` prepares it, with a role that may create a schema"
            }
            Self::OlderVersion { .. } => {
                "`avos migrate --db URL` extends it, with a role that owns the schema `avos`"
            }
            Self::Forbidden { .. } => {
                "use a role that may, or grant it the rights on schema `avos`"
            }
            Self::Busy { .. } => "try again",
            Self::Nul { .. } => "remove the character",
            Self::Other { .. } => return None,
        })
    }
}

/// A failure within a connection.
#[derive(Debug)]
pub(super) enum Failure {
    /// The client failed.
    Client(postgres::Error),
    /// The error is complete.
    Complete(StoreError),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Self::Client(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Complete(error)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self::Complete(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Complete(error.into())
    }
}

impl Failure {
    /// Returns whether a repetition may succeed: the server gave up on a conflict of transactions.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Self::Client(error) => error.code().is_some_and(|code| {
                *code == SqlState::T_R_SERIALIZATION_FAILURE
                    || *code == SqlState::T_R_DEADLOCK_DETECTED
            }),
            // Somebody wrote between two reads of the same transaction.
            Self::Complete(error) => matches!(error, StoreError::Inconsistent),
        }
    }

    /// Returns whether the connection is gone, and with it the transaction's outcome.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Client(error) => match error.code() {
                Some(code) => is_shutdown(code),
                None => true,
            },
            Self::Complete(_) => false,
        }
    }

    /// Returns the error for this database.
    pub(super) fn at(self, database: &PostgresUrl) -> StoreError {
        match self {
            Self::Complete(error) => error,
            Self::Client(error) => server_error(database, &error).into(),
        }
    }
}

/// Returns what an error of the client means.
fn server_error(database: &PostgresUrl, error: &postgres::Error) -> ServerError {
    let database = database.clone();
    let Some(said) = error.as_db_error() else {
        let reason = innermost(error);
        return if is_type_error(error) {
            ServerError::Other { database, reason }
        } else {
            ServerError::Lost { database, reason }
        };
    };
    let reason = format!("{} ({})", said.message(), said.code().code());
    let code = said.code();
    if is_shutdown(code) {
        ServerError::Lost { database, reason }
    } else if [
        SqlState::INSUFFICIENT_PRIVILEGE,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ]
    .contains(code)
    {
        ServerError::Forbidden { database, reason }
    } else if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(code) {
        ServerError::Uninitialized { database }
    } else if [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(code)
    {
        ServerError::Busy { database, reason }
    } else {
        ServerError::Other { database, reason }
    }
}

/// Returns why no connection could be made.
pub(super) fn connect_error(database: &PostgresUrl, error: &postgres::Error) -> ServerError {
    if is_tls_error(error) {
        return ServerError::Untrusted {
            database: database.clone(),
            reason: innermost(error),
        };
    }
    let Some(said) = error.as_db_error() else {
        let reason = innermost(error);
        return ServerError::Unreachable {
            database: database.clone(),
            reason,
        };
    };
    // Class 28: who you are; class 3D: no such database.
    let code = said.code().code();
    if code.starts_with("28") || code.starts_with("3D") || code.starts_with("42") {
        return ServerError::Refused {
            database: database.clone(),
            reason: said.message().to_owned(),
        };
    }
    server_error(database, error)
}

/// Class 57P: the server shuts down, crashed or starts; class 08: the connection failed.
fn is_shutdown(code: &SqlState) -> bool {
    code.code().starts_with("57P")
        || code.code().starts_with("08")
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

/// Returns whether a value doesn't have the type that its column should have.
fn is_type_error(error: &postgres::Error) -> bool {
    let text = error.to_string();
    text.starts_with("error deserializing column")
        || text.starts_with("error serializing parameter")
        || text.starts_with("invalid column")
}

/// Returns whether the two sides couldn't agree on an encrypted connection.
pub(super) fn is_tls_error(error: &postgres::Error) -> bool {
    let is_handshake = error
        .to_string()
        .starts_with("error performing TLS handshake");
    sources(error).any(<dyn Error>::is::<rustls::Error>)
        || is_handshake && !sources(error).any(is_network_error)
}

/// Returns whether the connection broke, rather than what came over it was wrong.
fn is_network_error(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut, UnexpectedEof,
    };
    error.downcast_ref::<io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            BrokenPipe
                | ConnectionAborted
                | ConnectionReset
                | NotConnected
                | TimedOut
                | UnexpectedEof
        )
    })
}

/// Returns the last cause, which is what went wrong.
fn innermost(error: &postgres::Error) -> String {
    let last = sources(error).last();
    last.map_or_else(|| error.to_string(), ToString::to_string)
}

fn sources<'a>(error: &'a postgres::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&error| {
        // An `io::Error` around another error names that one's source as its own.
        let inner = error.downcast_ref::<io::Error>();
        match inner.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
