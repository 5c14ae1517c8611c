//! Whether a saved plan can still be applied to the database, and why it can't, in words.

use super::Model;
use crate::review::Refusal;
use crate::store::AppliedPlan;

/// Whether a saved plan can still be applied to the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be applied.
    Pending,
    /// It was applied.
    Applied(AppliedPlan),
    /// It can't be applied.
    Refused(Refusal),
}

/// Why a saved plan can't be applied, in words that must still be made safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `Stale` if time or other programs overtook it, else `Refused`.
    pub word: &'static str,
    /// Whether it is stale, rather than that something is wrong in it.
    pub is_stale: bool,
    /// The reason, in one sentence.
    pub message: String,
    /// How to fix it.
    pub help: &'static str,
}

impl Model {
    /// Returns why the saved plan can't be applied; `None` if it can, if it can't be read, or if
    /// layer files are compared.
    #[must_use]
    pub fn plan_refused(&self) -> Option<Refused> {
        let loaded = self.loaded.as_ref()?;
        Some(match loaded.files.standing()? {
            Standing::Pending => return None,
            Standing::Applied(entry) => {
                let journal_id = entry.journal_id;
                let refusal = Refusal::Applied { journal_id };
                Refused {
                    word: refusal.word(),
                    is_stale: true,
                    message: format!(
                        "this plan was applied as journal {journal_id} at {} by {}",
                        self.startup.clock(entry.applied_at, loaded.at),
                        entry.actor
                    ),
                    help: refusal.help(),
                }
            }
            Standing::Refused(refusal) => Refused {
                word: refusal.word(),
                is_stale: refusal.is_stale(),
                message: refusal.to_string(),
                help: refusal.help(),
            },
        })
    }
}
