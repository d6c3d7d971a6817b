//! Where a block's provider works: a key or a zone of another region means nothing there.

use crate::hcl::{literal, object_entries, traversal_names};
use crate::model::{Refusal, RefusalKind};

use super::context::Context;
use super::follow::term_of;
use super::plan::{Change, shorten};
use super::term::Term;
use super::workbench::{BlockKey, Workbench};

/// Deepest chain of module calls that is followed to a provider.
const MAX_DEPTH: usize = 16;

/// Refuses a plan that writes a KMS key or an availability zone of another region than the target's provider works in: services
/// take keys of their own region only (<https://docs.aws.amazon.com/kms/latest/developerguide/services-s3.html>), and a zone is part of one.
///
/// # Errors
/// A refusal that names both regions.
pub(super) fn fits(cx: Context<'_>, plan: &[Change]) -> Result<(), Refusal> {
    let mut own = None;
    for change in plan {
        for (name, value) in literals(change) {
            let Some(other) = region_in(&name, &value) else { continue };
            let own = own.get_or_insert_with(|| provider_region(cx.bench, cx.target, MAX_DEPTH));
            if let Some(own) = own.as_ref().filter(|own| *own != other) {
                let message = format!(
                    "`{}` is of region `{other}`, and the provider of this block works in `{own}`, where it cannot be used.",
                    shorten(&value)
                );
                return Err(Refusal::new(RefusalKind::NeedsParameter, message)
                    .next(format!("Give one of `{own}` with the command, or in the repository's own `.github/remediate.yml`.")));
            }
        }
    }
    Ok(())
}

/// The quoted texts that a change writes, each with the name of its argument.
fn literals(change: &Change) -> Vec<(String, String)> {
    let mut name = change.argument.rsplit(['.', ':']).next().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for line in change.edit.text.lines() {
        let mut parts = line.split('"');
        let before = parts.next().unwrap_or_default();
        if let Some((argument, _)) = before.split_once('=') {
            argument.trim().clone_into(&mut name);
        }
        found.extend(parts.step_by(2).map(|value| (name.clone(), value.to_owned())));
    }
    found
}

/// The region that a text belongs to, when it is a key's ARN or a zone. What is sent elsewhere on purpose belongs there.
fn region_in<'v>(argument: &str, value: &'v str) -> Option<&'v str> {
    if ["replica", "destination", "dnssec"].iter().any(|elsewhere| argument.contains(elsewhere)) {
        return None;
    }
    let parts: Vec<&str> = value.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "kms", region, ..] if !region.is_empty() => Some(region),
        [zone] => {
            let region = zone.strip_suffix(|last: char| last.is_ascii_lowercase())?;
            let shaped = region.split('-').count() >= 3 && region.ends_with(|last: char| last.is_ascii_digit());
            (shaped && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')).then_some(region)
        }
        _ => None,
    }
}

/// The region of a block as a value, for conditions; unknown where the callers of its module differ or the environment decides.
pub(super) fn region_of(bench: &Workbench, key: &BlockKey) -> Term {
    provider_region(bench, key, MAX_DEPTH).map_or(Term::Unknown, |region| Term::Known(region.into()))
}

/// The region that the provider of a block works in, when the code says so for all callers of its module alike.
fn provider_region(bench: &Workbench, key: &BlockKey, left: usize) -> Option<String> {
    let document = bench.document(&key.path).ok()?;
    let block = key.in_document(&document)?;
    if key.kind == "module" {
        let default = block.attribute("providers").is_none();
        return configured(bench, key.dir(), None, left).filter(|_| default);
    }
    if let Some(own) = block.attribute("region") {
        return literal(&own.value)?.as_str().map(str::to_owned);
    }
    let alias = match block.attribute("provider") {
        None => None,
        Some(provider) => Some(traversal_names(&provider.value).and_then(|names| names.get(1).cloned())?),
    };
    configured(bench, key.dir(), alias.as_deref(), left)
}

fn configured(bench: &Workbench, dir: &str, alias: Option<&str>, left: usize) -> Option<String> {
    for (key, document) in bench.blocks(dir, "provider", Some("aws")) {
        let block = key.in_document(&document)?;
        let named = block.attribute("alias").and_then(|alias| literal(&alias.value)?.as_str().map(str::to_owned));
        if named.as_deref() == alias {
            let region = block.attribute("region")?;
            return term_of(bench, &Context::site(&key), &region.value, Some(region.value_span)).text().map(str::to_owned);
        }
    }
    let calls = bench.callers(dir);
    let mut regions = calls.iter().map(|call| {
        let document = bench.document(&call.block.path).ok()?;
        let handed = call.block.in_document(&document)?.attribute("providers").map(|providers| {
            let wanted = alias.map_or_else(|| "aws".to_owned(), |alias| format!("aws.{alias}"));
            let entries = object_entries(&providers.value);
            let entry = entries.iter().find(|entry| entry.key_span().is_some_and(|span| document.slice(span).trim() == wanted))?;
            Some(traversal_names(entry.value)?.get(1).cloned())
        });
        let alias = match (handed, alias) {
            (Some(handed), _) => handed?,
            (None, None) => None,
            (None, Some(_)) => return None,
        };
        configured(bench, &call.dir, alias.as_deref(), left.checked_sub(1)?)
    });
    let first = regions.next()??;
    regions.all(|region| region.as_ref() == Some(&first)).then_some(first)
}
