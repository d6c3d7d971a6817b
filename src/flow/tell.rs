//! Telling the sources: what became of a finding, in each source's own way, as a durable job for each piece of news.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::apply::complete;
use super::{Line, StepError};
use crate::cloud::{AwsError, HubFinding, WorkflowStatus, update_finding};
use crate::config::{TellSettings, TellVia};
use crate::github::DismissReason;
use crate::integrations::{
    GoogleIdentity, PrismaAccess, SCC_API, TellError, WizAccess, tell_callback, tell_orca, tell_prisma, tell_scc, tell_wiz,
};
use crate::lifecycle::{Event, outcome, standing};
use crate::model::{Finding, IgnoredBecause, Outcome, OutcomeState, Remediation, Repository};
use crate::render;
use crate::store::{Job, NewEvent, NewJob, Session, Witness};

/// The kind of the job.
pub(super) const TELL: &str = "tell";
/// The source name of GitHub's own alerts: told through the App, without any settings.
const CODE_SCANNING: &str = "github-code-scanning";

/// One piece of news for one witness: the payload of its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct News {
    /// Our id of the finding.
    finding: String,
    /// Its source.
    source: String,
    /// What became of it.
    state: OutcomeState,
    /// What the source was to know before.
    previous: Option<OutcomeState>,
    /// When it happened.
    at: DateTime<Utc>,
}

/// Queues the news that `event` brings, in the transaction of the change. A source that joins hears how it stands.
pub(super) async fn queue(
    line: &Line,
    session: &mut Session,
    before: &Remediation,
    after: &Remediation,
    event: &Event,
    now: DateTime<Utc>,
) -> Result<(), StepError> {
    let joined = match event {
        Event::FindingReceived { finding, joined: true, .. } => Some(finding.as_str()),
        _ => None,
    };
    let news = outcome(before, after, event).or_else(|| joined.and_then(|_| standing(after)));
    let Some(state) = news else { return Ok(()) };
    for witness in session.witnesses(&after.id).await? {
        let concerned = joined.is_none_or(|joined| joined == witness.id) && can_be_told(line, &witness.finding.source);
        if !concerned {
            continue;
        }
        let source = witness.finding.source;
        let news = News { finding: witness.id, source, state, previous: standing(before), at: now };
        let job = NewJob::new(TELL, json!({ "news": news, "of": after.id }), now)
            .once(format!("tell:{}:{}", news.finding, state.name()))
            .in_order(format!("tell:{}", news.finding));
        session.enqueue(&job, now).await?;
    }
    Ok(())
}

fn can_be_told(line: &Line, source: &str) -> bool {
    source == CODE_SCANNING || line.settings.sources.get(source).is_some_and(|source| source.tell.via != TellVia::None)
}

fn news_of(job: &Job) -> Result<(News, String), StepError> {
    let news = serde_json::from_value(job.payload["news"].clone());
    let news = news.map_err(|error| StepError::Never(format!("news that cannot be read: {error}")))?;
    Ok((news, job.payload["of"].as_str().unwrap_or_default().to_owned()))
}

/// Tells one source one piece of news, unless there is newer news by now.
pub(super) async fn tell(line: &Line, job: &Job) -> Result<(), StepError> {
    let (news, of) = news_of(job)?;
    tracing::Span::current().record("remediation", of.as_str());
    tracing::Span::current().record("finding", news.finding.as_str());
    let mut session = line.store.read().await?;
    let (remediation, witness) = (session.remediation(&of).await?, session.finding(&news.finding).await?);
    drop(session);
    let (Some(remediation), Some(witness)) = (remediation, witness) else { return complete(line, job).await };
    let remediation = remediation.remediation;
    if is_overtaken(&remediation, news.state) {
        return complete(line, job).await;
    }
    let outcome = outcome_for(&remediation, &witness, &news);
    let told = carry(line, &remediation, &witness.finding, &outcome).await?;
    let now = line.now();
    let mut session = line.store.begin().await?;
    if told {
        metrics::counter!("remediate_sources_told_total", "source" => news.source.clone(), "outcome" => "told").increment(1);
        session.audit(event(&remediation, &news, "source.told", json!({ "source": news.source, "state": news.state }), now));
    }
    session.complete(job).await?;
    Ok(session.commit().await?)
}

/// A source could not be told: the remediation goes on, and the record says so.
pub(super) async fn could_not(line: &Line, job: &Job, error: &str) -> Result<(), StepError> {
    let (news, of) = news_of(job)?;
    metrics::counter!("remediate_sources_told_total", "source" => news.source.clone(), "outcome" => "failed").increment(1);
    let now = line.now();
    let mut session = line.store.begin().await?;
    let Some(remediation) = session.remediation(&of).await? else { return Ok(()) };
    let details = json!({ "source": news.source, "state": news.state, "error": error });
    session.audit(event(&remediation.remediation, &news, "source.not_told", details, now));
    Ok(session.commit().await?)
}

fn event(remediation: &Remediation, news: &News, what: &str, details: serde_json::Value, now: DateTime<Utc>) -> NewEvent {
    NewEvent::new(what, now).about(&remediation.id).of_finding(news.finding.clone()).details(details)
}

/// Whether the remediation stands otherwise by now: then newer news is queued, and this would come after it.
fn is_overtaken(remediation: &Remediation, state: OutcomeState) -> bool {
    match standing(remediation) {
        None => false,
        // It was reopened and given up at once: both are true.
        Some(OutcomeState::Refused) if state == OutcomeState::Reopened => false,
        Some(now) => now != state,
    }
}

fn outcome_for(remediation: &Remediation, witness: &Witness, news: &News) -> Outcome {
    let pull = remediation.pull_request.as_ref();
    let until = match remediation.ignored {
        Some(IgnoredBecause::Excepted { until }) => Some(until),
        _ => None,
    };
    Outcome {
        // Where a message of the source is several findings of ours, it is the message's id that the source knows.
        finding_id: witness.finding.reply.get("finding_id").unwrap_or(&witness.finding.id).clone(),
        state: news.state,
        previous: news.previous,
        message: render::outcome_message(remediation, news.state),
        rule: remediation.rules.first().cloned(),
        pull_request: pull.map(|pull| pull.url.clone()),
        commit: pull.and_then(|pull| pull.merge_commit.clone()),
        until,
        at: news.at,
    }
}

/// Gives whether there was something to tell in this source's way.
async fn carry(line: &Line, remediation: &Remediation, finding: &Finding, outcome: &Outcome) -> Result<bool, StepError> {
    let name = finding.source.as_str();
    let Some(settings) = line.settings.sources.get(name).map(|source| &source.tell) else {
        return if name == CODE_SCANNING { code_scanning(line, remediation, outcome).await } else { Ok(false) };
    };
    let http = &line.http;
    let secret = settings.secret.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default();
    let id = settings.client_id.as_deref().unwrap_or_default();
    match settings.via {
        TellVia::None => return Ok(false),
        TellVia::Callback => tell_callback(http, name, &address(name, &settings.url)?, secret.as_bytes(), outcome).await?,
        TellVia::SecurityHub => return security_hub(line, settings, finding, outcome).await,
        TellVia::Wiz => {
            let (api, auth) = (address(name, &settings.url)?, address(name, &settings.auth_url)?);
            let access = WizAccess { api: &api, auth: &auth, client_id: id, client_secret: &secret };
            tell_wiz(http, name, access, outcome).await?;
        }
        TellVia::Orca => tell_orca(http, name, &address(name, &settings.url)?, &secret, outcome).await?,
        TellVia::Prisma => {
            let access = PrismaAccess { api: &address(name, &settings.url)?, key: id, secret: &secret };
            return Ok(tell_prisma(http, name, access, outcome).await?);
        }
        TellVia::Scc => {
            let api = address(name, &Some(settings.url.clone().unwrap_or_else(|| SCC_API.into())))?;
            let identity = if secret.is_empty() { GoogleIdentity::Machine } else { GoogleIdentity::Key(&secret) };
            tell_scc(http, name, &api, identity, outcome).await?;
        }
    }
    Ok(true)
}

fn address(source: &str, value: &Option<String>) -> Result<Url, StepError> {
    let url = value.as_deref().and_then(|text| Url::parse(text).ok());
    url.ok_or_else(|| StepError::Never(format!("sources.{source}.tell names no address; set it, then `remediate dead-letters retry`")))
}

async fn security_hub(line: &Line, settings: &TellSettings, finding: &Finding, outcome: &Outcome) -> Result<bool, StepError> {
    let status = match outcome.state {
        OutcomeState::InProgress => Some(WorkflowStatus::Notified),
        OutcomeState::Verified => Some(WorkflowStatus::Resolved),
        OutcomeState::FalsePositive | OutcomeState::Accepted => Some(WorkflowStatus::Suppressed),
        OutcomeState::Reopened => Some(WorkflowStatus::New),
        OutcomeState::Refused | OutcomeState::Declined => None,
    };
    let product_arn = finding.reply.get("product_arn");
    let meant = match (finding.reply.get("metadata_uid"), product_arn) {
        (_, Some(product_arn)) => HubFinding::Asff { id: &outcome.finding_id, product_arn },
        (Some(metadata_uid), None) => HubFinding::Ocsf { metadata_uid },
        (None, None) => {
            return Err(StepError::Never(
                "the finding carries neither `ProductArn` nor `metadata.uid`: Security Hub would not know it".into(),
            ));
        }
    };
    let caller = line.aws.caller(settings.role.as_deref()).await;
    // `arn:aws:securityhub:REGION::product/…`: where the finding is, whatever region its resource is in.
    let region = product_arn.and_then(|arn| arn.split(':').nth(3)).filter(|region| !region.is_empty()).map(str::to_owned);
    let region = region.or_else(|| finding.region.clone()).or_else(|| caller.region());
    let region = region.ok_or_else(|| StepError::Never("no region is known for this finding; set AWS_REGION".into()))?;
    update_finding(&caller, &region, meant, status, &outcome.note()).await?;
    Ok(true)
}

/// An alert of GitHub is dismissed when it was agreed to stay and opened again afterwards; `fixed` is for the next scan to say.
async fn code_scanning(line: &Line, remediation: &Remediation, outcome: &Outcome) -> Result<bool, StepError> {
    let reason = match outcome.state {
        OutcomeState::FalsePositive => Some(DismissReason::FalsePositive),
        OutcomeState::Accepted => Some(DismissReason::WontFix),
        OutcomeState::Reopened if outcome.ends_agreement() => None,
        _ => return Ok(false),
    };
    let Some((repository, number)) = alert_of(line, remediation, &outcome.finding_id).await? else { return Ok(false) };
    let client = line.client(&repository);
    match reason {
        Some(reason) => client.dismiss_alert(&repository, number, reason, &outcome.note()).await?,
        None => client.reopen_alert(&repository, number).await?,
    };
    Ok(true)
}

/// `owner/name#12`, and who gives access to it; `None` when the App may no longer see the repository.
async fn alert_of(line: &Line, remediation: &Remediation, id: &str) -> Result<Option<(Repository, u64)>, StepError> {
    let parsed = id.rsplit_once('#').and_then(|(name, number)| Some((name.split_once('/')?, number.parse().ok()?)));
    let Some(((owner, name), number)) = parsed else { return Ok(None) };
    if let Some(ours) = remediation.repository.as_ref().filter(|ours| ours.owner == owner && ours.name == name) {
        return Ok(Some((ours.clone(), number)));
    }
    let installation = line.github.installation_of(owner, name).await?;
    Ok(installation.map(|found| (Repository { id: 0, installation: found.id, owner: owner.into(), name: name.into() }, number)))
}

impl From<TellError> for StepError {
    fn from(error: TellError) -> Self {
        match error {
            TellError::Call { .. } => Self::Later(error.to_string()),
            TellError::Refused { .. } => Self::Never(error.to_string()),
        }
    }
}

impl From<AwsError> for StepError {
    fn from(error: AwsError) -> Self {
        if error.is_passing() { Self::Later(error.to_string()) } else { Self::Never(error.to_string()) }
    }
}
