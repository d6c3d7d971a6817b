//! Providers: which versions may be in use, and what their blocks say about region, account and default tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::{Configuration, Node};
use super::evaluate::Evaluator;
use super::instances::BlockInstance;
use super::module::{Module, Resource};
use super::scope::{InstanceId, Scope};
use super::source::Sources;
use super::syntax::{Block, Expression, Site};
use super::value::{Traced, Value};
use super::version::{Constraint, Version};

/// What the code says about a provider's version.
#[derive(Debug, Clone)]
pub struct ProviderVersion {
    /// The version in `.terraform.lock.hcl`.
    pub locked: Option<Version>,
    /// What all modules of the tree allow together.
    pub constraint: Constraint,
    /// The places that say so.
    pub sites: Vec<Site>,
}

impl ProviderVersion {
    /// Whether the version in use is within `range`; `None` when the code allows both.
    #[must_use]
    pub fn within(&self, range: &Constraint) -> Option<bool> {
        match &self.locked {
            Some(version) => Some(range.allows(version)),
            None => self.constraint.within(range),
        }
    }
}

/// One entry of `required_providers`.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The name used in this module.
    pub local_name: Arc<str>,
    /// `namespace/type`, if written.
    pub source: Option<String>,
    /// The version constraint, if it can be read.
    pub constraint: Option<Constraint>,
    /// Where it is written.
    pub site: Site,
}

/// What a provider block says, evaluated.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// `aws`, `google`, …
    pub name: String,
    /// Its alias.
    pub alias: Option<String>,
    /// `region` (or `location`), if set.
    pub region: Option<Traced>,
    /// The account, project or subscription, if the block names one.
    pub account: Option<Traced>,
    /// `default_tags { tags = … }`.
    pub default_tags: Option<Traced>,
    /// The block.
    pub site: Site,
}

/// The entries of `required_providers` of a module.
#[must_use]
pub fn requirements(module: &Module) -> Vec<Requirement> {
    let blocks = module.settings.iter().flat_map(|block| block.body.blocks_of("required_providers"));
    blocks
        .flat_map(|block| &block.body.attributes)
        .map(|attribute| {
            let text = |key| attribute.value.member(key).and_then(|item| item.value.as_literal());
            let version = text("version").or_else(|| attribute.value.as_literal());
            Requirement {
                local_name: attribute.name.clone(),
                source: text("source").map(str::to_owned),
                constraint: version.and_then(|version| version.parse().ok()),
                site: Site { file: attribute.file.clone(), span: attribute.span },
            }
        })
        .collect()
}

/// The versions in `.terraform.lock.hcl` of a root module, by provider type.
pub(super) fn locked_versions(sources: &Sources<'_>, root_dir: &str) -> BTreeMap<String, (Version, Site)> {
    let path = if root_dir.is_empty() { ".terraform.lock.hcl".to_owned() } else { format!("{root_dir}/.terraform.lock.hcl") };
    let Some(file) = sources.file(&path) else { return BTreeMap::new() };
    let locked = file.body.blocks_of("provider").filter_map(|block| {
        let name = block.label(0).rsplit('/').next()?.to_owned();
        let version = block.attribute("version")?.value.as_literal()?.parse().ok()?;
        Some((name, (version, block.site())))
    });
    locked.collect()
}

impl Configuration<'_> {
    /// What is known about the version of provider `name` (`aws`).
    #[must_use]
    pub fn provider_version(&self, name: &str) -> ProviderVersion {
        let mut version = ProviderVersion { locked: None, constraint: Constraint::any(), sites: Vec::new() };
        let mut seen = std::collections::BTreeSet::new();
        for node in self.nodes().iter().filter(|node| seen.insert(&node.module.dir)) {
            for requirement in requirements(&node.module) {
                let kind = requirement.source.as_deref().and_then(|source| source.rsplit('/').next()).unwrap_or(&requirement.local_name);
                if kind == name {
                    narrow(&mut version, requirement.constraint.as_ref(), &requirement.site);
                }
            }
            for block in node.module.providers.iter().filter(|block| block.label(0) == name) {
                // Terraform before 0.13 wrote the version here.
                let old = block.attribute("version").and_then(|version| version.value.as_literal()).and_then(|text| text.parse().ok());
                narrow(&mut version, old.as_ref(), &block.site());
            }
        }
        if let Some((locked, site)) = self.locked().get(name) {
            version.locked = Some(locked.clone());
            version.sites.push(site.clone());
        }
        version
    }
}

fn narrow(version: &mut ProviderVersion, constraint: Option<&Constraint>, site: &Site) {
    if let Some(constraint) = constraint {
        version.constraint = version.constraint.and(constraint);
        version.sites.push(site.clone());
    }
}

/// The provider a resource type belongs to: the part before the first underscore.
#[must_use]
pub fn provider_of_type(kind: &str) -> &str {
    kind.split('_').next().unwrap_or(kind)
}

impl Evaluator<'_> {
    /// The settings of the provider that an instance is created by; `None` when no block configures it.
    #[must_use]
    pub fn provider_of(&self, instance: &BlockInstance<'_>) -> Option<ProviderSettings> {
        let written = instance.block.attribute("provider").and_then(|provider| provider.value.as_reference());
        let local = written.unwrap_or_else(|| provider_of_type(instance.block.label(0)).to_owned());
        self.question(|| self.settings_of(instance.scope.instance, &local))
    }

    /// Follows a provider's name (`aws.west`) up through the `providers` arguments of the calls.
    fn settings_of(&self, instance: InstanceId, name: &str) -> Option<ProviderSettings> {
        let (kind, alias) = name.split_once('.').map_or((name, None), |(kind, alias)| (kind, Some(alias)));
        let node = self.configuration.node(self.node_of(instance));
        let alias_of = |block: &Block| block.attribute("alias").and_then(|alias| alias.value.as_literal()).map(str::to_owned);
        let own = node.module.providers.iter().find(|block| block.label(0) == kind && alias_of(block).as_deref() == alias);
        if let Some(block) = own.filter(|block| !is_proxy(block)) {
            return Some(self.settings(&Scope::new(instance, block.file.clone()), block, alias));
        }
        let caller = self.instance(instance).caller?;
        let passed = self.passed(node, name);
        // Without an alias the caller's default provider is inherited.
        let above = passed.or_else(|| alias.is_none().then(|| name.to_owned()))?;
        self.settings_of(caller.instance, &above)
    }

    /// What the call passes as provider `name`.
    fn passed(&self, node: &Node, name: &str) -> Option<String> {
        let call = self.configuration.call_of(node)?;
        let items = match &call.attribute("providers")?.value.kind {
            super::syntax::ExpressionKind::Object(items) => items,
            _ => return None,
        };
        items.iter().find(|item| item.key.as_reference().as_deref() == Some(name))?.value.as_reference()
    }

    fn settings(&self, scope: &Scope, block: &Block, alias: Option<&str>) -> ProviderSettings {
        let value = |expression: &Expression| self.eval(scope, expression);
        let attribute = |name: &str| block.attribute(name).map(|attribute| value(&attribute.value));
        let nested = |kind: &str, name: &str| {
            block.body.block(kind).and_then(|inner| inner.attribute(name)).map(|attribute| value(&attribute.value))
        };
        let from_role = nested("assume_role", "role_arn")
            .or_else(|| nested("assume_role_with_web_identity", "role_arn"))
            .and_then(|arn| account_of_arn(&arn));
        let allowed = attribute("allowed_account_ids").and_then(|list| match list.value.as_list()?.items.as_slice() {
            [only] if list.value.as_list()?.open.is_none() => Some(only.clone()),
            _ => None,
        });
        ProviderSettings {
            name: block.label(0).to_owned(),
            alias: alias.map(str::to_owned),
            region: attribute("region").or_else(|| attribute("location")),
            account: from_role.or(allowed).or_else(|| attribute("project")).or_else(|| attribute("subscription_id")),
            default_tags: nested("default_tags", "tags").or_else(|| attribute("default_labels")),
            site: block.site(),
        }
    }

    /// An attribute of a data source that the provider block answers.
    pub(super) fn provider_fact(&self, scope: &Scope, resource: &Resource, name: &Arc<str>) -> Option<Traced> {
        let wanted: fn(ProviderSettings) -> Option<Traced> = match (resource.kind(), &**name) {
            ("aws_region", "name" | "id" | "region") => |settings| settings.region,
            ("aws_caller_identity", "account_id" | "id") | ("azurerm_client_config", "subscription_id") => |settings| settings.account,
            ("google_project" | "google_client_config", "project" | "project_id") => |settings| settings.account,
            _ => return None,
        };
        let provider = resource.block.attribute("provider").and_then(|provider| provider.value.as_reference());
        let local = provider.unwrap_or_else(|| provider_of_type(resource.kind()).to_owned());
        wanted(self.settings_of(scope.instance, &local)?)
    }
}

/// An empty provider block in a module only declares that one is passed in.
fn is_proxy(block: &Block) -> bool {
    block.body.blocks.is_empty() && block.body.attributes.iter().all(|attribute| &*attribute.name == "alias")
}

/// The account in `arn:aws:iam::123456789012:role/x`.
fn account_of_arn(arn: &Traced) -> Option<Traced> {
    let account = arn.value.as_str()?.split(':').nth(4).filter(|account| !account.is_empty())?;
    Some(Traced { value: Value::string(account), origin: arn.origin.clone() })
}
