//! Issues, comments, labels and reactions.

use serde_json::{Value, json};

use super::{Answer, Call, pulls};
use crate::error::{ApiError, Outcome};
use crate::state::{Comment, Issue, Reaction, World};

fn show(world: &World, repository: u64, issue: &Issue) -> Value {
    world.repositories.get(&repository).map_or(Value::Null, |found| world.issue_json(found, issue))
}

fn number(call: &Call<'_>) -> Outcome<u64> {
    let number = call.number("issue_number")?;
    let issue = call.world.thread(call.repository, number)?;
    let need = if issue.pull.is_some() { "pull_requests" } else { "issues" };
    // Routes shared by both kinds are admitted with either permission; the thread itself decides which one counts.
    if call.has(&format!("{need}:read")) || (issue.pull.is_some() && call.has("issues:read")) {
        return Ok(number);
    }
    Err(ApiError::not_permitted(&format!("{need}=read")))
}

fn answer(call: &Call<'_>, status: u16, number: u64) -> Outcome<Answer> {
    Ok(Answer::json(status, show(call.world, call.repository, call.world.thread(call.repository, number)?)))
}

pub fn list(call: &mut Call<'_>) -> Outcome<Answer> {
    let state = call.asked("state").unwrap_or("open").to_string();
    let wanted: Vec<String> =
        call.asked("labels").unwrap_or_default().split(',').filter(|name| !name.is_empty()).map(str::to_string).collect();
    let (creator, assignee) = (call.asked("creator").map(str::to_string), call.asked("assignee").map(str::to_string));
    let since = call.asked("since").and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    let mut found: Vec<Issue> = call
        .repo()?
        .issues
        .values()
        .filter(|issue| match state.as_str() {
            "all" => true,
            "closed" => !issue.open,
            _ => issue.open,
        })
        .cloned()
        .collect();
    found.retain(|issue| {
        wanted.iter().all(|name| issue.labels.iter().any(|label| label.eq_ignore_ascii_case(name)))
            && creator.as_ref().is_none_or(|login| login.eq_ignore_ascii_case(&issue.author))
            && assignee.as_ref().is_none_or(|login| issue.assignees.iter().any(|one| one.eq_ignore_ascii_case(login)))
            && since.is_none_or(|since| issue.updated_at >= since)
    });
    pulls::order(&mut found, call.asked("sort"), call.asked("direction"));
    let id = call.repository;
    Ok(call.page(&found, |world, issue| show(world, id, issue)))
}

pub fn create(call: &mut Call<'_>) -> Outcome<Answer> {
    let (title, body, labels) = (call.required("Issue", "title")?, call.text("body").unwrap_or_default(), names(&call.body, "labels"));
    let actor = call.actor();
    let number = call.world.open_issue(call.repository, &actor, &title, &body, &labels)?;
    let assignees = call.texts("assignees");
    call.world.assign(call.repository, number, &actor, &assignees)?;
    answer(call, 201, number)
}

/// Labels come as strings or as objects with a name.
fn names(body: &Value, key: &str) -> Vec<String> {
    let list = if key.is_empty() { body.as_array() } else { body.get(key).and_then(Value::as_array) };
    let name = |entry: &Value| entry.as_str().or_else(|| entry.get("name").and_then(Value::as_str)).map(str::to_string);
    list.into_iter().flatten().filter_map(name).collect()
}

pub fn get(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = number(call)?;
    answer(call, 200, number)
}

pub fn update(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = number(call)?;
    let actor = call.actor();
    let (title, body, reason) = (call.text("title"), call.text("body"), call.text("state_reason"));
    call.world.edit_thread(call.repository, number, &actor, title.as_deref(), body.as_deref())?;
    if call.body.get("labels").is_some() {
        replace_labels(call, number, names(&call.body, "labels"))?;
    }
    let assignees = call.texts("assignees");
    call.world.assign(call.repository, number, &actor, &assignees)?;
    match call.text("state").as_deref() {
        Some("closed") => call.world.close_thread(call.repository, number, &actor, reason.as_deref())?,
        Some("open") => call.world.reopen_thread(call.repository, number, &actor)?,
        Some(_) => return Err(ApiError::invalid("Issue", "state", "invalid", "")),
        None => {}
    }
    answer(call, 200, number)
}

pub fn comments(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = number(call)?;
    let list: Vec<Comment> = call.world.thread(call.repository, number)?.comments.clone();
    let id = call.repository;
    Ok(call.page(&list, |world, one| comment_value(world, id, number, one)))
}

fn comment_value(world: &World, repository: u64, number: u64, comment: &Comment) -> Value {
    let found = world.repositories.get(&repository);
    found
        .and_then(|found| Some((found, found.issues.get(&number)?)))
        .map_or(Value::Null, |(found, issue)| world.comment_json(found, issue, comment))
}

fn find_comment(call: &Call<'_>) -> Outcome<(u64, Comment)> {
    let id = call.number("comment_id")?;
    let mut threads = call.repo()?.issues.values();
    let found = threads.find_map(|issue| Some((issue.number, issue.comments.iter().find(|comment| comment.id == id)?.clone())));
    found.ok_or_else(ApiError::not_found)
}

pub fn comment(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, comment) = find_comment(call)?;
    Answer::ok(comment_value(call.world, call.repository, number, &comment))
}

pub fn create_comment(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, body, actor) = (number(call)?, call.required("IssueComment", "body")?, call.actor());
    let id = call.world.comment(call.repository, number, &actor, &body)?;
    let comment = call.world.comment_mut(call.repository, id)?.1.clone();
    Answer::created(comment_value(call.world, call.repository, number, &comment))
}

pub fn edit_comment(call: &mut Call<'_>) -> Outcome<Answer> {
    let (_, found) = find_comment(call)?;
    let (body, actor) = (call.required("IssueComment", "body")?, call.actor());
    call.world.edit_comment(call.repository, found.id, &actor, &body)?;
    comment(call)
}

pub fn delete_comment(call: &mut Call<'_>) -> Outcome<Answer> {
    let (_, found) = find_comment(call)?;
    let actor = call.actor();
    call.world.delete_comment(call.repository, found.id, &actor)?;
    Answer::nothing()
}

fn labels_answer(call: &Call<'_>, number: u64) -> Outcome<Answer> {
    Answer::ok(call.world.labels_json(call.repo()?, call.world.thread(call.repository, number)?))
}

pub fn labels(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = number(call)?;
    labels_answer(call, number)
}

/// The body is an object with `labels`, or the bare list.
fn sent_labels(call: &Call<'_>) -> Vec<String> {
    names(&call.body, if call.body.is_array() { "" } else { "labels" })
}

pub fn add_labels(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, actor, sent) = (number(call)?, call.actor(), sent_labels(call));
    call.world.add_labels(call.repository, number, &actor, &sent)?;
    labels_answer(call, number)
}

fn replace_labels(call: &mut Call<'_>, number: u64, wanted: Vec<String>) -> Outcome<()> {
    let actor = call.actor();
    let present = call.world.thread(call.repository, number)?.labels.clone();
    for name in present.iter().filter(|name| !wanted.iter().any(|one| one.eq_ignore_ascii_case(name))) {
        call.world.remove_label(call.repository, number, &actor, name)?;
    }
    call.world.add_labels(call.repository, number, &actor, &wanted)
}

pub fn set_labels(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, sent) = (number(call)?, sent_labels(call));
    replace_labels(call, number, sent)?;
    labels_answer(call, number)
}

pub fn remove_label(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, name, actor) = (number(call)?, call.param("name").to_string(), call.actor());
    call.world.remove_label(call.repository, number, &actor, &name)?;
    labels_answer(call, number)
}

pub fn assign(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, actor, logins) = (number(call)?, call.actor(), call.texts("assignees"));
    call.world.assign(call.repository, number, &actor, &logins)?;
    answer(call, 201, number)
}

fn list_reactions(call: &mut Call<'_>, list: Vec<Reaction>) -> Outcome<Answer> {
    Ok(call.page(&list, |world, one| world.reaction_json(one)))
}

pub fn reactions(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = number(call)?;
    let list = call.world.thread(call.repository, number)?.reactions.clone();
    list_reactions(call, list)
}

pub fn comment_reactions(call: &mut Call<'_>) -> Outcome<Answer> {
    let (_, found) = find_comment(call)?;
    list_reactions(call, found.reactions)
}

fn add_reaction(call: &mut Call<'_>, number: u64, comment: Option<u64>) -> Outcome<Answer> {
    let (actor, content) = (call.actor(), call.required("Reaction", "content")?);
    let (reaction, new) = call.world.react(call.repository, number, comment, &actor, &content)?;
    Ok(Answer::json(if new { 201 } else { 200 }, call.world.reaction_json(&reaction)))
}

pub fn react(call: &mut Call<'_>) -> Outcome<Answer> {
    let number = number(call)?;
    add_reaction(call, number, None)
}

pub fn react_to_comment(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, found) = find_comment(call)?;
    add_reaction(call, number, Some(found.id))
}

fn drop_reaction(reactions: &mut Vec<Reaction>, id: u64) -> Outcome<Answer> {
    let before = reactions.len();
    reactions.retain(|reaction| reaction.id != id);
    if reactions.len() < before { Answer::nothing() } else { Err(ApiError::not_found()) }
}

pub fn unreact(call: &mut Call<'_>) -> Outcome<Answer> {
    let (number, id) = (number(call)?, call.number("reaction_id")?);
    drop_reaction(&mut call.world.thread_mut(call.repository, number)?.reactions, id)
}

pub fn unreact_comment(call: &mut Call<'_>) -> Outcome<Answer> {
    let (_, found) = find_comment(call)?;
    let id = call.number("reaction_id")?;
    drop_reaction(&mut call.world.comment_mut(call.repository, found.id)?.1.reactions, id)
}

/// The answer of a search for issues, shared with `search`.
pub fn search_value(call: &Call<'_>, found: &[(u64, Issue)]) -> Value {
    let items: Vec<Value> = found
        .iter()
        .map(|(repository, issue)| {
            let mut value = show(call.world, *repository, issue);
            value["score"] = 1.0.into();
            value
        })
        .collect();
    json!({ "total_count": items.len(), "incomplete_results": false, "search_type": "lexical", "items": items })
}
