//! What one root module names: its module tree put together from facts, once for each way its variables are given.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::facts::{CallFact, Fact, FileFacts, ResourceFact};
use super::index::RepositoryIndex;
use super::names::{Entry, MODULE_ARGUMENT, RootNames};
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
        for selection in selections(index, root) {
            let steps = Cell::new(0);
            let mut walk = Walk { index, root, names: &mut names, left: MOST_MODULES, steps: &steps };
            let given = given(index, root, &selection);
            walk.module(root, &given, &mut Vec::new(), None);
        }
        let mut seen = HashSet::new();
        names.entries.retain(|entry| {
            let Entry { kind, path, block, module, name, region, .. } = entry;
            seen.insert((kind.clone(), path.clone(), block.clone(), module.clone(), name.clone(), region.clone()))
        });
        names
    }
}

struct Walk<'w> {
    index: &'w RepositoryIndex,
    root: &'w Arc<str>,
    names: &'w mut RootNames,
    left: usize,
    steps: &'w Cell<usize>,
}

/// Provider configurations by name, with region and accounts.
type Providers = HashMap<String, (Option<Arc<str>>, Arc<[Box<str>]>)>;

impl Walk<'_> {
    fn module(&mut self, directory: &str, given: &HashMap<Box<str>, Val>, path: &mut Vec<Box<str>>, inherited: Option<&Providers>) {
        if path.len() > DEEPEST || self.left == 0 {
            return;
        }
        self.left -= 1;
        let index = self.index;
        let files: Vec<_> = index.in_directory(directory).filter(|(path, _)| !path.contains(".tfvars")).collect();
        let locals = by_name(files.iter().flat_map(|(_, facts)| facts.locals.iter().map(|(name, fact)| (name.as_ref(), fact))));
        let declared: Vec<(&str, Option<&Fact>)> =
            files.iter().flat_map(|(_, facts)| facts.variables.iter().map(|(name, default)| (name.as_ref(), default.as_ref()))).collect();
        let mut values = variables(&declared, given, &locals, self.steps);
        if values.is_empty() {
            // Terragrunt and modules with unreadable variables: what is given still counts.
            values = given.clone();
        }
        let scope = Scope { locals: &locals, variables: values, steps: self.steps };
        let providers = self.providers(&files, &scope, inherited);
        let module: Arc<[Box<str>]> = path.as_slice().into();
        for (file, facts) in &files {
            let file: Arc<str> = Arc::from(*file);
            for resource in &facts.resources {
                self.resource(resource, &file, &module, &scope, &providers);
            }
        }
        for (file, facts) in &files {
            for call in &facts.calls {
                let Some(target) = local_source(directory, &call.source) else {
                    self.remote(call, file, &module, &scope, &providers);
                    continue;
                };
                let passed = passed_providers(call.providers.as_ref(), &providers);
                for each in scope.instances(call.for_each.as_ref()) {
                    let arguments = call.arguments.iter().map(|(name, fact)| (name.clone(), scope.value(fact, each.as_ref()))).collect();
                    path.push(call.name.clone());
                    self.module(&target, &arguments, path, Some(&passed));
                    path.pop();
                }
            }
        }
    }

    fn providers(&self, files: &[(&str, &FileFacts)], scope: &Scope<'_>, inherited: Option<&Providers>) -> Providers {
        let mut providers: Providers = inherited.cloned().unwrap_or_default();
        for fact in files.iter().flat_map(|(_, facts)| &facts.providers) {
            let region = fact.region.as_ref().and_then(|region| scope.value(region, None).as_literal().map(Arc::from));
            let mut accounts: Vec<Box<str>> = fact.accounts.iter().filter_map(|account| account_in(&scope.value(account, None))).collect();
            if accounts.is_empty() {
                accounts.extend(account_of_directory(self.root));
            }
            providers.insert(fact.name.to_string(), (region, accounts.into()));
        }
        providers
    }

    /// A module that is not in the repository: every text it is given may be a name it gives.
    fn remote(&mut self, call: &CallFact, file: &str, module: &Arc<[Box<str>]>, scope: &Scope<'_>, providers: &Providers) {
        let (region, accounts) =
            providers.get("aws").cloned().unwrap_or_else(|| (None, account_of_directory(self.root).into_iter().collect()));
        for each in scope.instances(call.for_each.as_ref()) {
            for (argument, fact) in &call.arguments {
                let value = scope.value(fact, each.as_ref());
                let name = Name::of(&value, false);
                if matches!(name, Name::Open) || value.as_literal().is_some_and(|text| text.len() < 3) {
                    continue;
                }
                self.names.entries.push(Entry {
                    kind: Arc::from(format!("{MODULE_ARGUMENT}{argument}")),
                    root: self.root.clone(),
                    path: Arc::from(file),
                    block: Arc::from(call.name.as_ref()),
                    module: module.clone(),
                    name,
                    region: region.clone(),
                    accounts: accounts.clone(),
                });
            }
        }
    }

    fn resource(&mut self, resource: &ResourceFact, file: &Arc<str>, module: &Arc<[Box<str>]>, scope: &Scope<'_>, providers: &Providers) {
        let provider = resource.provider.as_deref().unwrap_or_else(|| resource.kind.split('_').next().unwrap_or_default());
        let (region, accounts) =
            providers.get(provider).cloned().unwrap_or_else(|| (None, account_of_directory(self.root).into_iter().collect()));
        for each in scope.instances(resource.for_each.as_ref()) {
            let literal = |fact: Option<&Fact>| fact.and_then(|fact| scope.value(fact, each.as_ref()).as_literal().map(str::to_owned));
            let own_region = literal(resource.region.as_ref());
            let accounts = literal(resource.account.as_ref()).map_or_else(|| accounts.clone(), |own| Arc::from([Box::from(own)]));
            let name = resource_name(resource, scope, each.as_ref());
            self.names.entries.push(Entry {
                kind: Arc::from(resource.kind.as_ref()),
                root: self.root.clone(),
                path: file.clone(),
                block: Arc::from(resource.name.as_ref()),
                module: module.clone(),
                name,
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
                Some(value) => drop(seen.insert(inside.to_string(), value.clone())),
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
