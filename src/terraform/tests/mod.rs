//! Behaviour of whole configurations.

mod deciding;
mod hostile;
mod layouts;
mod values;

use crate::model::Workspace;

/// A workspace from pairs of path and text.
pub(super) fn workspace(files: &[(&str, &str)]) -> Workspace {
    files.iter().copied().collect()
}
