//! Search: the few qualifiers that an app of this kind uses.

use serde_json::{Value, json};

use super::{Answer, Call, issues as threads};
use crate::error::{ApiError, Outcome};
use crate::state::{Issue, Repository};

/// The words of a query: qualifiers (`repo:acme/infra`) apart from text.
struct Terms {
    qualifiers: Vec<(String, String)>,
    text: Vec<String>,
}

fn terms(query: &str) -> Terms {
    let mut terms = Terms { qualifiers: Vec::new(), text: Vec::new() };
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for character in query.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        match word.split_once(':') {
            Some((key, value)) if key.chars().all(|c| c.is_ascii_lowercase() || c == '-') => {
                terms.qualifiers.push((key.into(), value.into()))
            }
            _ => terms.text.push(word.to_lowercase()),
        }
    }
    terms
}

impl Terms {
    fn all(&self, key: &str, mut fits: impl FnMut(&str) -> bool) -> bool {
        self.qualifiers.iter().filter(|(name, _)| name == key).all(|(_, value)| fits(value))
    }

    fn covers(&self, repository: &Repository) -> bool {
        self.all("repo", |name| name.eq_ignore_ascii_case(&repository.full_name()))
            && self.all("org", |name| name.eq_ignore_ascii_case(&repository.owner))
            && self.all("user", |name| name.eq_ignore_ascii_case(&repository.owner))
    }
}

fn query(call: &Call<'_>) -> Outcome<Terms> {
    let text = call.asked("q").filter(|text| !text.trim().is_empty());
    Ok(terms(text.ok_or_else(|| ApiError::invalid("Search", "q", "missing", ""))?))
}

pub fn issues(call: &mut Call<'_>) -> Outcome<Answer> {
    let terms = query(call)?;
    let mut found: Vec<(u64, Issue)> = Vec::new();
    for id in call.visible() {
        let Ok(repository) = call.world.repository(id) else { continue };
        if terms.covers(repository) {
            found.extend(repository.issues.values().filter(|issue| fits(&terms, issue)).map(|issue| (id, issue.clone())));
        }
    }
    found.reverse();
    Answer::ok(threads::search_value(call, &found))
}

fn fits(terms: &Terms, issue: &Issue) -> bool {
    let is = |word: &str| match word {
        "pr" => issue.pull.is_some(),
        "issue" => issue.pull.is_none(),
        "open" => issue.open,
        "closed" => !issue.open,
        "merged" => issue.pull.as_ref().is_some_and(|pull| pull.merged_at.is_some()),
        _ => true,
    };
    let whole = format!("{}\n{}", issue.title, issue.body).to_lowercase();
    terms.all("is", is)
        && terms.all("type", is)
        && terms.all("state", is)
        && terms.all("author", |login| login.trim_start_matches("app/").eq_ignore_ascii_case(issue.author.trim_end_matches("[bot]")))
        && terms.all("label", |name| issue.labels.iter().any(|label| label.eq_ignore_ascii_case(name)))
        && terms.all("head", |branch| issue.pull.as_ref().is_some_and(|pull| pull.head_ref == branch))
        && terms.text.iter().all(|word| whole.contains(word))
}

pub fn code(call: &mut Call<'_>) -> Outcome<Answer> {
    let terms = query(call)?;
    let mut items: Vec<Value> = Vec::new();
    for id in call.visible() {
        let Ok(repository) = call.world.repository(id) else { continue };
        let Some(commit) = repository.branch(&repository.default_branch).filter(|_| terms.covers(repository)) else { continue };
        for entry in repository.git.tree(commit, true)?.iter().filter(|entry| entry.kind == "blob") {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            let content = repository.git.read_blob(&entry.sha).unwrap_or_default();
            let content = String::from_utf8_lossy(&content).to_lowercase();
            let named = terms.all("filename", |wanted| name == wanted)
                && terms.all("extension", |wanted| name.rsplit('.').next() == Some(wanted))
                && terms.all("path", |wanted| entry.path.contains(wanted));
            if named && terms.text.iter().all(|word| content.contains(word)) {
                items.push(json!({
                    "name": name, "path": entry.path, "sha": entry.sha, "score": 1.0,
                    "url": call.world.api(&format!("/repos/{}/contents/{}?ref={commit}", repository.full_name(), entry.path)),
                    "git_url": call.world.api(&format!("/repos/{}/git/blobs/{}", repository.full_name(), entry.sha)),
                    "html_url": call.world.api(&format!("/{}/blob/{commit}/{}", repository.full_name(), entry.path)),
                    "repository": call.world.repository_minimal_json(repository),
                }));
            }
        }
    }
    Answer::ok(json!({ "total_count": items.len(), "incomplete_results": false, "items": items }))
}
