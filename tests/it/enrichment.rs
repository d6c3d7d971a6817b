//! The score and the owner are fed by what the cloud and the code tell beside the finding.

use remediate::model::{Remediation, RemediationState};
use serde_json::{Value, json};

use super::bot::{Home, World, finding};
use super::databases::Database;

/// A finding of medium severity of which nothing else is known.
fn bare(arn: &str, rule: &str) -> Value {
    let mut bare = finding();
    bare["resource_arn"] = json!(arn);
    bare["rule"] = json!(rule);
    bare["severity"] = json!("MEDIUM");
    bare["context"] = json!({});
    bare["metadata"] = json!({ "account_id": "123456789012", "region": "us-east-1" });
    bare
}

/// The reasons of the score.
fn reasons(remediation: &Remediation) -> Vec<String> {
    remediation.risk.iter().flat_map(|risk| &risk.points).map(|point| point.reason.clone()).collect()
}

fn aws(home: Home, url: &str) -> Home {
    home.set("REMEDIATE_ENRICHMENT_PROVIDER", "aws")
        .set("AWS_ENDPOINT_URL", url)
        .set("AWS_ACCESS_KEY_ID", "testing")
        .set("AWS_SECRET_ACCESS_KEY", "testing")
        .set("AWS_REGION", "us-east-1")
}

const QUEUE: &str =
    "resource \"aws_sqs_queue\" \"q\" {\n  name                    = \"orders-inbox\"\n  sqs_managed_sse_enabled = false\n}\n";
const QUEUE_RULE: &str = "aws/sqs/queue-encryption";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_and_account_of_aws_feed_score_and_owner() {
    let url = std::env::var("REMEDIATE_TEST_AWS_URL").expect("REMEDIATE_TEST_AWS_URL is not set: run this with `scripts/with-moto`");
    let caller = super::aws_directory::caller().await;
    let call = async |service: &str, target: &str, body: Value| caller.json(service, "us-east-1", target, &body).await;
    let tags = json!({ "DataClassification": "pii", "Environment": "production" });
    call("sqs", "AmazonSQS.CreateQueue", json!({ "QueueName": "orders-inbox", "tags": tags })).await.unwrap();
    // The organisation may exist already: the server is shared by the tests of one run.
    let _ = call("organizations", "AWSOrganizationsV20161128.CreateOrganization", json!({ "FeatureSet": "ALL" })).await;
    let owner = json!({ "ResourceId": "123456789012", "Tags": [{ "Key": "Owner", "Value": "data-platform" }] });
    call("organizations", "AWSOrganizationsV20161128.TagResource", owner).await.unwrap();

    let (database, world) = (Database::sqlite().await, World::with(&[("main.tf", QUEUE)], "main").await);
    let bot = aws(Home::new(&database), &url).start(&world).await;
    bot.finding(&bare("arn:aws:sqs:us-east-1:123456789012:orders-inbox", QUEUE_RULE)).await;
    let open = bot.becomes(RemediationState::Open).await;
    let reasons = reasons(&open);
    assert!(reasons.iter().any(|reason| reason.contains("tag `DataClassification` is `pii`")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("tag `Environment` is `production`")), "{reasons:?}");
    assert!(format!("{open:?}").contains("acme/data-platform"), "the account's owner: {open:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_aws_a_finding_goes_on_with_less() {
    let (database, world) = (Database::sqlite().await, World::with(&[("main.tf", QUEUE)], "main").await);
    // Nobody listens there.
    let bot = aws(Home::new(&database), "http://127.0.0.1:9").start(&world).await;
    let mut severe = bare("arn:aws:sqs:us-east-1:123456789012:orders-inbox", QUEUE_RULE);
    severe["severity"] = json!("CRITICAL");
    bot.finding(&severe).await;
    bot.becomes(RemediationState::Open).await;
    let (_, metrics) = bot.get("/metrics").await;
    assert!(metrics.contains("remediate_enrichment_failures_total{what=\"tags\"}"), "{metrics}");
    assert_eq!(bot.dead().await, Vec::<String>::new());
}

/// A bot without any cloud, and the finding about the bucket in these files.
async fn scored(files: &[(&str, &str)], state: RemediationState) -> Remediation {
    let (database, world) = (Database::sqlite().await, World::with(files, "main").await);
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&bare("arn:aws:s3:::acme-exports", "aws/s3/public-access-block")).await;
    bot.becomes(state).await;
    bot.settled(&world).await;
    bot.becomes(state).await
}

const BUCKET: &str = "resource \"aws_s3_bucket\" \"exports\" {\n  bucket = \"acme-exports\"\n}\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_alone_tells_environment_data_and_owner() {
    let provider = "provider \"aws\" {\n  default_tags {\n    tags = {\n      DataClassification = \"pii\"\n      Team               = \"data-platform\"\n    }\n  }\n}\n";
    let files = [("envs/production/providers.tf", provider), ("envs/production/main.tf", BUCKET)];
    let open = scored(&files, RemediationState::Open).await;
    let reasons = reasons(&open);
    assert!(reasons.iter().any(|reason| reason.contains("the code is in `envs/production/main.tf`")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("tag `DataClassification` is `pii`")), "{reasons:?}");
    assert!(format!("{open:?}").contains("acme/data-platform"), "the team of the provider's tags: {open:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_that_the_code_says_nothing_about_stays_quiet() {
    let ignored = scored(&[("main.tf", BUCKET)], RemediationState::Ignored).await;
    assert!(ignored.risk.is_some_and(|risk| !risk.above_threshold));
}
