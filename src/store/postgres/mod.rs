//! The state store in a PostgreSQL database, in its schema `avos`.
//!
//! The only place that knows the client and its SQL. An apply is one READ COMMITTED transaction behind a
//! lock on a single row; it needs no advisory lock, sequence, trigger or DDL, so that engines that speak
//! the protocol and lack those can follow.
//!
//! | file | defines |
//! |---|---|
//! | `database_url` | [`PostgresUrl`], which is shown without its password |
//! | `failure` | [`ServerError`], why a server or a database on it can't be used |
//! | `connect`, `tls` | a connection; what `sslmode` means |
//! | `schema` | the tables, and who may write them |
//! | `read` | from rows to state |
//! | `write` | from state to rows, only where they differ |
//! | `time` | times in columns |
//! | `journal` | the journal's table |
//! | `apply` | the transaction of an apply, and what became of an interrupted one |
//! | `probe` | notices that somebody wrote |
//! | `store` | [`PostgresStore`] |

mod apply;
mod connect;
mod database_url;
mod failure;
mod journal;
mod probe;
mod read;
mod schema;
mod store;
mod time;
mod tls;
mod write;

pub use database_url::{PostgresUrl, PostgresUrlError};
pub use failure::ServerError;
pub use store::PostgresStore;
