//! The state in PostgreSQL, on a real server (`AVOS_TEST_POSTGRES`).
//!
//! | file | about |
//! |---|---|
//! | `appliers` | many who apply at once, and one who edits rows by hand |
//! | `broken` | a network that breaks at any byte, and a slow one |
//! | `crashes` | a server of its own that is stopped at once, again and again |
//! | `following` | services and consoles: what they notice, and what they ask |
//! | `interrupted` | commits that are cut off, backends that are ended |
//! | `refusing` | databases that aren't prepared, texts that can't be kept, passwords in messages |
//! | `rights` | roles that may only read |
//! | `noticing` | probes, triggers, servers that go away |
//! | `lost_server` | what the console shows while the server is away |
//! | `tls` | `sslmode`, a made-up authority, a wrong host name |
//! | `values` | what reads back, to the last bit |

mod appliers;
mod broken;
mod crashes;
#[cfg(feature = "console")]
mod following;
mod interrupted;
#[cfg(feature = "console")]
mod lost_server;
mod noticing;
mod refusing;
mod rights;
mod tls;
mod values;
