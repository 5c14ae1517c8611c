//! The driver, a session of it, and its answers.
//!
//! A query runs on a thread of its own, so that it can be watched and canceled. Whatever a driver reports is
//! shown without the secrets of the settings.

use std::ops::ControlFlow;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, Builder};
use std::time::Duration;

use adbc_core::error::Error;
use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver, ManagedStatement};
use arrow_array::{RecordBatch, RecordBatchReader};

use super::answer_rows::AnswerRow;
use super::source::WarehouseSource;
use crate::diagnostic::visible;
use crate::exposure::LogError;

/// How often a running query is watched.
const WATCH: Duration = Duration::from_millis(100);
/// Batches that the driver may be ahead: their rows are few.
const AHEAD: usize = 1;
/// Midnight of 2000 in UTC, in microseconds since 1970.
const YEAR_2000: i64 = 946_684_800_000_000;

/// Takes a row of an answer.
pub(super) type TakeAnswer<'t> = dyn FnMut(AnswerRow) -> Result<(), LogError> + 't;

/// A session of a source's engine, in UTC. Where the engine can, all queries see the same rows.
pub(super) struct WarehouseConnection<'s> {
    source: &'s WarehouseSource,
    connection: ManagedConnection,
}

impl<'s> WarehouseConnection<'s> {
    /// Loads the driver and connects.
    pub(super) fn open(source: &'s WarehouseSource) -> Result<Self, LogError> {
        let connection = connect(source)?;
        let mut opened = Self { source, connection };
        let dialect = source.dialect;
        if let Some(begin) = dialect.begin() {
            opened.run(begin)?;
        }
        let zone_is_set = match dialect.set_zone() {
            Some(statement) => opened.run(statement),
            None => Ok(()),
        };
        match dialect.ask_zone() {
            None => zone_is_set?,
            Some(question) => opened.check_zone(question)?,
        }
        Ok(opened)
    }

    /// Passes each row of the answer to `take`, in no order. `watch` is called now and then while the engine
    /// works; `Break` cancels the query.
    pub(super) fn query(
        &mut self,
        sql: &str,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
        take: &mut TakeAnswer,
    ) -> Result<ControlFlow<()>, LogError> {
        let mut statement = self.statement(sql)?;
        let cancel = statement.get_cancel_handle();
        let source = self.source;
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(AHEAD);
            let execute = move || send_batches(&mut statement, &sender);
            let thread = Builder::new().spawn_scoped(scope, execute);
            thread.map_err(LogError::Thread)?;
            loop {
                match receiver.recv_timeout(WATCH) {
                    Ok(batch) => {
                        let batch = batch.map_err(|error| failed(source, &error))?;
                        for row in 0..batch.num_rows() {
                            take(AnswerRow::new(source, &batch, row))?;
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    // The thread has sent everything. If it has panicked, the scope propagates that.
                    Err(RecvTimeoutError::Disconnected) => return Ok(ControlFlow::Continue(())),
                }
                if watch().is_break() {
                    // A driver that can't cancel finishes the query before the scope ends.
                    let _ = cancel.try_cancel();
                    return Ok(ControlFlow::Break(()));
                }
            }
        })
    }

    /// Returns the names of the columns that the answer has.
    pub(super) fn columns(&mut self, sql: &str) -> Result<Vec<String>, LogError> {
        let mut statement = self.statement(sql)?;
        let answer = statement.execute();
        let answer = answer.map_err(|error| failed(self.source, &error))?;
        let schema = answer.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        Ok(names.collect())
    }

    fn statement(&mut self, sql: &str) -> Result<ManagedStatement, LogError> {
        let statement = self.connection.new_statement();
        let prepared = statement.and_then(|mut statement| {
            statement.set_sql_query(sql)?;
            Ok(statement)
        });
        prepared.map_err(|error| failed(self.source, &error))
    }

    /// Runs a statement whose answer doesn't matter. Some drivers only execute queries.
    fn run(&mut self, sql: &str) -> Result<(), LogError> {
        // A query that nobody stops is complete.
        let ran = self.query(sql, &mut || ControlFlow::Continue(()), &mut |_| Ok(()));
        ran.map(drop)
    }

    fn check_zone(&mut self, question: &str) -> Result<(), LogError> {
        let mut is_utc = false;
        let mut take = |row: AnswerRow| {
            is_utc = row.number(0)? == Some(YEAR_2000);
            Ok(())
        };
        // A query that nobody stops is complete.
        let _ = self.query(question, &mut || ControlFlow::Continue(()), &mut take)?;
        if is_utc {
            return Ok(());
        }
        Err(LogError::SessionZone {
            source_name: self.source.name.clone(),
        })
    }
}

fn connect(source: &WarehouseSource) -> Result<ManagedConnection, LogError> {
    let entrypoint = source.entrypoint.as_deref().map(str::as_bytes);
    let load = |version| {
        ManagedDriver::load_from_name(&source.driver, entrypoint, version, LOAD_FLAG_DEFAULT, None)
    };
    // Older drivers only know the first version of the interface.
    let driver = load(AdbcVersion::V110).or_else(|_| load(AdbcVersion::V100));
    let mut driver = driver.map_err(|error| LogError::Driver {
        source_name: source.name.clone(),
        driver: visible(&source.driver).into_owned(),
        reason: masked(source, &error.message),
    })?;
    let options = source.options.iter();
    let options = options.map(|(name, value)| {
        let value = OptionValue::String(value.reveal().to_owned());
        (OptionDatabase::from(name.as_str()), value)
    });
    let connection = driver
        .new_database_with_opts(options)
        .and_then(|database| database.new_connection());
    connection.map_err(|error| LogError::Connection {
        source_name: source.name.clone(),
        reason: masked(source, &error.message),
    })
}

/// Executes the statement and sends its batches until the receiver is gone.
fn send_batches(statement: &mut ManagedStatement, sender: &SyncSender<Result<RecordBatch, Error>>) {
    let batches = match statement.execute() {
        Ok(batches) => batches,
        Err(error) => {
            // The receiver is gone only if the query was canceled.
            let _ = sender.send(Err(error));
            return;
        }
    };
    for batch in batches {
        if sender.send(batch.map_err(Error::from)).is_err() {
            return;
        }
    }
}

fn failed(source: &WarehouseSource, error: &Error) -> LogError {
    LogError::Query {
        source_name: source.name.clone(),
        reason: masked(source, &error.message),
    }
}

/// Returns what a driver says on one line, without secrets and safe for a terminal.
fn masked(source: &WarehouseSource, message: &str) -> String {
    let options = source.options.iter();
    let message = options.fold(message.to_owned(), |message, (_, value)| {
        value.mask(&message)
    });
    let words: Vec<&str> = message.split_whitespace().collect();
    visible(&words.join(" ")).into_owned()
}
