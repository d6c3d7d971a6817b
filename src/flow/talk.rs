//! Comments: one per thing said on a pull request, one edited in place on an issue.

use super::{Line, StepError, rules};
use crate::github::Reaction;
use crate::lifecycle::{Asked, Note, Thread};
use crate::model::{Finding, Refusal, RefusalKind, Remediation, Repository};
use crate::render;

/// An issue that asked for a fix, and the comment that did, if it was one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) repository: Repository,
    pub(super) number: u64,
    pub(super) comment: Option<u64>,
}

/// The source name of findings that people wrote into an issue.
pub(super) const ISSUE_SOURCE: &str = "issue";

/// Where an issue's finding came from, as its link says: `…/OWNER/NAME/issues/12#issuecomment-34`.
pub(super) fn request_of(line: &Line, finding: &Finding, installation: u64) -> Option<Request> {
    if finding.source != ISSUE_SOURCE {
        return None;
    }
    let web = line.github.endpoints().web().as_str().trim_end_matches('/');
    let rest = finding.url.as_deref()?.strip_prefix(web)?.strip_prefix('/')?;
    let (path, fragment) = rest.split_once('#').map_or((rest, None), |(path, fragment)| (path, Some(fragment)));
    let mut parts = path.split('/');
    let (owner, name, _, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    let comment = fragment.and_then(|fragment| fragment.strip_prefix("issuecomment-")?.parse().ok());
    let repository = Repository { id: 0, installation, owner: owner.into(), name: name.into() };
    Some(Request { repository, number, comment })
}

/// The issues that asked for this fix. The installation is part of the finding's parameters' repository, or ours.
pub(super) async fn requests(line: &Line, remediation: &Remediation) -> Result<Vec<Request>, StepError> {
    let mut session = line.store.read().await?;
    let findings = session.witnesses(&remediation.id).await?;
    drop(session);
    let mut requests = Vec::new();
    for stored in findings {
        let Some(request) = request_of(line, &stored.finding, 0) else { continue };
        let installation = match &remediation.repository {
            Some(ours) if ours.owner.eq_ignore_ascii_case(&request.repository.owner) => Some(ours.installation),
            _ => line.github.installation_of(&request.repository.owner, &request.repository.name).await?.map(|found| found.id),
        };
        let Some(installation) = installation else { continue };
        requests.push(Request { repository: Repository { installation, ..request.repository }, ..request });
    }
    Ok(requests)
}

/// Says `note` where it belongs.
pub(super) async fn comment(line: &Line, remediation: &Remediation, on: Thread, note: &Note) -> Result<(), StepError> {
    let Some(words) = words(line, remediation, note).await? else { return Ok(()) };
    if matches!(on, Thread::PullRequest | Thread::Everywhere)
        && let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request)
    {
        put(line, repository, pull.number, &topic_of(note, remediation), &words).await?;
    }
    if matches!(on, Thread::Issues | Thread::Everywhere) {
        for request in requests(line, remediation).await? {
            // What asks people something is a comment of its own: an edited one tells nobody.
            let topic = if asks(note) { topic_of(note, remediation) } else { remediation.id.0.clone() };
            put(line, &request.repository, request.number, &topic, &words).await?;
            react(line, &request, outcome(note)).await?;
        }
    }
    Ok(())
}

/// Writes or edits our comment about `topic`.
pub(super) async fn put(line: &Line, repository: &Repository, number: u64, topic: &str, words: &str) -> Result<(), StepError> {
    let marker = render::comment_marker(topic);
    let body = format!("{}\n{marker}", words.trim_end());
    line.client(repository).put_comment(repository, number, &line.bot(), &marker, &body).await?;
    Ok(())
}

/// 👀, 🚀 or 😕 on the comment that asked, else on the issue.
pub(super) async fn react(line: &Line, request: &Request, reaction: Option<Reaction>) -> Result<(), StepError> {
    let Some(reaction) = reaction else { return Ok(()) };
    let client = line.client(&request.repository);
    match request.comment {
        Some(comment) => client.react_to_comment(&request.repository, comment, reaction).await?,
        None => client.react_to_issue(&request.repository, request.number, reaction).await?,
    }
    Ok(())
}

/// Tells the team above the owners, if one is configured, where the work is: on the pull request, else on the issues that asked.
pub(super) async fn escalate(line: &Line, remediation: &Remediation, note: &Note) -> Result<(), StepError> {
    tracing::warn!(remediation = %remediation.id, state = remediation.state.name(), due = ?remediation.due, what = topic(note), "escalated");
    metrics::counter!("remediate_escalations_total", "what" => if matches!(note, Note::Overdue) { "overdue" } else { "failed" })
        .increment(1);
    let mut threads = Vec::new();
    if let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request) {
        threads.push((repository.clone(), pull.number));
    } else {
        threads.extend(requests(line, remediation).await?.into_iter().map(|request| (request.repository, request.number)));
    }
    for (repository, number) in threads {
        let Some(policy) = super::policy::known(line, &repository).await? else { continue };
        let Some(team) = policy.security_team.as_deref().map(|team| mention(team, &repository)) else { continue };
        let words = match note {
            Note::Overdue => render::overdue_comment(remediation.due, &[team]),
            _ => match words(line, remediation, note).await? {
                Some(words) => format!("{team}: {words}"),
                None => continue,
            },
        };
        put(line, &repository, number, &format!("escalation.{}.{}", topic(note), remediation.id), &words).await?;
    }
    Ok(())
}

/// A team of the organisation's own policy as a mention: that it is told is what is wanted.
fn mention(team: &str, repository: &Repository) -> String {
    let team = team.trim_start_matches('@');
    let team = if team.contains('/') { team.to_owned() } else { format!("{}/{team}", repository.owner) };
    format!("@{}", team.chars().filter(|c| c.is_ascii_alphanumeric() || "-_/".contains(*c)).collect::<String>())
}

/// Mentions of those whose review is still asked for. GitHub knows them, so none of them is a name that only a finding said.
async fn reviewers(line: &Line, remediation: &Remediation) -> Result<Vec<String>, StepError> {
    let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request) else { return Ok(Vec::new()) };
    let pending = line.client(repository).pending_reviewers(repository, pull.number).await?;
    let teams = pending.teams.into_iter().map(|team| format!("@{}/{team}", repository.owner));
    Ok(teams.chain(pending.users.into_iter().map(|user| format!("@{user}"))).collect())
}

/// The team before which a request is, as a mention.
async fn deciders(line: &Line, remediation: &Remediation, asked: &Asked) -> Result<Option<String>, StepError> {
    let repository = match &remediation.repository {
        Some(repository) => Some(repository.clone()),
        None => requests(line, remediation).await?.into_iter().next().map(|request| request.repository),
    };
    let Some(repository) = repository else { return Ok(None) };
    let Some(policy) = super::policy::known(line, &repository).await? else { return Ok(None) };
    let team = match asked {
        Asked::FalsePositive => policy.analysts(),
        Asked::Exception { .. } => policy.security_team.as_deref(),
    };
    Ok(team.map(|team| mention(team, &repository)))
}

/// Whether a note asks people to do something now.
const fn asks(note: &Note) -> bool {
    matches!(note, Note::DecisionAsked { .. } | Note::ExceptionEnded | Note::Revoked { .. })
}

pub(super) async fn close_issues(line: &Line, remediation: &Remediation) -> Result<(), StepError> {
    for request in requests(line, remediation).await? {
        line.client(&request.repository).close_issue(&request.repository, request.number, true).await?;
    }
    Ok(())
}

pub(super) async fn reopen_issues(line: &Line, remediation: &Remediation) -> Result<(), StepError> {
    for request in requests(line, remediation).await? {
        line.client(&request.repository).reopen_issue(&request.repository, request.number).await?;
    }
    Ok(())
}

const fn outcome(note: &Note) -> Option<Reaction> {
    match note {
        Note::Opened | Note::Verified | Note::AlreadyHolds => Some(Reaction::Rocket),
        Note::Refused | Note::Failed | Note::Reopened { .. } => Some(Reaction::Confused),
        _ => None,
    }
}

/// The kind of a note: comments of one kind are one comment.
const fn topic(note: &Note) -> &'static str {
    match note {
        Note::Joined { .. } => "joined",
        Note::Opened => "opened",
        Note::Refused => "refused",
        Note::AlreadyHolds => "holds",
        Note::BelowThreshold => "below",
        Note::HandsOff { .. } => "handsoff",
        Note::Declined { .. } => "declined",
        Note::ClosedAtSource { .. } => "closed",
        Note::Merged => "merged",
        Note::HoldsInCode { .. } | Note::Verified | Note::RescanConfirmed { .. } | Note::RescanSilent => "verified",
        Note::Reopened { .. } => "reopened",
        Note::DecisionAsked { .. } | Note::NotExtended { .. } => "asked",
        Note::Snoozed { .. } | Note::Resumed { .. } => "paused",
        Note::Suppressed { .. } | Note::Excepted { .. } => "decision",
        Note::ExceptionEnded | Note::Revoked { .. } => "back",
        Note::Reminder => "reminder",
        Note::Overdue => "overdue",
        Note::Failed => "failed",
        Note::ReopenedByPerson { .. } => "again",
    }
}

/// What a comment is about. What asks people something has a number of its own each time, so that it is a new comment.
fn topic_of(note: &Note, remediation: &Remediation) -> String {
    let number = match note {
        Note::DecisionAsked { decide_by, .. } => Some(decide_by.timestamp()),
        Note::ExceptionEnded | Note::Revoked { .. } => remediation.counts_from.map(|at| at.timestamp()),
        Note::Reminder | Note::Overdue => remediation.due.map(|due| due.timestamp()),
        _ => None,
    };
    let number = number.map(|number| format!(".{number}")).unwrap_or_default();
    format!("{}{number}.{}", topic(note), remediation.id)
}

/// The words for a note; `None` where silence is better.
async fn words(line: &Line, remediation: &Remediation, note: &Note) -> Result<Option<String>, StepError> {
    let number = remediation.pull_request.as_ref().map_or(0, |pull| pull.number);
    let address = remediation.target.as_ref().map(|target| target.address.to_string()).unwrap_or_default();
    let rule = remediation.rules.first().cloned().unwrap_or_default();
    Ok(Some(match note {
        Note::Joined { source } => render::joined_comment(source),
        Note::Opened => {
            let title = rules::in_force(line, remediation.repository.as_ref())
                .await?
                .by_id(&rule)
                .map(|rule| render::pull_request_title((&**rule).into(), &address))
                .unwrap_or_default();
            render::opened_comment(number, remediation.applicability == Some(crate::model::Applicability::Disruptive), &title)
        }
        Note::Refused => refusal_words(remediation.refusal.as_ref()),
        Note::AlreadyHolds => render::already_right_comment(remediation.note.as_deref().unwrap_or_default()),
        Note::BelowThreshold => render::below_threshold_comment(remediation.risk.as_ref()),
        Note::HandsOff { login } => render::hands_off_comment(login),
        Note::Declined { login } => render::declined_comment(Some(login).filter(|login| !login.is_empty()).map(String::as_str)),
        Note::ClosedAtSource { evidence } => render::closed_at_source_comment(evidence),
        Note::Merged => render::merged_comment(number),
        Note::HoldsInCode { .. } | Note::Verified => verified_words(remediation, &address),
        Note::RescanConfirmed { evidence } => render::rescan_comment(Some(evidence)),
        Note::RescanSilent => render::rescan_comment(None),
        Note::Reopened { reason } => {
            let commit = remediation.pull_request.as_ref().and_then(|pull| pull.merge_commit.as_deref()).unwrap_or_default();
            render::reopened_comment(reason, commit)
        }
        Note::DecisionAsked { by, asked, decide_by, extends } => {
            let until = match asked {
                Asked::Exception { until } => Some(*until),
                Asked::FalsePositive => None,
            };
            let team = deciders(line, remediation, asked).await?;
            render::decision_asked_comment(team.as_deref(), by, until, *decide_by, *extends)
        }
        Note::NotExtended { reason, until } => render::not_extended_comment(reason, *until),
        Note::Snoozed { by, until } => render::snoozed_comment(by, *until, remediation.due),
        Note::Revoked { by, reason } => render::revoked_comment(by, reason),
        Note::Resumed { reason } => render::resumed_comment(reason),
        Note::Suppressed { by } => render::suppressed_comment(by, remediation.pull_request.is_some()),
        Note::Excepted { by, until } => render::excepted_comment(by, *until, remediation.pull_request.is_some()),
        Note::ExceptionEnded => render::exception_ended_comment(),
        Note::Reminder => render::reminder_comment(remediation.due, &reviewers(line, remediation).await?),
        Note::Overdue => render::overdue_comment(remediation.due, &reviewers(line, remediation).await?),
        Note::Failed => render::failed_comment(remediation.note.as_deref().unwrap_or("see the log")),
        Note::ReopenedByPerson { by } => render::again_comment(by),
    }))
}

pub(super) fn refusal_words(refusal: Option<&Refusal>) -> String {
    match refusal {
        Some(refusal)
            if matches!(refusal.kind, RefusalKind::AmbiguousRule | RefusalKind::AmbiguousTarget) && !refusal.places.is_empty() =>
        {
            render::question_comment(refusal)
        }
        Some(refusal) => render::refusal_comment(refusal),
        None => render::unreadable_comment("I changed nothing."),
    }
}

fn verified_words(remediation: &Remediation, address: &str) -> String {
    let proof = remediation.verification.as_ref();
    let evidence = proof.map_or("", |proof| proof.evidence.as_str());
    let commit = proof.map_or("", |proof| proof.commit.as_str());
    let waiting = proof.is_some_and(|proof| matches!(proof.rescan, crate::model::Rescan::Awaited { .. }));
    render::verified_comment(&remediation.rules, address, commit, evidence, waiting.then_some("the source"))
}
