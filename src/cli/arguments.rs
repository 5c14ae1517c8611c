//! The command line as a type; each verb's arguments are in its own file.

use clap::{Parser, Subcommand};

use super::options::ColorChoice;
use super::{
    apply, assign, completions, copy, doctor, edit, export, history, hold, init, layers, man, plan,
    preview, replay, schema, srm, validate,
};

/// A/B experimentation: check layer files, plan and apply changes, assign units, test for sample
/// ratio mismatch.
///
/// Exit codes: 0 success, 1 findings or a refused operation, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "avos", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct AvosArgs {
    /// Color output: auto (on a terminal, unless `NO_COLOR` is set), always or never
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true
    )]
    pub(super) color: ColorChoice,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  avos validate --configs layers
  avos plan     --configs layers --db avos.db
  avos apply    --configs layers --db avos.db
  avos ramp     hero_layout_v1 40% --configs layers
  avos hold     hero_layout_v1 --db avos.db --reason 'checkout fails'
  avos release  hero_layout_v1 --db avos.db
  avos layers   --db avos.db
  avos assign   --db avos.db --layer homepage_hero --unit user_1 user_2
  avos preview  --configs layers --db avos.db --layer homepage_hero --sample 100000
  avos srm      --observed 5000,5200 --expected 1,1
  avos replay   --db avos.db --log exposures.db
  avos history  --db avos.db
  avos export   --db avos.db --out configs
  avos init     --db postgres://ada@db.example/avos
  avos copy     --from avos.db --to postgres://ada@db.example/avos
  avos doctor   --configs layers --db avos.db
  avos schema   > layer.schema.json
  avos completions bash
  avos man      | man -l -";

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Check the layer files
    Validate(validate::ValidateArgs),
    /// Show what an apply would change
    Plan(plan::PlanArgs),
    /// Apply layer files to the database
    Apply(apply::ApplyArgs),
    /// Pause an experiment in the database at once, whatever the layer files say
    Hold(hold::HoldArgs),
    /// End the hold on an experiment
    Release(hold::ReleaseArgs),
    /// Pause an experiment in its layer file
    Pause(edit::PauseArgs),
    /// Resume or start an experiment in its layer file
    Resume(edit::ResumeArgs),
    /// Ramp an experiment in its layer file
    Ramp(edit::RampArgs),
    /// Complete an experiment in its layer file
    Complete(edit::CompleteArgs),
    /// Show which experiments hold the slots of each layer
    Layers(layers::LayersArgs),
    /// Show the variants assigned to units
    Assign(assign::AssignArgs),
    /// Simulate how traffic would split
    Preview(preview::PreviewArgs),
    /// Test counts or an exposure log for sample ratio mismatch
    Srm(srm::SrmArgs),
    /// Assign every row of an exposure log again, and show which rows differ
    Replay(replay::ReplayArgs),
    /// Show what was applied: when, by whom and why; or undo an entry
    History(history::HistoryArgs),
    /// Write the layers of a database as layer files
    Export(export::ExportArgs),
    /// Prepare a database on a server
    Init(init::InitArgs),
    /// Extend a database on a server that an earlier version prepared
    Migrate(init::MigrateArgs),
    /// Copy a database into an empty one, and compare them
    Copy(copy::CopyArgs),
    /// Collect what a bug report needs
    Doctor(doctor::DoctorArgs),
    /// Print the JSON Schema of a layer file, for editors
    Schema(schema::SchemaArgs),
    /// Print a shell completion script
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man(man::ManArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::AvosArgs::command().debug_assert();
    }
}
