//! Runs the examples of rules: they are the tests of a rule and what its page shows.

use similar::TextDiff;

use crate::hcl;
use crate::model::{Address, Confidence, Patch, Refusal, ResourceMode, Span, Target, Workspace};
use crate::rule::{Example, Expectation, Rule};
use crate::terraform::directory_of;

use super::fix::{Outcome, patch};
use super::params::Params;
use super::workbench::Workbench;

/// File that the text of `before` stands in.
pub const MAIN: &str = "main.tf";

/// How the lines of the files end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

/// Runs an example as it is.
///
/// # Errors
/// A sentence and, where texts differ, a diff from what is expected to what came out.
pub fn run_example(rule: &Rule, example: &Example, ending: LineEnding) -> Result<(), String> {
    let workspace = workspace(example, ending);
    let outcome = outcome(rule, example, &workspace)?;
    match (&example.expectation, outcome) {
        (Expectation::After(after), Ok(Outcome::Patch(patch))) => {
            compare(example, after, &patch, ending)?;
            applicability(example, &patch)
        }
        (Expectation::Unchanged, Ok(Outcome::Holds | Outcome::NotApplicable(_))) => Ok(()),
        (Expectation::Refused(words), Err(refusal)) if refusal.message.contains(words.as_str()) => Ok(()),
        (expected, came) => Err(format!("expected {}, but {}", expected_words(expected), came_words(&came))),
    }
}

/// What comes out of an example that expects a change: the new text of every file that changed, [`MAIN`] first.
///
/// # Errors
/// Why nothing came out.
pub fn example_output(rule: &Rule, example: &Example) -> Result<Vec<(String, String)>, String> {
    let workspace = workspace(example, LineEnding::Lf);
    match outcome(rule, example, &workspace)? {
        Ok(Outcome::Patch(patch)) => {
            let mut files: Vec<(String, String)> = patch.files.into_iter().map(|(path, file)| (path, file.after)).collect();
            files.sort_by_key(|(path, _)| path != MAIN);
            Ok(files)
        }
        came => Err(format!("expected a change, but {}", came_words(&came))),
    }
}

/// Parts of a rule that could be taken away without any of its examples noticing: operations, refusals and lowerings, each with
/// its place in the rule file.
///
/// Call it on a rule whose examples come out.
#[must_use]
pub fn unexercised(rule: &Rule) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let survives = |mutant: &Rule| mutant.examples.iter().all(|example| run_example(mutant, example, LineEnding::Lf).is_ok());
    let mut look = |what: String, place: Span, change: &dyn Fn(&mut Rule)| {
        let mut mutant = rule.clone();
        change(&mut mutant);
        if survives(&mutant) {
            found.push((what, place));
        }
    };
    for (index, operation) in rule.operations.iter().enumerate() {
        let what = format!("that {}", crate::rule::end_phrase(operation));
        look(what, operation.span(), &|rule| drop(rule.operations.remove(index)));
    }
    for (index, refusal) in rule.refusals.iter().enumerate() {
        let what = format!("the refusal when `{}`", refusal.when.text);
        look(what, refusal.when.span, &|rule| drop(rule.refusals.remove(index)));
    }
    for (index, lower) in rule.applicability.lower.iter().enumerate() {
        let what = format!("the lowering when `{}`", lower.when.text);
        look(what, lower.when.span, &|rule| drop(rule.applicability.lower.remove(index)));
    }
    for (module, spec) in rule.modules.iter().enumerate() {
        let place = spec.operations.first().map_or(Span::at(0), crate::rule::Operation::span);
        look(format!("the module `{}`", spec.source), place, &|rule| drop(rule.modules.remove(module)));
        for (index, refusal) in spec.refusals.iter().enumerate() {
            let what = format!("the refusal of the module `{}` when `{}`", spec.source, refusal.when.text);
            look(what, refusal.when.span, &|rule| drop(rule.modules[module].refusals.remove(index)));
        }
    }
    found
}

/// Texts of an example that `terraform fmt` would change, by what they are called in the rule file.
#[must_use]
pub fn unformatted(example: &Example) -> Vec<String> {
    let mut texts = vec![("before".to_owned(), &example.before)];
    if let Expectation::After(after) = &example.expectation {
        texts.push(("after".to_owned(), after));
    }
    let terraform = |path: &str| path.ends_with(".tf") || path.ends_with(".tfvars");
    for (files, word) in [(&example.files, "before"), (&example.files_after, "after")] {
        texts.extend(files.iter().filter(|(path, _)| terraform(path)).map(|(path, text)| (format!("{word} of {path}"), text)));
    }
    texts.into_iter().filter(|(_, text)| !hcl::is_formatted(text)).map(|(name, _)| name).collect()
}

fn endings(text: &str, ending: LineEnding) -> String {
    match ending {
        LineEnding::Lf => text.to_owned(),
        LineEnding::CrLf => text.replace('\n', "\r\n"),
    }
}

fn workspace(example: &Example, ending: LineEnding) -> Workspace {
    let mut workspace: Workspace = example.files.iter().map(|(path, text)| (path.clone(), endings(text, ending))).collect();
    workspace.insert(MAIN, endings(&example.before, ending));
    workspace
}

fn outcome(rule: &Rule, example: &Example, workspace: &Workspace) -> Result<Result<Outcome, Refusal>, String> {
    let target = target(rule, example, workspace)?;
    let params: Params = example.params.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(patch(rule, &target, workspace, &params))
}

/// The block the example is about: the one its `address` names, else the first of a type the rule is for, else the first the
/// rule can be reached from, else the first call of a module the rule knows.
fn target(rule: &Rule, example: &Example, workspace: &Workspace) -> Result<Target, String> {
    let wanted = example.address.as_deref().map(|text| text.parse::<Address>().map_err(|error| error.to_string())).transpose()?;
    let bench = Workbench::new(workspace.clone());
    let mut best: Option<(usize, Target)> = None;
    for (path, _) in workspace.iter().filter(|(path, _)| *path == MAIN || example.address.is_some()) {
        if !path.ends_with(".tf") && !path.ends_with(".tf.json") {
            continue;
        }
        let document = bench.document(path).map_err(|refusal| format!("`before` cannot be read: {refusal}"))?;
        for block in &document.body().blocks {
            let Some(address) = address_of(block) else { continue };
            let rank = match &wanted {
                Some(wanted) if wanted.kind == address.kind && wanted.name == address.name && wanted.mode == address.mode => 0,
                Some(_) => continue,
                None => match rank(rule, &address) {
                    Some(rank) => rank,
                    None => continue,
                },
            };
            if best.as_ref().is_none_or(|(other, _)| rank < *other) {
                let module_dir = directory_of(path).to_owned();
                let target = Target {
                    path: path.to_owned(),
                    span: block.span,
                    module_dir,
                    root_dir: None,
                    address,
                    evidence: Vec::new(),
                    confidence: Confidence::Certain,
                };
                best = Some((rank, target));
            }
        }
    }
    best.map(|(_, target)| target).ok_or_else(|| "`before` holds no block that the rule is about".to_owned())
}

fn address_of(block: &hcl::Block) -> Option<Address> {
    let (mode, kind, name) = match block.kind.as_str() {
        "resource" => (ResourceMode::Managed, block.label(0)?, block.label(1)?),
        "data" => (ResourceMode::Data, block.label(0)?, block.label(1)?),
        "module" => (ResourceMode::Module, "module", block.label(0)?),
        _ => return None,
    };
    Some(Address { mode, ..Address::managed(kind, name) })
}

fn rank(rule: &Rule, address: &Address) -> Option<usize> {
    let kind = if address.mode == ResourceMode::Data { format!("data.{}", address.kind) } else { address.kind.clone() };
    if rule.target.resources.contains(&kind) {
        return Some(1);
    }
    if rule.target.reached_from.iter().any(|from| from.resource == kind) {
        return Some(2);
    }
    (address.mode == ResourceMode::Module && !rule.modules.is_empty()).then_some(3)
}

fn compare(example: &Example, after: &str, patch: &Patch, ending: LineEnding) -> Result<(), String> {
    let expected = |path: &str| -> Option<String> {
        let text = if path == MAIN { Some(after) } else { example.files_after.get(path).map(String::as_str) };
        text.map(|text| endings(text, ending))
    };
    for (path, file) in &patch.files {
        match expected(path) {
            Some(expected) if expected == file.after => {}
            Some(expected) => {
                return Err(format!("`{path}` came out otherwise (- expected, + came out):\n{}", diff(&expected, &file.after)));
            }
            None => {
                let before = file.before.as_deref().unwrap_or_default();
                return Err(format!("`{path}` changed, of which the example says nothing:\n{}", diff(before, &file.after)));
            }
        }
    }
    let silent = example.files_after.keys().map(String::as_str).chain([MAIN]).find(|path| {
        let before = if *path == MAIN { Some(&example.before) } else { example.files.get(*path) };
        !patch.files.contains_key(*path) && expected(path) != before.map(|text| endings(text, ending))
    });
    silent.map_or(Ok(()), |path| Err(format!("`{path}` did not change")))
}

fn applicability(example: &Example, patch: &Patch) -> Result<(), String> {
    match example.applicability {
        Some(wanted) if wanted != patch.applicability => {
            Err(format!("the change is {:?}, not {wanted:?}", patch.applicability).to_lowercase())
        }
        _ => Ok(()),
    }
}

fn diff(expected: &str, came: &str) -> String {
    TextDiff::from_lines(expected, came).unified_diff().context_radius(3).to_string()
}

fn expected_words(expectation: &Expectation) -> &'static str {
    match expectation {
        Expectation::After(_) => "a change",
        Expectation::Unchanged => "no change",
        Expectation::Refused(words) if words.is_empty() => "a refusal",
        Expectation::Refused(_) => "a refusal in other words",
    }
}

fn came_words(outcome: &Result<Outcome, Refusal>) -> String {
    match outcome {
        Ok(Outcome::Holds) => "the rule's ends hold already".to_owned(),
        Ok(Outcome::NotApplicable(reason)) => format!("the rule does not apply: {reason}"),
        Ok(Outcome::Patch(patch)) => {
            let diffs: Vec<String> =
                patch.files.values().map(|file| diff(file.before.as_deref().unwrap_or_default(), &file.after)).collect();
            format!("it changes the code:\n{}", diffs.join("\n"))
        }
        Err(refusal) => format!("it refuses: {refusal}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::functions::{NAMES, OF_SCOPE};

    #[test]
    fn rules_are_checked_against_the_functions_that_exist() {
        let known: BTreeSet<&str> = NAMES.iter().chain(OF_SCOPE).copied().collect();
        let checked: BTreeSet<&str> = crate::rule::FUNCTIONS.iter().copied().collect();
        assert_eq!(known, checked);
    }
}
