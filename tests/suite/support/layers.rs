//! Layer files from values: what a test doesn't set is right and plain.

use std::fmt::Display;

/// A layer file in the making.
#[derive(Clone, Debug)]
pub(crate) struct LayerYaml {
    id: String,
    keys: Keys,
    experiments: Vec<ExperimentYaml>,
}

/// An experiment of a layer file in the making.
#[derive(Clone, Debug)]
pub(crate) struct ExperimentYaml(Keys);

/// Keys with their values as YAML, in order.
#[derive(Clone, Debug)]
struct Keys(Vec<(String, String)>);

/// A layer of 100 slots without experiments.
pub(crate) fn layer(id: &str) -> LayerYaml {
    let salt = format!("salt of {id}");
    LayerYaml {
        id: id.to_owned(),
        keys: Keys(Vec::new())
            .with("layer_id", id)
            .with("layer_salt", salt),
        experiments: Vec::new(),
    }
}

/// An active experiment with the even variants `a` and `b`, on a tenth of its layer.
pub(crate) fn experiment(id: &str) -> ExperimentYaml {
    let keys = Keys(Vec::new())
        .with("experiment_id", id)
        .with("layer_id", "")
        .with("name", id)
        .with("variants", "[a, b]")
        .with("traffic_allocation", "{a: 0.5, b: 0.5}")
        .with("status", "active")
        .with("traffic_percentage", 0.1);
    ExperimentYaml(keys)
}

impl Keys {
    /// With this value in its old place, or as the last key.
    fn with(mut self, key: &str, value: impl Display) -> Self {
        let value = value.to_string();
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
        self
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .map(|(key, value)| format!("{key}: {value}\n"))
    }
}

impl LayerYaml {
    /// With a value of the layer's own.
    pub(crate) fn set(mut self, key: &str, value: impl Display) -> Self {
        self.keys = self.keys.with(key, value);
        self
    }

    /// With one more experiment.
    pub(crate) fn with(mut self, experiment: ExperimentYaml) -> Self {
        self.experiments.push(experiment);
        self
    }

    /// The file's name and text. The layer's own keys are in lines 1 and up, each in one line; then
    /// comes `experiments:`, then each experiment with a key in each line.
    pub(crate) fn file(&self) -> (String, String) {
        let mut text: String = self.keys.lines().collect();
        text += "experiments:";
        text += if self.experiments.is_empty() {
            " []\n"
        } else {
            "\n"
        };
        for ExperimentYaml(keys) in &self.experiments {
            let keys = keys.clone().with("layer_id", &self.id);
            for (index, line) in keys.lines().enumerate() {
                text += if index == 0 { "  - " } else { "    " };
                text += &line;
            }
        }
        (format!("{}.yml", self.id), text)
    }
}

impl ExperimentYaml {
    /// With this value.
    pub(crate) fn set(self, key: &str, value: impl Display) -> Self {
        Self(self.0.with(key, value))
    }
}
