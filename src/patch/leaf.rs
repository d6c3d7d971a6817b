//! Places that decide a value, and what stands there.

use crate::model::{Place, Span};
use crate::terraform::directory_of;

use super::term::{Term, equal};
use super::workbench::BlockKey;

/// A step into a value that is not resolved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// `.name` or `["name"]`.
    Name(String),
    /// `[0]`.
    Index(usize),
    /// `[each.key]`, `[*]`: any element.
    Any,
}

/// Where an expression stands: what its names mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// Path of the file.
    pub path: String,
    /// The top-level block around it, for `each.value`.
    pub block: Option<BlockKey>,
}

impl Site {
    pub(super) fn dir(&self) -> &str {
        directory_of(&self.path)
    }
}

/// What stands at a place that decides.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decided {
    /// This value; it can be replaced when the leaf has a span.
    Value(Term),
    /// A reference to something else's attribute: not null, and known to nobody before an apply.
    Reference(Vec<String>),
    /// The object there has no such entry: it can be added. Absent counts as null.
    Absent(Vec<String>),
    /// The same, where the type of the variable says what counts instead.
    Implied(Vec<String>, Term),
    /// Whoever uses the module gives it, for the variable has no default: it is something, but nobody here knows what. The sentence
    /// says which variable.
    Given(String),
    /// It cannot be known; the sentence says why.
    Unknown(String),
}

/// One place that decides a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    /// Where.
    pub site: Site,
    /// The bytes that decide; for [`Decided::Absent`], those of the object.
    pub span: Option<Span>,
    /// What stands there.
    pub decided: Decided,
    /// Module calls and variables passed on the way, for people.
    pub through: Vec<Place>,
    /// Where only constants may stand: a variable's default or a tfvars file.
    pub constant: bool,
}

impl Leaf {
    /// The value as a condition sees it.
    pub(super) fn term(&self) -> Term {
        match &self.decided {
            Decided::Value(term) => term.clone(),
            Decided::Reference(names) => Term::Code(names.join(".")),
            Decided::Absent(_) => Term::NULL,
            Decided::Implied(_, term) => term.clone(),
            Decided::Given(_) | Decided::Unknown(_) => Term::Unknown,
        }
    }
}

fn is_empty(term: &Term) -> bool {
    term.text() == Some("") || term.elements().is_some_and(|items| items.is_empty())
}

/// The common value of some leaves; unknown when they differ or there is none.
pub(super) fn common(leaves: &[Leaf]) -> Term {
    let Some(first) = leaves.first() else { return Term::Unknown };
    let term = first.term();
    let alike = leaves.iter().skip(1).all(|leaf| leaf.term() == term || equal(&leaf.term(), &term) == Some(true));
    match (&first.decided, leaves.len()) {
        (Decided::Given(_) | Decided::Unknown(_), _) => Term::Unknown,
        _ if alike => term,
        // Different values that are all something: at least neither null nor empty.
        _ if leaves.iter().all(|leaf| leaf.term().is_null() == Some(false) && !is_empty(&leaf.term())) => Term::several(),
        _ => Term::Unknown,
    }
}
