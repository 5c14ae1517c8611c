//! A review as Markdown, ready to be posted on a pull request.
//!
//! Own words stand as they are. All text from files and databases stands in code, where no host
//! takes it for markup, a mention or a reference; and all of it together stays below the size that
//! hosts take for a comment.
//!
//! | file | defines |
//! |---|---|
//! | `review_page` | [`markdown`], the parts in their order |
//! | `foreign_text` | names and blocks of foreign text that stay what they are |

mod foreign_text;
mod review_page;

pub(in crate::cli) use review_page::markdown;
