//! State and import blocks: the only ones that know generated ids.

use super::backend::root_of_state;
use super::block::{address_of, place_of, target_of};
use super::ladder::{Found, Rungs};
use super::position::local_source;
use super::query::RepositoryView;
use super::state::State;
use crate::hcl::Document;
use crate::model::{Address, Confidence, Evidence, ResourceMode, Rung};
use crate::terraform::{Configuration, Selection, directory_of, is_configuration_file};

impl Rungs<'_> {
    /// Blocks whose instance some state says the resource is.
    pub(super) fn by_state(&self) -> (Vec<Found>, String) {
        let Some(identity) = &self.query.identity else {
            return (Vec::new(), "the finding has no cloud identity to look up in state".into());
        };
        if self.query.states.is_empty() {
            let found = self.by_import();
            let note = if found.is_empty() { "no state was given and no import block names it" } else { "an import block names it" };
            return (found, note.into());
        }
        let mut found = Vec::new();
        let mut orphans = Vec::new();
        for state in self.query.states {
            for resource in state.find(identity) {
                if !self.wanted(&resource.address.kind) && !self.query.types.is_empty() {
                    continue;
                }
                let blocks = self.blocks_of_state(state, &resource.address);
                if blocks.is_empty() {
                    orphans.push(format!("{} in {}", resource.address, state.source));
                }
                found.extend(blocks);
            }
        }
        if found.is_empty() {
            found = self.by_import();
        }
        let note = match (found.len(), orphans.as_slice()) {
            (0, []) => format!("{} state(s) were read; none has it", self.query.states.len()),
            (0, orphans) => format!("state knows it as {}, but no block in the code has that address", orphans.join(", ")),
            (count, _) => format!("{count} block(s) by address from state"),
        };
        (found, note)
    }

    /// The blocks that an address in a state stands for, `moved` blocks followed.
    fn blocks_of_state(&self, state: &State, address: &Address) -> Vec<Found> {
        let mut found = Vec::new();
        for (at, view) in self.repositories.iter().enumerate() {
            if state.repository.as_deref().is_some_and(|name| !view.name.is_empty() && name != view.name) {
                continue;
            }
            let told = state.root_dir.clone().or_else(|| root_of_state(view.index, state));
            let roots: Vec<String> = match told {
                Some(root) => vec![root],
                None => self.roots_with(view, address),
            };
            for root in roots {
                let Some(mut target) = block_from_root(view, &root, address) else { continue };
                let text = view.workspace.get(&target.path).unwrap_or_default();
                let note = format!("state {} has {} as `{address}`", state.source, self.said());
                target.evidence.push(Evidence { rung: Rung::State, note, places: vec![place_of(text, &target)] });
                found.push(Found { repository: at, target });
            }
        }
        found
    }

    /// Root modules that hold the address, for a state that no backend claims.
    fn roots_with(&self, view: &RepositoryView<'_>, address: &Address) -> Vec<String> {
        let hits = view.index.names().of_types(std::slice::from_ref(&address.kind), 2000);
        let mut roots: Vec<String> = hits.iter().filter(|hit| hit.block == address.name).map(|hit| hit.root.to_owned()).collect();
        if roots.is_empty() {
            // A renamed block is known under its new name only.
            roots = hits.iter().map(|hit| hit.root.to_owned()).collect();
        }
        roots.sort();
        roots.dedup();
        roots
    }

    /// `import { to, id }` with the resource's id or name.
    fn by_import(&self) -> Vec<Found> {
        let Some(identity) = &self.query.identity else { return Vec::new() };
        let types = self.types();
        let mut found = Vec::new();
        for (at, view) in self.repositories.iter().enumerate() {
            let paths = view
                .index
                .names()
                .imports(&identity.id)
                .into_iter()
                .chain(identity.name.as_deref().map(|name| view.index.names().imports(name)).unwrap_or_default());
            for (path, to) in paths {
                let Ok(address) = to.parse::<Address>() else { continue };
                if !types.contains(&address.kind) {
                    continue;
                }
                let Some(mut target) = block_from_root(view, directory_of(path), &address) else { continue };
                let text = view.workspace.get(&target.path).unwrap_or_default();
                let note = format!("an import block in {path} imports {} as `{address}`", self.said());
                target.evidence.push(Evidence { rung: Rung::State, note, places: vec![place_of(text, &target)] });
                found.push(Found { repository: at, target });
            }
        }
        found
    }
}

/// The block of an address seen from a root module, through local calls; `moved` blocks are applied when the address is old.
pub(super) fn block_from_root(view: &RepositoryView<'_>, root: &str, address: &Address) -> Option<crate::model::Target> {
    if let Some(target) = block_exactly(view, root, address) {
        return Some(target);
    }
    let configuration = Configuration::load(view.workspace, root, &Selection::plain());
    let mut address = address.clone();
    // A chain of renames ends; a circle of them is cut.
    for _ in 0..16 {
        address = moved(&configuration, &address)?;
        if let Some(target) = block_exactly(view, root, &address) {
            return Some(target);
        }
    }
    None
}

/// The address after the first `moved` block that applies.
fn moved(configuration: &Configuration<'_>, address: &Address) -> Option<Address> {
    for node in configuration.nodes() {
        let depth = node.path.len();
        let here = address.module.len() >= depth && node.path.iter().zip(&address.module).all(|(name, step)| **name == *step.name);
        if !here {
            continue;
        }
        let (outer, inner) = address.module.split_at(depth);
        for rename in &node.module.moved {
            let Some((to, key)) = renamed(&rename.from, &rename.to, inner, address) else { continue };
            let mut module = outer.to_vec();
            module.extend(to.module);
            return Some(Address { module, key, ..to });
        }
    }
    None
}

/// What `from` → `to` makes of an address whose module path below the block is `inner`.
fn renamed(
    from: &Address,
    to: &Address,
    inner: &[crate::model::ModuleStep],
    address: &Address,
) -> Option<(Address, Option<crate::model::InstanceKey>)> {
    let same_steps = |a: &[crate::model::ModuleStep], b: &[crate::model::ModuleStep]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name && (a.key.is_none() || a.key == b.key))
    };
    if from.mode == ResourceMode::Module {
        let (head, tail) = inner.split_at_checked(from.module.len() + 1)?;
        let called = head.last()?;
        let fits = same_steps(&from.module, &head[..from.module.len()])
            && called.name == from.name
            && (from.key.is_none() || from.key == called.key);
        if !fits {
            return None;
        }
        let mut module = to.module.clone();
        module.push(crate::model::ModuleStep { name: to.name.clone(), key: to.key.clone().or_else(|| called.key.clone()) });
        module.extend_from_slice(tail);
        return Some((Address { module, ..address.clone() }, address.key.clone()));
    }
    let fits = same_steps(&from.module, inner)
        && from.kind == address.kind
        && from.name == address.name
        && (from.key.is_none() || from.key == address.key);
    let key = if from.key.is_some() || to.key.is_some() { to.key.clone() } else { address.key.clone() };
    fits.then(|| (to.clone(), key))
}

fn block_exactly(view: &RepositoryView<'_>, root: &str, address: &Address) -> Option<crate::model::Target> {
    let mut directory = root.to_owned();
    for step in &address.module {
        let call = view.index.in_directory(&directory).flat_map(|(_, facts)| &facts.calls).find(|call| *call.name == *step.name)?;
        directory = local_source(&directory, &call.source)?;
    }
    let own = Address { module: Vec::new(), key: None, ..address.clone() };
    for (path, text) in
        view.workspace.in_directory(&directory).filter(|(path, text)| is_configuration_file(path) && text.contains(&address.name))
    {
        let Ok(document) = Document::parse_file(path, text) else { continue };
        if let Some(target) =
            document.body().blocks.iter().filter(|block| address_of(block).as_ref() == Some(&own)).find_map(|block| target_of(path, block))
        {
            return Some(crate::model::Target {
                root_dir: Some(root.to_owned()),
                address: address.clone(),
                confidence: Confidence::Certain,
                ..target
            });
        }
    }
    None
}
