//! All rules, and the index from scanner ids to them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use include_dir::{Dir, include_dir};
use rayon::prelude::*;

use super::Rule;
use super::left_out::{LeftOut, parse_left_out};
use super::load::{load, load_without_examples};
use super::problem::Problem;

/// The file that says of a provider's checks without a rule why they have none.
const LEFT_OUT_FILE: &str = "not-fixable.toml";

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// From the path and the text of a rule file to the rule, or to its mistakes.
type Load = fn(&str, &str) -> Result<Rule, Vec<Problem>>;

/// Rules by id, with an index of the ids that scanners give to the same holes. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    rules: BTreeMap<String, Arc<Rule>>,
    by_alias: HashMap<(String, String), Vec<Arc<Rule>>>,
    by_resource: HashMap<String, Vec<Arc<Rule>>>,
    left_out: Vec<Arc<LeftOut>>,
}

impl Catalogue {
    /// The rules that come with the program. Read once per process.
    #[must_use]
    pub fn built_in() -> Self {
        static LOADED: OnceLock<Catalogue> = OnceLock::new();
        LOADED.get_or_init(|| Self::default().with_overlay(&built_in_files()).0).clone()
    }

    /// The built-in rules that go by one of `names`: their own ids, or what a scanner calls them. The others are not even parsed,
    /// and neither are examples (the rules have none): a short run would spend most of its time on them.
    #[must_use]
    pub fn built_in_called(names: &HashSet<String>) -> Self {
        let names: HashSet<String> = names.iter().map(|name| plain(name)).collect();
        let called = |path: &str, text: &str| {
            let id = path.strip_suffix(".hcl").unwrap_or(path);
            // Why there is no rule is an answer, too.
            path.ends_with(LEFT_OUT_FILE) || names.contains(&plain(id)) || scanner_ids(text).any(|id| names.contains(&plain(id)))
        };
        let mut files: Vec<(String, String)> =
            built_in_texts().filter(|(path, text)| called(path, text)).map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        files.sort();
        Self::default().overlaid(&files, load_without_examples).0
    }

    /// This catalogue with the rules of `files` (path below the rules folder, text) laid over it: a rule with a known id replaces
    /// it, and a scanner id that the overlay claims for a resource type goes to the overlay.
    ///
    /// Files that do not end in `.hcl` are left out. A file with mistakes is left out, and its mistakes are returned.
    #[must_use]
    pub fn with_overlay(&self, files: &[(String, String)]) -> (Self, Vec<Problem>) {
        self.overlaid(files, load)
    }

    fn overlaid(&self, files: &[(String, String)], load: Load) -> (Self, Vec<Problem>) {
        let results: Vec<Result<Rule, Vec<Problem>>> =
            files.par_iter().filter(|(path, _)| path.ends_with(".hcl")).map(|(path, text)| load(path, text)).collect();
        let more = files.iter().filter(|(path, _)| path.ends_with(LEFT_OUT_FILE)).filter_map(|(_, text)| parse_left_out(text).ok());
        let left_out: Vec<Arc<LeftOut>> = self.left_out.iter().cloned().chain(more.flatten().map(Arc::new)).collect();
        let mut rules = self.rules.clone();
        let mut overlay = Vec::new();
        let mut problems = Vec::new();
        for result in results {
            match result {
                Ok(rule) => {
                    let rule = Arc::new(rule);
                    rules.insert(rule.id.clone(), Arc::clone(&rule));
                    overlay.push(rule);
                }
                Err(found) => problems.extend(found),
            }
        }
        problems
            .sort_by(|left, right| (&left.path, left.span.map(|span| span.start)).cmp(&(&right.path, right.span.map(|span| span.start))));
        (Self { left_out, ..Self::indexed(rules, &overlay) }, problems)
    }

    fn indexed(rules: BTreeMap<String, Arc<Rule>>, first: &[Arc<Rule>]) -> Self {
        let mut catalogue = Self { rules, ..Self::default() };
        let overlaid: HashSet<&str> = first.iter().map(|rule| rule.id.as_str()).collect();
        let rest = catalogue.rules.values().filter(|rule| !overlaid.contains(rule.id.as_str()));
        let ordered: Vec<Arc<Rule>> = first.iter().chain(rest).map(Arc::clone).collect();
        for rule in ordered {
            for (scheme, ids) in &rule.aliases {
                for id in ids {
                    let claims = catalogue.by_alias.entry(alias_key(scheme, id)).or_default();
                    if !claims.iter().any(|other| share_a_resource(other, &rule)) {
                        claims.push(Arc::clone(&rule));
                    }
                }
            }
            for resource in types_of(&rule) {
                catalogue.by_resource.entry(resource.to_owned()).or_default().push(Arc::clone(&rule));
            }
        }
        catalogue
    }

    /// The rule with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.get(id)
    }

    /// The rules that a scanner's id stands for; several only when they are for different resource types.
    ///
    /// Case does not matter, `AVD-` before a Trivy id neither. The scheme `remediate` stands for our own ids.
    #[must_use]
    pub fn by_alias(&self, scheme: &str, id: &str) -> Vec<&Arc<Rule>> {
        if scheme == "remediate" {
            return self.by_id(id).into_iter().collect();
        }
        self.by_alias.get(&alias_key(scheme, id)).into_iter().flatten().collect()
    }

    /// The rules about a resource type, directly or reached from it.
    #[must_use]
    pub fn for_resource(&self, resource: &str) -> Vec<&Arc<Rule>> {
        self.by_resource.get(resource).into_iter().flatten().collect()
    }

    /// What no rule fixes, with the reasons.
    pub fn left_out(&self) -> impl Iterator<Item = &LeftOut> {
        self.left_out.iter().map(Arc::as_ref)
    }

    /// Why no rule fixes what a scanner's id stands for, if that is known.
    #[must_use]
    pub fn reason_left_out(&self, scheme: &str, id: &str) -> Option<&LeftOut> {
        let wanted = alias_key(scheme, id);
        self.left_out().find(|entry| entry.checkov.iter().any(|known| alias_key("checkov", known) == wanted))
    }

    /// All rules in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.values()
    }

    /// Number of rules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// The built-in rule files: path below `rules/` and text.
#[must_use]
pub fn built_in_files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = built_in_texts().map(|(path, text)| (path.replace('\\', "/"), text.to_owned())).collect();
    files.sort();
    files
}

fn built_in_texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut open = vec![&BUILT_IN];
    let mut files = Vec::new();
    while let Some(directory) = open.pop() {
        open.extend(directory.dirs());
        files.extend(directory.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?))));
    }
    files.into_iter()
}

/// What stands in quotes in the `aliases` block of a rule file, without parsing it.
fn scanner_ids(text: &str) -> impl Iterator<Item = &str> {
    let block = text.split_once("\n  aliases {").map_or("", |(_, rest)| rest.split_once("\n  }").map_or(rest, |(block, _)| block));
    block.split('"').skip(1).step_by(2)
}

/// An id as it is compared, whatever the scheme.
fn plain(id: &str) -> String {
    alias_key("trivy", id).1
}

/// Resource types that lead to a rule: its targets and the types it is reached from.
pub(super) fn types_of(rule: &Rule) -> impl Iterator<Item = &str> {
    let reached = rule.target.reached_from.iter().map(|from| from.resource.as_str());
    rule.target.resources.iter().map(String::as_str).chain(reached)
}

/// Whether a finding about some resource type could mean either rule.
pub(super) fn share_a_resource(left: &Rule, right: &Rule) -> bool {
    types_of(left).any(|resource| types_of(right).any(|other| other == resource))
}

/// How scanner ids are compared.
pub(super) fn alias_key(scheme: &str, id: &str) -> (String, String) {
    let id = id.trim().to_ascii_uppercase();
    let id = if scheme == "trivy" { id.strip_prefix("AVD-").map_or(id.clone(), str::to_owned) } else { id };
    (scheme.to_ascii_lowercase(), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_rule_loads() {
        let (catalogue, problems) = Catalogue::default().with_overlay(&built_in_files());
        let told: Vec<String> = problems.iter().map(|problem| format!("{}: {problem}", problem.path)).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        assert_eq!(catalogue.len(), built_in_files().iter().filter(|(path, _)| path.ends_with(".hcl")).count());
    }

    #[test]
    fn a_scanner_id_leads_to_its_rule_however_it_is_written() {
        let catalogue = Catalogue::built_in();
        for (scheme, id) in
            [("checkov", "CKV_AWS_53"), ("checkov", "ckv_aws_53"), ("trivy", "AVD-AWS-0094"), ("remediate", "aws/s3/public-access-block")]
        {
            let ids: Vec<&str> = catalogue.by_alias(scheme, id).iter().map(|rule| rule.id.as_str()).collect();
            assert_eq!(ids, ["aws/s3/public-access-block"], "{scheme} {id}");
        }
        assert!(catalogue.by_alias("checkov", "CKV_NONE_1").is_empty());
        assert!(catalogue.for_resource("aws_s3_bucket_public_access_block").iter().any(|rule| rule.id == "aws/s3/public-access-block"));
    }

    #[test]
    fn only_the_rules_that_are_called_for_are_parsed() {
        let all = Catalogue::built_in();
        for rule in all.iter() {
            for (scheme, id) in rule.aliases.iter().flat_map(|(scheme, ids)| ids.iter().map(move |id| (scheme, id))) {
                let few = Catalogue::built_in_called(&HashSet::from([id.to_ascii_lowercase()]));
                let ids = |catalogue: &Catalogue| catalogue.by_alias(scheme, id).iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
                assert_eq!(ids(&few), ids(&all), "{scheme} {id}");
            }
        }
        let few = Catalogue::built_in_called(&HashSet::from(["AVD-AWS-0094".to_owned(), "aws/s3/versioning".to_owned()]));
        assert_eq!(few.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["aws/s3/public-access-block", "aws/s3/versioning"]);
    }

    #[test]
    fn a_rule_without_its_examples_is_otherwise_the_same() {
        let all = Catalogue::built_in();
        let few = Catalogue::built_in_called(&all.iter().map(|rule| rule.id.clone()).collect());
        assert_eq!(few.len(), all.len());
        for (short, whole) in few.iter().zip(all.iter()) {
            let whole = Rule { examples: Vec::new(), ..whole.as_ref().clone() };
            assert_eq!(format!("{short:?}"), format!("{whole:?}"), "{}", whole.id);
        }
    }

    #[test]
    fn an_overlay_replaces_a_rule_and_takes_its_scanner_id() {
        let built_in = Catalogue::built_in();
        let text = built_in
            .by_id("aws/s3/public-access-block")
            .map(|rule| rule.source.replace("Block public access to an S3 bucket", "Ours"))
            .unwrap_or_default();
        let (catalogue, problems) = built_in.with_overlay(&[("aws/s3/public-access-block.hcl".into(), text.clone())]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(catalogue.by_alias("checkov", "CKV_AWS_53")[0].title, "Ours");
        let renamed = text.replace("rule \"aws/s3/public-access-block\"", "rule \"acme/s3\"");
        let (catalogue, problems) = built_in.with_overlay(&[("acme/s3.hcl".into(), renamed)]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(catalogue.by_alias("checkov", "CKV_AWS_53")[0].id, "acme/s3");
        assert_eq!(catalogue.len(), built_in.len() + 1);
    }
}
