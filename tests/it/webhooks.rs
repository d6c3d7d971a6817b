//! GitHub's own example payloads.

use remediate::github::webhook::{EVENTS, Event, Webhook};
use serde_json::Value;

fn examples() -> Vec<(String, String)> {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/github/webhooks.jsonl")).expect("the examples are there");
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("a line is JSON");
            (line["event"].as_str().expect("an event").to_owned(), line["payload"].to_string())
        })
        .collect()
}

#[test]
fn every_example_payload_of_our_events_parses() {
    let examples = examples();
    for event in EVENTS {
        assert!(examples.iter().any(|(name, _)| name == event), "no example of {event}");
    }
    for (number, (event, payload)) in examples.iter().enumerate() {
        let webhook = Webhook::parse(event, payload.as_bytes()).unwrap_or_else(|error| panic!("line {}: {error}", number + 1));
        assert!(!matches!(webhook.event, Event::Other(_)), "line {}: {event} is not understood", number + 1);
    }
}

#[test]
fn what_the_line_needs_is_read_from_the_examples() {
    let examples = examples();
    let all = |event: &str| -> Vec<Webhook> {
        examples.iter().filter(|(name, _)| name == event).map(|(name, payload)| Webhook::parse(name, payload.as_bytes()).unwrap()).collect()
    };
    for webhook in all("pull_request") {
        let Event::PullRequest(event) = &webhook.event else { panic!("no pull request") };
        assert!(event.pull_request.number > 0 && !event.pull_request.head.sha.is_empty() && !event.pull_request.base.branch.is_empty());
        assert_eq!(webhook.repository().unwrap().to_string(), webhook.repository.as_ref().unwrap().full_name);
    }
    let mut sightings = 0;
    for webhook in all("code_scanning_alert") {
        let Event::CodeScanningAlert(event) = webhook.event else { panic!("no alert") };
        assert!(event.alert.number > 0 && event.alert.rule.id.is_some() && !event.alert.tool.name.is_empty());
        let place = event.alert.instance().and_then(|instance| instance.location.as_ref());
        assert!(place.is_none_or(|place| !place.path.is_empty() && place.start_line.is_some()));
        sightings += usize::from(place.is_some());
    }
    assert!(sightings >= 3, "most alerts say where");
    for webhook in all("issue_comment") {
        let Event::IssueComment(event) = webhook.event else { panic!("no comment") };
        assert!(event.comment.id > 0 && event.issue.number > 0);
    }
    for webhook in all("push") {
        let Event::Push(event) = webhook.event else { panic!("no push") };
        assert_eq!(event.branch().is_none(), event.git_ref.starts_with("refs/tags/"));
        assert_eq!(event.after.len(), 40);
    }
}

#[test]
fn payloads_that_are_not_what_they_say_are_errors_with_a_place() {
    for (event, body) in
        [("push", "{"), ("push", "[]"), ("issues", r#"{"action":"opened"}"#), ("installation", r#"{"installation":{"id":-1}}"#)]
    {
        let error = Webhook::parse(event, body.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(event) && error.message.contains("line 1"), "{error}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Webhook::parse("push", deep.as_bytes()).is_err());
    assert!(matches!(Webhook::parse("star", br#"{"action":"created"}"#).unwrap().event, Event::Other(name) if name == "star"));
}
