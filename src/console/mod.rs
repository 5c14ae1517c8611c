//! The console, `avos-tui`: what an engineer sees and does.
//!
//! What happens becomes a [`message`], `update` changes the [`model`] by it and asks for effects,
//! `view` draws the model. The [`worker`] does all blocking work and answers by messages. The
//! console knows no SQL and no YAML of layers.
//!
//! | module | room for |
//! |---|---|
//! | [`launch`], [`setup`], [`app`], `signals` | from arguments, settings and environment to a running console; the loop; what interrupts it |
//! | [`proposal`] | what the database is compared with: layer files or a saved plan |
//! | [`message`], [`effect`] | what happens, and what is to be done |
//! | [`model`] | what the console knows and shows |
//! | [`update`] | what happens to the model |
//! | [`commands`] | every command: keys, labels, help, when it is enabled |
//! | [`component`] | what the components share: the context they see, what a key did |
//! | [`history`], [`lookup`] | the journal and the unit lookup, each a component: state, keys and answers, content |
//! | [`browser`] | a list over the view with its detail, which some components are |
//! | [`layout`], `scrolling` | where everything stands on the screen; how far it is scrolled |
//! | [`panels`] | what each panel says |
//! | [`view`] | how it is drawn |
//! | [`worker`] | reading, planning, applying, sampling, counting the log and looking up units, off the loop |
//! | [`watch`] | "the files changed", "the database changed", "the log changed" |
//! | [`terminal`], [`events`] | the screen: entering, drawing, handing over, restoring; its events |
//! | [`theme`], [`keys`], [`settings`] | colours and symbols, key chords, the settings file |
//! | [`editor`], [`clipboard`], [`report`] | opening an editor, copying, what is copied |
//! | [`log`] | the console's own log file |

pub mod app;
pub mod browser;
pub mod clipboard;
pub mod commands;
pub mod component;
pub mod editor;
pub mod effect;
pub mod events;
pub mod history;
pub mod keys;
pub mod launch;
pub mod layout;
pub mod log;
pub mod lookup;
pub mod message;
pub mod model;
pub mod panels;
pub mod proposal;
pub mod report;
mod scrolling;
pub mod settings;
pub mod setup;
mod signals;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod watch;
pub mod worker;
