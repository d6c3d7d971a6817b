//! What a condition knows of a value: all of it, that it is something, or nothing.

use serde_json::{Map, Value};

/// A value as far as it is known without running Terraform.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// Known; `null` also stands for an argument that is absent.
    Known(Value),
    /// A list of which some elements are not known.
    List(Vec<Term>),
    /// An object of which some members are not known.
    Object(Vec<(String, Term)>),
    /// Something that is not null, known only as the expression that gives it.
    Code(String),
    /// Anything, null included.
    Unknown,
}

/// Stands for values that differ from case to case, of which only that each is something is known.
const SEVERAL: &str = "several values";

impl Term {
    /// `null`.
    pub const NULL: Self = Self::Known(Value::Null);

    /// Values that differ from case to case, none of them null or empty. Such a term is not known to equal another of its kind.
    #[must_use]
    pub fn several() -> Self {
        Self::Code(SEVERAL.into())
    }

    /// A list; known as a whole when every element is.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        match items.iter().map(|item| item.known().cloned()).collect::<Option<Vec<_>>>() {
            Some(values) => Self::Known(Value::Array(values)),
            None => Self::List(items),
        }
    }

    /// An object; known as a whole when every member is.
    #[must_use]
    pub fn object(members: Vec<(String, Self)>) -> Self {
        match members.iter().map(|(name, term)| term.known().map(|value| (name.clone(), value.clone()))).collect::<Option<Map<_, _>>>() {
            Some(map) => Self::Known(Value::Object(map)),
            None => Self::Object(members),
        }
    }

    /// The value, when all of it is known.
    #[must_use]
    pub const fn known(&self) -> Option<&Value> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The text of a known string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.known().and_then(Value::as_str)
    }

    /// Whether it is null; `None` when that is not known.
    #[must_use]
    pub const fn is_null(&self) -> Option<bool> {
        match self {
            Self::Known(Value::Null) => Some(true),
            Self::Unknown => None,
            _ => Some(false),
        }
    }

    /// Its truth; `None` when it is not known or no boolean.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self.known()? {
            Value::Bool(value) => Some(*value),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => None,
        }
    }

    /// The elements of a list; `None` when it is none or not known. Null counts as the empty list.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::Known(Value::Array(items)) => Some(items.iter().cloned().map(Self::Known).collect()),
            Self::Known(Value::Null) => Some(Vec::new()),
            Self::List(items) => Some(items.clone()),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        match self {
            Self::Known(Value::Object(map)) => Some(map.iter().map(|(name, value)| (name.clone(), Self::Known(value.clone()))).collect()),
            Self::Object(members) => Some(members.clone()),
            _ => None,
        }
    }

    /// `.name`: the member of an object. A list of one element stands for that element, as nested blocks do; null has null members.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        match self {
            Self::Known(Value::Null) => Self::NULL,
            Self::Code(text) => Self::Code(format!("{text}.{name}")),
            Self::Unknown => Self::Unknown,
            _ => match (self.members(), self.elements()) {
                (Some(members), _) => members.into_iter().find(|(key, _)| key == name).map_or(Self::NULL, |(_, term)| term),
                (_, Some(items)) if items.len() == 1 => items.first().map_or(Self::NULL, |item| item.member(name)),
                (_, Some(items)) if items.is_empty() => Self::NULL,
                _ => Self::Unknown,
            },
        }
    }

    /// `[index]`.
    #[must_use]
    pub fn index(&self, index: &Self) -> Self {
        match (index.known(), self) {
            (_, Self::Known(Value::Null)) => Self::NULL,
            (Some(Value::String(name)), _) => self.member(name),
            (Some(Value::Number(number)), _) => match (number.as_u64().and_then(|at| usize::try_from(at).ok()), self.elements()) {
                (Some(at), Some(items)) => items.get(at).cloned().unwrap_or(Self::NULL),
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// As HCL text, lines broken by `\n` and indented relative to the first; `None` when it is not known.
    #[must_use]
    pub fn render(&self) -> Option<String> {
        Some(match self {
            Self::Known(value) => crate::hcl::render(value, "", "\n"),
            Self::Code(text) => text.clone(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::render).collect::<Option<Vec<_>>>()?.join(", ")),
            Self::Object(members) => {
                let lines: Option<Vec<String>> = members
                    .iter()
                    .map(|(key, term)| Some(format!("  {} = {}\n", crate::hcl::render_key(key), term.render()?.replace('\n', "\n  "))))
                    .collect();
                format!("{{\n{}}}", lines?.concat())
            }
            Self::Unknown => return None,
        })
    }
}

/// Whether two terms are equal; `None` when that is not known. Terraform converts between booleans, numbers and their texts
/// when it hands values to a provider, so these count as equal.
#[must_use]
pub fn equal(a: &Term, b: &Term) -> Option<bool> {
    match (a, b) {
        (Term::Known(a), Term::Known(b)) => Some(same(a, b)),
        (Term::Code(a), Term::Code(b)) if a != SEVERAL && squeeze(a) == squeeze(b) => Some(true),
        (other, Term::Known(Value::Null)) | (Term::Known(Value::Null), other) => other.is_null(),
        (Term::List(_) | Term::Known(Value::Array(_)), Term::List(_) | Term::Known(Value::Array(_))) => equal_lists(a, b),
        _ => None,
    }
}

fn equal_lists(a: &Term, b: &Term) -> Option<bool> {
    let (a, b) = (a.elements()?, b.elements()?);
    if a.len() != b.len() {
        return Some(false);
    }
    all(a.iter().zip(&b).map(|(a, b)| equal(a, b)))
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Equality of known values, conversions of primitive values included.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::String(text), Value::Bool(value)) | (Value::Bool(value), Value::String(text)) => {
            text == if *value { "true" } else { "false" }
        }
        (Value::String(text), Value::Number(number)) | (Value::Number(number), Value::String(text)) => {
            text.trim().parse::<f64>().ok() == number.as_f64()
        }
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, value)| y.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

/// Whether any is true; `None` when none is known to be and one is unknown.
pub fn any(items: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for item in items {
        match item {
            Some(true) => return Some(true),
            None => unknown = true,
            Some(false) => {}
        }
    }
    if unknown { None } else { Some(false) }
}

/// Whether all are true, three-valued.
pub fn all(items: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    any(items.into_iter().map(|item| item.map(|value| !value))).map(|value| !value)
}
