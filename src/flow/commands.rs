//! `/remediate …` on issues and pull requests.

use std::sync::Arc;

use super::apply::apply;
use super::command::{Choice, Command, Wishes, parse_command};
use super::intake::take;
use super::talk::{ISSUE_SOURCE, Request, put, react};
use super::{Line, StepError, again, decisions, dry_run, rules};
use crate::github::webhook::{Event as HookEvent, Webhook};
use crate::github::{Issue, Permission, Reaction};
use crate::ingest::parse_issue;
use crate::lifecycle::Event;
use crate::model::{Finding, RefusalKind, Remediation, RemediationState, Repository};
use crate::render;
use crate::store::{Answer, Session, VersionedRemediation};

/// A command with its author and place.
#[derive(Debug, Clone)]
pub(super) struct Spoken {
    pub(super) request: Request,
    /// Number of the pull request, when it was written on one.
    pub(super) pull: Option<u64>,
    pub(super) issue: Issue,
    pub(super) login: String,
    /// Whether the author may write to the repository.
    pub(super) may_write: bool,
    /// Where the command was written, as a link.
    pub(super) link: String,
}

impl Spoken {
    pub(super) fn repository(&self) -> &Repository {
        &self.request.repository
    }
}

/// Carries out the command of a comment or of a new issue's body, if there is one; gives what became of it.
pub(super) async fn from_hook(line: &Arc<Line>, webhook: &Webhook) -> Result<String, StepError> {
    let Some(repository) = webhook.repository() else { return Ok("ignored".into()) };
    let (issue, comment, body, author, person, link) = match &webhook.event {
        // An edited comment could have another's word in it: only what was first written counts.
        HookEvent::IssueComment(event) if event.action == "created" => (
            &event.issue,
            Some(event.comment.id),
            event.comment.body.as_str(),
            event.comment.user.as_ref(),
            event.comment.is_by_person(),
            event.comment.html_url.as_str(),
        ),
        HookEvent::Issues(event) if event.action == "opened" => (
            &event.issue,
            None,
            event.issue.body.as_deref().unwrap_or_default(),
            event.issue.user.as_ref(),
            event.issue.user.as_ref().is_some_and(|user| !user.is_bot()),
            event.issue.html_url.as_str(),
        ),
        _ => return Ok("ignored".into()),
    };
    let Some(command) = parse_command(body, line.now()).filter(|_| person) else { return Ok("no command".into()) };
    let mut spoken = Spoken {
        request: Request { repository, number: issue.number, comment },
        pull: issue.pull_request.is_some().then_some(issue.number),
        issue: issue.clone(),
        login: author.map(|author| author.login.clone()).unwrap_or_default(),
        may_write: false,
        link: link.to_owned(),
    };
    react(line, &spoken.request, Some(Reaction::Eyes)).await?;
    spoken.may_write = line.client(spoken.repository()).permission_of(spoken.repository(), &spoken.login).await? >= Permission::Write;
    // Those who decide need not be able to write to every repository; `decisions` asks for their team.
    let decides = matches!(command, Command::Approve { .. } | Command::Reject { .. } | Command::Revoke { .. });
    let may = spoken.may_write || (decides && decisions::is_decider(line, &spoken).await?);
    if !may {
        answer(line, &spoken, "permission", &render::not_permitted_comment(&spoken.login), Reaction::Confused).await?;
        return Ok("not permitted".into());
    }
    carry_out(line, &spoken, command).await
}

async fn carry_out(line: &Arc<Line>, spoken: &Spoken, command: Command) -> Result<String, StepError> {
    match command {
        Command::Help => answer(line, spoken, "help", &render::help_comment(), Reaction::Rocket).await?,
        Command::Unclear { why } => answer(line, spoken, "answer", &render::unreadable_comment(&why), Reaction::Confused).await?,
        Command::Fix(wishes) => fix(line, spoken, wishes).await?,
        Command::Retry => retry(line, spoken).await?,
        Command::Plan(wishes) => dry_run::plan(line, spoken, wishes).await?,
        Command::Status | Command::Explain | Command::Audit => tell(line, spoken, &command).await?,
        Command::Verify => again::verify(line, spoken).await?,
        Command::Rebase => again::rebase(line, spoken).await?,
        Command::Snooze { until, reason } => event(line, spoken, &Event::Snoozed { by: spoken.login.clone(), reason, until }).await?,
        Command::Resume => event(line, spoken, &Event::ResumeRequested { by: spoken.login.clone() }).await?,
        decision => decisions::decide(line, spoken, decision).await?,
    }
    Ok("command".into())
}

/// Answers a question about what is known.
async fn tell(line: &Line, spoken: &Spoken, command: &Command) -> Result<(), StepError> {
    let mut session = line.store.read().await?;
    let Some(found) = known_in(&mut session, spoken).await? else {
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    let words = match command {
        Command::Audit => render::audit_comment(&session.audit_of("", &found.remediation.id.0).await?),
        Command::Status => render::status_comment(&found.remediation),
        _ => render::explain_comment(&found.remediation),
    };
    drop(session);
    answer(line, spoken, "answer", &words, Reaction::Rocket).await
}

/// Applies what a person asked for; what cannot be is said so.
async fn event(line: &Line, spoken: &Spoken, event: &Event) -> Result<(), StepError> {
    let mut session = line.store.begin().await?;
    let Some(current) = known_in(&mut session, spoken).await? else {
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    match apply(line, &mut session, &current, event, line.now()).await {
        Ok(_) => {
            session.commit().await?;
            react(line, &spoken.request, Some(Reaction::Rocket)).await
        }
        Err(StepError::Illegal(why)) => {
            drop(session);
            answer(line, spoken, "answer", &render::not_possible_comment(why.reason), Reaction::Confused).await
        }
        Err(error) => Err(error),
    }
}

/// Answers a command: a comment of its own below it, and a reaction. Answered again after a fault, it is the same comment.
pub(super) async fn answer(line: &Line, spoken: &Spoken, topic: &str, words: &str, reaction: Reaction) -> Result<(), StepError> {
    let topic = format!("{topic}.{}", spoken.request.comment.unwrap_or_default());
    put(line, spoken.repository(), spoken.request.number, &topic, words).await?;
    react(line, &spoken.request, Some(reaction)).await
}

/// The id of the finding that an issue is.
pub(super) fn finding_id(spoken: &Spoken) -> String {
    format!("{}#{}", spoken.repository(), spoken.request.number)
}

/// The remediation that an issue or pull request is about.
pub(super) async fn known(line: &Line, spoken: &Spoken) -> Result<Option<VersionedRemediation>, StepError> {
    let mut session = line.store.read().await?;
    known_in(&mut session, spoken).await
}

pub(super) async fn known_in(session: &mut Session, spoken: &Spoken) -> Result<Option<VersionedRemediation>, StepError> {
    if let Some(number) = spoken.pull {
        return Ok(session.remediation_by_pull_request(spoken.repository().id, number).await?);
    }
    let witnesses = session.findings_named(&finding_id(spoken)).await?;
    let Some(witness) = witnesses.into_iter().find(|witness| witness.finding.source == ISSUE_SOURCE) else { return Ok(None) };
    Ok(session.remediation(&witness.remediation.0).await?)
}

/// The findings of an issue, in our form: named after the issue, linked to it.
pub(super) fn findings(spoken: &Spoken, wishes: &Wishes) -> Result<Vec<Finding>, crate::ingest::IngestError> {
    let id = finding_id(spoken);
    let body = spoken.issue.body.as_deref().unwrap_or_default();
    let mut findings = parse_issue(&id, &spoken.issue.title, body, &spoken.repository().to_string())?;
    let several = findings.len() > 1;
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = if several && index > 0 { format!("{id}/{}", index + 1) } else { id.clone() };
        finding.source = ISSUE_SOURCE.into();
        finding.url = Some(spoken.link.clone());
        finding.params.extend(wishes.with.clone());
    }
    Ok(findings)
}

/// `/remediate`, with or without wishes: the issue's finding goes down the line.
async fn fix(line: &Line, spoken: &Spoken, wishes: Wishes) -> Result<(), StepError> {
    if spoken.pull.is_some() {
        return retry(line, spoken).await;
    }
    let found = match findings(spoken, &wishes) {
        Ok(found) => found,
        Err(error) => return answer(line, spoken, "answer", &render::unreadable_comment(&error.to_string()), Reaction::Confused).await,
    };
    let before = known(line, spoken).await?;
    let rules = rules::at_hand(line, Some(spoken.repository())).await;
    let now = line.now();
    let mut session = line.store.begin().await?;
    let mut trouble = None;
    let mut started = Vec::new();
    for mut finding in found {
        let answered = match answered(spoken, &wishes, before.as_ref(), &mut finding) {
            Ok(answered) => answered,
            Err(why) => {
                trouble = Some(why);
                break;
            }
        };
        let resource = super::place::resource_key(&finding);
        let Some(current) = take(line, &rules, &mut session, finding, now).await? else { continue };
        if let Some(block) = &answered {
            // Whatever else is said about the same resource later: it is in the same block.
            for key in std::iter::once(&current.remediation.key).chain(&resource) {
                session.remember_answer(&block.remembered(key, &spoken.login, now)).await?;
            }
        }
        match begin_again(line, &mut session, current, answered.is_some(), &spoken.login, now).await? {
            Ok(current) => started.push(current.remediation),
            Err(why) => trouble = Some(why),
        }
    }
    session.commit().await?;
    if let Some(why) = trouble {
        return answer(line, spoken, "answer", &render::not_possible_comment(&why), Reaction::Confused).await;
    }
    for remediation in started {
        greet(line, spoken, &remediation).await?;
    }
    Ok(())
}

/// The first words on the issue: work has begun, or where it stands.
async fn greet(line: &Line, spoken: &Spoken, remediation: &Remediation) -> Result<(), StepError> {
    let words = match (&remediation.state, &remediation.pull_request) {
        (RemediationState::Open, Some(pull)) => render::exists_comment(pull.number),
        (RemediationState::Received | RemediationState::Planned | RemediationState::Reopened, _) => render::working_comment(),
        _ => render::status_comment(remediation),
    };
    put(line, spoken.repository(), spoken.request.number, &remediation.id.0, &words).await?;
    if remediation.state == RemediationState::Open {
        react(line, &spoken.request, Some(Reaction::Rocket)).await?;
    }
    Ok(())
}

/// A block that a person named.
struct Block {
    repository: String,
    path: String,
    line: usize,
}

impl Block {
    fn remembered(&self, key: &str, by: &str, now: chrono::DateTime<chrono::Utc>) -> Answer {
        Answer {
            resource: key.into(),
            rule: String::new(),
            repository: self.repository.clone(),
            path: self.path.clone(),
            line: u64::try_from(self.line).unwrap_or(1),
            answered_by: by.into(),
            answered_at: now,
        }
    }
}

/// The block that `at …` names, if it names one; a chosen rule becomes a wish of the finding. The error is for the person.
fn answered(
    spoken: &Spoken,
    wishes: &Wishes,
    before: Option<&VersionedRemediation>,
    finding: &mut Finding,
) -> Result<Option<Block>, String> {
    match &wishes.at {
        None => Ok(None),
        Some(Choice::Line { path, line }) => {
            Ok(Some(Block { repository: spoken.repository().to_string(), path: path.clone(), line: *line }))
        }
        Some(Choice::Number(number)) => {
            let before = before.ok_or("I asked nothing here yet")?;
            match chosen(&before.remediation, *number) {
                None => Err(format!("there is no choice {number}")),
                Some(Chosen::Line(block)) => Ok(Some(block)),
                Some(Chosen::Rule(rule)) => {
                    finding.params.insert(super::choose::RULE_WISH.into(), rule);
                    Ok(None)
                }
            }
        }
    }
}

/// What choice `number` of the last question was.
enum Chosen {
    Rule(String),
    Line(Block),
}

fn chosen(remediation: &Remediation, number: usize) -> Option<Chosen> {
    let refusal = remediation.refusal.as_ref()?;
    let place = refusal.places.get(number.checked_sub(1)?)?;
    if refusal.kind == RefusalKind::AmbiguousRule {
        return place.note.split('`').nth(1).map(|rule| Chosen::Rule(rule.to_owned()));
    }
    // With several repositories the place begins with the repository's name.
    let (repository, path) =
        place.path.split_once(": ").map_or((String::new(), place.path.clone()), |(repository, path)| (repository.into(), path.into()));
    Some(Chosen::Line(Block { repository, path, line: place.line }))
}

/// Something that had ended begins again because a person asked. The inner error is for that person.
async fn begin_again(
    line: &Line,
    session: &mut Session,
    current: VersionedRemediation,
    answered: bool,
    by: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Result<VersionedRemediation, String>, StepError> {
    let by = by.to_owned();
    let event = match current.remediation.state {
        RemediationState::Refused if answered => Event::LocationAnswered { by },
        RemediationState::Refused
        | RemediationState::Failed
        | RemediationState::Declined
        | RemediationState::Superseded
        | RemediationState::Ignored => Event::ReopenRequested { by },
        _ => return Ok(Ok(current)),
    };
    match apply(line, session, &current, &event, now).await {
        Ok(next) => Ok(Ok(next)),
        Err(StepError::Illegal(why)) => Ok(Err(why.reason.to_owned())),
        Err(error) => Err(error),
    }
}

/// `/remediate retry`.
async fn retry(line: &Line, spoken: &Spoken) -> Result<(), StepError> {
    let now = line.now();
    let mut session = line.store.begin().await?;
    let Some(current) = known_in(&mut session, spoken).await? else {
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    match apply(line, &mut session, &current, &Event::ReopenRequested { by: spoken.login.clone() }, now).await {
        Ok(next) => {
            session.commit().await?;
            greet(line, spoken, &next.remediation).await
        }
        Err(StepError::Illegal(why)) => answer(line, spoken, "answer", &render::not_possible_comment(why.reason), Reaction::Confused).await,
        Err(error) => Err(error),
    }
}
