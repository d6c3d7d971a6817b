//! Terraform addresses: `module.a["x"].aws_s3_bucket.b[0]`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The key of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum InstanceKey {
    /// `[0]`, from `count`.
    Index(u64),
    /// `["x"]`, from `for_each`.
    Key(String),
}

/// One step of a module path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleStep {
    /// Name of the module call.
    pub name: String,
    /// Instance of the call, if it is repeated and known.
    pub key: Option<InstanceKey>,
}

/// Managed resource, data source, or the module call itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceMode {
    /// `resource` block.
    Managed,
    /// `data` block.
    Data,
    /// `module` block: `kind` is `module`, `name` the call's name.
    Module,
}

/// A Terraform address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// Path of module calls from the root.
    pub module: Vec<ModuleStep>,
    /// What kind of block.
    pub mode: ResourceMode,
    /// Resource type.
    pub kind: String,
    /// Resource name.
    pub name: String,
    /// Instance, if known.
    pub key: Option<InstanceKey>,
}

impl Address {
    /// The address of a managed resource in the root module.
    pub fn managed(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { module: Vec::new(), mode: ResourceMode::Managed, kind: kind.into(), name: name.into(), key: None }
    }

    /// The same address without instance keys: what one block in code is called.
    #[must_use]
    pub fn block(&self) -> Self {
        Self {
            module: self.module.iter().map(|step| ModuleStep { name: step.name.clone(), key: None }).collect(),
            key: None,
            ..self.clone()
        }
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[\"{}\"]", key.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> =
            self.module.iter().map(|step| format!("module.{}{}", step.name, key_text(step.key.as_ref()))).collect();
        let head = match self.mode {
            ResourceMode::Managed => format!("{}.{}", self.kind, self.name),
            ResourceMode::Data => format!("data.{}.{}", self.kind, self.name),
            ResourceMode::Module => format!("module.{}", self.name),
        };
        parts.push(format!("{head}{}", key_text(self.key.as_ref())));
        f.write_str(&parts.join("."))
    }
}

fn key_text(key: Option<&InstanceKey>) -> String {
    key.map(ToString::to_string).unwrap_or_default()
}

/// A text that is no Terraform address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a Terraform resource address; expected something like module.a[\"x\"].aws_s3_bucket.b[0]")]
pub struct AddressError(pub String);

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || AddressError(text.chars().take(200).collect());
        let steps = split_steps(text).ok_or_else(error)?;
        let mut steps = steps.into_iter().peekable();
        let mut module = Vec::new();
        while steps.peek().is_some_and(|(name, key)| name == "module" && key.is_none()) {
            steps.next();
            let (name, key) = steps.next().ok_or_else(error)?;
            if steps.peek().is_none() {
                return Ok(Self { module, mode: ResourceMode::Module, kind: "module".into(), name, key });
            }
            module.push(ModuleStep { name, key });
        }
        let mut mode = ResourceMode::Managed;
        if steps.peek().is_some_and(|(name, _)| name == "data") {
            steps.next();
            mode = ResourceMode::Data;
        }
        match (steps.next(), steps.next(), steps.next()) {
            (Some((kind, None)), Some((name, key)), None) => Ok(Self { module, mode, kind, name, key }),
            _ => Err(error()),
        }
    }
}

/// `a.b["x.y"].c[0]` → names with their optional key; `None` when malformed.
fn split_steps(text: &str) -> Option<Vec<(String, Option<InstanceKey>)>> {
    let mut rest = text.trim();
    let mut steps = Vec::new();
    loop {
        let name_len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        if name_len == 0 {
            return None;
        }
        let name = rest[..name_len].to_owned();
        rest = &rest[name_len..];
        let mut key = None;
        if let Some(inner) = rest.strip_prefix('[') {
            let (parsed, after) = parse_key(inner)?;
            key = Some(parsed);
            rest = after;
        }
        steps.push((name, key));
        if rest.is_empty() {
            return Some(steps);
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// After `[`: the key and what follows the `]`.
fn parse_key(inner: &str) -> Option<(InstanceKey, &str)> {
    if let Some(quoted) = inner.strip_prefix('"') {
        let mut key = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => key.push(chars.next()?.1),
                '"' => return Some((InstanceKey::Key(key), quoted[at + 1..].strip_prefix(']')?)),
                _ => key.push(c),
            }
        }
        return None;
    }
    let close = inner.find(']')?;
    let text = inner[..close].trim_matches('\'');
    let key = text.parse().map_or_else(|_| InstanceKey::Key(text.to_owned()), InstanceKey::Index);
    Some((key, &inner[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_a_round_trip() {
        for text in [
            "aws_s3_bucket.b",
            "module.a[\"x.y\"].module.c.aws_s3_bucket.b[0]",
            "data.aws_iam_policy_document.p",
            "module.a.data.aws_iam_policy_document.p[\"k\"]",
            "module.bucket[\"eu\"]",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", ".", "aws_s3_bucket", "module", "a.b.c", "a.b[", "a..b", "a.b[\"x]"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
