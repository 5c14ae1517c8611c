//! `avos doctor`: collects what a bug report needs to say about this program and its surroundings.
//!
//! It writes no files, and reports nothing of the environment but what it names.
//!
//! | file | defines |
//! |---|---|
//! | `doctor_report` | the verb: all areas, as text or JSON |
//! | `checks` | [`Check`](checks::Check), one line of the report; [`Checks`](checks::Checks), all of them |
//! | `check_surroundings` | the areas program, terminal and console |
//! | `check_inputs` | the areas configs and database |

mod check_inputs;
mod check_surroundings;
mod checks;
mod doctor_report;

pub(super) use doctor_report::{DoctorArgs, run};
