//! Which block a rule is about, from the one a finding names.

use crate::hcl::Block;
use crate::model::{Refusal, RefusalKind, ResourceMode, Target};
use crate::rule::{ModuleSpec, Operation, ReachedBy, RefusalSpec, Rule};

use super::context::Context;
use super::linked::referred;
use super::params::Bound;
use super::version;
use super::workbench::{BlockKey, Workbench};

/// A block and the ends that are wanted of it.
pub(super) struct Subject<'r> {
    pub key: BlockKey,
    pub operations: &'r [Operation],
    pub refusals: &'r [RefusalSpec],
    /// A call of a published module, whose arguments stand for the resource's.
    pub is_module: bool,
}

/// The key of the block that a target names.
pub(super) fn key_of(bench: &Workbench, target: &Target) -> Result<BlockKey, Refusal> {
    let address = &target.address;
    let (kind, labels) = match address.mode {
        ResourceMode::Managed => ("resource", vec![address.kind.clone(), address.name.clone()]),
        ResourceMode::Data => ("data", vec![address.kind.clone(), address.name.clone()]),
        ResourceMode::Module => ("module", vec![address.name.clone()]),
    };
    let document = bench.document(&target.path)?;
    let is_it = |block: &Block| block.kind == kind && block.labels.iter().map(|label| &label.text).eq(&labels);
    let at_place = document.body().blocks.iter().position(|block| block.span.start == target.span.start && is_it(block));
    if let Some(key) = at_place.and_then(|index| BlockKey::of(&target.path, &document, index)) {
        return Ok(key);
    }
    let first = document.body().blocks.iter().position(is_it);
    if let Some(key) = first.and_then(|index| BlockKey::of(&target.path, &document, index)) {
        return Ok(key);
    }
    let elsewhere = bench
        .blocks(&target.module_dir, kind, labels.first().map(String::as_str))
        .into_iter()
        .map(|(key, _)| key)
        .find(|key| key.labels == labels);
    elsewhere.ok_or_else(|| Refusal::new(RefusalKind::NotLocated, format!("`{address}` is not in `{}`.", target.path)))
}

/// The blocks that a rule is about when a finding names this one; `Err(Ok(reason))` when it has nothing to say. Several only
/// where the rule is reached from the block by several arguments.
pub(super) fn subjects<'r>(
    bench: &Workbench,
    rule: &'r Rule,
    params: &Bound,
    key: &BlockKey,
) -> Result<Vec<Subject<'r>>, Result<String, Refusal>> {
    let of_block = |key: BlockKey| Subject { key, operations: &rule.operations, refusals: &rule.refusals, is_module: false };
    let kind = key.labels.first().cloned().unwrap_or_default();
    let subjects = match key.kind.as_str() {
        "module" => return module_subject(bench, rule, key).map(|subject| vec![subject]),
        "resource" if rule.target.resources.contains(&kind) => vec![of_block(key.clone())],
        "data" if rule.target.resources.contains(&format!("data.{kind}")) => vec![of_block(key.clone())],
        "resource" => reached(bench, rule, params, key, &kind)?.into_iter().map(of_block).collect(),
        other => return Err(Ok(format!("rule `{}` is not about `{other}` blocks", rule.id))),
    };
    let Some(constraint) = &rule.target.provider_version else { return Ok(subjects) };
    for subject in &subjects {
        let provider = subject.key.labels.first().and_then(|kind| kind.split('_').next()).unwrap_or_default();
        if !version::meets(bench, subject.key.dir(), provider, constraint) {
            return Err(Ok(format!("rule `{}` is for the {provider} provider {constraint}, and this module declares another", rule.id)));
        }
    }
    Ok(subjects)
}

/// The blocks that this one leads to, or that lead to it, in the ways that the rule names; one by each way.
///
/// Of several by one way those count that the rule concerns: of two listeners of a load balancer the one without TLS.
fn reached(bench: &Workbench, rule: &Rule, params: &Bound, key: &BlockKey, kind: &str) -> Result<Vec<BlockKey>, Result<String, Refusal>> {
    let types = &rule.target.resources;
    let ways: Vec<_> = rule.target.reached_from.iter().filter(|from| from.resource == kind).collect();
    if ways.is_empty() {
        return Err(Ok(format!("rule `{}` is not about `{kind}`", rule.id)));
    }
    let mut found: Vec<BlockKey> = Vec::new();
    for from in ways {
        let led: Vec<BlockKey> = match &from.link {
            ReachedBy::Argument(argument) => referred(bench, key, argument, types).into_iter().collect(),
            ReachedBy::TargetArgument(argument) => types
                .iter()
                .flat_map(|kind| bench.blocks(key.dir(), "resource", Some(kind)))
                .map(|(candidate, _)| candidate)
                .filter(|candidate| referred(bench, candidate, argument, &[kind.to_owned()]).as_ref() == Some(key))
                .collect(),
        };
        let led: Vec<BlockKey> = match (&rule.target.when, led.len()) {
            (Some(when), 2..) => led.into_iter().filter(|led| Context { bench, rule, params, target: led }.may(when)).collect(),
            _ => led,
        };
        if let [first, second, ..] = led.as_slice() {
            return Err(Err(Refusal::new(
                RefusalKind::AmbiguousTarget,
                format!(
                    "`{}` leads to several blocks that rule `{}` is about, among them `{}` and `{}`.",
                    key.local_address(),
                    rule.id,
                    first.local_address(),
                    second.local_address()
                ),
            )
            .next("Fix the one that is meant by its own finding.")));
        }
        found.extend(led.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
    }
    if !found.is_empty() {
        return Ok(found);
    }
    // Its owner is elsewhere (a variable, another state): the block itself can still be mended, if the rule writes such blocks.
    if rule.operations.iter().any(|operation| matches!(operation, Operation::Companion(spec) if spec.resource == kind)) {
        return Ok(vec![key.clone()]);
    }
    Err(Err(Refusal::new(
        RefusalKind::NotLocated,
        format!("`{}` belongs to an {} that is not in these files.", key.local_address(), types.join(" or ")),
    )))
}

fn module_subject<'r>(bench: &Workbench, rule: &'r Rule, key: &BlockKey) -> Result<Subject<'r>, Result<String, Refusal>> {
    let call = Call::of(bench, key);
    let of_source: Vec<&ModuleSpec> = rule.modules.iter().filter(|module| module.source == call.source).collect();
    if let Some(module) = of_source.iter().find(|module| call.fits(module)) {
        return Ok(Subject { key: key.clone(), operations: &module.operations, refusals: &module.refusals, is_module: true });
    }
    let (label, source) = (key.labels.join("."), &call.written);
    let refusal = if of_source.is_empty() {
        Refusal::new(
            RefusalKind::DecidedElsewhere,
            format!("The resource is made by module `{label}` (`{source}`), and rule `{}` does not know that module's arguments.", rule.id),
        )
        .next("Change it through the module's inputs, or move to a module version that closes the hole.")
    } else {
        let known: Vec<String> = of_source.iter().filter_map(|module| module.version.as_ref()).map(|range| format!("`{range}`")).collect();
        Refusal::new(
            RefusalKind::DecidedElsewhere,
            format!(
                "The resource is made by module `{label}` (`{source}`), whose inputs rule `{}` knows in versions {}; this call takes {}.",
                rule.id,
                known.join(" and "),
                call.version.in_words()
            ),
        )
        .next("Say a version that the rule knows in the call, or change the module's inputs by hand.")
    };
    Err(Err(refusal))
}

/// Which version of a published module a call takes.
enum ModuleVersion {
    /// Nothing is said: the newest.
    Newest,
    /// A constraint (`~> 5.0`), or the tag of a git source as an exact version.
    Constraint(String),
    /// A branch or a commit: no version is known.
    Revision(String),
}

impl ModuleVersion {
    fn in_words(&self) -> String {
        match self {
            Self::Newest => "the newest version".to_owned(),
            Self::Constraint(constraint) => format!("`{constraint}`"),
            Self::Revision(revision) => format!("revision `{revision}`, which tells no version"),
        }
    }
}

/// What a module call says about the module it calls.
struct Call {
    /// As written.
    written: String,
    /// Registry form (`namespace/name/provider//folder`), where the source has one.
    source: String,
    version: ModuleVersion,
}

impl Call {
    fn of(bench: &Workbench, key: &BlockKey) -> Self {
        let calls = bench.calls();
        let written = calls.at(key).and_then(|call| call.source.clone()).unwrap_or_default();
        if let Some((source, revision)) = git_source(&written) {
            let version = match revision {
                None => ModuleVersion::Newest,
                Some(revision) => {
                    let tag = revision.trim_start_matches("refs/").trim_start_matches("tags/").trim_start_matches('v');
                    if version::is_exact(tag) { ModuleVersion::Constraint(tag.to_owned()) } else { ModuleVersion::Revision(revision) }
                }
            };
            return Self { written, source, version };
        }
        let source = ["registry.terraform.io/", "registry.opentofu.org/"].iter().find_map(|host| written.strip_prefix(host));
        let source = source.unwrap_or(&written).to_owned();
        let document = bench.document(&key.path);
        let attribute = document.ok().and_then(|document| key.in_document(&document)?.attribute("version").cloned());
        let version = match attribute.map(|attribute| crate::hcl::literal(&attribute.value)) {
            None => ModuleVersion::Newest,
            Some(Some(serde_json::Value::String(constraint))) => ModuleVersion::Constraint(constraint),
            Some(_) => ModuleVersion::Revision("that an expression gives".to_owned()),
        };
        Self { written, source, version }
    }

    /// Whether the newest version that the call allows is one that the specification is for.
    fn fits(&self, module: &ModuleSpec) -> bool {
        match (&self.version, &module.version) {
            (_, None) => true,
            (ModuleVersion::Newest, Some(wanted)) => version::overlaps("", wanted),
            (ModuleVersion::Constraint(declared), Some(wanted)) => version::overlaps(declared, wanted),
            (ModuleVersion::Revision(_), Some(_)) => false,
        }
    }
}

/// What the pull request says about the published module behind a call: its source, the version taken, and what the rule knows.
pub(super) fn module_note(bench: &Workbench, rule: &Rule, key: &BlockKey) -> String {
    let call = Call::of(bench, key);
    let known =
        rule.modules.iter().find(|module| module.source == call.source && call.fits(module)).and_then(|module| module.version.as_ref());
    let known = known.map_or(String::new(), |range| format!("; the inputs are those of versions `{range}`"));
    format!("Changed through the inputs of the published module `{}`, {}{known}.", call.written, call.version.in_words())
}

/// The registry form of a git source on GitHub that follows the registry's naming (`terraform-<provider>-<name>`), and its `ref`.
fn git_source(written: &str) -> Option<(String, Option<String>)> {
    let rest = written.strip_prefix("git::").unwrap_or(written);
    let rest = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("ssh://")).unwrap_or(rest);
    let rest = rest.strip_prefix("git@").unwrap_or(rest);
    let rest = rest.strip_prefix("github.com/").or_else(|| rest.strip_prefix("github.com:"))?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (repository, folder) = path.split_once("//").map_or((path, None), |(repository, folder)| (repository, Some(folder)));
    let (owner, repository) = repository.split_once('/')?;
    let named = repository.trim_end_matches('/').trim_end_matches(".git").strip_prefix("terraform-")?;
    let (provider, name) = named.split_once('-')?;
    let folder = folder.map_or(String::new(), |folder| format!("//{}", folder.trim_matches('/')));
    let revision = query.split('&').find_map(|pair| pair.strip_prefix("ref=")).map(str::to_owned);
    Some((format!("{owner}/{name}/{provider}{folder}"), revision))
}

#[cfg(test)]
mod tests {
    use super::git_source;

    #[test]
    fn git_sources_of_published_modules_have_a_registry_form() {
        let read = |written: &str| git_source(written).map(|(source, revision)| (source, revision.unwrap_or_default()));
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            read("git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=v4.1.0"),
            pair("terraform-aws-modules/s3-bucket/aws", "v4.1.0")
        );
        assert_eq!(read("github.com/cloudposse/terraform-aws-rds?ref=tags/0.40.0"), pair("cloudposse/rds/aws", "tags/0.40.0"));
        assert_eq!(
            read("git@github.com:terraform-aws-modules/terraform-aws-iam.git//modules/iam-user"),
            pair("terraform-aws-modules/iam/aws//modules/iam-user", "")
        );
        assert_eq!(read("git::https://github.com/acme/modules.git//s3?ref=v1"), None);
        assert_eq!(read("terraform-aws-modules/s3-bucket/aws"), None);
    }
}
