//! The state in PostgreSQL, on a real server (`AVOS_TEST_POSTGRES`).
//!
//! | file | about |
//! |---|---|
//! | `appliers` | many who apply at once, and one who edits rows by hand |
//! | `interrupted` | commits that are cut off, backends that are ended |
//! | `refusing` | databases that aren't prepared, texts that can't be kept, passwords in messages |
//! | `rights` | roles that may only read |
//! | `noticing` | probes, triggers, servers that go away |
//! | `values` | what reads back, to the last bit |

mod appliers;
mod interrupted;
mod noticing;
mod refusing;
mod rights;
mod values;
