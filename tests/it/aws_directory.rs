//! Tags and accounts, asked of moto: an independent implementation of AWS' interfaces.

use remediate::cloud::{AwsCaller, AwsDirectory, AwsError};
use serde_json::{Value, json};

/// A caller for moto, which `make test` starts.
pub async fn caller() -> AwsCaller {
    let url = std::env::var("REMEDIATE_TEST_AWS_URL").expect(
        "REMEDIATE_TEST_AWS_URL is not set: run the tests with `make test`, or this one with `scripts/with-moto cargo test --test it aws`",
    );
    let credentials = aws_credential_types::Credentials::for_tests();
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .build();
    AwsCaller::new(reqwest::Client::new(), config)
}

async fn organizations(caller: &AwsCaller, operation: &str, body: Value) -> Value {
    caller.json("organizations", "us-east-1", &format!("AWSOrganizationsV20161128.{operation}"), &body).await.unwrap()
}

#[tokio::test]
async fn tags_of_a_resource_are_read_by_its_arn() {
    let caller = caller().await;
    let queue = caller
        .json("sqs", "us-east-1", "AmazonSQS.CreateQueue", &json!({"QueueName": "orders", "tags": {"Team": "payments"}}))
        .await
        .unwrap();
    assert!(queue["QueueUrl"].is_string());
    let account = queue["QueueUrl"].as_str().unwrap().rsplit('/').nth(1).unwrap().to_owned();
    let directory = AwsDirectory::new(caller, vec!["owner".into()]);
    let tags = directory.tags(&format!("arn:aws:sqs:us-east-1:{account}:orders"), "us-east-1").await.unwrap();
    assert_eq!(tags.get("Team").map(String::as_str), Some("payments"));
    let none = directory.tags(&format!("arn:aws:sqs:us-east-1:{account}:nothing"), "us-east-1").await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn an_account_tells_its_name_owner_and_unit() {
    let caller = caller().await;
    // The organisation may exist already: the server is shared by the tests of one run.
    let _ = caller.json("organizations", "us-east-1", "AWSOrganizationsV20161128.CreateOrganization", &json!({"FeatureSet": "ALL"})).await;
    let created = organizations(
        &caller,
        "CreateAccount",
        json!({"AccountName": "prod-data", "Email": "cloud@acme.example", "Tags": [{"Key": "Owner", "Value": "data-platform"}]}),
    )
    .await;
    let id = created["CreateAccountStatus"]["AccountId"].as_str().unwrap().to_owned();
    let root = organizations(&caller, "ListRoots", json!({})).await["Roots"][0]["Id"].clone();
    let unit = organizations(&caller, "CreateOrganizationalUnit", json!({"ParentId": root, "Name": "Production"})).await["OrganizationalUnit"]["Id"].clone();
    organizations(&caller, "MoveAccount", json!({"AccountId": id, "SourceParentId": root, "DestinationParentId": unit})).await;
    let account = AwsDirectory::new(caller, vec!["owner".into()]).account(&id).await.unwrap();
    assert_eq!(account.name.as_deref(), Some("prod-data"));
    assert_eq!(account.owner.as_deref(), Some("data-platform"));
    assert_eq!(account.organisational_unit.as_deref(), Some("Production"));
}

#[tokio::test]
async fn an_unknown_account_is_an_error_that_names_the_call_and_no_secret() {
    let error = AwsDirectory::new(caller().await, Vec::new()).account("999999999999").await.unwrap_err();
    assert!(matches!(&error, AwsError::Answer { call, .. } if call.contains("DescribeAccount")), "{error}");
    assert!(!error.to_string().to_lowercase().contains("notreal"), "{error}");
}
