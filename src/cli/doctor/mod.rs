//! `avos doctor`: what a bug report needs to say of this program and its surroundings.
//!
//! Each file looks at one area and gives its checks; nothing here writes or touches a file, or
//! tells more of the environment than it names.
//!
//! | file | about |
//! |---|---|
//! | `run` | the verb: all areas, as text or JSON |
//! | `check` | [`Check`](check::Check), one line of the report; [`Report`](check::Report), all of them |
//! | `private` | the home directory left out of texts |
//! | `program`, `terminal`, `settings`, `configs`, `database` | an area each |

mod check;
mod configs;
mod database;
mod private;
mod program;
mod run;
mod settings;
mod terminal;

pub(super) use run::{Arguments, run};
