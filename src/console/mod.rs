//! The console, `avos-tui`: what an engineer sees and does.
//!
//! Each event becomes a `message`, `update` changes the `model` by it and returns effects, `view`
//! draws the model. The `worker` does all blocking work and answers with messages. The console knows
//! neither SQL nor the YAML of layers.
//!
//! Only [`launch`] is for embedders. Other modules are public for this crate's own tests and tools,
//! and may change at any time.
//!
//! | module | holds |
//! |---|---|
//! | `launch`, `setup`, `app`, `signals` | arguments, settings and environment; the loop; signals |
//! | `proposal` | what the database is compared with: layer files, a saved plan, or one of a directory |
//! | `message`, `effect` | what happened, and what to do |
//! | `model` | the state of the console |
//! | `update` | how messages change the model |
//! | `commands` | all commands: keys, labels, help, when they are enabled |
//! | `component` | what the components share: the context they see, and what a key did |
//! | `arm_search` | the search for the units that a missing arm got last, a component |
//! | `breakdown` | a split by the values of further columns of the log, a component |
//! | `past` | the journal with the states between its entries, a component |
//! | `confirm`, `palette`, `filter`, `history`, `lookup`, `edits`, `holds`, `plans` | what opens over the view, each a component: state, keys and answers, content |
//! | `current_evidence` | the log's evidence for ramp-ups and winners, weighed now |
//! | `marks` | what is marked for a staged apply |
//! | `text_field` | a field of a form in which a text is typed |
//! | `type_ahead` | keys that are typed while a dialog is being prepared |
//! | `attention` | what needs somebody, the worst first |
//! | `incident` | the incident view, a component too |
//! | `browser` | a list over the view with its detail, which some components are |
//! | `layout`, `scrolling` | where everything is on the screen; how far it is scrolled |
//! | `long_outcome` | how an action ended, where the bottom line has no room for it |
//! | `panels` | the content of each panel |
//! | `pages` | what Enter opens in the place of the panels: a layer, an experiment, a change |
//! | `view` | drawing the model |
//! | `worker` | reads, plans, applies, samples, counts the log and looks up units, off the loop |
//! | `watch` | reports changes of files, database and log |
//! | `terminal`, `events` | the screen: taking, drawing, handing over, restoring; its events |
//! | `theme`, `keys`, `settings` | colors and symbols, key chords, the settings file |
//! | `editor`, `clipboard`, `report` | opening an editor; copying; what is copied |
//! | `log` | the console's own log file |

mod app;
#[doc(hidden)]
pub mod arm_search;
#[doc(hidden)]
pub mod attention;
#[doc(hidden)]
pub mod breakdown;
#[doc(hidden)]
pub mod browser;
mod clipboard;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod component;
#[doc(hidden)]
pub mod confirm;
mod current_evidence;
mod editor;
#[doc(hidden)]
pub mod edits;
pub mod effect;
mod events;
mod filter;
#[doc(hidden)]
pub mod history;
pub mod holds;
#[doc(hidden)]
pub mod incident;
#[doc(hidden)]
pub mod keys;
pub mod launch;
pub(crate) mod layout;
pub(crate) mod log;
mod long_outcome;
#[doc(hidden)]
pub mod lookup;
#[doc(hidden)]
pub mod marks;
mod memo;
#[doc(hidden)]
pub mod message;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod pages;
#[doc(hidden)]
pub mod palette;
#[doc(hidden)]
pub mod panels;
#[doc(hidden)]
pub mod past;
#[doc(hidden)]
pub mod plans;
#[doc(hidden)]
pub mod proposal;
mod report;
mod scrolling;
#[doc(hidden)]
pub mod settings;
pub(crate) mod setup;
mod signals;
mod terminal;
mod text_field;
#[doc(hidden)]
pub mod theme;
#[doc(hidden)]
pub mod time_jump;
#[doc(hidden)]
pub mod type_ahead;
#[doc(hidden)]
pub mod typed_time;
#[doc(hidden)]
pub mod update;
#[doc(hidden)]
pub mod view;
#[doc(hidden)]
pub mod watch;
#[doc(hidden)]
pub mod worker;
