//! A user's own template: JSON pointers from any sender's body to our fields, as configuration.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IngestError;
use super::draft::{finding, position, resolved, suppressed};
use super::json::{Node, value};
use crate::model::{DataClass, Finding, FindingState, Resource, RuleReference, Severity};

const FORMAT: &str = "mapped finding";

/// Where a sender keeps what we need; every value is a JSON pointer (RFC 6901), relative to one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The list of findings in the body; absent: the body is one finding or a list of them.
    pub items: Option<String>,
    /// The finding's id. Required.
    pub id: String,
    /// ARN, Azure id or Google Cloud full name.
    pub resource: Option<String>,
    /// Type of the resource.
    pub resource_type: Option<String>,
    /// Severity word.
    pub severity: Option<String>,
    /// Scanner's rule id.
    pub rule: Option<String>,
    /// Whose rule ids they are (`wiz`, `prowler`, …); absent: recognised by shape. Not a pointer.
    pub rule_scheme: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Status word; `resolved_words` say which mean closed.
    pub status: Option<String>,
    /// Words of `status` that mean "closed"; not pointers.
    pub resolved_words: Vec<String>,
    /// Words of `status` that mean "muted there"; not pointers.
    pub suppressed_words: Vec<String>,
    /// Account, subscription or project.
    pub account: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Repository `owner/name`.
    pub repository: Option<String>,
    /// File.
    pub file: Option<String>,
    /// Line.
    pub line: Option<String>,
    /// Terraform address.
    pub address: Option<String>,
    /// Link back.
    pub url: Option<String>,
    /// First seen.
    pub first_seen: Option<String>,
    /// Last seen.
    pub last_seen: Option<String>,
    /// Tags of the resource.
    pub tags: Option<String>,
    /// Whether reachable from the internet (boolean).
    pub internet_reachable: Option<String>,
    /// Whether it holds personal data (boolean).
    pub contains_pii: Option<String>,
    /// Attack path.
    pub attack_path: Option<String>,
    /// Environment.
    pub environment: Option<String>,
    /// Owning team.
    pub owner_team: Option<String>,
}

impl Mapping {
    /// From configuration: our field → JSON pointer; the fields that hold words take them separated by commas.
    ///
    /// # Errors
    /// A sentence for every field that is unknown (with the nearest known one) or no pointer.
    pub fn from_fields(fields: &BTreeMap<String, String>) -> Result<Self, Vec<String>> {
        let mut object = serde_json::Map::new();
        let known = serde_json::to_value(Self::default()).unwrap_or_default();
        let mut problems = Vec::new();
        for (name, text) in fields {
            match known.get(name) {
                Some(serde_json::Value::Array(_)) => {
                    let words: Vec<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
                    object.insert(name.clone(), serde_json::json!(words));
                }
                Some(_) => {
                    object.insert(name.clone(), serde_json::json!(text));
                }
                None => problems.push(unknown_field(name, &known)),
            }
        }
        let mapping: Self = serde_json::from_value(object.into()).unwrap_or_default();
        problems.extend(mapping.problems().into_iter().map(|(name, problem)| format!("`{name}` {problem}")));
        if problems.is_empty() { Ok(mapping) } else { Err(problems) }
    }

    /// What is wrong with the pointers, by field; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> BTreeMap<String, String> {
        let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(self) else { return BTreeMap::new() };
        let mut problems = BTreeMap::new();
        if self.id.is_empty() {
            problems.insert("id".into(), "is required: a JSON pointer to the finding's id".into());
        }
        for (name, pointer) in fields {
            let Some(pointer) = pointer.as_str() else { continue };
            if name != "rule_scheme" && !pointer.is_empty() && !pointer.starts_with('/') {
                problems.insert(name, format!("`{pointer}` is no JSON pointer; it must begin with `/`, e.g. `/finding/id`"));
            }
        }
        problems
    }
}

fn unknown_field(name: &str, known: &serde_json::Value) -> String {
    let names = known.as_object().map(|map| map.keys().map(String::as_str).collect::<Vec<_>>()).unwrap_or_default();
    let nearest = names.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    nearest.map_or_else(|| format!("`{name}` is unknown"), |nearest| format!("`{name}` is unknown; did you mean `{nearest}`?"))
}

/// Reads `bytes` by the user's mapping.
///
/// # Errors
/// When it is no JSON or an item has nothing at the `id` pointer.
pub fn parse(bytes: &[u8], source: &str, mapping: &Mapping) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    let items: Vec<Node<'_>> = match &mapping.items {
        Some(pointer) if Node(&root).at(pointer).0.is_array() => Node(&root).items(pointer).collect(),
        Some(pointer) => return Err(IngestError::shape(FORMAT, pointer.clone(), "the mapping's `items` points to no list")),
        None => Node(&root).each().collect(),
    };
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let id = item.text(&[&mapping.id]).ok_or_else(|| {
                IngestError::shape(FORMAT, format!("/{index}{}", mapping.id), "nothing there, but the mapping's `id` points to it")
            })?;
            Ok(one(item, id, source, mapping))
        })
        .collect()
}

fn one(item: Node<'_>, id: String, source: &str, mapping: &Mapping) -> Finding {
    let text = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| item.text(&[pointer]));
    let flag = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| item.flag(&[pointer]));
    let time = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| item.time(&[pointer]));
    let mut out = finding(source, id);
    out.state = state(text(&mapping.status), mapping);
    out.title = text(&mapping.title);
    out.description = mapping.description.as_deref().and_then(|pointer| item.prose(&[pointer]));
    out.severity = text(&mapping.severity).as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium);
    out.rules = text(&mapping.rule).and_then(|id| reference(id, mapping.rule_scheme.as_deref())).into_iter().collect();
    let tags = mapping.tags.as_deref().map(|pointer| item.tags(pointer)).unwrap_or_default();
    out.resource = Resource { identity: None, raw_id: text(&mapping.resource), raw_type: text(&mapping.resource_type), tags };
    out.account = text(&mapping.account);
    out.region = text(&mapping.region);
    let line = mapping.line.as_deref().and_then(|pointer| item.line(&[pointer]));
    out.code = position(text(&mapping.file), line, None, text(&mapping.address));
    if let Some(code) = &mut out.code {
        code.repository = text(&mapping.repository);
    }
    out.url = text(&mapping.url);
    out.first_seen = time(&mapping.first_seen);
    out.last_seen = time(&mapping.last_seen);
    out.context.internet_reachable = flag(&mapping.internet_reachable);
    if flag(&mapping.contains_pii) == Some(true) {
        out.context.data_classes.push(DataClass::Pii);
    }
    out.context.attack_path = text(&mapping.attack_path);
    out.context.environment = text(&mapping.environment);
    out.context.owner_team = text(&mapping.owner_team);
    out
}

fn reference(id: String, scheme: Option<&str>) -> Option<RuleReference> {
    match scheme {
        Some(scheme) => Some(RuleReference { scheme: scheme.to_owned(), id }),
        None => RuleReference::guess(&id),
    }
}

fn state(status: Option<String>, mapping: &Mapping) -> FindingState {
    let Some(status) = status else { return FindingState::Active };
    let among = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(&status));
    if among(&mapping.resolved_words) {
        resolved(format!("status={status}"))
    } else if among(&mapping.suppressed_words) {
        suppressed(format!("status={status}"))
    } else {
        FindingState::Active
    }
}
