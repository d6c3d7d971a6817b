//! Locating through the whole line: the stored index, Terraform state, questions.

use remediate::cloud::AwsCaller;
use remediate::locate::INDEX_VERSION;
use remediate::model::{RefusalKind, RemediationState};
use remediate_sandbox::RepositoryHandle;
use serde_json::{Value, json};

use super::bot::{Bot, Home, World, eventually, finding};
use super::databases::{Database, on_both_databases};

/// A bucket that lacks public access blocking.
fn bucket(name: &str) -> String {
    format!("resource \"aws_s3_bucket\" \"data\" {{\n  bucket = \"{name}\"\n}}\n")
}

/// The finding of the mission about another bucket.
fn about(bucket: &str) -> Value {
    let mut finding = finding();
    finding["finding_id"] = json!(format!("cspm-{bucket}"));
    finding["resource_arn"] = json!(format!("arn:aws:s3:::{bucket}"));
    finding
}

/// Repositories beside `acme/infra`, each with a bucket of its own.
fn services(world: &World, count: usize) -> Vec<RepositoryHandle> {
    let acme = world.sandbox.organization("acme").expect("the organisation");
    (0..count)
        .map(|number| {
            let service = acme.repository(&format!("service-{number}")).expect("a repository");
            service.grant("maria", remediate_sandbox::Level::Write).expect("a grant");
            service.commit("maria", "main", "Start", &[("main.tf", &bucket(&format!("service-{number}-data")))]).expect("a commit");
            service
        })
        .collect()
}

/// Waits until that many repositories are indexed as they are, and the bot has nothing to do.
async fn indexed(bot: &Bot, world: &World, count: usize) {
    let begun = std::time::Instant::now();
    loop {
        let mut session = bot.store.read().await.expect("a session");
        let heads = session.index_heads(i64::from(INDEX_VERSION)).await.expect("heads");
        drop(session);
        if heads.values().filter(|head| head.pushed_at > 0).count() == count {
            break;
        }
        assert!(begun.elapsed().as_secs() < 40, "not indexed: {heads:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    bot.settled(world).await;
}

/// The repositories that git was asked about.
fn fetched(world: &World) -> Vec<String> {
    let mut names: Vec<String> = world
        .sandbox
        .requests()
        .iter()
        .filter(|exchange| exchange.is_git())
        .filter_map(|exchange| exchange.path.split('/').nth(2).map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

on_both_databases! {
    async fn only_the_repository_that_may_hold_it_is_opened(database: &Database) {
        let world = World::new().await;
        let services = services(&world, 6);
        let bot = Home::new(database).start(&world).await;
        indexed(&bot, &world, 7).await;
        world.sandbox.forget_requests();
        bot.finding(&finding()).await;
        bot.becomes(RemediationState::Open).await;
        bot.settled(&world).await;
        assert_eq!(fetched(&world), ["infra.git"], "only the repository with the bucket is fetched");
        assert!(services.iter().all(|service| service.pulls().is_empty()));
    }

    async fn a_push_brings_the_index_up_to_date(database: &Database) {
        let world = World::new().await;
        let services = services(&world, 3);
        let bot = Home::new(database).start(&world).await;
        indexed(&bot, &world, 4).await;
        services[1].commit("maria", "main", "Another bucket", &[("more.tf", &bucket("brand-new-data").replace("\"data\"", "\"more\""))]).unwrap();
        world.sandbox.settled().await.unwrap();
        indexed(&bot, &world, 4).await;
        world.sandbox.forget_requests();
        bot.finding(&about("brand-new-data")).await;
        bot.becomes(RemediationState::Open).await;
        bot.settled(&world).await;
        assert_eq!(fetched(&world), ["service-1.git"]);
        assert_eq!(services[1].pulls()[0].files().unwrap()[0].path, "more.tf");
    }
}

/// A folder with two machines, and a backend when `backend` says so.
fn machines(backend: &str) -> String {
    let machine = |name: &str| {
        format!(
            "resource \"aws_instance\" \"{name}\" {{\n  ami           = \"ami-0123456789abcdef0\"\n  instance_type = \"t3.micro\"\n}}\n"
        )
    };
    format!("{backend}provider \"aws\" {{\n  region = \"eu-west-1\"\n}}\n\n{}\n{}", machine("web"), machine("batch"))
}

const STATE: &str = r#"{"version":4,"serial":7,"lineage":"8f1","outputs":{"password":{"value":"hunter2","type":"string"}},"resources":[
  {"mode":"managed","type":"aws_instance","name":"web","instances":[
    {"attributes":{"id":"i-0123456789abcdef0","arn":"arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0","user_data":"hunter2"}}]},
  {"mode":"managed","type":"aws_instance","name":"batch","instances":[
    {"attributes":{"id":"i-0fedcba9876543210","arn":"arn:aws:ec2:eu-west-1:123456789012:instance/i-0fedcba9876543210"}}]}]}"#;

fn about_machine() -> Value {
    let mut finding = finding();
    finding["resource_arn"] = json!("arn:aws:ec2:eu-west-1:123456789012:instance/i-0fedcba9876543210");
    finding["rule"] = json!("aws/ec2/require-imdsv2");
    finding["metadata"]["region"] = json!("eu-west-1");
    finding
}

/// What the pull request must show and the database must not.
async fn fixed_by_state(bot: &Bot, world: &World, state: &str) {
    bot.finding(&about_machine()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(world).await;
    let head = pull.pull().unwrap().head_sha;
    let after = world.infra.read(&head, "net/main.tf").unwrap();
    let (web, batch) = after.split_once("\"batch\"").unwrap();
    assert!(!web.contains("http_tokens") && batch.contains("http_tokens"), "{after}");
    // Markdown is escaped: nothing in a location may become a link.
    let body = pull.issue().unwrap().body.replace('\\', "").replace("&#8203;", "");
    assert!(body.contains(state) && body.contains("aws_instance.batch"), "the evidence is shown: {body}");
    let identity = remediate::identity::parse("i-0fedcba9876543210", None, None, None).unwrap();
    let mut session = bot.store.read().await.unwrap();
    let kept = session.states_by_keys(&remediate::locate::State::keys_of(&identity)).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!String::from_utf8_lossy(&kept[0]).contains("hunter2"), "nothing but addresses and identities is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_id_is_located_through_a_state_that_the_operator_names() {
    let database = Database::sqlite().await;
    let world = World::with(&[("net/main.tf", &machines("")), ("other/main.tf", &machines(""))], "main").await;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("net.tfstate");
    std::fs::write(&state, STATE).unwrap();
    let settings = format!("\n[state.sources.net]\nlocation = \"{}\"\nrepository = \"acme/infra\"\ndirectory = \"net\"\n", state.display());
    let bot = Home::new(&database).settings(&settings).start(&world).await;
    fixed_by_state(&bot, &world, "net.tfstate").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_id_is_located_through_the_state_that_the_code_names() {
    let url = std::env::var("REMEDIATE_TEST_AWS_URL")
        .expect("REMEDIATE_TEST_AWS_URL is not set: run the tests with `make test` or `scripts/with-moto`");
    let credentials = aws_credential_types::Credentials::for_tests();
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .endpoint_url(url.clone())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .build();
    let caller = AwsCaller::new(reqwest::Client::new(), config);
    for (path, body) in [("", ""), ("/net/terraform.tfstate", STATE)] {
        let to = format!("{url}/acme-terraform-state{path}").parse().unwrap();
        caller.send("s3 put", "PUT", to, "s3", "us-east-1", &[], body.as_bytes().to_vec()).await.unwrap();
    }
    let database = Database::sqlite().await;
    let backend = "terraform {\n  backend \"s3\" {\n    bucket = \"acme-terraform-state\"\n    key    = \"net/terraform.tfstate\"\n    region = \"us-east-1\"\n  }\n}\n\n";
    let world = World::with(&[("net/main.tf", &machines(backend)), ("other/main.tf", &machines(""))], "main").await;
    let bot = Home::new(&database)
        .set("REMEDIATE_STATE_BACKENDS", "s3")
        .set("AWS_ENDPOINT_URL", &url)
        .set("AWS_ACCESS_KEY_ID", "test")
        .set("AWS_SECRET_ACCESS_KEY", "test")
        .set("AWS_REGION", "us-east-1")
        .start(&world)
        .await;
    fixed_by_state(&bot, &world, "s3://acme-terraform-state/net/terraform.tfstate").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_cannot_make_the_bot_ask_any_address_for_a_state() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let address = world.sandbox.url();
    let backend = format!("terraform {{\n  backend \"http\" {{\n    address = \"{address}/state\"\n  }}\n}}\n\n");
    world.infra.commit("maria", "main", "A backend", &[("net/main.tf", &machines(&backend))]).unwrap();
    let bot = Home::new(&database).set("REMEDIATE_STATE_BACKENDS", "http,s3").start(&world).await;
    bot.finding(&about_machine()).await;
    let refused = bot.becomes(RemediationState::Refused).await;
    assert!(refused.refusal.unwrap().message.contains("names cannot be known"));
    assert!(world.sandbox.requests().iter().all(|exchange| exchange.path != "/state"), "the host was not allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_blocks_of_equal_rank_are_a_question_and_the_answer_is_remembered() {
    let database = Database::sqlite().await;
    let text = bucket("prod-customer-data-backups");
    let world = World::with(&[("blue/main.tf", &text), ("green/main.tf", &text)], "main").await;
    let bot = Home::new(&database).start(&world).await;
    let issue = world.infra.open_issue("maria", "Bucket is public", &format!("```json\n{}\n```\n", finding())).unwrap();
    issue.comment("maria", "/remediate").unwrap();
    let refused = bot.becomes(RemediationState::Refused).await;
    assert_eq!(refused.refusal.as_ref().map(|refusal| refusal.kind), Some(RefusalKind::AmbiguousTarget));
    bot.settled(&world).await;
    let questions: Vec<_> = issue.comments().into_iter().filter(|comment| comment.author == world.app.bot()).collect();
    assert_eq!(questions.len(), 1, "one comment: {questions:#?}");
    let question = &questions[0].body;
    assert!(
        question.contains("1.") && question.contains("blue/main.tf") && question.contains("2.") && question.contains("green/main.tf"),
        "{question}"
    );
    issue.comment("maria", "/remediate at 2").unwrap();
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    assert_eq!(pull.files().unwrap()[0].path, "green/main.tf");
    assert!(pull.issue().unwrap().body.contains("maria"), "who answered is part of the evidence");
    // Another complaint about the same bucket is not asked again.
    let mut other = finding();
    other["finding_id"] = json!("cspm-other");
    other["rule"] = json!("aws/s3/versioning");
    bot.finding(&other).await;
    let second =
        eventually("a second pull request", || world.infra.pulls().into_iter().find(|other| other.number() != pull.number())).await;
    assert_eq!(second.files().unwrap()[0].path, "green/main.tf");
}
