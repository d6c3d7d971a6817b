//! The rules in force for an organisation: ours, with those of its `.github` repository over them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::trees::Tree;
use super::{Line, StepError, policy};
use crate::github::{CheckConclusion, NewCheckRun};
use crate::model::Repository;
use crate::patch::{LineEnding, run_example};
use crate::render;
use crate::rule::{Catalogue, Problem, check_rule};

/// Where an organisation's `.github` repository keeps rules.
pub(super) const FOLDER: &str = ".github/remediate/rules/";
/// The repository is looked at again after this long; a push there is noticed at once.
const LIFETIME: Duration = Duration::from_secs(60);

/// Catalogues by organisation (small letters); `""` for the only one.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<HashMap<String, Entry>>);

#[derive(Debug, Clone)]
struct Entry {
    seen: Instant,
    /// Commit of the `.github` repository; `None` without one.
    commit: Option<String>,
    catalogue: Arc<Catalogue>,
}

impl Kept {
    fn of(&self, owner: &str) -> Option<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&owner.to_ascii_lowercase()).cloned()
    }

    fn keep(&self, owner: &str, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(owner.to_ascii_lowercase(), entry);
    }

    /// Looks again at the next question: something was pushed.
    pub(super) fn forget(&self, owner: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&owner.to_ascii_lowercase());
        kept.remove("");
    }
}

/// The rules for a repository's organisation; without a repository those of the only organisation, if there is only one.
///
/// A rule file with mistakes is left out and reported once for each commit, as a failed check with place and caret.
pub(super) async fn in_force(line: &Line, repository: Option<&Repository>) -> Result<Arc<Catalogue>, StepError> {
    let owner = repository.map_or("", |repository| repository.owner.as_str());
    let kept = line.trees.rules.of(owner);
    if let Some(kept) = kept.as_ref().filter(|kept| kept.seen.elapsed() < LIFETIME) {
        return Ok(kept.catalogue.clone());
    }
    let repository = match repository {
        Some(repository) => Some(repository.clone()),
        None => policy::only_organisation(line).await?,
    };
    let tree = match &repository {
        Some(repository) => policy::shared_tree(line, repository).await?,
        None => None,
    };
    let commit = tree.as_ref().map(|tree| tree.commit.clone());
    let catalogue = match kept.filter(|kept| kept.commit == commit) {
        Some(kept) => kept.catalogue,
        None => match tree {
            Some(tree) => laid_over(line, &tree).await?,
            None => line.catalogue.clone(),
        },
    };
    line.trees.rules.keep(owner, Entry { seen: Instant::now(), commit, catalogue: catalogue.clone() });
    Ok(catalogue)
}

/// As [`in_force`], for recording what came in, which waits for nobody: our own rules when the organisation's cannot be had now.
pub(super) async fn at_hand(line: &Line, repository: Option<&Repository>) -> Arc<Catalogue> {
    in_force(line, repository).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the organisation's rules cannot be read now");
        line.catalogue.clone()
    })
}

async fn laid_over(line: &Line, tree: &Arc<Tree>) -> Result<Arc<Catalogue>, StepError> {
    let below = |path: &str| path.strip_prefix(FOLDER).map(str::to_owned);
    let files: Vec<(String, String)> = tree.workspace.iter().filter_map(|(path, text)| Some((below(path)?, text.to_owned()))).collect();
    if files.is_empty() {
        return Ok(line.catalogue.clone());
    }
    let built_in = line.catalogue.clone();
    let (catalogue, problems) = tokio::task::spawn_blocking(move || sound(&built_in, files)).await?;
    if !problems.is_empty() {
        report(line, tree, &problems).await?;
    }
    Ok(Arc::new(catalogue))
}

/// The catalogue with the files that are without mistakes, and the mistakes of the others.
fn sound(built_in: &Catalogue, mut files: Vec<(String, String)>) -> (Catalogue, Vec<Problem>) {
    let (catalogue, mut problems) = built_in.with_overlay(&files);
    let own = |path: &str| path.strip_suffix(".hcl").and_then(|id| catalogue.by_id(id));
    for (path, _) in &files {
        let Some(rule) = own(path).filter(|rule| rule.path == *path) else { continue };
        problems.extend(check_rule(rule));
        problems.extend(rule.examples.iter().filter_map(|example| {
            let wrong = run_example(rule, example, LineEnding::Lf).err()?;
            let message = format!("the example \"{}\" does not come out: {wrong}", example.name);
            Some(Problem::new(&rule.path, &rule.source, Some(example.span), message))
        }));
    }
    if problems.is_empty() {
        return (catalogue, problems);
    }
    files.retain(|(path, _)| !problems.iter().any(|problem| problem.path == *path));
    (built_in.with_overlay(&files).0, problems)
}

/// A failed check on the commit that broke a rule.
async fn report(line: &Line, tree: &Tree, problems: &[Problem]) -> Result<(), StepError> {
    let told: Vec<String> = problems.iter().map(|problem| format!("{FOLDER}{}", problem.in_words())).collect();
    tracing::warn!(repository = %tree.repository, commit = tree.commit, problems = told.len(), "rules with mistakes are left out");
    let run = NewCheckRun {
        name: "remediate rules".into(),
        head_sha: tree.commit.clone(),
        external_id: format!("rules-{}", tree.commit),
        conclusion: Some(CheckConclusion::Failure),
        title: format!("{} mistakes in rules", told.len()),
        summary: render::rule_errors_comment(&told),
        details_url: None,
    };
    line.client(&tree.repository).put_check_run(&tree.repository, &run).await?;
    Ok(())
}
