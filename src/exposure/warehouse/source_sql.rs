//! The queries, in an engine's SQL.
//!
//! Each starts from the same rows, `e`: a row of the log with its values as text and whole numbers, and the
//! number of its fault. Times are in microseconds since 1970 throughout.

use jiff::Timestamp;

use super::source::{Dialect, SourceRelation, WarehouseSource};
use crate::assign::AssignmentStatus;
use crate::exposure::decode::{MAX_KINDS, MAX_SLOTS};
use crate::exposure::skips::Fault;
use crate::exposure::value::LogColumn;

/// What can be wrong with a row, numbered from 1 in the order in which it is looked for.
pub(super) const FAULTS: [Fault; 9] = [
    Fault::Missing(LogColumn::Unit),
    Fault::Missing(LogColumn::Status),
    Fault::UnknownStatus,
    Fault::NoExperiment,
    Fault::NoVariant,
    Fault::Missing(LogColumn::Layer),
    Fault::Missing(LogColumn::Time),
    Fault::TimeOutOfRange,
    Fault::Of1970,
];

/// The start of 1971. A time of 1970 is a number in another unit.
const YEAR_1971: i64 = 31_536_000_000_000;

/// Writes the queries on a source.
pub(super) struct SourceSql<'s> {
    source: &'s WarehouseSource,
    dialect: Dialect,
    /// Rows before this time are left out.
    since: Option<i64>,
    /// The further column whose values are read.
    dimension: Option<&'s str>,
}

impl<'s> SourceSql<'s> {
    pub(super) fn new(source: &'s WarehouseSource, since: Option<Timestamp>) -> Self {
        Self {
            source,
            dialect: source.dialect,
            since: since.map(Timestamp::as_microsecond),
            dimension: None,
        }
    }

    /// Reads the values of a further column as well.
    pub(super) fn with_dimension(self, column: &'s str) -> Self {
        Self {
            dimension: Some(column),
            ..self
        }
    }

    /// Counts the rows of each kind in each layer. Columns: fault, whether it is assigned, experiment, variant,
    /// group, status, layer, rows, first, last, last slot, first time with a slot, an unknown status.
    pub(super) fn kinds(&self) -> String {
        let valid_slot = format!("slot_number >= 0 AND slot_number < {MAX_SLOTS}");
        let unknown = 1 + place(Fault::UnknownStatus);
        format!(
            "{rows}
SELECT fault, is_assigned,
  CASE WHEN fault = 0 THEN experiment END AS known_experiment,
  CASE WHEN fault = 0 AND is_assigned = 1 THEN variant END AS known_variant,
  CASE WHEN fault = 0 AND is_assigned = 1 THEN group_name END AS known_group,
  CASE WHEN fault = 0 AND is_assigned = 0 THEN status END AS known_status,
  CASE WHEN fault = 0 THEN layer END AS known_layer,
  {count} AS exposures, min(micros) AS first_at, max(micros) AS last_at,
  max(CASE WHEN {valid_slot} THEN slot_number END) AS last_slot,
  min(CASE WHEN {valid_slot} THEN micros END) AS first_slot_at,
  min(CASE WHEN fault = {unknown} THEN status END) AS unknown_status
FROM e
GROUP BY 1, 2, 3, 4, 5, 6, 7
LIMIT {limit}",
            rows = self.rows(),
            count = self.dialect.bigint("count(*)"),
            limit = MAX_KINDS + 1,
        )
    }

    /// Counts the units of each arm in each window of this length, each unit once per experiment by its first
    /// exposure: the earliest one, of several at a time the one with the least variant, then group. Columns:
    /// experiment, variant, group, start of the window, units, units with several variants, first, last.
    pub(super) fn units(&self, window: i64) -> String {
        format!(
            "{rows},
s AS (
  SELECT experiment, unit, variant, group_name, min(micros) AS seen_at
  FROM e
  WHERE fault = 0 AND is_assigned = 1
  GROUP BY experiment, unit, variant, group_name
),
r AS (
  SELECT experiment, variant, group_name, seen_at,
    row_number() OVER (PARTITION BY experiment, unit ORDER BY seen_at, variant, group_name) AS place,
    min(variant) OVER (PARTITION BY experiment, unit) AS lowest,
    max(variant) OVER (PARTITION BY experiment, unit) AS highest
  FROM s
)
SELECT experiment, variant, group_name, {start} AS window_start,
  {count} AS units, {conflicting} AS conflicting,
  min(seen_at) AS first_at, max(seen_at) AS last_at
FROM r
WHERE place = 1
GROUP BY 1, 2, 3, 4",
            rows = self.rows(),
            start = self.dialect.window_start("seen_at", window),
            count = self.dialect.bigint("count(*)"),
            conflicting = self
                .dialect
                .bigint("sum(CASE WHEN lowest <> highest THEN 1 ELSE 0 END)"),
        )
    }

    /// Counts the units of each arm by the value that the further column has in their first exposure. Columns:
    /// experiment, variant, group, value, units.
    pub(super) fn dimension_units(&self) -> String {
        format!(
            "{rows},
s AS (
  SELECT experiment, unit, variant, group_name, dimension_value, min(micros) AS seen_at
  FROM e
  WHERE fault = 0 AND is_assigned = 1
  GROUP BY experiment, unit, variant, group_name, dimension_value
),
r AS (
  SELECT experiment, variant, group_name, dimension_value,
    row_number() OVER (
      PARTITION BY experiment, unit ORDER BY seen_at, variant, group_name, dimension_value
    ) AS place
  FROM s
)
SELECT experiment, variant, group_name, dimension_value, {count} AS units
FROM r
WHERE place = 1
GROUP BY 1, 2, 3, 4
LIMIT {limit}",
            rows = self.rows(),
            count = self.dialect.bigint("count(*)"),
            limit = MAX_KINDS + 1,
        )
    }

    /// Asks for no rows, but for all columns.
    pub(super) fn no_rows(&self) -> String {
        format!("SELECT * FROM {} WHERE 1 = 0", self.relation())
    }

    /// Counts the exposures of each arm in each window of this length. Columns: experiment, variant, group,
    /// start of the window, exposures, first, last.
    pub(super) fn exposures(&self, window: i64) -> String {
        format!(
            "{rows}
SELECT experiment, variant, group_name, {start} AS window_start,
  {count} AS exposures, min(micros) AS first_at, max(micros) AS last_at
FROM e
WHERE fault = 0 AND is_assigned = 1
GROUP BY 1, 2, 3, 4",
            rows = self.rows(),
            start = self.dialect.window_start("micros", window),
            count = self.dialect.bigint("count(*)"),
        )
    }

    /// Counts the units of each slot in each window of this length, each unit once per layer by its earliest
    /// row with a slot, of several at a time that of the least slot; only in layers that also have answers other
    /// than `assigned`. Columns: layer, slot, start of the window, units, last.
    pub(super) fn slots(&self, window: i64) -> String {
        let valid = format!("fault = 0 AND slot_number >= 0 AND slot_number < {MAX_SLOTS}");
        format!(
            "{rows},
c AS (SELECT layer AS complete_layer FROM e WHERE {valid} AND is_assigned = 0 GROUP BY layer),
s AS (
  SELECT layer, unit, slot_number, min(micros) AS seen_at
  FROM e JOIN c ON layer = complete_layer
  WHERE {valid}
  GROUP BY layer, unit, slot_number
),
r AS (
  SELECT layer, slot_number, seen_at,
    row_number() OVER (PARTITION BY layer, unit ORDER BY seen_at, slot_number) AS place
  FROM s
)
SELECT layer, slot_number, {start} AS window_start, {count} AS units, max(seen_at) AS last_at
FROM r
WHERE place = 1
GROUP BY 1, 2, 3",
            rows = self.rows(),
            start = self.dialect.window_start("seen_at", window),
            count = self.dialect.bigint("count(*)"),
        )
    }

    /// The rows of the log, with what is wrong with each.
    fn rows(&self) -> String {
        let columns = &self.source.columns;
        let text = |column: &str| self.dialect.text(&self.dialect.quote(column));
        // An empty text is a NULL that went through CSV.
        let filled = |column: &str| format!("NULLIF({}, '')", text(column));
        let group = columns.group.as_deref().map_or_else(
            || self.dialect.text("''"),
            |column| format!("COALESCE({}, '')", text(column)),
        );
        let status = columns
            .status
            .as_deref()
            .map_or_else(|| self.dialect.text("'assigned'"), filled);
        let layer = columns
            .layer
            .as_deref()
            .map_or_else(|| self.dialect.text("NULL"), filled);
        let slot = columns.slot.as_deref().map_or_else(
            || self.dialect.bigint("NULL"),
            |column| self.dialect.bigint(&self.dialect.quote(column)),
        );
        let dimension = self.dimension.map_or_else(String::new, |column| {
            format!(",\n    COALESCE({}, '') AS dimension_value", text(column))
        });
        let dimension_name = self.dimension.map_or("", |_| ", dimension_value");
        let since = self.since.map_or_else(String::new, |since| {
            format!("\n  WHERE micros >= {since} OR micros IS NULL")
        });
        format!(
            "WITH v AS (
  SELECT {unit} AS unit, {experiment} AS experiment, {variant} AS variant, {group} AS group_name,
    {status} AS status, {layer} AS layer, {slot} AS slot_number,
    {micros} AS micros{dimension}
  FROM {relation}
),
e AS (
  SELECT unit, experiment, variant, group_name, status, layer, slot_number, micros{dimension_name},
    CASE WHEN LOWER(status) = 'assigned' THEN 1 ELSE 0 END AS is_assigned,
    CASE{faults} ELSE 0 END AS fault
  FROM v{since}
)",
            unit = self.dialect.quote(&columns.unit),
            experiment = filled(&columns.experiment),
            variant = filled(&columns.variant),
            micros = self.dialect.micros(&self.dialect.quote(&columns.time)),
            relation = self.relation(),
            faults = self.fault_cases(),
        )
    }

    /// The fault of a row, by its number.
    fn fault_cases(&self) -> String {
        let statuses = AssignmentStatus::ALL.map(|status| format!("'{status}'"));
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        let conditions = (1..).zip(FAULTS).filter_map(|(number, fault)| {
            let condition = match fault {
                Fault::Missing(LogColumn::Unit) => "unit IS NULL".to_owned(),
                Fault::Missing(LogColumn::Status) => "status IS NULL".to_owned(),
                Fault::UnknownStatus => {
                    format!("LOWER(status) NOT IN ({})", statuses.join(", "))
                }
                Fault::NoExperiment => {
                    "LOWER(status) = 'assigned' AND experiment IS NULL".to_owned()
                }
                Fault::NoVariant => "LOWER(status) = 'assigned' AND variant IS NULL".to_owned(),
                Fault::Missing(LogColumn::Layer) => {
                    self.source.columns.layer.as_ref()?;
                    "layer IS NULL".to_owned()
                }
                Fault::Missing(LogColumn::Time) => "micros IS NULL".to_owned(),
                Fault::TimeOutOfRange => format!(
                    "micros < {} OR micros > {}",
                    first.as_microsecond(),
                    last.as_microsecond()
                ),
                Fault::Of1970 => format!("micros >= 0 AND micros < {YEAR_1971}"),
                _ => return None,
            };
            Some(format!("\n      WHEN {condition} THEN {number}"))
        });
        conditions.collect()
    }

    fn relation(&self) -> String {
        match &self.source.relation {
            SourceRelation::Table(names) => {
                let names = names.iter().map(|name| self.dialect.quote(name));
                names.collect::<Vec<_>>().join(".")
            }
            // On lines of its own, since it may end with a comment.
            SourceRelation::Query(query) => format!("(\n{query}\n) AS q"),
        }
    }
}

/// Returns the index of a fault.
fn place(fault: Fault) -> usize {
    let mut faults = FAULTS.iter();
    faults.position(|known| *known == fault).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::{SecretText, SourceColumns};

    fn source(dialect: Dialect) -> WarehouseSource {
        WarehouseSource {
            name: "warehouse".to_owned(),
            driver: "driver".to_owned(),
            entrypoint: None,
            dialect,
            options: vec![("uri".to_owned(), SecretText::new("x".to_owned(), []))],
            relation: SourceRelation::Table(vec!["odd `\"name".to_owned(), "t\\n".to_owned()]),
            columns: SourceColumns {
                group: None,
                ..SourceColumns::default()
            },
            dimensions: Vec::new(),
        }
    }

    /// What differs: the values of a row, the start of its window, and what the session is told first.
    #[test]
    fn dialects_differ_in_a_few_words() {
        let words = Dialect::ALL.map(|dialect| {
            let source = source(dialect);
            let sql = SourceSql::new(&source, None);
            let rows = sql.rows();
            let (values, _) = rows.split_once("\n),").expect("the values of a row");
            let session = [dialect.begin(), dialect.set_zone(), dialect.ask_zone()];
            let session: Vec<&str> = session.into_iter().flatten().collect();
            format!(
                "{}: {}\n{values}\n{}\n{}\n",
                dialect.as_str(),
                session.join("; "),
                dialect.window_start("micros", 60_000_000),
                dialect.bigint("count(*)"),
            )
        });
        insta::assert_snapshot!(words.join("\n"), @r#"
        postgresql: BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TIME ZONE 'UTC'
        WITH v AS (
          SELECT "unit_id" AS unit, NULLIF(CAST("experiment_id" AS text) COLLATE "C", '') AS experiment, NULLIF(CAST("variant" AS text) COLLATE "C", '') AS variant, CAST('' AS text) COLLATE "C" AS group_name,
            NULLIF(CAST("status" AS text) COLLATE "C", '') AS status, NULLIF(CAST("layer_id" AS text) COLLATE "C", '') AS layer, CAST("slot_index" AS BIGINT) AS slot_number,
            CASE WHEN isfinite("assignment_timestamp") THEN CAST(round(extract(epoch FROM "assignment_timestamp") * 1000000) AS BIGINT) END AS micros
          FROM "odd `""name"."t\n"
        micros - MOD(MOD(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS BIGINT)

        duckdb: BEGIN TRANSACTION READ ONLY; SET TimeZone = 'UTC'
        WITH v AS (
          SELECT "unit_id" AS unit, NULLIF(CAST("experiment_id" AS VARCHAR), '') AS experiment, NULLIF(CAST("variant" AS VARCHAR), '') AS variant, CAST('' AS VARCHAR) AS group_name,
            NULLIF(CAST("status" AS VARCHAR), '') AS status, NULLIF(CAST("layer_id" AS VARCHAR), '') AS layer, CAST("slot_index" AS BIGINT) AS slot_number,
            CASE WHEN isfinite("assignment_timestamp") THEN epoch_us("assignment_timestamp") END AS micros
          FROM "odd `""name"."t\n"
        micros - MOD(MOD(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS BIGINT)

        spark: SET TIME ZONE 'UTC'; SELECT unix_micros(CAST(TIMESTAMP_NTZ '2000-01-01 00:00:00' AS TIMESTAMP))
        WITH v AS (
          SELECT `unit_id` AS unit, NULLIF(CAST(`experiment_id` AS STRING), '') AS experiment, NULLIF(CAST(`variant` AS STRING), '') AS variant, CAST('' AS STRING) AS group_name,
            NULLIF(CAST(`status` AS STRING), '') AS status, NULLIF(CAST(`layer_id` AS STRING), '') AS layer, CAST(`slot_index` AS BIGINT) AS slot_number,
            unix_micros(CAST(`assignment_timestamp` AS TIMESTAMP)) AS micros
          FROM `odd ``"name`.`t\n`
        micros - MOD(MOD(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS BIGINT)

        bigquery: 
        WITH v AS (
          SELECT `unit_id` AS unit, NULLIF(CAST(`experiment_id` AS STRING), '') AS experiment, NULLIF(CAST(`variant` AS STRING), '') AS variant, CAST('' AS STRING) AS group_name,
            NULLIF(CAST(`status` AS STRING), '') AS status, NULLIF(CAST(`layer_id` AS STRING), '') AS layer, CAST(`slot_index` AS INT64) AS slot_number,
            UNIX_MICROS(CAST(`assignment_timestamp` AS TIMESTAMP)) AS micros
          FROM `odd \`"name`.`t\\n`
        micros - MOD(MOD(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS INT64)

        snowflake: ALTER SESSION SET TIMEZONE = 'UTC'
        WITH v AS (
          SELECT "unit_id" AS unit, NULLIF(CAST("experiment_id" AS VARCHAR), '') AS experiment, NULLIF(CAST("variant" AS VARCHAR), '') AS variant, CAST('' AS VARCHAR) AS group_name,
            NULLIF(CAST("status" AS VARCHAR), '') AS status, NULLIF(CAST("layer_id" AS VARCHAR), '') AS layer, CAST("slot_index" AS BIGINT) AS slot_number,
            CAST(DATE_PART(epoch_microsecond, "assignment_timestamp") AS BIGINT) AS micros
          FROM "odd `""name"."t\n"
        micros - MOD(MOD(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS BIGINT)

        trino: SET TIME ZONE 'UTC'
        WITH v AS (
          SELECT "unit_id" AS unit, NULLIF(CAST("experiment_id" AS VARCHAR), '') AS experiment, NULLIF(CAST("variant" AS VARCHAR), '') AS variant, CAST('' AS VARCHAR) AS group_name,
            NULLIF(CAST("status" AS VARCHAR), '') AS status, NULLIF(CAST("layer_id" AS VARCHAR), '') AS layer, CAST("slot_index" AS BIGINT) AS slot_number,
            CAST(round(to_unixtime(CAST("assignment_timestamp" AS TIMESTAMP(6) WITH TIME ZONE)) * 1000000) AS BIGINT) AS micros
          FROM "odd `""name"."t\n"
        micros - MOD(MOD(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS BIGINT)

        clickhouse: SET session_timezone = 'UTC'
        WITH v AS (
          SELECT `unit_id` AS unit, NULLIF(CAST(`experiment_id` AS Nullable(String)), '') AS experiment, NULLIF(CAST(`variant` AS Nullable(String)), '') AS variant, CAST('' AS Nullable(String)) AS group_name,
            NULLIF(CAST(`status` AS Nullable(String)), '') AS status, NULLIF(CAST(`layer_id` AS Nullable(String)), '') AS layer, CAST(`slot_index` AS Nullable(Int64)) AS slot_number,
            toUnixTimestamp64Micro(CAST(`assignment_timestamp` AS Nullable(DateTime64(6, 'UTC')))) AS micros
          FROM `odd \`"name`.`t\\n`
        micros - modulo(modulo(micros, 60000000) + 60000000, 60000000)
        CAST(count(*) AS Nullable(Int64))
        "#);
    }

    #[test]
    fn queries_start_from_the_same_rows() {
        let source = source(Dialect::DuckDb);
        let sql = SourceSql::new(&source, Timestamp::from_second(1_767_225_600).ok());
        let rows = sql.rows();
        let window = 60_000_000;
        let queries = [
            sql.kinds(),
            sql.units(window),
            sql.exposures(window),
            sql.slots(window),
        ];
        let rests = queries.map(|query| {
            let rest = query.strip_prefix(&rows).expect("the same rows").to_owned();
            rest.trim_start_matches(',').trim_start().to_owned()
        });
        insta::assert_snapshot!(format!("{rows}\n\n{}", rests.join("\n\n")), @r#"
        WITH v AS (
          SELECT "unit_id" AS unit, NULLIF(CAST("experiment_id" AS VARCHAR), '') AS experiment, NULLIF(CAST("variant" AS VARCHAR), '') AS variant, CAST('' AS VARCHAR) AS group_name,
            NULLIF(CAST("status" AS VARCHAR), '') AS status, NULLIF(CAST("layer_id" AS VARCHAR), '') AS layer, CAST("slot_index" AS BIGINT) AS slot_number,
            CASE WHEN isfinite("assignment_timestamp") THEN epoch_us("assignment_timestamp") END AS micros
          FROM "odd `""name"."t\n"
        ),
        e AS (
          SELECT unit, experiment, variant, group_name, status, layer, slot_number, micros,
            CASE WHEN LOWER(status) = 'assigned' THEN 1 ELSE 0 END AS is_assigned,
            CASE
              WHEN unit IS NULL THEN 1
              WHEN status IS NULL THEN 2
              WHEN LOWER(status) NOT IN ('assigned', 'not_assigned', 'experiment_inactive') THEN 3
              WHEN LOWER(status) = 'assigned' AND experiment IS NULL THEN 4
              WHEN LOWER(status) = 'assigned' AND variant IS NULL THEN 5
              WHEN layer IS NULL THEN 6
              WHEN micros IS NULL THEN 7
              WHEN micros < -377705023201000000 OR micros > 253402207200999999 THEN 8
              WHEN micros >= 0 AND micros < 31536000000000 THEN 9 ELSE 0 END AS fault
          FROM v
          WHERE micros >= 1767225600000000 OR micros IS NULL
        )

        SELECT fault, is_assigned,
          CASE WHEN fault = 0 THEN experiment END AS known_experiment,
          CASE WHEN fault = 0 AND is_assigned = 1 THEN variant END AS known_variant,
          CASE WHEN fault = 0 AND is_assigned = 1 THEN group_name END AS known_group,
          CASE WHEN fault = 0 AND is_assigned = 0 THEN status END AS known_status,
          CASE WHEN fault = 0 THEN layer END AS known_layer,
          CAST(count(*) AS BIGINT) AS exposures, min(micros) AS first_at, max(micros) AS last_at,
          max(CASE WHEN slot_number >= 0 AND slot_number < 1048576 THEN slot_number END) AS last_slot,
          min(CASE WHEN slot_number >= 0 AND slot_number < 1048576 THEN micros END) AS first_slot_at,
          min(CASE WHEN fault = 3 THEN status END) AS unknown_status
        FROM e
        GROUP BY 1, 2, 3, 4, 5, 6, 7
        LIMIT 65536

        s AS (
          SELECT experiment, unit, variant, group_name, min(micros) AS seen_at
          FROM e
          WHERE fault = 0 AND is_assigned = 1
          GROUP BY experiment, unit, variant, group_name
        ),
        r AS (
          SELECT experiment, variant, group_name, seen_at,
            row_number() OVER (PARTITION BY experiment, unit ORDER BY seen_at, variant, group_name) AS place,
            min(variant) OVER (PARTITION BY experiment, unit) AS lowest,
            max(variant) OVER (PARTITION BY experiment, unit) AS highest
          FROM s
        )
        SELECT experiment, variant, group_name, seen_at - MOD(MOD(seen_at, 60000000) + 60000000, 60000000) AS window_start,
          CAST(count(*) AS BIGINT) AS units, CAST(sum(CASE WHEN lowest <> highest THEN 1 ELSE 0 END) AS BIGINT) AS conflicting,
          min(seen_at) AS first_at, max(seen_at) AS last_at
        FROM r
        WHERE place = 1
        GROUP BY 1, 2, 3, 4

        SELECT experiment, variant, group_name, micros - MOD(MOD(micros, 60000000) + 60000000, 60000000) AS window_start,
          CAST(count(*) AS BIGINT) AS exposures, min(micros) AS first_at, max(micros) AS last_at
        FROM e
        WHERE fault = 0 AND is_assigned = 1
        GROUP BY 1, 2, 3, 4

        c AS (SELECT layer AS complete_layer FROM e WHERE fault = 0 AND slot_number >= 0 AND slot_number < 1048576 AND is_assigned = 0 GROUP BY layer),
        s AS (
          SELECT layer, unit, slot_number, min(micros) AS seen_at
          FROM e JOIN c ON layer = complete_layer
          WHERE fault = 0 AND slot_number >= 0 AND slot_number < 1048576
          GROUP BY layer, unit, slot_number
        ),
        r AS (
          SELECT layer, slot_number, seen_at,
            row_number() OVER (PARTITION BY layer, unit ORDER BY seen_at, slot_number) AS place
          FROM s
        )
        SELECT layer, slot_number, seen_at - MOD(MOD(seen_at, 60000000) + 60000000, 60000000) AS window_start, CAST(count(*) AS BIGINT) AS units, max(seen_at) AS last_at
        FROM r
        WHERE place = 1
        GROUP BY 1, 2, 3
        "#);
    }
}
