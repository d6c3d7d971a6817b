//! What AWS knows about a resource's surroundings: its tags, and its account's name, owner and organisational unit.
//!
//! Calls: Resource Groups Tagging `GetResources`; Organizations `DescribeAccount`, `ListTagsForResource`, `ListParents`,
//! `DescribeOrganizationalUnit`. Answers are kept for an hour, calls are limited to ten a
//! second, and after a failure nobody is asked for a minute.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::future::Cache;
use serde_json::{Value, json};

use super::{AwsCaller, AwsError};

/// An account of an AWS organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: Option<String>,
    /// Value of its owner tag.
    pub owner: Option<String>,
    /// Name of the organisational unit it is in.
    pub organisational_unit: Option<String>,
    /// All its tags.
    pub tags: BTreeMap<String, String>,
}

/// The directory; cheap to clone.
#[derive(Clone)]
pub struct AwsDirectory {
    caller: AwsCaller,
    owner_tags: Vec<String>,
    limiter: Arc<DefaultDirectRateLimiter>,
    tags: Cache<String, Arc<BTreeMap<String, String>>>,
    accounts: Cache<String, Arc<Account>>,
    /// Services that failed or are not for us: not asked for a minute, so that a storm does not wait for every finding.
    out_of_reach: Cache<String, AwsError>,
}

/// Organizations has one endpoint for all regions.
const ORGANIZATIONS_REGION: &str = "us-east-1";

impl AwsDirectory {
    /// A directory that asks as `caller`; `owner_tags` name the owner of an account, compared without case.
    #[must_use]
    pub fn new(caller: AwsCaller, owner_tags: Vec<String>) -> Self {
        let ten = NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN);
        let hour = Duration::from_secs(3_600);
        Self {
            caller,
            owner_tags,
            limiter: Arc::new(RateLimiter::direct(Quota::per_second(ten))),
            tags: Cache::builder().max_capacity(20_000).time_to_live(hour).build(),
            accounts: Cache::builder().max_capacity(2_000).time_to_live(hour).build(),
            out_of_reach: Cache::builder().max_capacity(10).time_to_live(Duration::from_secs(60)).build(),
        }
    }

    /// The tags of the resource with this ARN in `region`; empty when it has none.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn tags(&self, arn: &str, region: &str) -> Result<Arc<BTreeMap<String, String>>, AwsError> {
        let fetch = async {
            let body = json!({ "ResourceARNList": [arn] });
            let answer = self.ask("tagging", region, "ResourceGroupsTaggingAPI_20170126.GetResources", &body).await?;
            Ok::<_, AwsError>(Arc::new(tags_of(&answer["ResourceTagMappingList"][0]["Tags"])))
        };
        self.tags.try_get_with(arn.to_owned(), fetch).await.map_err(|error| AwsError::clone(&error))
    }

    /// The account with this id, as far as it can be read: what the caller may not read is left out.
    ///
    /// # Errors
    /// When the account itself cannot be described.
    pub async fn account(&self, id: &str) -> Result<Arc<Account>, AwsError> {
        self.accounts
            .try_get_with(id.to_owned(), async { self.describe(id).await.map(Arc::new) })
            .await
            .map_err(|error| AwsError::clone(&error))
    }

    async fn describe(&self, id: &str) -> Result<Account, AwsError> {
        let described = self.organizations("DescribeAccount", &json!({ "AccountId": id })).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let tags = self
            .organizations("ListTagsForResource", &json!({ "ResourceId": id }))
            .await
            .map(|answer| tags_of(&answer["Tags"]))
            .unwrap_or_default();
        let owner = self
            .owner_tags
            .iter()
            .find_map(|wanted| tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone()));
        let unit = self.organisational_unit(id).await;
        Ok(Account { name: text(&described["Account"]["Name"]), owner, organisational_unit: unit, tags })
    }

    async fn organisational_unit(&self, id: &str) -> Option<String> {
        let parents = self.organizations("ListParents", &json!({ "ChildId": id })).await.ok()?;
        let parent = &parents["Parents"][0];
        if parent["Type"] != "ORGANIZATIONAL_UNIT" {
            return None;
        }
        let unit = self.organizations("DescribeOrganizationalUnit", &json!({ "OrganizationalUnitId": parent["Id"] })).await.ok()?;
        unit["OrganizationalUnit"]["Name"].as_str().map(str::to_owned)
    }

    async fn organizations(&self, operation: &str, body: &Value) -> Result<Value, AwsError> {
        self.ask("organizations", ORGANIZATIONS_REGION, &format!("AWSOrganizationsV20161128.{operation}"), body).await
    }

    async fn ask(&self, service: &str, region: &str, target: &str, body: &Value) -> Result<Value, AwsError> {
        if let Some(error) = self.out_of_reach.get(service).await {
            return Err(error);
        }
        self.limiter.until_ready().await;
        let answer = self.caller.json(service, region, target, body).await;
        if let Err(error) = &answer
            && (error.is_passing() || matches!(error, AwsError::Answer { code, .. } if code.starts_with("AccessDenied")))
        {
            self.out_of_reach.insert(service.to_owned(), error.clone()).await;
        }
        answer
    }
}

/// `[{Key, Value}]` → map.
fn tags_of(list: &Value) -> BTreeMap<String, String> {
    let pair = |tag: &Value| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned()));
    list.as_array().map(|tags| tags.iter().filter_map(pair).collect()).unwrap_or_default()
}
