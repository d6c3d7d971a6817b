//! What the index keeps of one file: enough to say which blocks may create a name, without reading the file again.

use serde::{Deserialize, Serialize};

/// A value as far as it can be told without looking elsewhere. Whatever is not understood is `Unknown`, which fits everything:
/// a fact may be less sharp than the truth, never contradict it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// Text with references in it.
    Text(Box<[TextPart]>),
    /// A reference (`var.name`, `local.tags`, `each.value.bucket`), by its names.
    Reference(Box<str>),
    /// An object with literal keys.
    Map(Box<[(Box<str>, Fact)]>),
    /// A list or a set.
    List(Box<[Fact]>),
    /// Anything else.
    Unknown,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextPart {
    /// As it stands.
    Text(Box<str>),
    /// `${var.name}`.
    Reference(Box<str>),
    /// `${anything else}`.
    Hole,
}

impl Fact {
    /// A literal text.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::Text(Box::new([TextPart::Text(text.into())]))
    }

    /// The text, if wholly known.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self {
            Self::Text(parts) => match parts.as_ref() {
                [] => Some(""),
                [TextPart::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A resource block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceFact {
    /// Its type.
    pub kind: Box<str>,
    /// Its name in the code.
    pub name: Box<str>,
    /// Its byte range.
    pub span: (u32, u32),
    /// What the naming argument says; `None` when it has none.
    pub called: Option<Fact>,
    /// Whether `called` is only the beginning (`bucket_prefix`).
    pub prefix: bool,
    /// `for_each`, when there is one.
    pub for_each: Option<Fact>,
    /// The provider configuration it names (`aws.us`), if it does.
    pub provider: Option<Box<str>>,
    /// The argument that says where it is created (`region`, `location`), when there is one.
    pub region: Option<Fact>,
    /// The argument that says for whom (`project`), when there is one.
    pub account: Option<Fact>,
    /// Literal provenance tags (`yor_trace`, `git_file`, …).
    pub tags: Box<[(Box<str>, Box<str>)]>,
}

/// A module call (or what Terragrunt calls).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFact {
    /// Its name.
    pub name: Box<str>,
    /// Its byte range.
    pub span: (u32, u32),
    /// The `source`, as written; empty when it is no literal.
    pub source: Box<str>,
    /// The `version`, as written; empty when there is none.
    pub version: Box<str>,
    /// `for_each`, when there is one.
    pub for_each: Option<Fact>,
    /// `providers`, when the call passes some.
    pub providers: Option<Fact>,
    /// The arguments.
    pub arguments: Box<[(Box<str>, Fact)]>,
}

/// A provider configuration, as far as it says where and for whom things are created.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderFact {
    /// `aws`, or `aws.us` with an alias.
    pub name: Box<str>,
    /// Region (`region`); unknown places are `None`.
    pub region: Option<Fact>,
    /// Account ids, role ARNs to assume, project or subscription.
    pub accounts: Box<[Fact]>,
}

/// Where a root module keeps its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendFact {
    /// `s3`, `gcs`, `azurerm`, `http`, `remote`, `cloud`, `local`, …
    pub kind: Box<str>,
    /// Its literal arguments (`bucket`, `key`, `prefix`, …).
    pub arguments: Box<[(Box<str>, Box<str>)]>,
}

/// An `import` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFact {
    /// The address as written.
    pub to: Box<str>,
    /// The literal id.
    pub id: Box<str>,
}

/// Everything the index keeps of one blob. It does not know its path: two equal files share it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Resource blocks.
    pub resources: Vec<ResourceFact>,
    /// Module calls.
    pub calls: Vec<CallFact>,
    /// Local values.
    pub locals: Vec<(Box<str>, Fact)>,
    /// Variables with their default.
    pub variables: Vec<(Box<str>, Option<Fact>)>,
    /// Top-level attributes: the values of a variable file.
    pub values: Vec<(Box<str>, Fact)>,
    /// Provider configurations.
    pub providers: Vec<ProviderFact>,
    /// The backend.
    pub backend: Option<BackendFact>,
    /// Import blocks with a literal id.
    pub imports: Vec<ImportFact>,
    /// Whether the file has a `provider`, a backend or a `cloud` block: signs of a root module.
    pub root_sign: bool,
}

impl FileFacts {
    /// Whether the file says nothing that the index needs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
