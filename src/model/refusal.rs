//! Why nothing was changed: a refusal is an outcome, not an error.

use serde::{Deserialize, Serialize};

use super::Span;

/// The kinds of refusal, stable names that reports and metrics use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// No rule fixes this kind of hole.
    NoRule,
    /// Several rules could be meant; the candidates are in `places` or the message.
    AmbiguousRule,
    /// The block was not found.
    NotLocated,
    /// Several blocks could be meant.
    AmbiguousTarget,
    /// The value is decided somewhere that cannot be known or reached.
    DecidedElsewhere,
    /// The rule's own `refuse` fired.
    RefusedByRule,
    /// A parameter that only the organisation can give is not set.
    NeedsParameter,
    /// The rule is switched off, or its applicability is not allowed, by configuration.
    NotAllowed,
    /// A person changed the branch or the text that the fix would touch.
    HumanEdited,
    /// A person closed the pull request.
    Declined,
    /// A proof failed; the message names it.
    ProofFailed,
    /// The file could not be read as Terraform.
    Unreadable,
    /// Bounds on size, depth or time were reached.
    TooLarge,
}

/// A place in a file that a refusal or a piece of evidence points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path in the workspace.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Byte range in the file, when known.
    pub span: Option<Span>,
    /// What stands there, in a few words.
    pub note: String,
}

/// Nothing was changed, and this is why and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The kind.
    pub kind: RefusalKind,
    /// What stands in the way, one or two sentences.
    pub message: String,
    /// What a person can do next, if there is something.
    pub next: Option<String>,
    /// Where: the expression, the candidates, the places that may decide the value.
    pub places: Vec<Place>,
}

impl Refusal {
    /// A refusal with a message and nothing else.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), next: None, places: Vec::new() }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }
}
