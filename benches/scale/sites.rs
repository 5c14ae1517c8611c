//! Directories of layer files, of any size.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What the layer files hold.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) layers: usize,
    /// In each layer, with equal shares of 75% of it. Compared sizes have shares of whole slots:
    /// others are warned about, which costs more than planning them.
    pub(crate) experiments: usize,
    /// In each layer.
    pub(crate) slots: usize,
    /// In each experiment.
    pub(crate) variants: usize,
    /// Whether all layers have the same salt.
    pub(crate) is_salt_shared: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            layers: 1,
            experiments: 1,
            slots: 100,
            variants: 2,
            is_salt_shared: false,
        }
    }
}

impl Shape {
    fn layer_file(&self, layer: usize) -> String {
        let salt = if self.is_salt_shared { 0 } else { layer };
        let mut text = format!(
            "layer_id: layer_{layer:05}\nlayer_salt: salt_{salt}\ntotal_slots: {}\n",
            self.slots
        );
        if self.experiments == 0 {
            text.push_str("experiments: []\n");
            return text;
        }
        text.push_str("experiments:\n");
        for experiment in 0..self.experiments {
            let id = format!("exp_{layer}_{experiment}");
            let share = 0.75 / self.experiments as f64;
            let _ = write!(
                text,
                "  - experiment_id: {id}\n    layer_id: layer_{layer:05}\n    name: Experiment {id}\n    status: active\n    \
                 traffic_percentage: {share}\n"
            );
            let variants: Vec<String> = (0..self.variants).map(|it| format!("v{it}")).collect();
            let _ = writeln!(text, "    variants: [{}]", variants.join(", "));
            text.push_str("    traffic_allocation:\n");
            // The first one takes what the others' rounded shares leave.
            let each = (1e6 / self.variants as f64).floor() / 1e6;
            for (index, variant) in variants.iter().enumerate() {
                let rest = 1.0 - each * (self.variants - 1) as f64;
                let share = if index == 0 { rest } else { each };
                let _ = writeln!(text, "      {variant}: {share:.6}");
            }
        }
        text
    }
}

/// A directory with layer files and, once they are applied, a database.
pub(crate) struct Site {
    home: TempDir,
    pub(crate) shape: Shape,
}

impl Site {
    pub(crate) fn new(shape: &Shape) -> Self {
        let site = Self {
            home: tempfile::tempdir().expect("a directory"),
            shape: *shape,
        };
        fs::create_dir_all(site.configs()).expect("a new directory");
        for layer in 0..shape.layers {
            fs::write(site.file(layer), shape.layer_file(layer)).expect("a new file");
        }
        site
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.home.path().join("work/project")
    }

    fn configs(&self) -> PathBuf {
        self.directory().join("configs")
    }

    fn file(&self, layer: usize) -> PathBuf {
        self.configs().join(format!("layer_{layer:05}.yml"))
    }

    /// Pauses or resumes the first experiment of a layer, in its file, as editors save.
    pub(crate) fn edit(&self, layer: usize, is_paused: bool) {
        let text = self.shape.layer_file(layer);
        let status = if is_paused {
            "status: paused"
        } else {
            "status: active"
        };
        let new = self.configs().join(".new");
        fs::write(&new, text.replacen("status: active", status, 1)).expect("our file");
        fs::rename(&new, self.file(layer)).expect("our file");
    }

    /// Runs a verb to its end.
    pub(crate) fn run(&self, arguments: &[&str]) {
        let output = Command::new(env!("CARGO_BIN_EXE_avos"))
            .args(arguments)
            .current_dir(self.directory())
            .output()
            .expect("the program");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
    }

    pub(crate) fn apply(&self) {
        self.run(&["apply", "--configs", "configs", "--db", "avos.db", "--yes"]);
    }
}
