//! From a cloud resource, an address or a position to the block that decides it.
//!
//! [`locate`] walks the ladder of evidence; it never chooses between two blocks of equal evidence. The pieces stand alone:
//! [`locate_position`] for scanners and command lines, [`State`] for Terraform state, [`RepositoryIndex`] for whole repositories.

mod block;
mod follow;
mod position;
mod query;
mod state;

pub use block::{block_at_line, targets_in};
pub use follow::{LineMap, follow_line};
pub use position::{locate_address, locate_line, locate_position};
pub use query::{Answer, Candidate, Decision, Located, PartBlock, Query, Report, RungReport};
pub use state::{State, StateError, StateResource};
