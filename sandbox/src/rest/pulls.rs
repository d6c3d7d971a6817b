//! Pull requests.

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::act::{MergeMethod, NewPull};
use crate::bare::{ChangedFile, CommitInfo};
use crate::error::{ApiError, Outcome};
use crate::state::{Issue, Review, ReviewComment, World};

fn simple(world: &World, repository: u64, issue: &Issue) -> Value {
    let found = world.repositories.get(&repository);
    found.zip(issue.pull.as_ref()).map_or(Value::Null, |(found, pull)| world.pull_simple_json(found, issue, pull))
}

fn full(call: &Call<'_>, number: u64) -> Outcome<Value> {
    let repository = call.repo()?;
    let issue = call.world.thread(call.repository, number)?;
    let pull = call.world.pull(call.repository, number)?;
    Ok(call.world.pull_json(repository, issue, pull))
}

pub fn list(call: &mut Call<'_>) -> Outcome<Answer> {
    let state = call.asked("state").unwrap_or("open").to_string();
    let head = call.asked("head").map(str::to_string);
    let base = call.asked("base").map(str::to_string);
    let repository = call.repo()?;
    let owner = repository.owner.clone();
    let mut found: Vec<Issue> = repository
        .pulls()
        .filter(|issue| match state.as_str() {
            "all" => true,
            "closed" => !issue.open,
            _ => issue.open,
        })
        .cloned()
        .collect();
    found.retain(|issue| {
        issue.pull.as_ref().is_some_and(|pull| {
            // GitHub ignores a head without its owner.
            let head_fits =
                head.as_ref().is_none_or(|head| !head.contains(':') || head.eq_ignore_ascii_case(&format!("{owner}:{}", pull.head_ref)));
            head_fits && base.as_ref().is_none_or(|base| *base == pull.base_ref)
        })
    });
    order(&mut found, call.asked("sort"), call.asked("direction"));
    let id = call.repository;
    Ok(call.page(&found, |world, issue| simple(world, id, issue)))
}

/// Newest first unless asked otherwise.
pub fn order(issues: &mut [Issue], sort: Option<&str>, direction: Option<&str>) {
    match sort {
        Some("updated") => issues.sort_by_key(|issue| (issue.updated_at, issue.number)),
        _ => issues.sort_by_key(|issue| issue.number),
    }
    if direction != Some("asc") {
        issues.reverse();
    }
}

pub fn create(call: &mut Call<'_>) -> Outcome<Answer> {
    let new = NewPull {
        title: call.required("PullRequest", "title")?,
        body: call.text("body").unwrap_or_default(),
        head: call.required("PullRequest", "head")?,
        base: call.required("PullRequest", "base")?,
        draft: call.body.get("draft").and_then(Value::as_bool).unwrap_or(false),
    };
    let actor = call.actor();
    let number = call.world.open_pull(call.repository, &actor, &new)?;
    Answer::created(full(call, number)?)
}

pub fn get(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    if call.headers.get("accept").is_some_and(|accept| accept.contains("diff")) {
        let repository = call.repo()?;
        let pull = call.world.pull(call.repository, number)?;
        let diff = repository.git.bytes(&["diff", "--no-color", &format!("{}...{}", pull.base_sha, pull.head_sha)], None)?;
        return Answer::raw("application/vnd.github.diff; charset=utf-8", diff);
    }
    Answer::ok(full(call, number)?)
}

pub fn update(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let actor = call.actor();
    let (title, body) = (call.text("title"), call.text("body"));
    call.world.pull(call.repository, number)?;
    call.world.edit_thread(call.repository, number, &actor, title.as_deref(), body.as_deref())?;
    if let Some(base) = call.text("base") {
        let sha = call.repo()?.branch(&base).cloned().ok_or_else(|| ApiError::invalid("PullRequest", "base", "invalid", ""))?;
        let pull = call.world.pull_mut(call.repository, number)?;
        pull.base_ref = base;
        pull.base_sha = sha;
    }
    match call.text("state").as_deref() {
        Some("closed") => call.world.close_thread(call.repository, number, &actor, None)?,
        Some("open") => call.world.reopen_thread(call.repository, number, &actor)?,
        Some(_) => return Err(ApiError::invalid("PullRequest", "state", "invalid", "")),
        None => {}
    }
    Answer::ok(full(call, number)?)
}

pub fn files(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let pull = call.world.pull(call.repository, number)?.clone();
    let list: Vec<ChangedFile> = call.world.pull_files(call.repo()?, &pull);
    let id = call.repository;
    Ok(call
        .page(&list, |world, file| world.repositories.get(&id).map_or(Value::Null, |found| world.file_json(found, &pull.head_sha, file))))
}

pub fn commits(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let pull = call.world.pull(call.repository, number)?;
    let list: Vec<CommitInfo> = call.repo()?.git.log(&["--reverse", &format!("{}..{}", pull.base_sha, pull.head_sha)])?;
    let id = call.repository;
    Ok(call.page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |found| world.commit_json(found, one))))
}

pub fn for_commit(call: &mut Call<'_>) -> Outcome<Answer> {
    let sha = call.param("commit_sha").to_string();
    let found: Vec<Issue> = call
        .repo()?
        .pulls()
        .filter(|issue| issue.pull.as_ref().is_some_and(|pull| pull.head_sha == sha || pull.merge_commit_sha.as_ref() == Some(&sha)))
        .cloned()
        .collect();
    let id = call.repository;
    Ok(call.page(&found, |world, issue| simple(world, id, issue)))
}

pub fn reviews(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let list: Vec<Review> = call.world.pull(call.repository, number)?.reviews.clone();
    let id = call.repository;
    Ok(call.page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |found| world.review_json(found, number, one))))
}

pub fn create_review(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let (actor, body) = (call.actor(), call.text("body").unwrap_or_default());
    let state = match call.text("event").as_deref() {
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some("COMMENT") => "COMMENTED",
        _ => return Err(ApiError::new(422, "Invalid request. \"event\" is not one of APPROVE, REQUEST_CHANGES, COMMENT.")),
    };
    let id = call.world.review(call.repository, number, &actor, state, &body)?;
    let pull = call.world.pull(call.repository, number)?;
    let review = pull.reviews.iter().find(|review| review.id == id).ok_or_else(ApiError::not_found)?;
    Answer::ok(call.world.review_json(call.repo()?, number, review))
}

pub fn review_comments(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let list: Vec<ReviewComment> = call.world.pull(call.repository, number)?.review_comments.clone();
    let id = call.repository;
    Ok(call
        .page(&list, |world, one| world.repositories.get(&id).map_or(Value::Null, |found| world.review_comment_json(found, number, one))))
}

pub fn requested(call: &mut Call<'_>) -> Outcome<Answer> {
    let pull = call.world.pull(call.repository, call.number("pull_number")?)?;
    let teams = call.world.requested_teams_json(call.repo()?, pull);
    Answer::ok(json!({ "users": call.world.users_json(&pull.reviewers), "teams": teams }))
}

pub fn request(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let (actor, users, teams) = (call.actor(), call.texts("reviewers"), call.texts("team_reviewers"));
    call.world.request_reviews(call.repository, number, &actor, &users, &teams)?;
    let issue = call.world.thread(call.repository, number)?;
    Answer::created(simple(call.world, call.repository, issue))
}

pub fn unrequest(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let (actor, users, teams) = (call.actor(), call.texts("reviewers"), call.texts("team_reviewers"));
    call.world.unrequest_reviews(call.repository, number, &actor, &users, &teams)?;
    let issue = call.world.thread(call.repository, number)?;
    Answer::ok(simple(call.world, call.repository, issue))
}

pub fn is_merged(call: &mut Call<'_>) -> Outcome<Answer> {
    let pull = call.world.pull(call.repository, call.number("pull_number")?)?;
    if pull.merged_at.is_some() { Answer::nothing() } else { Err(ApiError::not_found()) }
}

pub fn merge(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let method = match call.text("merge_method").as_deref() {
        Some("squash") => MergeMethod::Squash,
        Some("rebase") => MergeMethod::Rebase,
        _ => MergeMethod::Merge,
    };
    let (actor, expected) = (call.actor(), call.text("sha"));
    let sha = call.world.merge_pull(call.repository, number, &actor, method, expected.as_deref())?;
    Answer::ok(json!({ "sha": sha, "merged": true, "message": "Pull Request successfully merged" }))
}

pub fn update_branch(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = call.number("pull_number")?;
    let actor = call.actor();
    let expected = call.text("expected_head_sha");
    let repository = call.world.writable(call.repository)?;
    let pull = call.world.pull(call.repository, number)?;
    if expected.is_some_and(|expected| expected != pull.head_sha) {
        return Err(ApiError::new(422, "expected head sha didn’t match current head ref."));
    }
    let base = repository.branch(&pull.base_ref).cloned().ok_or_else(ApiError::not_found)?;
    let tree =
        repository.git.merge_trees(&pull.head_sha, &base).ok_or_else(|| ApiError::new(422, "merge conflict between base and head"))?;
    let message = format!("Merge branch '{}' into {}", pull.base_ref, pull.head_ref);
    let sha = repository.git.commit_tree(&tree, &[pull.head_sha.clone(), base], &crate::act::author(call.world, &actor, &message))?;
    repository.git.update_reference(&format!("refs/heads/{}", pull.head_ref), &sha, Some(&pull.head_sha))?;
    call.world.notice_push(call.repository, &actor)?;
    let url = call.world.api(&format!("/repos/{}/pulls/{number}", call.repo()?.full_name()));
    Ok(Answer::json(202, json!({ "message": "Updating pull request branch.", "url": url })))
}
