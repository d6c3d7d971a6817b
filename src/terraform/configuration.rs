//! A root module with the tree of modules it calls and the values given to its variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::module::{Module, ModuleSource};
use super::provider;
use super::selection::{self, Selection};
use super::source::Sources;
use super::syntax::{Attribute, Block, Site};
use super::terragrunt;
use super::value::Traced;
use super::version::Version;
use crate::model::Workspace;

/// Most module calls in one tree, each path counted: calls multiply.
const MOST_NODES: usize = 5_000;

/// Deepest module path.
const DEEPEST: usize = 32;

/// A root module as Terraform would read it with one selection of variable files.
#[derive(Debug)]
pub struct Configuration<'w> {
    workspace: &'w Workspace,
    selection: Selection,
    nodes: Vec<Node>,
    given: BTreeMap<Arc<str>, Given>,
    locked: BTreeMap<String, (Version, Site)>,
    terragrunt: Option<terragrunt::Context>,
    problems: Vec<Problem>,
}

/// A place in the module tree, as an index into [`Configuration::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) usize);

/// A module at one place of the tree.
#[derive(Debug)]
pub struct Node {
    /// Its index.
    pub id: NodeId,
    /// The module that calls it; `None` for the root.
    pub parent: Option<NodeId>,
    /// Names of the calls from the root.
    pub path: Vec<Arc<str>>,
    /// What it defines. Shared by all places that call the same directory.
    pub module: Arc<Module>,
    /// The modules it calls, by call name; calls whose source is not in the workspace are absent.
    pub children: BTreeMap<Arc<str>, NodeId>,
}

/// A value given to a root variable from outside the module's own files.
#[derive(Debug, Clone)]
pub enum Given {
    /// An entry of a variable file.
    Written(Attribute),
    /// A value that Terragrunt passes.
    Passed(Traced),
}

/// Something that could not be read as it should, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub site: Site,
    /// What.
    pub message: String,
}

impl<'w> Configuration<'w> {
    /// Reads the root module in `root_dir` and every module of the workspace that it calls.
    ///
    /// Nothing fails: what cannot be read is listed in [`problems`](Self::problems) and unknown to the evaluator.
    #[must_use]
    pub fn load(workspace: &'w Workspace, root_dir: &str, selection: &Selection) -> Self {
        Self::load_from(&Sources::new(workspace), root_dir, selection)
    }

    /// Like [`load`](Self::load), with files that are already parsed.
    #[must_use]
    pub fn load_from(sources: &Sources<'w>, root_dir: &str, selection: &Selection) -> Self {
        let mut tree = Tree { sources, nodes: Vec::new(), problems: Vec::new() };
        tree.grow(None, &[], root_dir);
        let Tree { nodes, mut problems, .. } = tree;
        for node in &nodes {
            problems.extend(node.module.problems.iter().map(|problem| Problem {
                site: Site { file: problem.path.clone(), span: crate::model::Span::at(0) },
                message: problem.to_string(),
            }));
        }
        problems.sort_by(|a, b| (&a.site, &a.message).cmp(&(&b.site, &b.message)));
        problems.dedup();
        let given = selection::given(sources, root_dir, selection);
        let locked = provider::locked_versions(sources, root_dir);
        Self { workspace: sources.workspace(), selection: selection.clone(), nodes, given, locked, terragrunt: None, problems }
    }

    /// The surroundings in which the expressions of a Terragrunt file are evaluated: `module` has its locals.
    pub(super) fn of_terragrunt(workspace: &'w Workspace, module: Module, context: terragrunt::Context) -> Self {
        let root = Node { id: NodeId(0), parent: None, path: Vec::new(), module: Arc::new(module), children: BTreeMap::new() };
        Self {
            workspace,
            selection: Selection::plain(),
            nodes: vec![root],
            given: BTreeMap::new(),
            locked: BTreeMap::new(),
            terragrunt: Some(context),
            problems: Vec::new(),
        }
    }

    pub(super) fn terragrunt(&self) -> Option<&terragrunt::Context> {
        self.terragrunt.as_ref()
    }

    /// The files it was read from.
    #[must_use]
    pub fn workspace(&self) -> &'w Workspace {
        self.workspace
    }

    /// The directory of the root module.
    #[must_use]
    pub fn root_dir(&self) -> &str {
        &self.root().module.dir
    }

    /// The selection it was read with.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        // `load` always makes the root first.
        &self.nodes[0]
    }

    /// All places of the tree, a caller before what it calls.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The place `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0).unwrap_or(&self.nodes[0])
    }

    /// The place at a path of call names.
    #[must_use]
    pub fn node_at<S: AsRef<str>>(&self, path: &[S]) -> Option<&Node> {
        path.iter().try_fold(self.root(), |node, name| node.children.get(name.as_ref()).map(|id| self.node(*id)))
    }

    /// The places whose module is directory `dir`.
    pub fn nodes_in<'s>(&'s self, dir: &'s str) -> impl Iterator<Item = &'s Node> {
        self.nodes.iter().filter(move |node| &*node.module.dir == dir)
    }

    /// The block that calls `node`; `None` for the root.
    #[must_use]
    pub fn call_of(&self, node: &Node) -> Option<&Block> {
        let parent = self.node(node.parent?);
        parent.module.calls.get(node.path.last()?).map(|call| &call.block)
    }

    /// What variable files give to the root's variables.
    #[must_use]
    pub fn given(&self) -> &BTreeMap<Arc<str>, Given> {
        &self.given
    }

    /// The provider versions of the lock file, by provider type.
    pub(super) fn locked(&self) -> &BTreeMap<String, (Version, Site)> {
        &self.locked
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

struct Tree<'s, 'w> {
    sources: &'s Sources<'w>,
    nodes: Vec<Node>,
    problems: Vec<Problem>,
}

impl Tree<'_, '_> {
    /// Adds the module in `dir` and what it calls. The path is bounded, so the recursion is.
    fn grow(&mut self, parent: Option<NodeId>, path: &[Arc<str>], dir: &str) -> NodeId {
        let id = NodeId(self.nodes.len());
        let module = self.sources.module(dir);
        self.nodes.push(Node { id, parent, path: path.to_vec(), module: module.clone(), children: BTreeMap::new() });
        for (name, call) in &module.calls {
            let ModuleSource::Local(target) = &call.source else { continue };
            if let Err(message) = self.may_enter(id, target) {
                self.problems.push(Problem { site: call.block.site(), message });
                continue;
            }
            let mut child_path = path.to_vec();
            child_path.push(name.clone());
            let child = self.grow(Some(id), &child_path, target);
            if let Some(node) = self.nodes.get_mut(id.0) {
                node.children.insert(name.clone(), child);
            }
        }
        id
    }

    fn may_enter(&self, from: NodeId, target: &str) -> Result<(), String> {
        if self.nodes.len() >= MOST_NODES {
            return Err(format!("the module tree has more than {MOST_NODES} calls; the rest is not read"));
        }
        let mut next = Some(from);
        let mut depth = 0;
        while let Some(node) = next.and_then(|id| self.nodes.get(id.0)) {
            depth += 1;
            if &*node.module.dir == target || depth > DEEPEST {
                return Err(format!("the module in `{target}` calls itself"));
            }
            next = node.parent;
        }
        if self.sources.module(target).is_empty() {
            return Err(format!("`{target}` holds no configuration files"));
        }
        Ok(())
    }
}
