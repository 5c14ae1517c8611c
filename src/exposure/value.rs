//! What a row of a log holds, whichever engine keeps it.

/// One value, borrowed from its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'r> {
    /// None.
    Null,
    Integer(i64),
    Real(f64),
    /// A text, or a blob that may be one.
    Text(&'r [u8]),
    /// A time of an engine that has a type for it, in microseconds since 1970.
    #[cfg_attr(
        not(any(feature = "duckdb", test)),
        expect(dead_code, reason = "SQLite has no such type")
    )]
    Time(i64),
}

/// The values of a row; group, layer and slot are null where the table doesn't have the column.
pub(super) struct Values<'r> {
    pub(super) unit: Value<'r>,
    pub(super) experiment: Value<'r>,
    pub(super) variant: Value<'r>,
    pub(super) status: Value<'r>,
    pub(super) time: Value<'r>,
    pub(super) group: Value<'r>,
    pub(super) layer: Value<'r>,
    pub(super) slot: Value<'r>,
}
