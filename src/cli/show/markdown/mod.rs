//! A review as Markdown, ready to be posted on a pull request.
//!
//! Own words stand as they are. All text from files and databases stands in code, where no host
//! takes it for markup, a mention or a reference; and all of it together stays below the size that
//! hosts take for a comment.
//!
//! | file | defines |
//! |---|---|
//! | `report` | [`markdown`], the parts in their order |
//! | `text` | names and blocks of foreign text that stay what they are |

mod report;
mod text;

pub(in crate::cli) use report::markdown;
