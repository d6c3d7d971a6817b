//! Which provider versions a module may run with, from its own constraints.

use crate::hcl::{literal, object_entries};
use crate::terraform::directory_of;

use super::workbench::Workbench;

/// A version as numbers; missing parts are zero.
type Version = [u64; 3];

fn parse(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches('v');
    let mut version = [0; 3];
    for (at, part) in text.split(['.', '-', '+']).take(3).enumerate() {
        version[at] = part.trim().parse().ok()?;
    }
    Some(version)
}

/// `>= 4.0, < 5`: the constraints with their operators; what cannot be read is left out.
fn constraints(text: &str) -> Vec<(&str, Version, usize)> {
    text.split(',')
        .filter_map(|part| {
            let part = part.trim();
            let at = part.find(|c: char| c.is_ascii_digit() || c == 'v').unwrap_or(0);
            let (operator, version) = part.split_at(at);
            Some((operator.trim(), parse(version)?, version.split('.').count()))
        })
        .collect()
}

/// The first version that `constraint` shuts out from above; `None` when it is open.
fn upper_bound(constraint: &str) -> Option<Version> {
    constraints(constraint)
        .into_iter()
        .filter_map(|(operator, [major, minor, patch], parts)| match (operator, parts) {
            ("<", _) => Some([major, minor, patch]),
            ("<=" | "=" | "", _) => Some([major, minor, patch + 1]),
            ("~>", 1 | 2) => Some([major + 1, 0, 0]),
            ("~>", _) => Some([major, minor + 1, 0]),
            _ => None,
        })
        .min()
}

/// Whether a module is bound to Terraform before 0.12, whose language knows expressions in quotes only
/// (<https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-12>).
pub(super) fn quotes_expressions(bench: &Workbench, dir: &str) -> bool {
    let bound = bench.constraint(dir, "terraform", || {
        bench.blocks(dir, "terraform", None).iter().find_map(|(key, document)| {
            literal(&key.in_document(document)?.attribute("required_version")?.value)?.as_str().map(str::to_owned)
        })
    });
    bound.and_then(|bound| upper_bound(&bound)).is_some_and(|upper| upper <= [0, 12, 0])
}

/// The version constraint of a provider in a module's directory, else in one above it or in a module that calls it.
pub(super) fn declared(bench: &Workbench, dir: &str, provider: &str) -> Option<String> {
    let mut dir = dir.to_owned();
    let mut tried = 0;
    loop {
        if let Some(found) = declared_in(bench, &dir, provider) {
            return Some(found);
        }
        let callers = bench.callers(&dir);
        if let Some(found) = callers.iter().find_map(|call| declared_in(bench, &call.dir, provider)) {
            return Some(found);
        }
        if dir.is_empty() || tried > 32 {
            return None;
        }
        dir = directory_of(&dir).to_owned();
        tried += 1;
    }
}

fn declared_in(bench: &Workbench, dir: &str, provider: &str) -> Option<String> {
    bench.constraint(dir, provider, || read_constraint(bench, dir, provider))
}

fn read_constraint(bench: &Workbench, dir: &str, provider: &str) -> Option<String> {
    for (key, document) in bench.blocks(dir, "terraform", None) {
        for required in key.in_document(&document).into_iter().flat_map(|block| block.body.blocks_of("required_providers")) {
            let Some(attribute) = required.attribute(provider) else { continue };
            let entry = object_entries(&attribute.value).into_iter().find(|entry| entry.name().as_deref() == Some("version"));
            let version = entry.map_or_else(|| literal(&attribute.value), |entry| literal(entry.value));
            if let Some(version) = version.and_then(|version| version.as_str().map(str::to_owned)) {
                return Some(version);
            }
        }
    }
    let blocks = bench.blocks(dir, "provider", Some(provider));
    blocks.iter().find_map(|(key, document)| literal(&key.in_document(document)?.attribute("version")?.value)?.as_str().map(str::to_owned))
}

/// Whether a module runs with at least this version of a provider. Without an upper bound the newest is assumed.
pub(super) fn at_least(bench: &Workbench, dir: &str, provider: &str, wanted: &str) -> Option<bool> {
    let wanted = parse(wanted)?;
    Some(declared(bench, dir, provider).and_then(|constraint| upper_bound(&constraint)).is_none_or(|upper| upper > wanted))
}

/// Whether the versions that a module may run with meet a rule's constraint (`< 4.0`, `>= 5.0`); true when either is silent.
pub(super) fn meets(bench: &Workbench, dir: &str, provider: &str, constraint: &str) -> bool {
    let constraint = constraint.trim().trim_start_matches(provider).trim();
    let newest = declared(bench, dir, provider).and_then(|declared| upper_bound(&declared)).unwrap_or([u64::MAX, 0, 0]);
    constraints(constraint).into_iter().all(|(operator, version, _)| match operator {
        ">=" | ">" => newest > version,
        "<" => newest <= version,
        "<=" => newest <= [version[0], version[1], version[2] + 1],
        "~>" => newest > version && newest[0] <= version[0] + 1,
        _ => true,
    })
}

/// Whether the text is one whole version (`5.1.0`): what a release's tag says, unlike a commit's digits.
pub(super) fn is_exact(text: &str) -> bool {
    text.split('.').count() == 3 && parse(text).is_some()
}

/// Whether the newest version that `declared` allows meets `wanted`; an empty `declared` allows every version.
pub(super) fn overlaps(declared: &str, wanted: &str) -> bool {
    let newest = upper_bound(declared).unwrap_or([u64::MAX, 0, 0]);
    constraints(wanted).into_iter().all(|(operator, version, _)| match operator {
        ">=" | ">" => newest > version,
        "<" => newest <= version,
        "<=" => newest <= [version[0], version[1], version[2] + 1],
        "~>" => newest > version && newest[0] <= version[0] + 1,
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_bounds() {
        assert_eq!(upper_bound("~> 3.0"), Some([4, 0, 0]));
        assert_eq!(upper_bound("~> 3.27.1"), Some([3, 28, 0]));
        assert_eq!(upper_bound(">= 2.7"), None);
        assert_eq!(upper_bound(">= 3, < 5"), Some([5, 0, 0]));
        assert_eq!(upper_bound("3.74.0"), Some([3, 74, 1]));
    }

    #[test]
    fn the_newest_version_that_is_allowed_decides() {
        assert!(overlaps("", ">= 3.9"));
        assert!(!overlaps("", "< 3.9"));
        assert!(overlaps("~> 3.0", ">= 3.9"));
        assert!(overlaps("3.8.2", "< 3.9"));
        assert!(!overlaps("3.9.0", "< 3.9"));
        assert!(overlaps(">= 2.0, < 3.0", "< 3.9"));
        assert!(is_exact("5.1.0") && !is_exact("5.1") && !is_exact("1a2b3c4"));
    }
}
