//! Ids by the hash of what they are looked up by.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// The ids of one hash: nearly always a single one, which needs no memory of its own.
#[derive(Debug, Clone)]
enum Ids {
    One(u32),
    Several(Vec<u32>),
}

/// Keys are hashes already: they are not hashed again.
#[derive(Debug, Clone, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash << 8) | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// A table from hashes to ids.
#[derive(Debug, Clone, Default)]
pub(super) struct IdTable(HashMap<u64, Ids, BuildHasherDefault<AsItIs>>);

impl IdTable {
    pub(super) fn insert(&mut self, hash: u64, id: u32) {
        use std::collections::hash_map::Entry;
        match self.0.entry(hash) {
            Entry::Vacant(place) => drop(place.insert(Ids::One(id))),
            Entry::Occupied(mut place) => match place.get_mut() {
                Ids::Several(ids) => ids.push(id),
                one @ Ids::One(_) => {
                    let Ids::One(first) = *one else { return };
                    *one = Ids::Several(vec![first, id]);
                }
            },
        }
    }

    /// The ids of `hash`.
    pub(super) fn get(&self, hash: u64) -> &[u32] {
        match self.0.get(&hash) {
            None => &[],
            Some(Ids::One(id)) => std::slice::from_ref(id),
            Some(Ids::Several(ids)) => ids,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes ids out, by the hashes they were put in with: each list is gone through once, however many leave it.
    pub(super) fn remove(&mut self, gone: HashMap<u64, Vec<u32>>) {
        for (hash, gone) in gone {
            let empty = match self.0.get_mut(&hash) {
                None => false,
                Some(Ids::One(id)) => gone.contains(id),
                Some(Ids::Several(ids)) => {
                    take_out(ids, gone);
                    ids.is_empty()
                }
            };
            if empty {
                self.0.remove(&hash);
            }
        }
    }
}

/// Takes `gone` out of a list of ids.
pub(super) fn take_out(ids: &mut Vec<u32>, gone: Vec<u32>) {
    if let [only] = gone.as_slice() {
        if let Some(at) = ids.iter().position(|id| id == only) {
            ids.swap_remove(at);
        }
    } else {
        let gone: HashSet<u32> = gone.into_iter().collect();
        ids.retain(|id| !gone.contains(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_and_go() {
        let mut table = IdTable::default();
        for (hash, id) in [(7, 1), (7, 2), (7, 3), (9, 4)] {
            table.insert(hash, id);
        }
        assert_eq!((table.get(7), table.get(9), table.get(8)), (&[1, 2, 3][..], &[4][..], &[][..]));
        table.remove(HashMap::from([(7, vec![1, 3]), (9, vec![4]), (8, vec![5])]));
        assert_eq!((table.get(7), table.get(9)), (&[2][..], &[][..]));
        table.remove(HashMap::from([(7, vec![2])]));
        assert!(table.is_empty());
    }
}
