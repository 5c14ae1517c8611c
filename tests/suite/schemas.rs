//! The JSON Schemas: of a layer file, held against what the rules find, and of the verbs' JSON.
//!
//! | file | about |
//! |---|---|
//! | `yaml` | a layer file as an editor sees it |
//! | `layer` | the schema of a layer file, over every layer file that the tests have |
//! | `mutations` | the same over layer files that nobody wrote |
//! | `verbs` | reading the schemas of the verbs' JSON, for those that run the verbs |

mod layer;
mod mutations;
#[cfg(feature = "console")]
pub(crate) mod verbs;
mod yaml;
