//! Which places decide the value of an argument, over all callers and instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::Configuration;
use super::evaluate::Evaluator;
use super::instances::{Absent, BlockInstance, Lookup};
use super::module::ModuleCall;
use super::origin::{Hop, Origin, Role};
use super::syntax::{Block, Site};
use super::value::{Traced, Value, Why};
use crate::model::{Address, ResourceMode};

/// The places that decide the value of one argument of one block.
#[derive(Debug, Clone, Default)]
pub struct Deciders {
    /// Places whose bytes are the value or compute it, in order of file and position.
    pub places: Vec<Decider>,
    /// Bodies that lack the argument, with the instances that go without.
    pub absent: Vec<(Absent, Vec<Reached>)>,
    /// Instances whose value cannot be known, with the reason and the place where knowing ends.
    pub unknown: Vec<Unsettled>,
    /// All instances that were looked at.
    pub instances: Vec<Reached>,
}

/// One deciding place.
#[derive(Debug, Clone)]
pub struct Decider {
    /// The bytes to change: a literal, or the whole expression that computes the value.
    pub site: Site,
    /// [`Role::Literal`] when the bytes are the value; [`Role::Computed`] when they work it out.
    pub role: Role,
    /// The value that comes of it.
    pub value: Value,
    /// Whether it surely decides; `false` when that hangs on a condition that is not known.
    pub certain: bool,
    /// The stations from the argument to this place, for one of the instances.
    pub trail: Vec<(Site, Role)>,
    /// The instances it decides for.
    pub reaches: Vec<Reached>,
}

/// An instance, in one root module read in one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Directory of the root module.
    pub root_dir: String,
    /// Name of the [`Selection`](super::Selection) it was read with; `""` for none.
    pub selection: String,
    /// The address, with `[*]` for unknown keys.
    pub instance: String,
    /// The module calls that lead there, outermost first.
    pub callers: Vec<Site>,
}

/// Why the value of some instances cannot be known.
#[derive(Debug, Clone)]
pub struct Unsettled {
    /// The reason.
    pub why: Arc<Why>,
    /// Where knowing ends: the variable without a value, the reference, the call that cannot be read.
    pub site: Option<Site>,
    /// The stations that lead there.
    pub trail: Vec<(Site, Role)>,
    /// The instances.
    pub reaches: Vec<Reached>,
}

impl Deciders {
    /// Whether every instance's value is certain and known to come from the places.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.unknown.is_empty() && self.places.iter().all(|place| place.certain)
    }
}

/// Asks every configuration for the places that decide argument `path` of the block `kind.name` in module directory `module_dir`.
///
/// `address` gives mode, type and name; its module path and keys do not matter: all callers and instances are looked at.
#[must_use]
pub fn decide(configurations: &[&Configuration<'_>], module_dir: &str, address: &Address, path: &[&str]) -> Deciders {
    let mut gathered = Gathered::default();
    for configuration in configurations {
        let evaluator = Evaluator::new(configuration);
        for node in configuration.nodes_in(module_dir) {
            let block = match address.mode {
                ResourceMode::Module => node.module.calls.get(address.name.as_str()).map(|call: &ModuleCall| &call.block),
                mode => node.module.resource(mode, &address.kind, &address.name).map(|resource| &resource.block),
            };
            let Some(block) = block else { continue };
            let callers = callers(configuration, node);
            for instance in evaluator.instances(node, block) {
                let reached = reached(configuration, &instance, &callers);
                gathered.add(&evaluator.argument(&instance, path), block, &reached);
            }
        }
    }
    gathered.finish()
}

fn reached(configuration: &Configuration<'_>, instance: &BlockInstance<'_>, callers: &[Site]) -> Reached {
    Reached {
        root_dir: configuration.root_dir().to_owned(),
        selection: configuration.selection().name.clone(),
        instance: instance.pattern(),
        callers: callers.to_vec(),
    }
}

/// The blocks that call `node`, outermost first.
fn callers(configuration: &Configuration<'_>, node: &super::configuration::Node) -> Vec<Site> {
    let mut sites = Vec::new();
    let mut next = Some(node);
    while let Some(node) = next {
        sites.extend(configuration.call_of(node).map(Block::site));
        next = node.parent.map(|id| configuration.node(id));
    }
    sites.reverse();
    sites
}

#[derive(Default)]
struct Gathered {
    places: BTreeMap<Site, Decider>,
    absent: Vec<(Absent, Vec<Reached>)>,
    unknown: Vec<Unsettled>,
    instances: Vec<Reached>,
}

impl Gathered {
    fn add(&mut self, lookup: &Lookup, block: &Block, reached: &Reached) {
        self.instances.push(reached.clone());
        for found in &lookup.found {
            self.value(&found.value, true, reached, &[]);
        }
        for absent in &lookup.absent {
            match self.absent.iter_mut().find(|(known, _)| known == absent) {
                Some((_, instances)) => push_once(instances, reached),
                None => self.absent.push((absent.clone(), vec![reached.clone()])),
            }
        }
        if let Some(why) = &lookup.open {
            self.unsettled(why, Some(block.site()), Vec::new(), reached);
        }
    }

    fn value(&mut self, value: &Traced, certain: bool, reached: &Reached, before: &[(Site, Role)]) {
        let mut stations = before.to_vec();
        stations.extend(trail(&value.origin));
        if let Value::Unknown(why) = &value.value {
            match why.root() {
                Why::Either(choices) => {
                    for choice in choices {
                        self.value(choice, false, reached, &stations);
                    }
                }
                _ => {
                    let site = value.origin.decider().map(|hop| hop.site.clone());
                    self.unsettled(why, site, stations, reached);
                }
            }
            return;
        }
        let Some(hop) = value.origin.decider() else {
            let why = Arc::new(Why::Invalid(Arc::from("the value is not written in the code")));
            self.unsettled(&why, None, stations, reached);
            return;
        };
        self.place(hop, value, certain, reached, stations);
    }

    fn place(&mut self, hop: &Hop, value: &Traced, certain: bool, reached: &Reached, trail: Vec<(Site, Role)>) {
        let decider = self.places.entry(hop.site.clone()).or_insert_with(|| Decider {
            site: hop.site.clone(),
            role: hop.role.clone(),
            value: value.value.clone(),
            certain,
            trail,
            reaches: Vec::new(),
        });
        decider.certain &= certain;
        push_once(&mut decider.reaches, reached);
    }

    fn unsettled(&mut self, why: &Arc<Why>, site: Option<Site>, trail: Vec<(Site, Role)>, reached: &Reached) {
        let text = why.to_string();
        match self.unknown.iter_mut().find(|known| known.site == site && known.why.to_string() == text) {
            Some(known) => push_once(&mut known.reaches, reached),
            None => self.unknown.push(Unsettled { why: why.clone(), site, trail, reaches: vec![reached.clone()] }),
        }
    }

    fn finish(self) -> Deciders {
        Deciders { places: self.places.into_values().collect(), absent: self.absent, unknown: self.unknown, instances: self.instances }
    }
}

fn push_once(list: &mut Vec<Reached>, reached: &Reached) {
    if !list.contains(reached) {
        list.push(reached.clone());
    }
}

fn trail(origin: &Origin) -> Vec<(Site, Role)> {
    origin.trail().into_iter().map(|hop| (hop.site.clone(), hop.role.clone())).collect()
}
