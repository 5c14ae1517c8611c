//! A review as Markdown, ready to be posted on a pull request.
//!
//! Our own words are plain. All text from files and databases is in code, where no host treats it
//! as markup, a mention or a reference; and the whole page stays below the size that hosts accept
//! for a comment.
//!
//! | file | defines |
//! |---|---|
//! | `review_page` | [`markdown`], the parts in order |
//! | `foreign_text` | names and blocks of foreign text, made inert |

mod foreign_text;
mod review_page;

pub(in crate::cli) use review_page::markdown;
