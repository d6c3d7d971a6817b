//! Keys by which a repository may be meant: what an index offers and what a query asks for, as numbers that a database can look up.
//!
//! With them a finding costs the same among one repository and among ten thousand: only those are opened that offer a key which the
//! query asks for. A repository that offers none of them would add no candidate to the ladder.

use std::collections::BTreeSet;

use super::backend::state_location;
use super::index::RepositoryIndex;
use super::query::Query;
use super::values::{Name, Piece};
use crate::identity;
use crate::model::Address;

/// What a query asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchKeys {
    /// Keys of repositories with evidence that may decide: the name itself, an import, a trace, a state's block.
    pub exact: Vec<i64>,
    /// Keys of repositories with weaker evidence: a pattern that the name fits, a file of the scanner's name.
    pub fits: Vec<i64>,
    /// Keys of repositories that only have blocks of the type whose names cannot be known.
    pub open: Vec<i64>,
}

/// The same number for the same parts, whatever the machine or the compiler: these are stored. FNV-1a, because a question asks for
/// thousands; two texts with the same number only make a repository be opened that offers nothing.
pub(super) fn key(parts: &[&str]) -> i64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let hash = parts.iter().fold(START, |hash, part| step(part.bytes().fold(hash, step), 0xff));
    i64::from_ne_bytes(hash.to_ne_bytes())
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase()
}

impl RepositoryIndex {
    /// Everything by which this repository may be meant, sorted, each once.
    #[must_use]
    pub fn search_keys(&self) -> Vec<i64> {
        let mut keys: BTreeSet<i64> = BTreeSet::new();
        self.names().each(&mut |entry| {
            // What an argument of somebody else's module names is not known.
            let kind = if entry.is_argument() { "" } else { entry.kind() };
            keys.insert(name_key(kind, &entry.named.name));
            keys.insert(key(&["kind", kind]));
            keys.insert(key(&["block", kind, entry.block()]));
        });
        let names = self.names();
        keys.extend(names.import_ids().map(|id| key(&["import", id])));
        keys.extend(names.trace_values().map(|trace| key(&["trace", trace])));
        keys.extend(names.backends().filter_map(|(_, backend)| state_location(backend, None)).map(|place| key(&["state", &place])));
        keys.extend(self.file_names().map(|name| key(&["file", &name.to_ascii_lowercase()])));
        keys.into_iter().collect()
    }

    /// Repositories (`owner/name`) of modules outside this one that are given the name which the query looks for.
    #[must_use]
    pub fn module_repositories(&self, query: &Query<'_>) -> BTreeSet<String> {
        let Some(name) = query.identity.as_ref().and_then(|identity| identity.name.as_deref()) else { return BTreeSet::new() };
        let hits = self.names().lookup_arguments(name);
        let calls = hits.iter().filter_map(|hit| self.facts(hit.path)?.calls.iter().find(|call| *call.name == *hit.block));
        calls.filter_map(|call| super::rung_modules::git_source(&call.source)).map(|(repository, _)| repository).collect()
    }
}

fn name_key(kind: &str, name: &Name) -> i64 {
    match name {
        Name::Known(name) => key(&["named", kind, &name.to_ascii_lowercase()]),
        Name::Open => key(&["open", kind]),
        Name::Pattern(pieces) => match Name::ends(pieces) {
            ("", "") => {
                let texts = pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.as_ref() } else { "" });
                let longest = texts.max_by_key(|text| text.len()).unwrap_or_default();
                key(&["holds", &longest.to_ascii_lowercase()])
            }
            (start, end) => key(&["fits", kind, &start.to_ascii_lowercase(), &end.to_ascii_lowercase()]),
        },
    }
}

impl Query<'_> {
    /// The keys of the repositories that [`locate`](super::locate) must be given for this query.
    #[must_use]
    pub fn search_keys(&self) -> SearchKeys {
        let (mut exact, mut fits, mut open) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let types = self.all_types();
        if let Some(identity) = &self.identity {
            exact.extend([Some(identity.id.as_str()), identity.name.as_deref()].into_iter().flatten().map(|id| key(&["import", id])));
            let generated = types.first().and_then(|kind| identity::kinds().of_type(kind)).is_some_and(identity::Kind::generated);
            match identity.name.as_deref().filter(|_| !generated) {
                Some(name) => {
                    name_keys(&types, name, &mut exact, &mut fits);
                    identity::other_names(identity).iter().for_each(|name| name_keys(&types, name, &mut exact, &mut fits));
                    open.extend(types.iter().map(|kind| key(&["open", kind])));
                }
                None => open.extend(types.iter().map(|kind| key(&["kind", kind]))),
            }
            for state in self.states {
                let found = state.find(identity);
                exact.extend(found.iter().map(|resource| key(&["block", &resource.address.kind, &resource.address.name])));
                exact.extend((!found.is_empty()).then(|| key(&["state", &state.source])));
            }
        }
        exact.extend(self.tags.values().map(|value| key(&["trace", value])));
        let files = [
            self.position.as_ref().and_then(|position| position.path.as_deref()),
            self.answer.as_ref().map(|answer| answer.path.as_str()),
            self.tags.get("git_file").map(String::as_str),
        ];
        fits.extend(files.into_iter().flatten().map(|path| key(&["file", &file_name(path)])));
        let address = self.position.as_ref().and_then(|position| position.address.as_ref()?.parse::<Address>().ok());
        exact.extend(address.map(|address| key(&["block", &address.kind, &address.name])));
        SearchKeys { exact: exact.into_iter().collect(), fits: fits.into_iter().collect(), open: open.into_iter().collect() }
    }

    /// Every type whose block may be the target, those that a part belongs to among them.
    fn all_types(&self) -> Vec<String> {
        let mut types = self.identity.as_ref().map(identity::candidate_types).unwrap_or_default();
        let own = self.identity.as_ref().and_then(|identity| identity.terraform_type.clone());
        let wholes: Vec<String> = types
            .iter()
            .chain(&own)
            .flat_map(|kind| identity::kinds().wholes_of(kind))
            .flat_map(identity::Kind::terraform_types)
            .map(str::to_owned)
            .collect();
        for kind in wholes {
            if !types.contains(&kind) {
                types.push(kind);
            }
        }
        types
    }
}

/// The name itself, and every pair of ends that a pattern which fits it may have.
fn name_keys(types: &[String], name: &str, exact: &mut BTreeSet<i64>, fits: &mut BTreeSet<i64>) {
    let lower = name.to_ascii_lowercase();
    let cuts: Vec<usize> = lower.char_indices().map(|(at, _)| at).chain([lower.len()]).collect();
    // The empty one stands for arguments of modules whose code is elsewhere.
    let kinds: Vec<&str> = types.iter().map(String::as_str).chain([""]).collect();
    exact.extend(kinds.iter().map(|kind| key(&["named", kind, &lower])));
    for &start in &cuts {
        for &end in cuts.iter().filter(|end| **end >= start) {
            fits.insert(key(&["holds", &lower[start..end]]));
            fits.extend(kinds.iter().map(|kind| key(&["fits", kind, &lower[..start], &lower[end..]])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Workspace;

    fn meets(text: &str, raw: &str) -> bool {
        let index = RepositoryIndex::of_workspace(&[("main.tf", text)].into_iter().collect::<Workspace>());
        let offered = index.search_keys();
        let query = Query { identity: identity::parse(raw, None, None, None), ..Query::default() };
        let asked = query.search_keys();
        asked.exact.iter().chain(&asked.fits).any(|key| offered.binary_search(key).is_ok())
    }

    #[test]
    fn names_and_patterns_meet_their_repository_and_no_other() {
        let bucket = |name: &str| format!("variable \"env\" {{}}\nresource \"aws_s3_bucket\" \"b\" {{\n  bucket = {name}\n}}\n");
        let raw = "arn:aws:s3:::acme-prod-logs";
        assert!(meets(&bucket("\"acme-prod-logs\""), raw));
        assert!(meets(&bucket("\"acme-${var.env}-logs\""), raw));
        assert!(meets(&bucket("\"${var.env}-prod-${var.env}\""), raw));
        assert!(!meets(&bucket("\"acme-${var.env}-data\""), raw));
        assert!(!meets(&bucket("var.env"), raw));
        assert!(!meets("resource \"aws_sqs_queue\" \"q\" {\n  name = \"acme-prod-logs\"\n}\n", raw));
        assert!(meets("module \"m\" {\n  source = \"git::https://github.com/acme/x.git\"\n  name = \"acme-prod-logs\"\n}\n", raw));
        assert!(meets("import {\n  to = aws_vpc.v\n  id = \"vpc-0123456789abcdef0\"\n}\n", "vpc-0123456789abcdef0"));
    }

    #[test]
    fn a_key_is_the_same_for_ever() {
        assert_eq!(key(&["named", "aws_s3_bucket", "logs"]), key(&["named", "aws_s3_bucket", "logs"]));
        assert_ne!(key(&["a", "b"]), key(&["ab", ""]));
        assert_eq!(key(&["kind"]), KIND);
    }

    /// Computed once; a change would make every stored key worthless.
    const KIND: i64 = -8_194_568_293_498_276_492;
}
