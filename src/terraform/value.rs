//! Values as far as they can be known without running Terraform.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::origin::Origin;

/// Largest magnitude below which every integer is exact.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value with the way it came.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

impl Traced {
    /// A value that comes from nowhere in the code.
    #[must_use]
    pub fn bare(value: Value) -> Self {
        Self { value, origin: Origin::default() }
    }

    /// A value that cannot be known.
    #[must_use]
    pub fn unknown(why: Why) -> Self {
        Self::bare(Value::unknown(why))
    }
}

/// A value, known wholly, in part or not at all. Unknown never means false, empty or absent.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Arc<str>),
    /// A string of which parts are known.
    Template(Arc<[Piece]>),
    /// A list, tuple or set.
    List(Arc<List>),
    /// An object or map.
    Object(Arc<Object>),
    /// Not known, with the reason.
    Unknown(Arc<Why>),
}

/// A part of a string.
#[derive(Debug, Clone)]
pub enum Piece {
    /// These characters.
    Text(Arc<str>),
    /// Some characters, perhaps none.
    Hole(Arc<Why>),
}

/// The items of a list, tuple or set.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Known places.
    pub items: Vec<Traced>,
    /// Whether it is a set: order and repetition mean nothing.
    pub set: bool,
    /// There may be further items, at unknown places, for this reason.
    pub open: Option<Arc<Why>>,
    weight: Weight,
}

/// The entries of an object or map.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Known entries.
    pub entries: BTreeMap<Arc<str>, Entry>,
    /// There may be further entries, for this reason.
    pub open: Option<Arc<Why>>,
    weight: Weight,
}

/// How large a value is when written out: values share parts, so that a few lines can mean gigabytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Weight {
    depth: u32,
    size: u64,
}

impl Weight {
    /// Deepest nesting of lists and objects.
    const DEEPEST: u32 = 64;
    /// Most parts.
    const LARGEST: u64 = 500_000;

    fn of(value: &Value) -> Self {
        match value {
            Value::List(list) => list.weight,
            Value::Object(object) => object.weight,
            Value::String(text) => Self { depth: 0, size: 1 + text.len() as u64 / 32 },
            Value::Template(pieces) => Self { depth: 0, size: pieces.len() as u64 },
            Value::Unknown(why) => match why.root() {
                Why::Either(choices) => Self::sum(choices.iter()),
                _ => Self { depth: 0, size: 1 },
            },
            _ => Self { depth: 0, size: 1 },
        }
    }

    fn sum<'t>(parts: impl Iterator<Item = &'t Traced>) -> Self {
        let start = Self { depth: 0, size: 1 };
        let sum = parts
            .map(|part| Self::of(&part.value))
            .fold(start, |sum, part| Self { depth: sum.depth.max(part.depth), size: sum.size.saturating_add(part.size) });
        Self { depth: sum.depth + 1, size: sum.size }
    }

    fn fits(self) -> bool {
        self.depth <= Self::DEEPEST && self.size <= Self::LARGEST
    }
}

/// A value under a key.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where the key is written.
    pub key: Origin,
    /// The value.
    pub value: Traced,
}

/// Why something cannot be known.
#[derive(Debug, Clone)]
pub enum Why {
    /// A variable of the root module that neither a default nor a variable file gives.
    NoValue(Arc<str>),
    /// `terraform.workspace`, when the selection names none.
    Workspace,
    /// An attribute that exists only after apply, with the resource's address.
    AfterApply(Arc<str>),
    /// A data source's attribute, with its address.
    Data(Arc<str>),
    /// A function whose result changes from run to run.
    Impure(Arc<str>),
    /// A function that is not known here.
    Function(Arc<str>),
    /// A module that cannot be read: the call's name and its source.
    Unreadable(Arc<str>, Arc<str>),
    /// A file that the workspace does not have.
    File(Arc<str>),
    /// A name that is not defined.
    Undefined(Arc<str>),
    /// Terraform would report an error.
    Invalid(Arc<str>),
    /// A value that needs itself.
    Cycle(Arc<str>),
    /// One of these, undecided.
    Either(Vec<Traced>),
    /// An operation on a value that is not known for the reason inside.
    From(Arc<Why>),
    /// The bound on steps, depth or size was reached.
    Bound,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue(name) => write!(f, "`var.{name}` has no default and no variable file gives it"),
            Self::Workspace => f.write_str("the workspace is not known"),
            Self::AfterApply(address) => write!(f, "`{address}` is known only after apply"),
            Self::Data(address) => write!(f, "`{address}` is read from the provider"),
            Self::Impure(name) => write!(f, "`{name}()` differs from run to run"),
            Self::Function(name) => write!(f, "the function `{name}` is not understood"),
            Self::Unreadable(call, source) => write!(f, "`module.{call}` comes from `{source}`, which is not in this workspace"),
            Self::File(path) => write!(f, "the file `{path}` is not in this workspace"),
            Self::Undefined(name) => write!(f, "`{name}` is not defined"),
            Self::Invalid(message) => f.write_str(message),
            Self::Cycle(name) => write!(f, "`{name}` refers to itself"),
            Self::Either(choices) => write!(f, "one of {} values, depending on something unknown", choices.len()),
            Self::From(inner) => inner.fmt(f),
            Self::Bound => f.write_str("working it out takes too many steps"),
        }
    }
}

impl Why {
    /// The reason at the bottom.
    #[must_use]
    pub fn root(&self) -> &Why {
        let mut why = self;
        while let Self::From(inner) = why {
            why = inner;
        }
        why
    }

    /// Whether Terraform itself would fail here (what `try` and `can` catch).
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.root(), Self::Invalid(_) | Self::Undefined(_))
    }
}

impl Value {
    /// A value that cannot be known.
    #[must_use]
    pub fn unknown(why: Why) -> Self {
        Self::Unknown(Arc::new(why))
    }

    /// What Terraform would reject.
    #[must_use]
    pub fn invalid(message: impl Into<Arc<str>>) -> Self {
        Self::unknown(Why::Invalid(message.into()))
    }

    /// A string.
    #[must_use]
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A number; one too large to be exact is unknown rather than nearly right.
    #[must_use]
    pub fn number(number: f64) -> Self {
        if number.is_finite() && (number.fract() != 0.0 || number.abs() <= EXACT) {
            Self::Number(number)
        } else {
            Self::invalid("the number is too large")
        }
    }

    /// How many parts it has when written out.
    pub(super) fn size(&self) -> u64 {
        Weight::of(self).size
    }

    /// A list of known length.
    #[must_use]
    pub fn list(items: Vec<Traced>) -> Self {
        Self::build_list(items, false, None)
    }

    /// A list or set, perhaps with further items; one that is too large to walk is unknown.
    #[must_use]
    pub fn build_list(items: Vec<Traced>, set: bool, open: Option<Arc<Why>>) -> Self {
        let weight = Weight::sum(items.iter());
        if weight.fits() { Self::List(Arc::new(List { items, set, open, weight })) } else { Self::unknown(Why::Bound) }
    }

    /// An object of known keys.
    #[must_use]
    pub fn object(entries: BTreeMap<Arc<str>, Entry>) -> Self {
        Self::build_object(entries, None)
    }

    /// An object, perhaps with further entries; one that is too large to walk is unknown.
    #[must_use]
    pub fn build_object(entries: BTreeMap<Arc<str>, Entry>, open: Option<Arc<Why>>) -> Self {
        let weight = Weight::sum(entries.values().map(|entry| &entry.value));
        if weight.fits() { Self::Object(Arc::new(Object { entries, open, weight })) } else { Self::unknown(Why::Bound) }
    }

    /// One of several values; the same value twice is that value.
    #[must_use]
    pub fn either(choices: Vec<Traced>) -> Self {
        let mut flat: Vec<Traced> = Vec::new();
        for choice in choices {
            match &choice.value {
                Self::Unknown(why) => match why.root() {
                    Why::Either(inner) => flat.extend(inner.iter().cloned()),
                    _ => flat.push(choice),
                },
                _ => flat.push(choice),
            }
        }
        if !Weight::sum(flat.iter()).fits() || flat.len() > 64 {
            return Self::unknown(Why::Bound);
        }
        Self::unknown(Why::Either(flat))
    }

    /// Not known because something it is made of is not.
    #[must_use]
    pub fn because(why: &Arc<Why>) -> Self {
        match &**why {
            Why::From(_) => Self::Unknown(why.clone()),
            _ => Self::unknown(Why::From(why.clone())),
        }
    }

    /// A string from its parts: neighbouring texts are joined, and without holes it is known.
    #[must_use]
    pub fn from_pieces(pieces: Vec<Piece>) -> Self {
        let mut merged: Vec<Piece> = Vec::new();
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(more) => text.push_str(&more),
                Piece::Hole(why) => {
                    if !text.is_empty() {
                        merged.push(Piece::Text(Arc::from(std::mem::take(&mut text))));
                    }
                    merged.push(Piece::Hole(why));
                }
            }
        }
        if merged.is_empty() {
            return Self::string(text);
        }
        if !text.is_empty() {
            merged.push(Piece::Text(Arc::from(text)));
        }
        Self::Template(merged.into())
    }

    /// The parts of a string (or of what Terraform turns into one); `Err` for what is no string.
    pub fn pieces(&self) -> Result<Vec<Piece>, Value> {
        Ok(match self {
            Self::String(text) => vec![Piece::Text(text.clone())],
            Self::Template(pieces) => pieces.to_vec(),
            Self::Number(number) => vec![Piece::Text(Arc::from(number_text(*number)))],
            Self::Bool(value) => vec![Piece::Text(Arc::from(if *value { "true" } else { "false" }))],
            Self::Unknown(why) if why.is_error() => return Err(self.clone()),
            Self::Unknown(why) => vec![Piece::Hole(why.clone())],
            Self::Null | Self::List(_) | Self::Object(_) => return Err(Self::invalid(format!("expected a string, not {}", self.kind()))),
        })
    }

    /// The string, if wholly known.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The truth value; `"true"` and `"false"` count, as they do for Terraform.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::String(text) if &**text == "true" => Some(true),
            Self::String(text) if &**text == "false" => Some(false),
            _ => None,
        }
    }

    /// The number; a numeric string counts, as it does for Terraform.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::String(text) => parse_number(text),
            _ => None,
        }
    }

    /// The list.
    #[must_use]
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Why nothing is known about it, if so.
    #[must_use]
    pub fn why(&self) -> Option<&Arc<Why>> {
        if let Self::Unknown(why) = self { Some(why) } else { None }
    }

    /// Whether every part is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.first_unknown().is_none()
    }

    /// The first reason why a part is not known.
    #[must_use]
    pub fn first_unknown(&self) -> Option<&Arc<Why>> {
        match self {
            Self::Unknown(why) => Some(why),
            Self::Template(pieces) => pieces.iter().find_map(|piece| if let Piece::Hole(why) = piece { Some(why) } else { None }),
            Self::List(list) => list.open.as_ref().or_else(|| list.items.iter().find_map(|item| item.value.first_unknown())),
            Self::Object(object) => {
                object.open.as_ref().or_else(|| object.entries.values().find_map(|entry| entry.value.value.first_unknown()))
            }
            _ => None,
        }
    }

    /// As JSON, if wholly known. Sets come out as arrays.
    #[must_use]
    pub fn to_json(&self) -> Option<serde_json::Value> {
        use serde_json::Value as Json;
        Some(match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be a whole number within the exact range")]
            Self::Number(number) if number.fract() == 0.0 && number.abs() <= EXACT => Json::from(*number as i64),
            Self::Number(number) => Json::from(*number),
            Self::String(text) => Json::from(&**text),
            Self::List(list) if list.open.is_none() => list.items.iter().map(|item| item.value.to_json()).collect::<Option<_>>()?,
            Self::Object(object) if object.open.is_none() => {
                let entries = object.entries.iter().map(|(key, entry)| Some((key.to_string(), entry.value.value.to_json()?)));
                Json::Object(entries.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    /// The kind, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) | Self::Template(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether two values are equal; `None` when that depends on something unknown.
    #[must_use]
    pub fn equals(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Self::Unknown(_), _) | (_, Self::Unknown(_)) => None,
            (Self::Null, Self::Null) => Some(true),
            (Self::Bool(a), Self::Bool(b)) => Some(a == b),
            (Self::Number(a), Self::Number(b)) => Some(same_number(*a, *b)),
            (Self::String(a), Self::String(b)) => Some(a == b),
            (Self::Template(pieces), Self::String(text)) | (Self::String(text), Self::Template(pieces)) => {
                if super::pattern::matches(pieces, text).is_some() { None } else { Some(false) }
            }
            (Self::Template(_), Self::Template(_)) => None,
            (Self::List(a), Self::List(b)) => lists_equal(a, b),
            (Self::Object(a), Self::Object(b)) => objects_equal(a, b),
            _ => Some(false),
        }
    }
}

fn same_number(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq() || (a == 0.0 && b == 0.0)
}

/// Conjunction over parts: one certain difference decides.
fn all_equal(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

fn lists_equal(a: &List, b: &List) -> Option<bool> {
    if a.open.is_some() || b.open.is_some() {
        return None;
    }
    if a.items.len() != b.items.len() {
        let known = a.items.iter().chain(&b.items).all(|item| item.value.is_known());
        return if (a.set || b.set) && !known { None } else { Some(false) };
    }
    all_equal(a.items.iter().zip(&b.items).map(|(a, b)| a.value.equals(&b.value)))
}

fn objects_equal(a: &Object, b: &Object) -> Option<bool> {
    if a.open.is_some() || b.open.is_some() {
        return None;
    }
    if !a.entries.keys().eq(b.entries.keys()) {
        return Some(false);
    }
    all_equal(a.entries.values().zip(b.entries.values()).map(|(a, b)| a.value.value.equals(&b.value.value)))
}

/// A decimal number as Terraform reads one from a string.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !plain {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite() && number.abs() <= EXACT)
}

/// A number as Terraform writes one into a string.
pub(super) fn number_text(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { format!("{number}") }
}
