//! What the database says and a [`State`](crate::domain::State) doesn't: group allocations that no
//! splitter reads. They change nothing that runs, but who copies a state should know of them.

use rusqlite::Connection;

use super::failure::Failure;
use crate::domain::SplitterType;
use crate::store::{Origin, UnreadAllocations};

/// All of them, by key and then in the order in which the experiments were created.
pub(super) fn allocations(
    connection: &Connection,
    origin: Origin,
) -> Result<Vec<UnreadAllocations>, Failure> {
    if matches!(origin, Origin::Missing | Origin::Empty) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for kind in SplitterType::ALL {
        let Some(key) = kind.allocations_key() else {
            continue;
        };
        let mut select = connection.prepare(&format!(
            "SELECT layer_id, experiment_id FROM experiments
             WHERE {key} IS NOT NULL AND splitter_type <> ?1 ORDER BY rowid"
        ))?;
        let rows = select.query_map([kind.as_str()], |row| {
            Ok(UnreadAllocations {
                layer_id: row.get::<_, String>(0)?.into(),
                experiment_id: row.get::<_, String>(1)?.into(),
                key,
            })
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}
