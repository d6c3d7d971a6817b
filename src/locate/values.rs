//! Facts put together: what names a root module's blocks may get, over-approximated. Unknown parts are holes, which fit anything,
//! so the true name always fits; the evaluator then decides among the few blocks that are left.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::facts::{Fact, TextPart};

/// Most instances of one `for_each` that are told apart.
const MOST_INSTANCES: usize = 200;
/// Deepest chain of references.
const DEEPEST: usize = 24;
/// Longest text that is put together: no name is longer.
const LONGEST: usize = 4_096;
/// Most values looked at for one root module with one selection.
const MOST_STEPS: usize = 200_000;

/// A value with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Val {
    Text(Rc<[Piece]>),
    Map(Rc<[(Box<str>, Val)]>),
    List(Rc<[Val]>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    Text(Box<str>),
    Hole,
}

impl Val {
    pub(super) fn literal(text: &str) -> Self {
        Self::Text([Piece::Text(text.into())].into())
    }

    pub(super) fn as_literal(&self) -> Option<&str> {
        match self {
            Self::Text(pieces) => match pieces.as_ref() {
                [] => Some(""),
                [Piece::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    fn member(&self, name: &str) -> Self {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| key.as_ref() == name).map_or(Self::Unknown, |(_, value)| value.clone()),
            Self::List(items) => name.parse::<usize>().ok().and_then(|at| items.get(at)).cloned().unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }
}

/// What one module instance knows.
pub(super) struct Scope<'f> {
    locals: &'f HashMap<&'f str, &'f Fact>,
    variables: HashMap<&'f str, Val>,
    steps: &'f Cell<usize>,
    /// Values of locals that a resource or a call refers to itself: these are asked for again and again.
    worked_out: RefCell<HashMap<&'f str, Val>>,
}

/// `each` of one instance.
#[derive(Debug, Clone)]
pub(super) struct Each {
    pub(super) key: Val,
    pub(super) value: Val,
}

impl<'f> Scope<'f> {
    /// A module with these local values and variables; `steps` counts what was looked at.
    pub(super) fn new(locals: &'f HashMap<&'f str, &'f Fact>, variables: HashMap<&'f str, Val>, steps: &'f Cell<usize>) -> Self {
        Self { locals, variables, steps, worked_out: RefCell::default() }
    }

    /// The value of a fact.
    pub(super) fn value(&self, fact: &Fact, each: Option<&Each>) -> Val {
        self.nested(fact, each, 0)
    }

    fn nested(&self, fact: &Fact, each: Option<&Each>, depth: usize) -> Val {
        // What a value holds counts before it is gone through: a large map that many refer to is not copied for each of them.
        let size = match fact {
            Fact::Map(entries) => entries.len(),
            Fact::List(items) => items.len(),
            Fact::Text(parts) => parts.len(),
            Fact::Reference(_) | Fact::Unknown => 0,
        };
        self.steps.set(self.steps.get().saturating_add(1 + size));
        if depth > DEEPEST || self.steps.get() > MOST_STEPS {
            return Val::Unknown;
        }
        match fact {
            Fact::Unknown => Val::Unknown,
            Fact::Reference(names) => self.reference(names, each, depth),
            Fact::List(items) => Val::List(items.iter().map(|item| self.nested(item, each, depth + 1)).collect()),
            Fact::Map(entries) => Val::Map(entries.iter().map(|(key, fact)| (key.clone(), self.nested(fact, each, depth + 1))).collect()),
            Fact::Text(parts) => {
                let mut text = PieceText::default();
                if parts.iter().map(|part| if let TextPart::Text(text) = part { text.len() } else { 0 }).sum::<usize>() > LONGEST {
                    return Val::Unknown;
                }
                for part in parts {
                    match part {
                        TextPart::Text(more) => text.push(more),
                        TextPart::Hole => text.push_hole(),
                        TextPart::Reference(names) => match self.reference(names, each, depth + 1) {
                            Val::Text(inner) if inner.len() <= LONGEST => inner.iter().for_each(|piece| text.push_piece(piece)),
                            _ => text.push_hole(),
                        },
                    }
                }
                Val::Text(text.pieces().into())
            }
        }
    }

    fn reference(&self, names: &str, each: Option<&Each>, depth: usize) -> Val {
        let mut steps = names.split('.');
        let head = match (steps.next(), steps.next()) {
            (Some("var"), Some(name)) => self.variables.get(name).cloned().unwrap_or(Val::Unknown),
            (Some("local"), Some(name)) => self.local(name, depth),
            (Some("each"), Some("key")) => each.map_or(Val::Unknown, |each| each.key.clone()),
            (Some("each"), Some("value")) => each.map_or(Val::Unknown, |each| each.value.clone()),
            _ => return Val::Unknown,
        };
        steps.fold(head, |value, name| value.member(name))
    }

    fn local(&self, name: &str, depth: usize) -> Val {
        let Some((name, fact)) = self.locals.get_key_value(name) else { return Val::Unknown };
        // Deeper down the bound on depth may have cut something off that is known from here.
        let kept = depth <= 1;
        if let Some(value) = self.worked_out.borrow().get(name).filter(|_| kept) {
            return value.clone();
        }
        let value = self.nested(fact, None, depth + 1);
        if kept {
            self.worked_out.borrow_mut().insert(name, value.clone());
        }
        value
    }

    /// The instances of a `for_each`; one of unknown key when they cannot be told.
    pub(super) fn instances(&self, for_each: Option<&Fact>) -> Vec<Option<Each>> {
        let Some(for_each) = for_each else { return vec![None] };
        let unknown = || vec![Some(Each { key: Val::Unknown, value: Val::Unknown })];
        match self.value(for_each, None) {
            Val::Map(entries) if entries.len() <= MOST_INSTANCES => {
                entries.iter().map(|(key, value)| Some(Each { key: Val::literal(key), value: value.clone() })).collect()
            }
            Val::List(items) if items.len() <= MOST_INSTANCES => {
                items.iter().map(|item| Some(Each { key: item.clone(), value: item.clone() })).collect()
            }
            _ => unknown(),
        }
    }
}

/// A text with holes that is being put together: texts beside each other become one, and so do holes.
#[derive(Default)]
struct PieceText {
    done: Vec<Piece>,
    /// The text since the last hole.
    open: String,
}

impl PieceText {
    fn push(&mut self, text: &str) {
        self.open.push_str(text);
    }

    fn push_hole(&mut self) {
        self.close();
        if !matches!(self.done.last(), Some(Piece::Hole)) {
            self.done.push(Piece::Hole);
        }
    }

    fn push_piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Text(text) => self.push(text),
            Piece::Hole => self.push_hole(),
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.done.push(Piece::Text(std::mem::take(&mut self.open).into()));
        }
    }

    fn pieces(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

/// The name a block may get: known, or with holes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// Wholly known.
    Known(Box<str>),
    /// Text with holes; never only a hole.
    Pattern(Box<[Piece]>),
    /// Nothing is known.
    Open,
}

impl Name {
    pub(super) fn of(value: &Val, prefix: bool) -> Self {
        let Val::Text(pieces) = value else { return Self::Open };
        match pieces.as_ref() {
            [] | [Piece::Hole] => Self::Open,
            [Piece::Text(text)] if !prefix => Self::Known(text.clone()),
            [.., Piece::Text(_)] if prefix => Self::Pattern(pieces.iter().cloned().chain([Piece::Hole]).collect()),
            pieces => Self::Pattern(pieces.into()),
        }
    }

    /// Literal text at the start and at the end of a pattern.
    pub(super) fn ends(pieces: &[Piece]) -> (&str, &str) {
        let start = if let Some(Piece::Text(text)) = pieces.first() { text.as_ref() } else { "" };
        let end = if let Some(Piece::Text(text)) = pieces.last() { text.as_ref() } else { "" };
        (start, end)
    }
}

/// How many characters of `name` a pattern fixes, if the name fits it. Holes may be empty. Case is ignored when `fold`.
pub(super) fn fits(pieces: &[Piece], name: &str, fold: bool) -> Option<usize> {
    let lower;
    let name = if fold {
        lower = name.to_ascii_lowercase();
        lower.as_str()
    } else {
        name
    };
    let mut fixed = 0;
    let mut rest = name;
    let mut after_hole = false;
    let last = pieces.len().checked_sub(1)?;
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Text(text) = piece else {
            after_hole = true;
            continue;
        };
        let text = if fold { text.to_ascii_lowercase() } else { text.to_string() };
        fixed += text.chars().count();
        rest = match (after_hole, at == last) {
            (false, _) => rest.strip_prefix(text.as_str())?,
            (true, true) => return rest.ends_with(text.as_str()).then_some(fixed),
            (true, false) => rest.get(rest.find(text.as_str())? + text.len()..)?,
        };
        after_hole = false;
    }
    (after_hole || rest.is_empty()).then_some(fixed)
}

/// Variables of a module: what is given, else the default, else unknown.
pub(super) fn variables<'f>(
    declared: impl Iterator<Item = (&'f str, Option<&'f Fact>)>,
    given: &HashMap<&'f str, Val>,
    locals: &HashMap<&str, &Fact>,
    steps: &Cell<usize>,
) -> HashMap<&'f str, Val> {
    // A default may refer to nothing: an empty scope reads it.
    let empty = Scope::new(locals, HashMap::new(), steps);
    declared
        .map(|(name, default)| {
            let value = given.get(name).cloned().or_else(|| default.map(|fact| empty.value(fact, None)));
            (name, value.unwrap_or(Val::Unknown))
        })
        .collect()
}

/// Facts of several files by name, a later file winning (override files come last).
pub(super) fn by_name<'f>(pairs: impl Iterator<Item = (&'f str, &'f Fact)>) -> HashMap<&'f str, &'f Fact> {
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Vec<Piece> {
        let mut pieces = PieceText::default();
        for (at, part) in text.split('*').enumerate() {
            if at > 0 {
                pieces.push_hole();
            }
            pieces.push(part);
        }
        pieces.pieces()
    }

    #[test]
    fn names_fit_patterns() {
        assert_eq!(fits(&pattern("acme-*-logs"), "acme-prod-logs", false), Some(10));
        assert_eq!(fits(&pattern("acme-*-logs"), "acme-prod-data", false), None);
        assert_eq!(fits(&pattern("*-logs"), "prod-logs", false), Some(5));
        assert_eq!(fits(&pattern("acme-*"), "acme-", false), Some(5));
        assert_eq!(fits(&pattern("*-a-*-b"), "x-a-y-a-z-b", false), Some(5));
        assert_eq!(fits(&pattern("ab*ba"), "aba", false), None);
        assert_eq!(fits(&pattern("Acme-*"), "acme-x", true), Some(5));
    }
}
