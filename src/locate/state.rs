//! Terraform state: address, type and identity of each instance. Nothing else of a state is kept, so its secrets never are.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::identity;
use crate::model::{Address, InstanceKey, ResourceIdentity, ResourceMode};

/// Largest state that is read.
const LARGEST: usize = 256 << 20;

/// Attributes that identify an instance in its cloud, whatever its type.
const IDENTIFYING: [&str; 6] = ["id", "arn", "self_link", "unique_id", "resource_id", "name"];

/// Types of clouds. Others are passed over: the id of a `random_string` is the very secret.
const CLOUDS: [&str; 6] = ["aws_", "awscc_", "azurerm_", "azapi_", "azuread_", "google_"];

/// A state that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Not JSON, or not a state.
    #[error("{source_name} is no Terraform state: {message}")]
    NotAState {
        /// Where it came from.
        source_name: String,
        /// What is wrong.
        message: String,
    },
    /// An old or a future format.
    #[error("{source_name} is a version {version} state; only version 4 is read: run `terraform apply` with Terraform 0.12 or later once")]
    Version {
        /// Where it came from.
        source_name: String,
        /// The version it says.
        version: u64,
    },
    /// Too large.
    #[error("{source_name} has {size} bytes; states of more than {LARGEST} are not read")]
    TooLarge {
        /// Where it came from.
        source_name: String,
        /// Its size.
        size: usize,
    },
}

/// One instance: where it is in the code, and what identifies it in the cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateResource {
    /// Its address, with instance keys.
    pub address: Address,
    /// Values of the identifying attributes, without repetition.
    pub keys: Vec<String>,
}

/// A state, reduced to addresses and identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Where it came from, for people (`s3://bucket/key`, a path).
    pub source: String,
    /// `owner/name` of the repository whose code it belongs to, when known.
    pub repository: Option<String>,
    /// Directory of its root module, when the `backend` block tells.
    pub root_dir: Option<String>,
    /// The workspace it belongs to, when known.
    pub workspace: Option<String>,
    /// Its lineage id: the same for one state wherever it is kept.
    pub lineage: Option<String>,
    /// Its managed instances.
    pub resources: Vec<StateResource>,
}

#[derive(Deserialize)]
struct Document {
    version: u64,
    #[serde(default)]
    lineage: Option<String>,
    #[serde(default)]
    resources: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    module: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    #[serde(default)]
    index_key: Option<Key>,
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    deposed: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Key {
    Index(u64),
    Name(String),
}

/// The strings among the attributes; everything else is passed over while reading.
#[derive(Default)]
struct Attributes(HashMap<String, String>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;
        impl<'de> serde::de::Visitor<'de> for Strings {
            type Value = Attributes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of attributes or null")
            }
            fn visit_unit<E>(self) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
                let mut found = HashMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    // Values that no type uses to name itself are skipped without being built.
                    if !may_identify(&name) {
                        map.next_value::<serde::de::IgnoredAny>()?;
                    } else if let Text(Some(text)) = map.next_value::<Text>()? {
                        found.insert(name, text);
                    }
                }
                Ok(Attributes(found))
            }
        }
        deserializer.deserialize_any(Strings)
    }
}

fn may_identify(attribute: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::LazyLock;
    static NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let naming = identity::kinds().all().iter().flat_map(|kind| kind.naming.iter().map(String::as_str));
        IDENTIFYING.into_iter().chain(naming).collect()
    });
    NAMES.contains(attribute)
}

/// A JSON string, or something else that is passed over.
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Other(serde::de::IgnoredAny),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(text) => Self(Some(text)),
            Either::Other(_) => Self(None),
        })
    }
}

impl State {
    /// Reads a version 4 state. `source` is only for people.
    ///
    /// # Errors
    /// When the bytes are no such state, or too many.
    pub fn read(source: &str, bytes: &[u8]) -> Result<Self, StateError> {
        let source_name = source.to_owned();
        if bytes.len() > LARGEST {
            return Err(StateError::TooLarge { source_name, size: bytes.len() });
        }
        // The parser's own message may quote a value: only its place is told.
        let document: Document = serde_json::from_slice(bytes).map_err(|error| StateError::NotAState {
            source_name: source_name.clone(),
            message: format!("the JSON does not fit at line {}, column {}", error.line(), error.column()),
        })?;
        if document.version != 4 {
            return Err(StateError::Version { source_name, version: document.version });
        }
        let ours = |entry: &Entry| entry.mode == "managed" && CLOUDS.iter().any(|cloud| entry.kind.starts_with(cloud));
        let resources = document.resources.into_iter().filter(ours).flat_map(instances).collect();
        Ok(Self { source: source_name, repository: None, root_dir: None, workspace: None, lineage: document.lineage, resources })
    }

    /// The instances that are the resource, by its canonical id, its id in the cloud, or its type's own keys.
    #[must_use]
    pub fn find(&self, identity: &ResourceIdentity) -> Vec<&StateResource> {
        let types = identity::candidate_types(identity);
        let exact: Vec<_> = self.resources.iter().filter(|resource| resource.is(identity)).collect();
        if !exact.is_empty() {
            return best(exact, &types);
        }
        // The short name identifies only within a type.
        let Some(name) = identity.name.as_deref() else { return Vec::new() };
        let named = self.resources.iter().filter(|resource| {
            types.contains(&resource.address.kind)
                && resource.agrees(identity)
                && resource.keys.iter().any(|key| identity::same_name(&resource.address.kind, key, name))
        });
        best(named.collect(), &types)
    }
}

impl State {
    /// The keys by which a store finds the states that may hold `identity` (at most four).
    #[must_use]
    pub fn keys_of(identity: &ResourceIdentity) -> Vec<i64> {
        let told = [Some(identity.id.as_str()), identity.name.as_deref()];
        let mut keys: Vec<i64> = told.into_iter().flatten().map(identifying_key).collect();
        keys.dedup();
        keys
    }

    /// The keys by which a store finds this state: one for each identifying value, as it stands and in canonical form.
    #[must_use]
    pub fn search_keys(&self) -> Vec<i64> {
        let mut keys: Vec<i64> = Vec::new();
        for resource in &self.resources {
            for value in &resource.keys {
                keys.push(identifying_key(value));
                keys.extend(canonical(value, &resource.address.kind).map(|id| identifying_key(&id)));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Case is ignored: Azure's ids differ in it, and what was found is compared again.
fn identifying_key(value: &str) -> i64 {
    super::search_keys::key(&["identity", &value.to_lowercase()])
}

/// Instances of the best candidate type only: an ARN also appears as the id of attachments.
fn best<'s>(found: Vec<&'s StateResource>, types: &[String]) -> Vec<&'s StateResource> {
    let rank = |resource: &StateResource| types.iter().position(|kind| *kind == resource.address.kind).map_or(usize::MAX, |_| 0);
    let top = found.iter().map(|resource| rank(resource)).min().unwrap_or(usize::MAX);
    if top == usize::MAX && !types.is_empty() {
        return Vec::new();
    }
    found.into_iter().filter(|resource| rank(resource) == top).collect()
}

impl StateResource {
    fn is(&self, identity: &ResourceIdentity) -> bool {
        let fold = identity.provider == crate::model::Provider::Azure;
        self.keys.iter().any(|key| {
            *key == identity.id
                || (fold && key.eq_ignore_ascii_case(&identity.id))
                || canonical(key, &self.address.kind).is_some_and(|id| id == identity.id)
        })
    }

    /// Whether no ARN among the keys contradicts the account, the region or what stands beside the name in the identity's.
    fn agrees(&self, identity: &ResourceIdentity) -> bool {
        self.keys.iter().filter_map(|key| identity::parse(key, None, None, None)).all(|own| {
            let same = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
            !own.id.starts_with("arn:")
                || (same(&own.account, &identity.account) && same(&own.region, &identity.region) && beside_agrees(&own, identity))
        })
    }
}

/// Whether two ids of one type say the same beside the name, where both say it.
fn beside_agrees(own: &ResourceIdentity, identity: &ResourceIdentity) -> bool {
    let Some(kind) = own.terraform_type.as_deref().filter(|kind| Some(*kind) == identity.terraform_type.as_deref()) else { return true };
    let told = identity::parents(identity, kind);
    identity::parents(own, kind).iter().all(|own| {
        let same = |other: &&identity::Parent| other.arguments == own.arguments;
        told.iter().find(same).is_none_or(|other| own.values.iter().any(|value| other.values.contains(value)) || own.values.is_empty())
    })
}

/// A key that is a cloud id itself, in canonical form.
fn canonical(key: &str, kind: &str) -> Option<String> {
    let is_id = key.starts_with("arn:")
        || key.starts_with("https://")
        || key.starts_with("//")
        || key.starts_with("projects/")
        || key.starts_with("/subscriptions/");
    is_id.then(|| identity::parse(key, Some(kind), None, None)).flatten().map(|identity| identity.id)
}

fn instances(entry: Entry) -> Vec<StateResource> {
    let text = match &entry.module {
        Some(module) => format!("{module}.{}.{}", entry.kind, entry.name),
        None => format!("{}.{}", entry.kind, entry.name),
    };
    let Ok(address) = text.parse::<Address>() else { return Vec::new() };
    let naming: Vec<&str> = identity::naming(&entry.kind).map(|(names, _)| names).unwrap_or_default();
    entry
        .instances
        .into_iter()
        .filter(|instance| instance.deposed.is_none())
        .map(|instance| {
            let key = instance.index_key.map(|key| match key {
                Key::Index(index) => InstanceKey::Index(index),
                Key::Name(name) => InstanceKey::Key(name),
            });
            let mut keys: Vec<String> = Vec::new();
            for name in IDENTIFYING.into_iter().chain(naming.iter().copied()) {
                let Some(value) = instance.attributes.0.get(name).filter(|value| !value.is_empty() && value.len() <= 2048) else {
                    continue;
                };
                if !keys.contains(value) {
                    keys.push(value.clone());
                }
            }
            StateResource { address: Address { key, mode: ResourceMode::Managed, ..address.clone() }, keys }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = r#"{"version":4,"serial":7,"lineage":"8f1","outputs":{"password":{"value":"hunter2"}},"resources":[
      {"mode":"managed","type":"aws_security_group","name":"web","module":"module.net[\"eu\"]","instances":[
        {"index_key":0,"attributes":{"id":"sg-0123456789abcdef0","arn":"arn:aws:ec2:eu-west-1:1:security-group/sg-0123456789abcdef0","name":"web"}}]},
      {"mode":"managed","type":"aws_db_instance","name":"main","instances":[
        {"attributes":{"identifier":"orders","id":"db-ABC","password":"hunter2","arn":"arn:aws:rds:eu-west-1:1:db:orders"}}]},
      {"mode":"data","type":"aws_vpc","name":"x","instances":[{"attributes":{"id":"vpc-0123456789abcdef0"}}]},
      {"mode":"managed","type":"aws_security_group_rule","name":"r","instances":[{"attributes":{"id":"sgrule-1","security_group_id":"sg-0123456789abcdef0"}}]}]}"#;

    fn identity(raw: &str) -> ResourceIdentity {
        identity::parse(raw, None, Some("1"), Some("eu-west-1")).unwrap()
    }

    #[test]
    fn generated_ids_are_found_with_their_module_path() {
        let state = State::read("state", STATE.as_bytes()).unwrap();
        for raw in ["sg-0123456789abcdef0", "arn:aws:ec2:eu-west-1:1:security-group/sg-0123456789abcdef0"] {
            let found = state.find(&identity(raw));
            assert_eq!(found.len(), 1, "{raw}");
            assert_eq!(found[0].address.to_string(), "module.net[\"eu\"].aws_security_group.web[0]");
        }
        assert_eq!(state.find(&identity("arn:aws:rds:eu-west-1:1:db:orders"))[0].address.to_string(), "aws_db_instance.main");
        assert!(state.find(&identity("vpc-0123456789abcdef0")).is_empty());
    }

    #[test]
    fn another_account_or_region_is_another_resource() {
        let state = State::read("state", STATE.as_bytes()).unwrap();
        assert!(state.find(&identity("arn:aws:rds:us-east-1:1:db:orders")).is_empty());
        assert!(state.find(&identity("arn:aws:rds:eu-west-1:2:db:orders")).is_empty());
    }

    #[test]
    fn secrets_are_never_kept() {
        let state = State::read("state", STATE.as_bytes()).unwrap();
        assert!(!serde_json::to_string(&state).unwrap().contains("hunter2"));
        let error = State::read("state", br#"{"version":4,"resources":"hunter2"}"#).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn what_is_no_cloud_resource_or_on_its_way_out_is_not_kept() {
        let state = State::read(
            "state",
            br#"{"version":4,"resources":[
              {"mode":"managed","type":"random_string","name":"db","instances":[{"attributes":{"id":"hunter2"}}]},
              {"mode":"managed","type":"aws_instance","name":"web","instances":[
                {"attributes":{"id":"i-0123456789abcdef0"},"status":"tainted"},
                {"attributes":{"id":"i-0fedcba9876543210"},"deposed":"00000001"}]}]}"#,
        )
        .unwrap();
        assert!(!serde_json::to_string(&state).unwrap().contains("hunter2"));
        assert_eq!(state.find(&identity("i-0123456789abcdef0")).len(), 1, "a tainted instance still is of its block");
        assert!(state.find(&identity("i-0fedcba9876543210")).is_empty(), "a deposed one goes away by itself");
    }

    #[test]
    fn a_store_finds_a_state_by_every_form_of_the_id() {
        let offered = State::read("state", STATE.as_bytes()).unwrap().search_keys();
        for raw in
            ["sg-0123456789abcdef0", "arn:aws:ec2:eu-west-1:1:security-group/sg-0123456789abcdef0", "arn:aws:rds:eu-west-1:1:db:orders"]
        {
            assert!(State::keys_of(&identity(raw)).iter().any(|key| offered.binary_search(key).is_ok()), "{raw}");
        }
        assert!(State::keys_of(&identity("sg-0123456789abcdef1")).iter().all(|key| offered.binary_search(key).is_err()));
    }

    #[test]
    fn other_versions_and_nonsense_are_refused() {
        assert!(matches!(State::read("s", br#"{"version":3}"#), Err(StateError::Version { version: 3, .. })));
        assert!(State::read("s", b"\xff\x00").is_err());
    }
}
