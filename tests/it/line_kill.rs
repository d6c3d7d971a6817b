//! `kill -9` at each step of the line, then a restart: nothing is lost and nothing is done twice.
//!
//! The stand-in holds a chosen request open; while the bot waits for the answer, the process is killed. So each step is cut in the
//! middle: before its effect, or after the effect and before the bot could note it.

use std::time::Duration;

use remediate::model::RemediationState;
use remediate_sandbox::{Effect, Fault};

use super::bot::{Home, World, eventually, finding};
use super::databases::Database;

/// Kills the bot when `fault` strikes, starts it again, and expects one pull request and a verified fix.
async fn killed_at(method: &str, route: &str, effect: Effect, skip: u32) {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let home = Home::new(&database);
    // Before the start: repositories are listed and read then already, for the index.
    let fault = world.sandbox.fault(Fault::new(effect).on(method, route).after(skip));
    let mut bot = home.start(&world).await;
    bot.finding(&finding()).await;
    let merged = eventually("the moment to kill, or a pull request to merge", || {
        if fault.hits() > 0 {
            return Some(false);
        }
        // Steps after the merge are reached by merging.
        let pull = world.infra.pulls().into_iter().next()?;
        let ready =
            pull.issue().ok().is_some_and(|issue| issue.labels.contains("Security-Review-Required")) && !pull.pull().ok()?.teams.is_empty();
        ready.then(|| pull.merge("maria").is_ok())
    })
    .await;
    if merged {
        eventually("the moment to kill", || (fault.hits() > 0).then_some(())).await;
    }
    bot.kill();
    world.sandbox.lift_faults();
    drop(bot);
    let bot = home.start(&world).await;
    let pull = world.pull("a pull request").await;
    if !merged {
        bot.becomes(RemediationState::Open).await;
        pull.merge("maria").expect("a merge");
    }
    bot.becomes(RemediationState::Verified).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 1, "one hole, one pull request");
    let verified = pull.comments().into_iter().filter(|comment| comment.body.starts_with("**Verified.**")).count();
    assert_eq!(verified, 1, "said once");
    assert_eq!(bot.dead().await, Vec::<String>::new());
}

const PAUSE: Effect = Effect::Delay(Duration::from_secs(20));

macro_rules! killed {
    ($($name:ident: $method:literal $route:literal, $effect:expr, $skip:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            killed_at($method, $route, $effect, $skip).await;
        }
    )*};
}

killed! {
    while_listing_repositories: "GET" "/installation/repositories", PAUSE, 0;
    while_fetching: "*" "/{owner}/{repo}/git-upload-pack", PAUSE, 0;
    while_pushing: "*" "/{owner}/{repo}/git-receive-pack", PAUSE, 0;
    before_the_pull_request_exists: "POST" "/repos/{owner}/{repo}/pulls", PAUSE, 0;
    before_the_labels_are_set: "POST" "/repos/{owner}/{repo}/issues/{issue_number}/labels", PAUSE, 0;
    before_the_reviewers_are_asked: "POST" "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", PAUSE, 0;
    before_the_check_is_set: "POST" "/repos/{owner}/{repo}/check-runs", PAUSE, 0;
    before_the_outcome_is_said: "POST" "/repos/{owner}/{repo}/issues/{issue_number}/comments", PAUSE, 0;
}

/// After the effect, before the bot knew: the pull request exists when the process dies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_pull_request_exists() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let home = Home::new(&database);
    let mut bot = home.start(&world).await;
    // The look that follows the lost answer is held open.
    world.sandbox.fault(Fault::new(Effect::DropAfter).on("POST", "/repos/{owner}/{repo}/pulls"));
    let looking = world.sandbox.fault(Fault::new(PAUSE).on("GET", "/repos/{owner}/{repo}/pulls").after(2));
    bot.finding(&finding()).await;
    eventually("the pull request exists and the bot does not know", || (looking.hits() > 0).then_some(())).await;
    assert_eq!(world.infra.pulls().len(), 1);
    bot.kill();
    world.sandbox.lift_faults();
    drop(bot);
    let bot = home.start(&world).await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 1);
}

/// As soon as the call was acknowledged the finding is safe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn right_after_the_acknowledgement() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let home = Home::new(&database);
    let mut bot = home.start(&world).await;
    bot.finding(&finding()).await;
    bot.kill();
    drop(bot);
    let bot = home.start(&world).await;
    bot.becomes(RemediationState::Open).await;
    assert_eq!(world.infra.pulls().len(), 1);
}

/// The database is lost: what GitHub shows is found again, and nothing is opened twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_lost_and_nothing_is_opened_twice() {
    let world = World::new().await;
    let first = Database::sqlite().await;
    let bot = Home::new(&first).start(&world).await;
    bot.finding(&finding()).await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(&world).await;
    drop(bot);
    let second = Database::sqlite().await;
    let bot = Home::new(&second).start(&world).await;
    bot.finding(&finding()).await;
    bot.becomes(RemediationState::Open).await;
    assert_eq!(world.infra.pulls().len(), 1);
    drop(bot);
    // A no is remembered by GitHub, too.
    world.pull("the pull request").await.close("maria").expect("closed");
    let third = Database::sqlite().await;
    let bot = Home::new(&third).start(&world).await;
    bot.finding(&finding()).await;
    bot.becomes(RemediationState::Declined).await;
    assert_eq!(world.infra.pulls().len(), 1);
}
