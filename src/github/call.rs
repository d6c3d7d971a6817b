//! One request, before it is sent.

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use crate::model::Repository;

/// What came of a request to create something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation<T> {
    /// It was created now.
    Created(T),
    /// It was there already, from an earlier attempt or another worker.
    Existed(T),
}

impl<T> Creation<T> {
    /// The thing, whoever created it.
    pub fn into_inner(self) -> T {
        match self {
            Self::Created(inner) | Self::Existed(inner) => inner,
        }
    }

    /// A look at the thing.
    pub fn inner(&self) -> &T {
        match self {
            Self::Created(inner) | Self::Existed(inner) => inner,
        }
    }

    /// Whether this attempt created it.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

/// A request: what to do, where, with what, and how carefully.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    /// Sending it twice has the same effect as sending it once.
    pub(super) repeatable: bool,
    /// Counts against the limits for requests that create content.
    pub(super) creates_content: bool,
    /// Ask "only if changed" with the ETag of the last answer.
    pub(super) conditional: bool,
}

impl Call {
    /// A request to the path made of `segments`; each is percent-encoded. Everything but POST may be repeated.
    pub(super) fn new(method: Method, segments: &[&str]) -> Self {
        let repeatable = method != Method::POST;
        let creates_content = method != Method::GET && method != Method::HEAD;
        Self {
            method,
            segments: segments.iter().map(ToString::to_string).collect(),
            query: Vec::new(),
            body: None,
            repeatable,
            creates_content,
            conditional: false,
        }
    }

    /// A request below `/repos/OWNER/NAME`.
    pub(super) fn on(method: Method, repository: &Repository, rest: &[&str]) -> Self {
        let mut segments = vec!["repos", repository.owner.as_str(), repository.name.as_str()];
        segments.extend_from_slice(rest);
        Self::new(method, &segments)
    }

    /// Adds the parts of a path or ref, each slash a separator of its own.
    pub(super) fn path(mut self, path: &str) -> Self {
        self.segments.extend(path.split('/').filter(|part| !part.is_empty()).map(ToString::to_string));
        self
    }

    pub(super) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Sets the JSON body. A value that does not serialise becomes `null`, which GitHub refuses with a clear message.
    pub(super) fn body(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_value(body).unwrap_or(Value::Null));
        self
    }

    /// Marks a POST whose repetition changes nothing.
    pub(super) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Marks a write that does not count as content.
    pub(super) fn no_content(mut self) -> Self {
        self.creates_content = false;
        self
    }

    pub(super) fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// Method and path, for errors and logs. Queries are left out: they may hold what people typed.
    pub(super) fn name(&self) -> String {
        format!("{} /{}", self.method, self.segments.join("/"))
    }
}
