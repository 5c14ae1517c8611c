//! `avos apply`: making the database what the files ask for, after a look and a question.
//!
//! | file | about |
//! |---|---|
//! | `run` | the arguments, and the way from a proposal to an apply |
//! | `ask` | showing the plan, and the question |
//! | `report` | what an apply did, or why it was refused |

mod ask;
mod report;
mod run;

pub(super) use run::{Arguments, run};
