//! `avos doctor`: what a bug report needs to say of this program and its surroundings.
//!
//! Each file looks at one area and gives its checks; nothing here writes or touches a file, or
//! tells more of the environment than it names.
//!
//! | file | about |
//! |---|---|
//! | `doctor_report` | the verb: all areas, as text or JSON |
//! | `checks` | [`Check`](checks::Check), one line of the report; [`Checks`](checks::Checks), all of them |
//! | `private` | the home directory left out of texts |
//! | `check_program`, `check_terminal`, `check_settings`, `check_configs`, `check_database` | an area each |

mod check_configs;
mod check_database;
mod check_program;
mod check_settings;
mod check_terminal;
mod checks;
mod doctor_report;
mod private;

pub(super) use doctor_report::{DoctorArgs, run};
