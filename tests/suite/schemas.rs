//! The JSON Schema of a layer file, held against what the rules find.
//!
//! | file | about |
//! |---|---|
//! | `yaml` | a layer file as an editor sees it |
//! | `layer` | the schema of a layer file, over every layer file that the tests have |
//! | `mutations` | the same over layer files that nobody wrote |

mod layer;
mod mutations;
mod yaml;
