//! Arguments that name a database or a log, of both binaries: they are parsed, and not just taken as
//! paths.

use std::ffi::{OsStr, OsString};

use clap::builder::{OsStringValueParser, TypedValueParser, ValueParser, ValueParserFactory};
use clap::{Arg, Command, Error};

use crate::exposure::LogLocation;
use crate::location::LocationError;
use crate::store::DatabaseLocation;

/// Parses a location. Clap repeats a wrong value, but what follows the scheme may hold a password.
#[derive(Clone)]
struct LocationParser<T>(fn(OsString) -> Result<T, LocationError>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for LocationParser<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, Error> {
        (self.0)(value.to_owned()).or_else(|error| {
            let shown = format!("{}://…", error.scheme());
            let parser = OsStringValueParser::new().try_map(move |_| Err(error.clone()));
            parser.parse_ref(command, argument, OsStr::new(&shown))
        })
    }
}

impl ValueParserFactory for DatabaseLocation {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        ValueParser::new(LocationParser(Self::parse))
    }
}

impl ValueParserFactory for LogLocation {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        ValueParser::new(LocationParser(Self::parse))
    }
}
