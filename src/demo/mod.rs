//! A synthetic company for `avos-tui --demo`: files, a database and a log in a temporary directory,
//! visitors that a service answers, an arm that dies, and a colleague who applies something.
//!
//! Everything is done by the rooms that would do it for a real company: the layer files are checked and
//! planned, a store applies the plans, an assigner that follows the database answers, a logger logs. This
//! module knows no terminals, and reads no clock but the one that it is given.
//!
//! | file | defines |
//! |---|---|
//! | `company` | layers and experiments, and who applied when |
//! | `sketch` | their shorthand, and the layer files that it stands for |
//! | `visitors` | visits, and the service that answers and logs them |
//! | `scene` | [`Scene`], the company in a directory; what happens there, up to a time |
//! | `running` | [`Demo`], a scene in a temporary directory with a thread that keeps it going |

mod company;
mod running;
mod scene;
mod sketch;
mod visitors;

pub use running::Demo;
pub use scene::{DemoError, Scene};
