//! The new objects of a commit, packed for sending.

use std::collections::HashSet;

use git2::{Buf, ObjectType, Oid, PackBuilder, Repository, Tree};

use super::error::GitError;

/// A pack with the commit, its new trees and its new blobs, and nothing that its parent has already.
pub(super) fn pack(repo: &Repository, commit: Oid) -> Result<Vec<u8>, GitError> {
    let failed = |error: git2::Error| GitError::from_git(&error, "the mirror");
    let made = repo.find_commit(commit).map_err(failed)?;
    let base = made.parent(0).and_then(|parent| parent.tree()).map_err(failed)?;
    let mut builder = repo.packbuilder().map_err(failed)?;
    builder.insert_object(commit, None).map_err(failed)?;
    let mut new = New { repo, builder: &mut builder, packed: HashSet::new() };
    new.tree(&made.tree().map_err(failed)?, Some(&base)).map_err(failed)?;
    let mut buffer = Buf::new();
    builder.write_buf(&mut buffer).map_err(failed)?;
    Ok(buffer.to_vec())
}

struct New<'a, 'repo> {
    repo: &'repo Repository,
    builder: &'a mut PackBuilder<'repo>,
    packed: HashSet<Oid>,
}

impl New<'_, '_> {
    fn tree(&mut self, tree: &Tree<'_>, base: Option<&Tree<'_>>) -> Result<(), git2::Error> {
        if base.is_some_and(|base| base.id() == tree.id()) || !self.packed.insert(tree.id()) {
            return Ok(());
        }
        self.builder.insert_object(tree.id(), None)?;
        for entry in tree {
            let before = base.and_then(|base| base.get_name_bytes(entry.name_bytes()));
            if before.as_ref().is_some_and(|before| before.id() == entry.id()) {
                continue;
            }
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let below = before
                        .filter(|before| before.kind() == Some(ObjectType::Tree))
                        .map(|before| self.repo.find_tree(before.id()))
                        .transpose()?;
                    self.tree(&self.repo.find_tree(entry.id())?, below.as_ref())?;
                }
                Some(ObjectType::Blob) if self.packed.insert(entry.id()) => self.builder.insert_object(entry.id(), None)?,
                _ => {}
            }
        }
        Ok(())
    }
}
