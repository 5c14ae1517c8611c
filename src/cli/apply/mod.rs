//! `avos apply`: making the database what the files ask for, after a look and a question.
//!
//! | file | about |
//! |---|---|
//! | `apply_plan` | the arguments, and the way from a proposal to an apply |
//! | `ask` | showing the plan, and the question |
//! | `apply_report` | what an apply did, or why it was refused |

mod apply_plan;
mod apply_report;
mod ask;

pub(super) use apply_plan::{ApplyArgs, run};
