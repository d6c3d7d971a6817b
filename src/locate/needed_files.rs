//! Which files must be read for a query, of a repository that is known by its index only.

use std::collections::{BTreeMap, BTreeSet};

use super::index::RepositoryIndex;
use super::names::Hit;
use super::position::{clean_path, ends_with_path};
use super::query::Query;
use super::variable_files::selections;
use crate::identity;
use crate::model::ResourceIdentity;
use crate::terraform::directory_of;

/// Most blocks of the wanted types whose names are not known that are looked at.
const MOST_OF_TYPE: usize = 200;
/// Most blocks of a type that a state's address is compared with.
const MOST_OF_STATE: usize = 2000;

/// Where the block in question may stand: directories by the root module that reaches them.
#[derive(Default)]
struct Suspects<'i>(BTreeMap<&'i str, BTreeSet<&'i str>>);

impl<'i> Suspects<'i> {
    fn add(&mut self, root: &'i str, directory: &'i str) {
        self.0.entry(root).or_default().insert(directory);
    }

    fn add_hit(&mut self, hit: &Hit<'i>) {
        self.add(hit.root, directory_of(hit.path));
    }
}

impl RepositoryIndex {
    /// The files that [`locate`](super::locate) needs to see for a query: those of every root module that may be meant, with the
    /// modules they call, the variable files given to them, and whoever else calls the modules that lead to a candidate.
    /// Read them at the head.
    #[must_use]
    pub fn files_to_locate(&self, query: &Query<'_>) -> Vec<String> {
        self.files(query, Self::leading_to)
    }

    /// The files that locating a block and then changing what decides it needs to see: those of
    /// [`files_to_locate`](Self::files_to_locate), and every caller of every module in question, since a change in a shared module
    /// is a change for all of its callers.
    #[must_use]
    pub fn files_for(&self, query: &Query<'_>) -> Vec<String> {
        self.files(query, |_, tree, _| tree.clone())
    }

    /// The files for a query; `shared` picks of a root module's directories those whose other callers matter, given the
    /// directories in which the block may stand.
    fn files<'i>(
        &'i self,
        query: &Query<'_>,
        shared: impl Fn(&'i Self, &BTreeSet<&'i str>, &BTreeSet<&'i str>) -> BTreeSet<&'i str>,
    ) -> Vec<String> {
        let mut paths: BTreeSet<&str> = BTreeSet::new();
        let mut given: BTreeSet<String> = BTreeSet::new();
        let mut called: BTreeSet<&str> = BTreeSet::new();
        for (root, wanted) in self.suspects(query, &mut paths).0 {
            let tree = self.tree(root);
            called.extend(shared(self, &tree, &wanted));
            paths.extend(tree.iter().flat_map(|directory| self.in_directory(directory)).map(|(path, _)| path));
            given.extend(selections(self, root).into_iter().flat_map(|selection| selection.var_files));
        }
        let callers: BTreeSet<&str> = called.into_iter().flat_map(|directory| self.callers_of(directory)).collect();
        paths.extend(callers.into_iter().flat_map(|caller| self.in_directory(caller)).map(|(path, _)| path));
        given.extend(paths.into_iter().map(str::to_owned));
        given.into_iter().collect()
    }

    /// Those of a root module's directories from which one of the wanted ones is reached, these included.
    fn leading_to<'i>(&'i self, tree: &BTreeSet<&'i str>, wanted: &BTreeSet<&'i str>) -> BTreeSet<&'i str> {
        let mut leading: BTreeSet<&str> = BTreeSet::new();
        let mut stack: Vec<&str> = wanted.iter().copied().collect();
        while let Some(directory) = stack.pop() {
            if leading.insert(directory) {
                stack.extend(self.callers_of(directory).filter(|caller| tree.contains(caller)));
            }
        }
        leading
    }

    /// Where the block may stand by everything that the query says; files that are named themselves are added to `paths`.
    fn suspects<'i>(&'i self, query: &Query<'_>, paths: &mut BTreeSet<&'i str>) -> Suspects<'i> {
        let mut suspects = Suspects::default();
        if let Some(identity) = &query.identity {
            self.suspect_names(identity, &mut suspects);
            self.suspect_states(query, identity, &mut suspects);
        }
        paths.extend(query.tags.values().flat_map(|value| self.names().traces(value)).map(|(path, ..)| path));
        let scanned = query.position.iter().filter_map(|position| position.path.as_deref());
        let tagged = query.tags.get("git_file").map(String::as_str);
        let answered = query.answer.iter().map(|answer| answer.path.as_str());
        for written in scanned.chain(tagged).chain(answered) {
            paths.extend(self.paths_meant_by(written));
        }
        for directory in paths.iter().map(|path| directory_of(path)) {
            suspects.add(directory, directory);
        }
        suspects
    }

    /// Blocks, and arguments of modules outside the repository, whose name is or may be the resource's.
    fn suspect_names<'i>(&'i self, identity: &ResourceIdentity, suspects: &mut Suspects<'i>) {
        let types = identity::candidate_types(identity);
        let whole = types.iter().flat_map(|kind| identity::kinds().wholes_of(kind)).flat_map(identity::Kind::terraform_types);
        let types: Vec<String> = types.iter().cloned().chain(whole.map(str::to_owned)).collect();
        let names: Vec<String> = identity.name.clone().into_iter().chain(identity::other_names(identity)).collect();
        let named: Vec<_> = names.iter().flat_map(|name| self.names().lookup(&types, name)).collect();
        let arguments: Vec<_> = names.iter().flat_map(|name| self.names().lookup_arguments(name)).collect();
        let of_type = if named.iter().any(|hit| hit.exact) { Vec::new() } else { self.names().of_types(&types, MOST_OF_TYPE) };
        named.iter().chain(&arguments).chain(&of_type).for_each(|hit| suspects.add_hit(hit));
    }

    /// Root modules that states and import blocks speak of. The address may be an old one: any directory below may be meant.
    fn suspect_states<'i>(&'i self, query: &Query<'_>, identity: &ResourceIdentity, suspects: &mut Suspects<'i>) {
        let mut roots: BTreeSet<&str> = BTreeSet::new();
        for state in query.states {
            let told = state.root_dir.clone().or_else(|| super::backend::root_of_state(self, state));
            roots.extend(told.and_then(|root| self.directory(&root)));
            for found in state.find(identity) {
                let hits = self.names().of_types(std::slice::from_ref(&found.address.kind), MOST_OF_STATE);
                roots.extend(hits.iter().filter(|hit| hit.block == found.address.name).map(|hit| hit.root));
            }
        }
        let imports = [Some(identity.id.as_str()), identity.name.as_deref()].into_iter().flatten();
        roots.extend(imports.flat_map(|id| self.names().imports(id)).map(|(path, _)| directory_of(path)));
        for root in roots {
            self.tree(root).into_iter().for_each(|directory| suspects.add(root, directory));
        }
    }

    /// The indexed paths that a scanner's, a tagger's or a person's path may mean: itself, else those that end in it or in which it ends.
    fn paths_meant_by(&self, written: &str) -> Vec<&str> {
        let clean = clean_path(written);
        if let Some(path) = self.path(&clean) {
            return vec![path];
        }
        let name = clean.rsplit('/').next().unwrap_or(&clean);
        self.paths_called(name).filter(|path| ends_with_path(path, &clean) || ends_with_path(&clean, path)).collect()
    }
}
