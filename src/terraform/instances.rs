//! The instances of blocks, and the values of their arguments.

use std::sync::Arc;

use super::configuration::Node;
use super::evaluate::{Evaluator, site};
use super::origin::{Origin, Role};
use super::repetition::Member;
use super::scope::{InstanceId, Scope};
use super::syntax::{Block, Body, Site};
use super::value::{Traced, Value, Why};
use crate::model::{Address, InstanceKey, ModuleStep, ResourceMode};

/// Most instances that one question looks at, modules and keys multiplied.
const MOST_INSTANCES: usize = 2_000;

/// One instance of a block, at one place of the module tree.
#[derive(Debug, Clone)]
pub struct BlockInstance<'b> {
    /// Its address from the root. Unknown keys are absent.
    pub address: Address,
    /// Which steps of its address have an unknown number: positions in the module path, its length for the block itself.
    pub unknown: Vec<usize>,
    /// Where its arguments are evaluated: `each` and `count` are bound.
    pub scope: Scope,
    /// The block.
    pub block: &'b Block,
}

impl BlockInstance<'_> {
    /// Whether it stands for an unknown number of instances.
    #[must_use]
    pub const fn any(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// The address, with `[*]` where keys are not known.
    #[must_use]
    pub fn pattern(&self) -> String {
        let mark = |at: usize| if self.unknown.contains(&at) { "[*]" } else { "" };
        let mut text = String::new();
        for (at, step) in self.address.module.iter().enumerate() {
            let own = Address { mode: ResourceMode::Module, key: step.key.clone(), ..Address::managed("module", &step.name) };
            text.push_str(&format!("{own}{}.", mark(at)));
        }
        let own = Address { module: Vec::new(), ..self.address.clone() };
        format!("{text}{own}{}", mark(self.address.module.len()))
    }
}

/// One instance of a module.
#[derive(Debug, Clone)]
pub struct ModuleInstance {
    /// The instance, for scopes.
    pub id: InstanceId,
    /// The calls that lead to it.
    pub path: Vec<ModuleStep>,
    /// Positions in the path of calls with an unknown number.
    pub unknown: Vec<usize>,
}

/// What an argument of a block instance is.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// The values: one for each nested block on the way, in order.
    pub found: Vec<Found>,
    /// Bodies on the way that lack the next step: the block itself or a nested block.
    pub absent: Vec<Absent>,
    /// There may be further nested blocks (`dynamic` over something unknown), for this reason.
    pub open: Option<Arc<Why>>,
}

/// A body that lacks an argument or a nested block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The block whose body lacks it.
    pub site: Site,
    /// The steps that are missing there.
    pub missing: Vec<String>,
}

/// One value of an argument.
#[derive(Debug, Clone)]
pub struct Found {
    /// The value.
    pub value: Traced,
    /// The argument: name, `=` and value.
    pub site: Site,
}

impl<'c> Evaluator<'c> {
    /// The instances of the module at `node`.
    #[must_use]
    pub fn module_instances(&self, node: &Node) -> Vec<ModuleInstance> {
        self.question(|| self.module_instances_of(node).to_vec())
    }

    /// Remembered: a place deep in the tree asks for all those above it.
    fn module_instances_of(&self, node: &Node) -> Arc<[ModuleInstance]> {
        if let Some(known) = self.places.borrow().get(&node.id) {
            return known.clone();
        }
        let found: Arc<[ModuleInstance]> = self.find_module_instances(node).into();
        self.places.borrow_mut().insert(node.id, found.clone());
        found
    }

    fn find_module_instances(&self, node: &Node) -> Vec<ModuleInstance> {
        let (Some(parent), Some(call), Some(name)) = (node.parent, self.configuration.call_of(node), node.path.last()) else {
            return vec![ModuleInstance { id: InstanceId(0), path: Vec::new(), unknown: Vec::new() }];
        };
        let mut instances = Vec::new();
        for outer in self.module_instances_of(self.configuration.node(parent)).iter() {
            let repetition = self.repetition(&Scope::new(outer.id, call.file.clone()), call);
            for member in repetition.members {
                if instances.len() >= MOST_INSTANCES || !self.spend(1) {
                    return instances;
                }
                let id = self.intern(outer.id, name, node.id, member.key.clone(), member.any, member.scope.clone());
                let mut path = outer.path.clone();
                path.push(ModuleStep { name: name.to_string(), key: member.key });
                let mut unknown = outer.unknown.clone();
                unknown.extend(member.any.then_some(path.len() - 1));
                instances.push(ModuleInstance { id, path, unknown });
            }
        }
        instances
    }

    /// The scope of a module instance, seen from `file`.
    #[must_use]
    pub fn module_scope(&self, instance: &ModuleInstance, file: &Arc<str>) -> Scope {
        Scope::new(instance.id, file.clone())
    }

    /// The instances of `block` (a `resource`, `data` or `module` block of `node`'s module) in all instances of the module.
    #[must_use]
    pub fn instances<'b>(&self, node: &Node, block: &'b Block) -> Vec<BlockInstance<'b>> {
        let mut found = Vec::new();
        for module in self.question(|| self.module_instances_of(node)).iter() {
            let repetition = self.question(|| self.repetition(&Scope::new(module.id, block.file.clone()), block));
            for Member { key, any, scope } in repetition.members {
                if found.len() >= MOST_INSTANCES {
                    return found;
                }
                let address = address_of(block, module.path.clone(), key);
                let mut unknown = module.unknown.clone();
                unknown.extend(any.then_some(module.path.len()));
                found.push(BlockInstance { address, unknown, scope, block });
            }
        }
        found
    }

    /// The values of the argument at `path` (`["versioning", "enabled"]`) of a block instance. Nested blocks, `dynamic` blocks and
    /// object values are entered alike.
    #[must_use]
    pub fn argument(&self, instance: &BlockInstance<'_>, path: &[&str]) -> Lookup {
        let mut lookup = Lookup::default();
        self.question(|| self.look(&instance.scope, &instance.block.body, &instance.block.site(), path, &mut lookup));
        lookup
    }

    /// Nesting of blocks is bounded by the parser, so the recursion is.
    fn look(&self, scope: &Scope, body: &Body, holder: &Site, path: &[&str], lookup: &mut Lookup) {
        let Some((first, rest)) = path.split_first() else { return };
        let mut entered = false;
        if let Some(attribute) = body.attribute(first) {
            entered = true;
            let value = self.assigned(scope, attribute, Role::Argument { name: attribute.name.clone() });
            let site = Site { file: attribute.file.clone(), span: attribute.span };
            enter_value(value, &site, rest, lookup);
        }
        for block in &body.blocks {
            if &*block.kind == *first && rest.is_empty() {
                entered = true;
                let value = Traced { value: Value::object(std::collections::BTreeMap::new()), origin: block_origin(block) };
                lookup.found.push(Found { value, site: block.site() });
            } else if &*block.kind == *first {
                entered = true;
                self.look(&scope.in_file(&block.file), &block.body, &block.site(), rest, lookup);
            } else if &*block.kind == "dynamic" && block.label(0) == *first {
                entered = true;
                self.look_dynamic(&scope.in_file(&block.file), block, rest, lookup);
            }
        }
        if !entered {
            lookup.absent.push(Absent { site: holder.clone(), missing: path.iter().map(ToString::to_string).collect() });
        }
    }

    fn look_dynamic(&self, scope: &Scope, block: &Block, rest: &[&str], lookup: &mut Lookup) {
        let (Some(for_each), Some(content)) = (block.attribute("for_each"), block.body.block("content")) else { return };
        let iterator = block.attribute("iterator").and_then(|iterator| iterator.value.as_reference());
        let iterator: Arc<str> = iterator.map_or_else(|| Arc::from(block.label(0)), Arc::from);
        let collection = self.eval(scope, &for_each.value);
        let walk = super::walk::items(&collection.value);
        let visit = |key: Traced, value: Traced, lookup: &mut Lookup| {
            let entry = |value| super::value::Entry { key: Origin::default(), value };
            let item = std::collections::BTreeMap::from([(Arc::from("key"), entry(key)), (Arc::from("value"), entry(value))]);
            let inner = scope.with(iterator.clone(), Traced::bare(Value::object(item)));
            if rest.is_empty() {
                let value = Traced { value: Value::object(std::collections::BTreeMap::new()), origin: block_origin(block) };
                lookup.found.push(Found { value, site: block.site() });
            } else {
                self.look(&inner, &content.body, &content.site(), rest, lookup);
            }
        };
        for (key, value) in walk.items {
            if !self.spend(1) {
                lookup.open = Some(Arc::new(Why::Bound));
                return;
            }
            visit(key, value, lookup);
        }
        if let Some(why) = walk.open {
            let unknown = Traced { value: Value::because(&why), origin: collection.origin.clone() };
            visit(unknown.clone(), unknown, lookup);
            lookup.open = Some(why);
        }
    }

    /// Where `expression` stands, for messages.
    #[must_use]
    pub fn site_of(&self, scope: &Scope, expression: &super::syntax::Expression) -> Site {
        site(scope, expression.span)
    }
}

fn block_origin(block: &Block) -> Origin {
    Origin::hop(block.site(), Role::Literal, Vec::new())
}

/// Steps into an argument's value; lists on the way stand for repeated blocks.
fn enter_value(value: Traced, site: &Site, rest: &[&str], lookup: &mut Lookup) {
    let Some((first, after)) = rest.split_first() else {
        lookup.found.push(Found { value, site: site.clone() });
        return;
    };
    match &value.value {
        Value::List(list) => {
            for item in &list.items {
                enter_value(item.clone(), site, rest, lookup);
            }
            if list.open.is_some() {
                lookup.open.clone_from(&list.open);
            }
        }
        Value::Object(object) if object.open.is_none() && !object.entries.contains_key(*first) => {
            let holder = value.origin.decider().map_or_else(|| site.clone(), |hop| hop.site.clone());
            lookup.absent.push(Absent { site: holder, missing: rest.iter().map(ToString::to_string).collect() });
        }
        Value::Null => lookup.absent.push(Absent { site: site.clone(), missing: rest.iter().map(ToString::to_string).collect() }),
        _ => enter_value(super::access::member(&value, first), site, after, lookup),
    }
}

fn address_of(block: &Block, module: Vec<ModuleStep>, key: Option<InstanceKey>) -> Address {
    let text = |at| block.label(at).to_owned();
    match &*block.kind {
        "module" => Address { module, mode: ResourceMode::Module, kind: "module".to_owned(), name: text(0), key },
        "data" => Address { module, mode: ResourceMode::Data, kind: text(0), name: text(1), key },
        _ => Address { module, mode: ResourceMode::Managed, kind: text(0), name: text(1), key },
    }
}
