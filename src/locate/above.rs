//! Whether a block agrees with what stands above the name in an id: two clusters may each have a service `web`.

use super::scan::naming_arguments;
use crate::identity::{self, Parent};
use crate::model::{ResourceIdentity, ResourceMode};
use crate::terraform::{BlockInstance, Configuration, Evaluator, Value, Why};

/// What a block says of the parts of an id above the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Above {
    /// Everything that the id says stands in the block too.
    Agrees,
    /// Nothing contradicts, and this is not said by the code.
    Unproved(String),
    /// Only state could tell: the part is a generated id.
    Unprovable,
    /// The block belongs to another one.
    Differs,
}

/// Compares one block instance with the id.
pub(super) fn above(
    configuration: &Configuration<'_>,
    evaluator: &Evaluator<'_>,
    instance: &BlockInstance<'_>,
    identity: &ResourceIdentity,
    kind: &str,
) -> Above {
    let mut found = Above::Agrees;
    for parent in identity::parents(identity, kind) {
        match one(configuration, evaluator, instance, &parent) {
            Above::Differs => return Above::Differs,
            Above::Agrees => {}
            Above::Unprovable => found = Above::Unprovable,
            unproved if found == Above::Agrees => found = unproved,
            Above::Unproved(_) => {}
        }
    }
    found
}

fn one(configuration: &Configuration<'_>, evaluator: &Evaluator<'_>, instance: &BlockInstance<'_>, parent: &Parent) -> Above {
    let Some(wanted) = parent.value.as_deref() else { return Above::Unprovable };
    let mut said = false;
    for argument in &parent.arguments {
        let lookup = evaluator.argument(instance, &[argument]);
        let Some(found) = lookup.found.first() else {
            said |= lookup.open.is_some();
            continue;
        };
        said = true;
        match named(configuration, evaluator, &found.value.value) {
            Some(text) if same(&text, wanted) => return Above::Agrees,
            Some(_) => return Above::Differs,
            None => {}
        }
    }
    if said || parent.required { Above::Unproved(wanted.to_owned()) } else { Above::Agrees }
}

/// The value itself, or the name of the resource whose attribute it is.
fn named(configuration: &Configuration<'_>, evaluator: &Evaluator<'_>, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Unknown(why) => {
            let Why::AfterApply(address) = why.root() else { return None };
            let mut names = address.split('.');
            let (kind, name) = (names.next()?, names.next()?.split('[').next()?);
            let mut named = configuration.nodes().iter().filter_map(|node| {
                let resource = node.module.resource(ResourceMode::Managed, kind, name)?;
                let naming = naming_arguments(kind).0?;
                let instances = evaluator.instances(node, &resource.block);
                let [only] = instances.as_slice() else { return None };
                let lookup = evaluator.argument(only, &[naming]);
                lookup.found.first().and_then(|found| found.value.value.as_str().map(str::to_owned))
            });
            // Two modules with a resource of this address: which one is meant is not known.
            let first = named.next()?;
            named.next().is_none().then_some(first)
        }
        _ => None,
    }
}

/// Ids and paths end in the name.
fn same(value: &str, wanted: &str) -> bool {
    let last = value.rsplit(['/', ':']).next().unwrap_or(value);
    value.eq_ignore_ascii_case(wanted) || last.eq_ignore_ascii_case(wanted)
}
