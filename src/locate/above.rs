//! Whether a block agrees with what stands beside the name in an id: two clusters may each have a service `web`, two paths a role.

use super::scan::naming_arguments;
use crate::identity::{self, Parent};
use crate::model::{ResourceIdentity, ResourceMode};
use crate::terraform::{BlockInstance, Configuration, Evaluator, Piece, Value, Why, match_name};

/// How far references are followed to a name: from a rule to its listener to its load balancer.
const FARTHEST: usize = 3;

/// What a block says of the parts of an id beside the name.
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
    all(configuration, evaluator, instance, identity::parents(identity, kind))
}

/// Compares the call of a published module with the id, whose name the argument `naming` gives: the module's arguments for what
/// stands beside the name are called as the resource's, or begin as the naming one does (`role_name`, `role_path`).
pub(super) fn above_of_call(
    configuration: &Configuration<'_>,
    evaluator: &Evaluator<'_>,
    instance: &BlockInstance<'_>,
    identity: &ResourceIdentity,
    (kind, naming): (&str, &str),
) -> Above {
    let mut parents = identity::parents(identity, kind);
    let start = naming.strip_suffix("name").filter(|start| !start.is_empty());
    for parent in &mut parents {
        let longer: Vec<String> = start.iter().flat_map(|start| parent.arguments.iter().map(move |own| format!("{start}{own}"))).collect();
        parent.arguments.splice(0..0, longer);
    }
    all(configuration, evaluator, instance, parents)
}

fn all(configuration: &Configuration<'_>, evaluator: &Evaluator<'_>, instance: &BlockInstance<'_>, parents: Vec<Parent>) -> Above {
    let mut found = Above::Agrees;
    for parent in parents {
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
    let Some(wanted) = parent.values.first() else { return Above::Unprovable };
    let mut said = false;
    for argument in &parent.arguments {
        let lookup = evaluator.argument(instance, &[argument]);
        let Some(found) = lookup.found.first() else {
            said |= lookup.open.is_some();
            continue;
        };
        if matches!(found.value.value, Value::Null) {
            continue;
        }
        said = true;
        match says(configuration, evaluator, &found.value.value, parent) {
            Some(true) => return Above::Agrees,
            Some(false) => return Above::Differs,
            None => {}
        }
    }
    match &parent.default {
        Some(default) if !said => agreement(parent.values.iter().any(|wanted| same(default, wanted))),
        _ if said || parent.required => Above::Unproved(wanted.clone()),
        _ => Above::Agrees,
    }
}

fn agreement(agrees: bool) -> Above {
    if agrees { Above::Agrees } else { Above::Differs }
}

/// Whether a value is one of those that the id allows; `None` when the code does not say.
fn says(configuration: &Configuration<'_>, evaluator: &Evaluator<'_>, value: &Value, parent: &Parent) -> Option<bool> {
    if let Value::Unknown(why) = value
        && let Why::Either(choices) = why.root()
    {
        let mut said = choices.iter().map(|choice| says(configuration, evaluator, &choice.value, parent));
        let first = said.next()??;
        return said.all(|next| next == Some(first)).then_some(first);
    }
    if let Value::Template(pieces) = value {
        // An argument without a default may hold a whole id of which the name is only a part, and so may any text with colons.
        let plain = parent.default.is_some() && !pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains(':')));
        let fits = parent.values.iter().any(|wanted| match_name(value, wanted).is_some());
        return (plain && !fits).then_some(false);
    }
    let text = named(configuration, evaluator, value, FARTHEST)?;
    Some(parent.values.iter().any(|wanted| same(&text, wanted)))
}

/// The value itself, or the name of the resource whose attribute it is.
fn named(configuration: &Configuration<'_>, evaluator: &Evaluator<'_>, value: &Value, steps: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Unknown(why) => {
            let Why::AfterApply(address) = why.root() else { return None };
            let mut names = address.split('.');
            let (kind, name) = (names.next()?, names.next()?.split('[').next()?);
            let mut named = configuration.nodes().iter().filter_map(|node| {
                let resource = node.module.resource(ResourceMode::Managed, kind, name)?;
                // A listener has no name; its load balancer has.
                let naming = naming_arguments(kind).0.or_else(|| identity::kinds().created_by(kind).find_map(identity::Kind::refers))?;
                let instances = evaluator.instances(node, &resource.block);
                let [only] = instances.as_slice() else { return None };
                let lookup = evaluator.argument(only, &[naming]);
                let value = &lookup.found.first()?.value.value;
                named(configuration, evaluator, value, steps.checked_sub(1)?)
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
