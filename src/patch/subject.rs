//! Which block a rule is about, from the one a finding names.

use crate::model::{Refusal, RefusalKind, ResourceMode, Target};
use crate::rule::{ModuleSpec, Operation, ReachedBy, RefusalSpec, Rule};

use super::linked::referred;
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
    let keys = (0..document.body().blocks.len())
        .filter_map(|index| BlockKey::of(&target.path, &document, index))
        .filter(|key| key.kind == kind && key.labels == labels);
    let keys: Vec<BlockKey> = keys.collect();
    let at_span = keys.iter().find(|key| key.in_document(&document).is_some_and(|block| block.span.start == target.span.start));
    if let Some(key) = at_span.or_else(|| keys.first()) {
        return Ok(key.clone());
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
pub(super) fn subjects<'r>(bench: &Workbench, rule: &'r Rule, key: &BlockKey) -> Result<Vec<Subject<'r>>, Result<String, Refusal>> {
    let of_block = |key: BlockKey| Subject { key, operations: &rule.operations, refusals: &rule.refusals, is_module: false };
    let kind = key.labels.first().cloned().unwrap_or_default();
    let subjects = match key.kind.as_str() {
        "module" => return module_subject(bench, rule, key).map(|subject| vec![subject]),
        "resource" if rule.target.resources.contains(&kind) => vec![of_block(key.clone())],
        "data" if rule.target.resources.contains(&format!("data.{kind}")) => vec![of_block(key.clone())],
        "resource" => reached(bench, rule, key, &kind)?.into_iter().map(of_block).collect(),
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
fn reached(bench: &Workbench, rule: &Rule, key: &BlockKey, kind: &str) -> Result<Vec<BlockKey>, Result<String, Refusal>> {
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
        format!("`{}` belongs to a {} that is not in these files.", key.local_address(), types.join(" or ")),
    )))
}

fn module_subject<'r>(bench: &Workbench, rule: &'r Rule, key: &BlockKey) -> Result<Subject<'r>, Result<String, Refusal>> {
    let calls = bench.calls();
    let call = calls.iter().find(|call| call.block == *key);
    let source = call.and_then(|call| call.source.clone()).unwrap_or_default();
    match rule.modules.iter().find(|module| fits(bench, key, module, &source)) {
        Some(module) => Ok(Subject { key: key.clone(), operations: &module.operations, refusals: &module.refusals, is_module: true }),
        None => Err(Err(Refusal::new(
            RefusalKind::DecidedElsewhere,
            format!(
                "The resource is made by module `{}` (`{source}`), and rule `{}` does not know that module's arguments.",
                key.labels.join("."),
                rule.id
            ),
        )
        .next("Change it through the module's inputs, or move to a module version that closes the hole."))),
    }
}

/// Whether a module specification is about this call: same source (registry host and `//folder` apart), fitting version.
fn fits(bench: &Workbench, key: &BlockKey, module: &ModuleSpec, source: &str) -> bool {
    let plain = source.strip_prefix("registry.terraform.io/").or_else(|| source.strip_prefix("registry.opentofu.org/")).unwrap_or(source);
    if plain != module.source {
        return false;
    }
    let Some(wanted) = &module.version else { return true };
    let document = bench.document(&key.path);
    let declared = document.ok().and_then(|document| {
        let value = crate::hcl::literal(&key.in_document(&document)?.attribute("version")?.value)?;
        value.as_str().map(str::to_owned)
    });
    declared.is_none_or(|declared| version::overlaps(&declared, wanted))
}
