//! From a cloud resource, an address or a position to the block that decides it.
//!
//! [`locate`] walks the ladder of evidence; it never chooses between two blocks of equal evidence. The pieces stand alone:
//! [`locate_position`] for scanners and command lines, [`State`] for Terraform state, [`RepositoryIndex`] for whole repositories.

mod above;
mod backend;
mod block;
mod facts;
mod follow;
mod id_table;
mod index;
mod index_changes;
mod intake;
pub mod labelled;
mod ladder;
#[cfg(test)]
mod ladder_tests;
mod names;
mod needed_files;
mod position;
mod query;
mod root_names;
mod rung_modules;
mod rung_names;
mod rung_state;
mod rung_tags;
mod scan;
mod scan_json;
mod scan_value;
mod search_keys;
mod state;
mod surroundings;
mod values;
mod variable_files;

pub use backend::{StatePlace, state_location};
pub use block::{block_at_line, targets_in};
pub use facts::{BackendFact, CallFact, Fact, FileFacts, ImportFact, ResourceFact, TextPart};
pub use follow::{LineMap, follow_line};
pub use index::{INDEX_VERSION, RepositoryIndex, fact_id, is_indexed, text_id};
pub use index_changes::Change;
pub use ladder::locate;
pub use position::{locate_address, locate_line, locate_position};
pub use query::{Answer, Candidate, Decision, Located, PartBlock, Query, Report, RepositoryView, RungReport};
pub use scan::scan;
pub use search_keys::SearchKeys;
pub use state::{State, StateError, StateResource};
