//! The exposure log in the console: as a source of the distribution, and in the incident view.
//!
//! | file | what of |
//! |---|---|
//! | `screens` | how it looks |

mod screens;
