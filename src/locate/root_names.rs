//! What one root module names: its module tree put together from facts, once for each way its variables are given.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::facts::{CallFact, Fact, ResourceFact};
use super::index::{IndexedFile, RepositoryIndex, is_variable_file};
use super::names::{Creator, Entry, Named, RootNames};
use super::position::local_source;
use super::scan::naming_arguments;
use super::values::{Each, Name, Piece, Scope, Val, by_name, variables};
use super::variable_files::{given, selections};

/// Deepest module path that is followed.
const DEEPEST: usize = 16;
/// Most module instances of one root module with one selection.
const MOST_MODULES: usize = 4_000;

impl RootNames {
    /// Puts a root module together, once for each way its variables are given.
    pub(super) fn build(index: &RepositoryIndex, root: &Arc<str>) -> Self {
        let mut names = Self::default();
        let selections = selections(index, root);
        let mut repeated = selections.len() > 1;
        for selection in &selections {
            let steps = Cell::new(0);
            let mut walk = Walk { index, root, names: &mut names, left: MOST_MODULES, steps: &steps, repeated };
            let given = given(index, root, selection);
            walk.module(root, &given, &mut Vec::new(), None);
            repeated |= walk.repeated;
        }
        if repeated {
            names.drop_repetitions();
        }
        names
    }

    /// Keeps each entry once: several selections and instances may say the same.
    fn drop_repetitions(&mut self) {
        let mut seen = HashSet::with_capacity(self.entries.len());
        let first: Vec<bool> = self
            .entries
            .iter()
            .map(|Entry { path, creator, module, named, region, .. }| seen.insert((path.as_ref(), creator, module, &named.name, region)))
            .collect();
        if first.contains(&false) {
            let mut first = first.into_iter();
            self.entries.retain(|_| first.next().unwrap_or(true));
        }
    }
}

struct Walk<'w> {
    index: &'w RepositoryIndex,
    root: &'w Arc<str>,
    names: &'w mut RootNames,
    left: usize,
    steps: &'w Cell<usize>,
    /// Whether a block was looked at more than once.
    repeated: bool,
}

/// Provider configurations by name, with region and accounts.
type Providers = HashMap<Box<str>, Realm>;

/// Region and accounts of a provider configuration.
type Realm = (Option<Arc<str>>, Arc<[Box<str>]>);

/// What one module instance is made of, while its entries are collected.
struct Module<'m> {
    path: Arc<[Box<str>]>,
    scope: &'m Scope<'m>,
    providers: &'m Providers,
}

impl<'w> Walk<'w> {
    fn module(&mut self, directory: &str, given: &HashMap<&'w str, Val>, path: &mut Vec<Box<str>>, inherited: Option<&Providers>) {
        if path.len() > DEEPEST || self.left == 0 {
            return;
        }
        self.left -= 1;
        let index: &'w RepositoryIndex = self.index;
        let files: Vec<&'w IndexedFile> = index.files_in(directory).iter().filter(|file| !is_variable_file(&file.path)).collect();
        let locals = by_name(files.iter().flat_map(|file| file.facts.locals.iter().map(|(name, fact)| (name.as_ref(), fact))));
        let declared = files.iter().flat_map(|file| file.facts.variables.iter().map(|(name, default)| (name.as_ref(), default.as_ref())));
        let mut values = variables(declared, given, &locals, self.steps);
        if values.is_empty() {
            // Terragrunt and modules with unreadable variables: what is given still counts.
            values = given.clone();
        }
        let scope = Scope::new(&locals, values, self.steps);
        let providers = self.providers(&files, &scope, inherited);
        let module = Module { path: path.as_slice().into(), scope: &scope, providers: &providers };
        self.names.entries.reserve(files.iter().map(|file| file.facts.resources.len()).sum());
        for file in &files {
            for (at, resource) in (0..).zip(&file.facts.resources) {
                self.resource(resource, at, file, &module);
            }
        }
        for file in &files {
            for (at, call) in (0..).zip(&file.facts.calls) {
                let Some(target) = local_source(directory, &call.source) else {
                    self.remote(call, at, file, &module);
                    continue;
                };
                let passed = passed_providers(call.providers.as_ref(), &providers);
                let instances = scope.instances(call.for_each.as_ref());
                self.repeated |= instances.len() > 1;
                for each in instances {
                    let arguments = call.arguments.iter().map(|(name, fact)| (name.as_ref(), scope.value(fact, each.as_ref()))).collect();
                    path.push(call.name.clone());
                    self.module(&target, &arguments, path, Some(&passed));
                    path.pop();
                }
            }
        }
    }

    fn providers(&self, files: &[&IndexedFile], scope: &Scope<'_>, inherited: Option<&Providers>) -> Providers {
        let mut providers: Providers = inherited.cloned().unwrap_or_default();
        for fact in files.iter().flat_map(|file| &file.facts.providers) {
            let region = fact.region.as_ref().and_then(|region| scope.value(region, None).as_literal().map(Arc::from));
            let mut accounts: Vec<Box<str>> = fact.accounts.iter().filter_map(|account| account_in(&scope.value(account, None))).collect();
            if accounts.is_empty() {
                accounts.extend(account_of_directory(self.root));
            }
            providers.insert(fact.name.clone(), (region, accounts.into()));
        }
        providers
    }

    fn realm(&self, providers: &Providers, name: &str) -> Realm {
        providers.get(name).cloned().unwrap_or_else(|| (None, account_of_directory(self.root).into_iter().collect()))
    }

    /// A module that is not in the repository: every text it is given may be a name it gives.
    fn remote(&mut self, call: &CallFact, at: u32, file: &IndexedFile, module: &Module<'_>) {
        let (region, accounts) = self.realm(module.providers, "aws");
        let instances = module.scope.instances(call.for_each.as_ref());
        self.repeated |= instances.len() > 1;
        for each in instances {
            for (argument, (_, fact)) in (0..).zip(&call.arguments) {
                let value = module.scope.value(fact, each.as_ref());
                let name = Name::of(&value, false);
                if matches!(name, Name::Open) || value.as_literal().is_some_and(|text| text.len() < 3) {
                    continue;
                }
                self.names.entries.push(Entry {
                    root: self.root.clone(),
                    path: file.path.clone(),
                    facts: file.facts.clone(),
                    creator: Creator::Argument(at, argument),
                    module: module.path.clone(),
                    named: Named::new(name),
                    region: region.clone(),
                    accounts: accounts.clone(),
                });
            }
        }
    }

    fn resource(&mut self, resource: &ResourceFact, at: u32, file: &IndexedFile, module: &Module<'_>) {
        let provider = resource.provider.as_deref().unwrap_or_else(|| resource.kind.split('_').next().unwrap_or_default());
        let (region, accounts) = self.realm(module.providers, provider);
        let scope = module.scope;
        let instances = scope.instances(resource.for_each.as_ref());
        self.repeated |= instances.len() > 1;
        for each in instances {
            let literal = |fact: Option<&Fact>| fact.and_then(|fact| scope.value(fact, each.as_ref()).as_literal().map(str::to_owned));
            let own_region = literal(resource.region.as_ref());
            let accounts = literal(resource.account.as_ref()).map_or_else(|| accounts.clone(), |own| Arc::from([Box::from(own)]));
            let name = resource_name(resource, scope, each.as_ref());
            self.names.entries.push(Entry {
                root: self.root.clone(),
                path: file.path.clone(),
                facts: file.facts.clone(),
                creator: Creator::Resource(at),
                module: module.path.clone(),
                named: Named::new(name),
                region: own_region.map(Arc::from).or_else(|| region.clone()),
                accounts,
            });
        }
    }
}

/// What a block's resource may be called.
fn resource_name(resource: &ResourceFact, scope: &Scope<'_>, each: Option<&Each>) -> Name {
    match &resource.called {
        Some(fact) => Name::of(&scope.value(fact, each), resource.prefix),
        // The provider makes up a name (`terraform-…`) or the type has none: nothing to look up.
        None if naming_arguments(&resource.kind).0.is_some() => Name::Pattern(Box::new([Piece::Text("terraform-".into()), Piece::Hole])),
        None => Name::Open,
    }
}

/// The providers a called module sees: the default ones, and those passed under their name inside.
fn passed_providers(passed: Option<&Fact>, providers: &Providers) -> Providers {
    let mut seen: Providers =
        providers.iter().filter(|(name, _)| !name.contains('.')).map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(Fact::Map(entries)) = passed {
        for (inside, outside) in entries {
            let Fact::Reference(outside) = outside else { continue };
            match providers.get(outside.as_ref()) {
                Some(value) => drop(seen.insert(inside.clone(), value.clone())),
                None => drop(seen.remove(inside.as_ref())),
            }
        }
    }
    seen
}

/// A 12-digit account id, the account of a role ARN, or a project or subscription by name.
fn account_in(value: &Val) -> Option<Box<str>> {
    let text = value.as_literal()?;
    if text.starts_with("arn:") {
        return text.split(':').nth(4).filter(|account| !account.is_empty()).map(Box::from);
    }
    (!text.is_empty()).then(|| text.into())
}

/// A folder named after an AWS account.
fn account_of_directory(root: &str) -> Option<Box<str>> {
    root.split(['/', '-', '_']).find(|part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())).map(Box::from)
}
