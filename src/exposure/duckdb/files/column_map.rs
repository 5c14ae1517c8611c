//! Which column of a file holds what: by the names of AVOS, or of the exposure tables of other programs.

use std::path::Path;

use super::super::super::columns::{
    Further, REVISION_COLUMN, SOURCE_COLUMN, TableShape, check_readable, find_dimension,
};
use super::super::super::{LogError, LogLocation};
use super::file_table::FileColumn;

/// A kind of table, and the names of its columns.
struct TableKind {
    /// What a file with these columns is.
    name: &'static str,
    /// The names that the unit may have, the most usual one first.
    unit: &'static [&'static str],
    experiment: &'static str,
    variant: &'static str,
    time: &'static str,
    /// The other columns of a log of AVOS. A table without them has assigned units only.
    answer: &'static [(Role, &'static str)],
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Unit,
    Layer,
    Slot,
    Experiment,
    Variant,
    Status,
    Time,
    Group,
}

/// `docs/exposures.md` says where they are documented.
const TABLE_KINDS: [TableKind; 4] = [
    TableKind {
        name: "a log of AVOS",
        unit: &["unit_id"],
        experiment: "experiment_id",
        variant: "variant",
        time: "assignment_timestamp",
        answer: &[
            (Role::Layer, "layer_id"),
            (Role::Slot, "slot_index"),
            (Role::Status, "status"),
        ],
    },
    TableKind {
        name: "an assignment table of GrowthBook",
        unit: &["user_id", "anonymous_id", "device_id", "ip_address"],
        experiment: "experiment_id",
        variant: "variation_id",
        time: "timestamp",
        answer: &[],
    },
    TableKind {
        name: "an assignment source of Statsig",
        unit: &["user_id", "unit_id", "stable_id"],
        experiment: "experiment_id",
        variant: "group_id",
        time: "timestamp",
        answer: &[],
    },
    TableKind {
        name: "a report of first exposures by Statsig",
        unit: &["unit_id"],
        experiment: "name",
        variant: "experiment_group",
        time: "first_exposure_utc",
        answer: &[],
    },
];
/// The column of the group, in any table.
const GROUP: &str = "group_key";

/// The columns of a file that are read.
pub(super) struct ColumnMap<'c> {
    columns: Vec<(Role, &'c FileColumn)>,
    /// What is read besides, by the names that it gets.
    further: Vec<(&'static str, &'c FileColumn)>,
}

impl<'c> ColumnMap<'c> {
    /// Finds the columns of a log, and what is read besides.
    pub(super) fn find(
        columns: &'c [FileColumn],
        further: &Further,
        log: &LogLocation,
    ) -> Result<Self, LogError> {
        let kind = find_kind(columns, log)?;
        let mut found = Vec::new();
        for (role, names) in kind.roles() {
            let holding: Vec<&FileColumn> = named(columns, &names).collect();
            let [column] = holding[..] else {
                return Err(ambiguous(role, &holding, log));
            };
            found.push((role, column));
        }
        let groups: Vec<&FileColumn> = named(columns, &[GROUP]).collect();
        match groups[..] {
            [] => {}
            [group] => found.push((Role::Group, group)),
            _ => return Err(ambiguous(Role::Group, &groups, log)),
        }
        for (role, column) in &found {
            if !role.can_have(&column.kind) {
                return Err(LogError::ColumnType {
                    log: log.clone(),
                    column: column.name.clone(),
                    holds: role.noun(),
                    found: column.kind.clone(),
                });
            }
        }
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let further = match further {
            Further::Nothing => Vec::new(),
            Further::Dimension(dimension) => {
                let name = find_dimension(&names, dimension, log)?;
                let column = columns.iter().find(|column| column.name == name);
                column
                    .map(|column| (DIMENSION, column))
                    .into_iter()
                    .collect()
            }
            Further::Answerer => [SOURCE_COLUMN, REVISION_COLUMN]
                .into_iter()
                .filter_map(|name| Some((name, named(columns, &[name]).next()?)))
                .collect(),
        };
        Ok(Self {
            columns: found,
            further,
        })
    }

    /// Whether it has layers and slots.
    pub(super) fn has_layers(&self) -> bool {
        self.column(Role::Layer).is_some()
    }

    /// Returns the shape of a table with the columns of [`select_list`](Self::select_list).
    pub(super) fn shape(&self, further: &Further, path: &Path) -> Result<TableShape, LogError> {
        let roles = Role::ALL.map(Role::column).into_iter();
        let names = roles.chain(self.further.iter().map(|(name, _)| *name));
        let columns: Vec<String> = names.map(str::to_owned).collect();
        let further = match further {
            Further::Dimension(_) => Further::Dimension(DIMENSION.to_owned()),
            other => other.clone(),
        };
        check_readable(&columns, &further, path)
    }

    /// Returns the SQL of the columns of a log, as the table `user_assignments` has them.
    pub(super) fn select_list(&self) -> String {
        let columns = Role::ALL.into_iter().map(|role| {
            // Without a status, units are assigned.
            let otherwise = if role == Role::Status {
                "'assigned'"
            } else {
                "NULL"
            };
            let column = self.column(role).map_or(otherwise, |column| &column.sql);
            format!("{column} AS {}", role.column())
        });
        let further = self.further.iter();
        let further = further.map(|(name, column)| format!("{} AS {name}", column.sql));
        columns.chain(further).collect::<Vec<_>>().join(", ")
    }

    fn column(&self, role: Role) -> Option<&'c FileColumn> {
        let mut columns = self.columns.iter();
        columns
            .find(|(of, _)| *of == role)
            .map(|(_, column)| *column)
    }
}

/// The name that a further column gets.
pub(super) const DIMENSION: &str = "dimension";

/// Finds the kind of table that has all its columns in the file. A file with all columns of AVOS is a log of AVOS,
/// whatever further ones it has.
fn find_kind(columns: &[FileColumn], log: &LogLocation) -> Result<&'static TableKind, LogError> {
    let [avos, others @ ..] = &TABLE_KINDS;
    if avos.missing(columns).is_empty() {
        return Ok(avos);
    }
    let complete: Vec<&TableKind> = others
        .iter()
        .filter(|kind| kind.missing(columns).is_empty())
        .collect();
    match complete[..] {
        [kind] => Ok(kind),
        [] => {
            // The first one of those that have the most columns in the file.
            let mut nearest = avos;
            for kind in others {
                if kind.present(columns) > nearest.present(columns) {
                    nearest = kind;
                }
            }
            Err(LogError::FileColumns {
                log: log.clone(),
                table: nearest.name,
                missing: nearest.missing(columns),
                columns: columns.iter().map(|column| column.name.clone()).collect(),
            })
        }
        _ => {
            // Each kind has a name of its own for the variant.
            let variants: Vec<&str> = complete.iter().map(|kind| kind.variant).collect();
            let holding: Vec<&FileColumn> = named(columns, &variants).collect();
            Err(ambiguous(Role::Variant, &holding, log))
        }
    }
}

fn ambiguous(role: Role, columns: &[&FileColumn], log: &LogLocation) -> LogError {
    LogError::AmbiguousColumns {
        log: log.clone(),
        holds: role.noun(),
        columns: columns.iter().map(|column| column.name.clone()).collect(),
    }
}

/// Returns the columns of one of these names, whatever their capitals.
fn named<'c>(columns: &'c [FileColumn], names: &[&str]) -> impl Iterator<Item = &'c FileColumn> {
    columns.iter().filter(|column| {
        let is = |name: &&str| column.name.eq_ignore_ascii_case(name);
        names.iter().any(is)
    })
}

impl TableKind {
    /// Returns what its columns hold, and the names that each may have.
    fn roles(&self) -> Vec<(Role, Vec<&'static str>)> {
        let mut roles = vec![
            (Role::Unit, self.unit.to_vec()),
            (Role::Experiment, vec![self.experiment]),
            (Role::Variant, vec![self.variant]),
            (Role::Time, vec![self.time]),
        ];
        roles.extend(self.answer.iter().map(|(role, name)| (*role, vec![*name])));
        roles
    }

    /// Returns the columns that aren't among these.
    fn missing(&self, columns: &[FileColumn]) -> Vec<&'static str> {
        let roles = self.roles().into_iter();
        roles
            .filter(|(_, names)| named(columns, names).next().is_none())
            .filter_map(|(_, names)| names.first().copied())
            .collect()
    }

    /// Returns how many of its columns are among these.
    fn present(&self, columns: &[FileColumn]) -> usize {
        self.roles().len() - self.missing(columns).len()
    }
}

impl Role {
    const ALL: [Self; 8] = [
        Self::Unit,
        Self::Layer,
        Self::Slot,
        Self::Experiment,
        Self::Variant,
        Self::Status,
        Self::Time,
        Self::Group,
    ];

    /// Returns its column in a log of AVOS.
    fn column(self) -> &'static str {
        match self {
            Self::Unit => "unit_id",
            Self::Layer => "layer_id",
            Self::Slot => "slot_index",
            Self::Experiment => "experiment_id",
            Self::Variant => "variant",
            Self::Status => "status",
            Self::Time => "assignment_timestamp",
            Self::Group => GROUP,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Unit => "the unit",
            Self::Layer => "the layer",
            Self::Slot => "the slot",
            Self::Experiment => "the experiment",
            Self::Variant => "the variant",
            Self::Status => "the status",
            Self::Time => "the time",
            Self::Group => "the group",
        }
    }

    /// Returns whether values of a type of DuckDB can be read as this.
    fn can_have(self, kind: &str) -> bool {
        const NUMBERS: [&str; 13] = [
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT",
            "FLOAT",
            "DOUBLE",
            "DECIMAL",
        ];
        // DECIMAL(9,2), ENUM('a', 'b')
        let name = kind.split('(').next().unwrap_or_default();
        let is_list = kind.ends_with(']');
        let is_number = NUMBERS.contains(&name);
        let is_text = matches!(name, "VARCHAR" | "ENUM");
        let is_time = name == "DATE" || name.starts_with("TIMESTAMP");
        let fits = match self {
            Self::Time => is_number || is_text || is_time,
            Self::Slot => is_number || is_text,
            _ => is_number || is_text || matches!(name, "UUID" | "BOOLEAN"),
        };
        fits && !is_list
    }
}
