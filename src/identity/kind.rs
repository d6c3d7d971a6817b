//! The table of kinds: what a cloud calls a resource, and which Terraform types and arguments create it.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::pattern::Pattern;
use crate::model::Provider;

/// A Terraform type that holds a part of another type's cloud resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The Terraform type of the part (`aws_s3_bucket_versioning`).
    pub terraform_type: String,
    /// Its argument that refers to the whole (`bucket`).
    pub link: String,
}

/// One Terraform type with the cloud's names for it.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The Terraform type.
    pub terraform_type: String,
    /// Whose cloud.
    pub provider: Provider,
    /// Shapes of the canonical id.
    pub patterns: Vec<Pattern>,
    /// The cloud's own type names, as [`normalised`] writes them.
    pub cloud_types: Vec<String>,
    /// Arguments that together give the name in the id, the most specific last; empty when the cloud generates it.
    pub naming: Vec<String>,
    /// Argument that gives only the beginning of the name.
    pub prefix: Option<String>,
    /// What arguments that the id tells are when a block does not have them (`path` is `/`).
    pub defaults: BTreeMap<String, String>,
    /// Other Terraform types that create the same thing.
    pub also: Vec<String>,
    /// Terraform types that hold a part of it.
    pub parts: Vec<Part>,
    /// The type that this one is a part of, when it has no id of its own.
    pub of: Option<String>,
    /// Whether names compare without regard to case.
    pub fold: bool,
    /// One for each account: nothing but the type tells which block.
    pub singleton: bool,
    /// Beginning of a bare generated id (`sg-`).
    pub bare: Option<String>,
}

impl Kind {
    /// The argument whose value is the short name (`bucket`), if a name is given in code at all.
    #[must_use]
    pub fn name_argument(&self) -> Option<&str> {
        self.naming.last().map(String::as_str)
    }

    /// Whether the cloud makes up the id, so that no argument can tell it and only state, tags or a position can.
    #[must_use]
    pub fn generated(&self) -> bool {
        self.naming.is_empty() && !self.singleton && self.of.is_none()
    }

    /// The argument that refers to the resource above this one, where the id has that one's name (a listener's `load_balancer_arn`).
    #[must_use]
    pub fn refers(&self) -> Option<&str> {
        self.patterns.iter().find_map(Pattern::refers)
    }

    /// Whether its resources live in one region, as far as the shape of their id tells.
    #[must_use]
    pub fn is_regional(&self) -> bool {
        self.patterns.first().is_some_and(Pattern::has_region)
    }

    /// The cloud's service (`s3`) in the shapes of the id, if it has one of its own.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.patterns.first().map(Pattern::service)
    }

    /// Every Terraform type that may have created a resource of this kind, this one first.
    pub fn terraform_types(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.terraform_type.as_str()).chain(self.also.iter().map(String::as_str))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    arn: Option<OneOrMany>,
    arm: Option<OneOrMany>,
    full: Option<OneOrMany>,
    cfn: Option<OneOrMany>,
    asset: Option<OneOrMany>,
    types: Option<Vec<String>>,
    name: Option<Vec<String>>,
    prefix: Option<String>,
    #[serde(default)]
    default: BTreeMap<String, String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    parts: toml::Table,
    of: Option<String>,
    #[serde(default)]
    fold: bool,
    #[serde(default)]
    generated: bool,
    #[serde(default)]
    singleton: bool,
    #[serde(default, rename = "account")]
    _account: bool,
    bare: Option<String>,
}

/// All kinds with their lookups. Built once from the three data files.
pub struct Kinds {
    all: Vec<Kind>,
    by_type: HashMap<String, usize>,
    by_cloud_type: HashMap<String, Vec<usize>>,
    by_service: HashMap<String, Vec<(usize, usize)>>,
    creates: HashMap<String, Vec<usize>>,
    part_of: HashMap<String, Vec<usize>>,
}

static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
    let mut all = Vec::new();
    for (provider, text) in [
        (Provider::Aws, include_str!("aws.toml")),
        (Provider::Azure, include_str!("azure.toml")),
        (Provider::Gcp, include_str!("gcp.toml")),
    ] {
        // The files are part of the program and read by a test: a broken one gives an empty table there, never a panic here.
        let entries: BTreeMap<String, Entry> = toml::from_str(text).unwrap_or_default();
        all.extend(entries.into_iter().map(|(name, entry)| kind_of(name, provider.clone(), entry)));
    }
    Kinds::index(all)
});

/// The table.
#[must_use]
pub fn kinds() -> &'static Kinds {
    &KINDS
}

/// A cloud's type name without what differs between its spellings: `AWS::S3::Bucket` and `AwsS3Bucket` are both `awss3bucket`.
#[must_use]
pub fn normalised(cloud_type: &str) -> String {
    cloud_type.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn kind_of(terraform_type: String, provider: Provider, entry: Entry) -> Kind {
    let (mut patterns, mut cloud_types) = (Vec::new(), Vec::new());
    for arn in entry.arn.into_iter().flat_map(OneOrMany::into_vec) {
        patterns.push(Pattern::arn(&arn));
    }
    for arm in entry.arm.into_iter().flat_map(OneOrMany::into_vec) {
        cloud_types.push(normalised(&arm));
        patterns.push(Pattern::arm(&arm, entry.generated));
    }
    for full in entry.full.into_iter().flat_map(OneOrMany::into_vec) {
        patterns.push(Pattern::gcp(&full));
    }
    cloud_types.extend(entry.cfn.into_iter().flat_map(OneOrMany::into_vec).map(|cfn| normalised(&format!("AWS{cfn}"))));
    cloud_types.extend(entry.asset.into_iter().flat_map(OneOrMany::into_vec).map(|asset| normalised(&asset)));
    cloud_types.extend(entry.types.into_iter().flatten().map(|name| normalised(&name)));
    cloud_types.dedup();
    let naming = match (entry.name, entry.generated || entry.singleton) {
        (_, true) => Vec::new(),
        (Some(name), _) => name,
        (None, _) => patterns.iter().find(|pattern| !pattern.has_generated_id()).map(Pattern::arguments).unwrap_or_default(),
    };
    let parts = entry
        .parts
        .into_iter()
        .filter_map(|(terraform_type, link)| Some(Part { terraform_type, link: link.as_str()?.to_owned() }))
        .collect();
    Kind {
        terraform_type,
        provider,
        patterns,
        cloud_types,
        naming,
        prefix: entry.prefix,
        defaults: entry.default,
        also: entry.also,
        parts,
        of: entry.of,
        fold: entry.fold,
        singleton: entry.singleton,
        bare: entry.bare,
    }
}

impl Kinds {
    fn index(all: Vec<Kind>) -> Self {
        let mut kinds = Self {
            by_type: HashMap::new(),
            by_cloud_type: HashMap::new(),
            by_service: HashMap::new(),
            creates: HashMap::new(),
            part_of: HashMap::new(),
            all,
        };
        for (at, kind) in kinds.all.iter().enumerate() {
            kinds.by_type.insert(kind.terraform_type.clone(), at);
            for name in &kind.cloud_types {
                kinds.by_cloud_type.entry(name.clone()).or_default().push(at);
            }
            for (shape, pattern) in kind.patterns.iter().enumerate() {
                kinds.by_service.entry(pattern.service().to_owned()).or_default().push((at, shape));
            }
            for created in kind.terraform_types() {
                kinds.creates.entry(created.to_owned()).or_default().push(at);
            }
            for part in &kind.parts {
                kinds.part_of.entry(part.terraform_type.clone()).or_default().push(at);
            }
        }
        kinds
    }

    /// Every kind, by provider and type.
    #[must_use]
    pub fn all(&self) -> &[Kind] {
        &self.all
    }

    /// The kind that a Terraform type's own entry describes.
    #[must_use]
    pub fn of_type(&self, terraform_type: &str) -> Option<&Kind> {
        self.all.get(*self.by_type.get(terraform_type)?)
    }

    /// The kinds that a Terraform type may create: its own entry and those that name it in `also`.
    pub fn created_by(&self, terraform_type: &str) -> impl Iterator<Item = &Kind> {
        self.listed(self.creates.get(terraform_type))
    }

    /// The kinds of which a Terraform type holds a part (`aws_s3_bucket_acl` → the bucket).
    pub fn wholes_of(&self, terraform_type: &str) -> impl Iterator<Item = &Kind> {
        self.listed(self.part_of.get(terraform_type))
    }

    /// The kinds that a cloud's own type name, in any spelling, stands for.
    pub fn of_cloud_type(&self, cloud_type: &str) -> impl Iterator<Item = &Kind> {
        self.listed(self.by_cloud_type.get(&normalised(cloud_type)))
    }

    /// Kinds with a pattern for the service (`s3`, `microsoft.storage/storageaccounts`, `compute`), each with that pattern.
    pub(super) fn of_service(&self, service: &str) -> impl Iterator<Item = (&Kind, &Pattern)> {
        self.by_service.get(service).into_iter().flatten().filter_map(|&(kind, shape)| {
            let kind = self.all.get(kind)?;
            Some((kind, kind.patterns.get(shape)?))
        })
    }

    fn listed<'a>(&'a self, places: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Kind> {
        places.into_iter().flatten().filter_map(|&at| self.all.get(at))
    }
}
