//! What is known beside the findings: asked of the cloud, where that is configured, and read in the code.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::choose::identity_of;
use super::place::look;
use super::plan::current;
use super::solve::Case;
use super::trees::Purpose;
use super::{Line, StepError};
use crate::cloud::Account;
use crate::model::{Finding, Provider, Remediation, Severity};
use crate::risk::{CodeFacts, Surroundings, code_facts};

/// The longest that a step waits for the cloud. Enrichment makes a score better; it never keeps a finding waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the cloud tells of a resource.
#[derive(Debug, Clone, Default)]
pub(super) struct CloudFacts {
    /// Its tags.
    pub(super) tags: BTreeMap<String, String>,
    /// Its account.
    pub(super) account: Option<Arc<Account>>,
}

/// Cloud and code together.
#[derive(Debug, Clone, Default)]
pub(super) struct Around {
    pub(super) cloud: CloudFacts,
    /// Once the block is known.
    pub(super) code: Option<CodeFacts>,
}

impl Around {
    /// What the score looks at for one finding.
    pub(super) fn of(&self, finding: &Finding, rule_severity: Option<Severity>) -> Surroundings {
        let name = identity_of(finding).and_then(|identity| identity.name);
        let code = self.code.clone().unwrap_or_default();
        let account = self.cloud.account.as_deref();
        Surroundings {
            names: name.into_iter().chain(code.names).collect(),
            path: Some(code.path).filter(|path| !path.is_empty()),
            tags: self.tags(),
            account_name: account.and_then(|account| account.name.clone()),
            organisational_unit: account.and_then(|account| account.organisational_unit.clone()),
            rule_severity,
            ..Surroundings::default()
        }
    }

    /// All tags; what the cloud shows is newer than what the code says.
    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.code.as_ref().map(|code| code.tags.clone()).unwrap_or_default();
        tags.extend(self.cloud.tags.clone());
        tags
    }

    /// Tags for routing: the finding's own before all others.
    pub(super) fn tags_with(&self, finding: Option<&Finding>) -> BTreeMap<String, String> {
        let mut tags = self.tags();
        tags.extend(finding.map(|finding| finding.resource.tags.clone()).unwrap_or_default());
        tags
    }

    /// Owner of the account.
    pub(super) fn account_owner(&self) -> Option<&str> {
        self.cloud.account.as_deref()?.owner.as_deref()
    }
}

/// Asks the cloud about the resource of `case`. What cannot be had is left out, with a word in the log and the metrics.
pub(super) async fn cloud_facts(line: &Line, case: &Case) -> CloudFacts {
    let Some(directory) = &line.directory else { return CloudFacts::default() };
    let Some((finding, identity)) = case.findings.iter().find_map(|finding| Some((finding, identity_of(finding)?))) else {
        return CloudFacts::default();
    };
    if identity.provider != Provider::Aws {
        return CloudFacts::default();
    }
    let mut facts = CloudFacts::default();
    let region = identity.region.clone().or_else(|| finding.region.clone());
    if let Some(region) = region.filter(|_| identity.id.starts_with("arn:")) {
        let asked = tokio::time::timeout(PATIENCE, directory.tags(&identity.id, &region)).await;
        facts.tags = had("tags", asked).map(|tags| BTreeMap::clone(&tags)).unwrap_or_default();
    }
    if let Some(account) = identity.account.clone().or_else(|| finding.account.clone()) {
        facts.account = had("account", tokio::time::timeout(PATIENCE, directory.account(&account)).await);
    }
    facts
}

fn had<T>(what: &'static str, asked: Result<Result<T, crate::cloud::AwsError>, tokio::time::error::Elapsed>) -> Option<T> {
    let error = match asked {
        Ok(Ok(found)) => return Some(found),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
    };
    metrics::counter!("remediate_enrichment_failures_total", "what" => what).increment(1);
    tracing::warn!(what, error, "AWS could not be asked; the score does without");
    None
}

/// Reads in the code what stands around the block that was found already.
pub(super) async fn code_at(line: &Line, remediation: &Remediation, case: &Case) -> Result<Option<CodeFacts>, StepError> {
    let (Some(repository), Some(target)) = (&remediation.repository, &remediation.target) else { return Ok(None) };
    let Some(tree) = line.tree(&current(line, repository).await?).await? else { return Ok(None) };
    let tree = line.focused(&tree, &case.query(), Purpose::Change).await?;
    let target = target.clone();
    Ok(Some(tokio::task::spawn_blocking(move || code_facts(&tree.workspace, &target)).await?))
}

/// Reads in the code what stands around the block of `case`; `None` when the block is not found.
pub(super) async fn code_around(line: &Arc<Line>, case: &Case) -> Result<Option<CodeFacts>, StepError> {
    let Ok((tree, located)) = look(line, &mut case.clone()).await? else { return Ok(None) };
    Ok(Some(tokio::task::spawn_blocking(move || code_facts(&tree.workspace, &located.target)).await?))
}
