//! The table of all states and events, single lives that matter, and random ones.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::*;
use crate::model::{
    Address, Applicability, Confidence, IgnoredBecause, PullRequestRef, Refusal, RefusalKind, Remediation, RemediationId,
    RemediationState as State, Repository, Rescan, Risk, Route, Span, Target, Tier,
};

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + Duration::hours(hours)
}

fn risk(score: i32) -> Risk {
    Risk { score, points: Vec::new(), tier: Tier::Production, above_threshold: score >= 50, threshold: 50 }
}

fn target() -> Box<Target> {
    Box::new(Target {
        path: "main.tf".into(),
        span: Span::new(0, 10),
        module_dir: String::new(),
        root_dir: None,
        address: "aws_s3_bucket.a".parse::<Address>().unwrap(),
        evidence: Vec::new(),
        confidence: Confidence::Certain,
    })
}

fn pull_request(number: u64) -> PullRequestRef {
    PullRequestRef {
        number,
        url: format!("https://github.example/acme/infra/pull/{number}"),
        branch: "remediate/x".into(),
        head: "c0ffee".into(),
        merge_commit: None,
    }
}

/// One event of each kind, in the order of the documentation.
fn events() -> Vec<Event> {
    let text = |text: &str| text.to_owned();
    vec![
        Event::FindingReceived { source: text("wiz"), finding: text("f1"), joined: false },
        Event::FindingReceived { source: text("orca"), finding: text("f2"), joined: true },
        Event::FindingRepeated { finding: text("f1") },
        Event::FindingResolved { source: text("wiz"), finding: text("f1"), evidence: text("PASSED"), remaining: 1 },
        Event::FindingResolved { source: text("wiz"), finding: text("f1"), evidence: text("PASSED"), remaining: 0 },
        Event::FindingReturned { source: text("wiz"), finding: text("f1") },
        Event::Scored { risk: risk(80), due: Some(at(48)) },
        Event::Scored { risk: risk(10), due: None },
        Event::Located {
            repository: Repository { id: 1, installation: 1, owner: text("acme"), name: text("infra") },
            target: target(),
            route: Route { owner: Some(text("@acme/data")), ..Route::default() },
        },
        Event::Refused { refusal: Refusal::new(RefusalKind::NotLocated, "not found") },
        Event::Planned { rules: vec![text("aws/s3/versioning")], applicability: Applicability::Safe },
        Event::AlreadyHolds { commit: text("abc"), evidence: text("versioning is on") },
        Event::LocationAnswered { by: text("ann") },
        Event::GaveUp { error: text("git is down") },
        Event::Published { pull_request: pull_request(1) },
        Event::Published { pull_request: pull_request(2) },
        Event::HumanCommit { number: 1, login: text("ann"), head: text("d00d") },
        Event::Closed { number: 1, login: text("ann") },
        Event::PullRequestReopened { number: 1, login: text("ann") },
        Event::Merged { number: 1, login: text("ann"), commit: text("beef") },
        Event::RuleHolds { commit: text("beef"), evidence: text("versioning is on") },
        Event::RuleFails { commit: text("beef"), reason: text("versioning is off") },
        Event::RescanConfirmed { source: text("wiz"), evidence: text("PASSED") },
        Event::RescanContradicted { source: text("wiz"), evidence: text("FAILED") },
        Event::RescanDeadline,
        Event::DecisionRequested { decision: text("d1"), asked: Asked::FalsePositive, by: text("ann"), decide_by: at(24) },
        Event::Suppressed { decision: text("d1"), by: text("bob"), reason: text("a test bucket") },
        Event::Excepted { decision: text("d1"), by: text("bob"), reason: text("migrating"), until: at(30 * 24) },
        Event::DecisionRejected { decision: text("d1"), by: text("bob"), reason: text("it is real") },
        Event::DecisionLapsed { decision: text("d1") },
        Event::ExceptionEnded { decision: text("d1") },
        Event::Revoked { decision: text("d1"), by: text("bob"), reason: text("it is real") },
        Event::Snoozed { by: text("ann"), reason: text("release week"), until: at(14 * 24) },
        Event::SnoozeEnded,
        Event::ResumeRequested { by: text("ann") },
        Event::ReopenRequested { by: text("ann") },
        Event::PolicyChanged,
        Event::ReminderDue,
        Event::DueDatePassed,
    ]
}

fn label(event: &Event) -> String {
    let more = match event {
        Event::FindingReceived { joined: true, .. } => " (second source)",
        Event::FindingResolved { remaining: 1, .. } => " (others remain)",
        Event::FindingResolved { .. } => " (by all)",
        Event::Scored { risk, .. } if risk.above_threshold => " (above threshold)",
        Event::Scored { .. } => " (below threshold)",
        Event::Published { pull_request } if pull_request.number == 2 => " (another number)",
        _ => "",
    };
    format!("{}{more}", event.name())
}

fn fresh() -> Remediation {
    Remediation::new(RemediationId("r1".into()), "aws/1/bucket/rule", at(0))
}

fn find(name: &str) -> Event {
    events().into_iter().find(|event| label(event) == name).unwrap_or_else(|| panic!("no event `{name}`"))
}

/// A life told by the names of its events, all at the same hour.
fn live(mut remediation: Remediation, names: &[&str], now: DateTime<Utc>) -> Remediation {
    for name in names {
        remediation = step(&remediation, &find(name), now, &Policy::default()).unwrap_or_else(|illegal| panic!("{illegal}")).0;
        consistent(&remediation).unwrap();
    }
    remediation
}

const TO_OPEN: &[&str] = &["finding received", "scored (above threshold)", "located", "planned", "published"];

/// A natural remediation in each state.
fn in_state(state: State) -> Remediation {
    let to = |more: &[&str]| live(fresh(), &[TO_OPEN, more].concat(), at(1));
    let remediation = match state {
        State::Received => fresh(),
        State::Paused => to(&["decision requested"]),
        State::Planned => live(fresh(), &TO_OPEN[..4], at(1)),
        State::Open => to(&[]),
        State::Merged => to(&["merged"]),
        State::Verified => to(&["merged", "rule holds"]),
        State::Ignored => live(fresh(), &["scored (below threshold)"], at(1)),
        State::Refused => live(fresh(), &["scored (above threshold)", "refused"], at(1)),
        State::Declined => to(&["closed by human"]),
        State::Superseded => live(fresh(), &["finding resolved (by all)"], at(1)),
        State::Reopened => to(&["merged", "rule fails"]),
        State::Failed => live(fresh(), &["gave up"], at(1)),
    };
    assert_eq!(remediation.state, state);
    remediation
}

fn table() -> String {
    let mut text = String::from("| event | ");
    text.push_str(&State::ALL.map(State::name).join(" | "));
    text.push_str(" |\n|---|");
    text.push_str(&"---|".repeat(State::ALL.len()));
    for event in events() {
        text.push_str(&format!("\n| {} |", label(&event)));
        for state in State::ALL {
            let before = in_state(state);
            let cell = match step(&before, &event, at(2), &Policy::default()) {
                Err(_) => "✗".to_owned(),
                Ok((after, _)) if after.state != state => format!("**{}**", after.state.name()),
                Ok((after, actions)) if after == before && actions.is_empty() => "·".to_owned(),
                Ok(_) => "noted".to_owned(),
            };
            text.push_str(&format!(" {cell} |"));
        }
    }
    text.push('\n');
    text
}

/// The page is written anew with `REMEDIATE_WRITE_DOCS=1 cargo test --lib lifecycle`.
#[test]
fn the_documented_table_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycle.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    let intro = page.split_once("| event |").map_or(page.as_str(), |(intro, _)| intro).to_owned();
    let expected = intro + &table();
    if std::env::var_os("REMEDIATE_WRITE_DOCS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), expected, "docs/lifecycle.md is not what the code does");
}

fn notes(actions: &[Action]) -> Vec<&Note> {
    actions.iter().filter_map(|action| if let Action::Comment { note, .. } = action { Some(note) } else { None }).collect()
}

fn scheduled(actions: &[Action]) -> Vec<(Follow, DateTime<Utc>)> {
    actions.iter().filter_map(|action| if let Action::Schedule { step, at } = action { Some((*step, *at)) } else { None }).collect()
}

fn take(remediation: &Remediation, name: &str, hours: i64) -> (Remediation, Vec<Action>) {
    step(remediation, &find(name), at(hours), &Policy::default()).unwrap()
}

#[test]
fn every_change_of_state_is_recorded_first() {
    for state in State::ALL {
        for event in events() {
            if let Ok((after, actions)) = step(&in_state(state), &event, at(2), &Policy::default())
                && after.state != state
            {
                assert!(matches!(actions.first(), Some(Action::Record { .. })), "{} at {}", event.name(), state.name());
                let told = actions.iter().any(|action| {
                    matches!(action, Action::Record { details, .. } if details["from"] == state.name() && details["to"] == after.state.name())
                });
                assert!(told, "{} at {}: the record does not say from where to where", event.name(), state.name());
            }
        }
    }
}

#[test]
fn events_that_repeat_change_nothing_and_say_nothing_twice() {
    for name in ["published", "human commit", "closed by human", "merged"] {
        let before = if name == "published" { in_state(State::Planned) } else { in_state(State::Open) };
        let (once, actions) = take(&before, name, 2);
        assert!(!actions.is_empty(), "{name}");
        let (twice, actions) = take(&once, name, 3);
        assert_eq!((twice, actions), (once, vec![]), "{name}");
    }
}

#[test]
fn opening_asks_for_review_and_watches_the_due_date() {
    let (open, actions) = take(&in_state(State::Planned), "published", 2);
    assert!(actions.contains(&Action::RequestReview));
    assert!(actions.contains(&Action::Label { add: vec!["Security-Review-Required".into()] }));
    assert_eq!(scheduled(&actions), [(Follow::Track, at(3)), (Follow::Remind, at(24)), (Follow::Breach, at(48))]);
    // An early wake-up is not a breach; the date is looked at again.
    assert_eq!(take(&open, "due date passed", 47).1, vec![Action::Schedule { step: Follow::Breach, at: at(48) }]);
    assert_eq!(take(&open, "reminder due", 23).1, vec![Action::Schedule { step: Follow::Remind, at: at(24) }]);
    assert!(notes(&take(&open, "reminder due", 24).1).contains(&&Note::Reminder));
    assert!(take(&open, "due date passed", 48).1.contains(&Action::Escalate { note: Note::Overdue }));
}

#[test]
fn the_source_may_lag_behind_the_proof_but_not_for_ever() {
    let verified = in_state(State::Verified);
    assert_eq!(take(&verified, "finding repeated", 40).0.state, State::Verified);
    let (reopened, actions) = take(&verified, "finding repeated", 60);
    assert_eq!((reopened.state, reopened.rounds), (State::Reopened, 1));
    assert!(actions.contains(&Action::ReopenIssues));
    assert_eq!(scheduled(&actions), [(Follow::Assess, at(60))]);
    // A source that had said "closed" is believed at once when it says "open".
    assert_eq!(take(&verified, "finding returned", 2).0.state, State::Reopened);
}

#[test]
fn with_a_rescan_the_proof_has_two_steps() {
    let policy = Policy { rescan_within: Some(Duration::hours(24)), ..Policy::default() };
    let merged = in_state(State::Merged);
    let (held, actions) = step(&merged, &find("rule holds"), at(2), &policy).unwrap();
    assert_eq!(held.state, State::Merged);
    assert_eq!(scheduled(&actions), [(Follow::Rescan, at(26))]);
    assert!(actions.contains(&Action::AskForRescan));

    let (verified, actions) = step(&held, &find("re-scan confirms"), at(3), &policy).unwrap();
    assert_eq!(verified.state, State::Verified);
    assert!(matches!(verified.verification.unwrap().rescan, Rescan::Confirmed { .. }));
    assert!(actions.contains(&Action::CloseIssues));

    assert_eq!(step(&held, &Event::RescanDeadline, at(25), &policy).unwrap().0, held, "the deadline has not come");
    let (silent, _) = step(&held, &Event::RescanDeadline, at(26), &policy).unwrap();
    assert_eq!(silent.state, State::Verified);
    assert!(matches!(silent.verification.unwrap().rescan, Rescan::Silent { .. }));

    let (reopened, actions) = step(&held, &find("re-scan contradicts"), at(3), &policy).unwrap();
    assert_eq!(reopened.state, State::Reopened);
    assert!(notes(&actions).iter().any(|note| matches!(note, Note::Reopened { reason } if reason.contains("FAILED"))));
}

#[test]
fn a_fix_that_never_holds_ends_with_a_person() {
    let mut remediation = in_state(State::Open);
    for round in 1..=4 {
        let number = remediation.pull_request.as_ref().unwrap().number;
        let merged = Event::Merged { number, login: "ann".into(), commit: "beef".into() };
        remediation = step(&remediation, &merged, at(2), &Policy::default()).unwrap().0;
        remediation = take(&remediation, "rule fails", 2).0;
        if round <= 3 {
            assert_eq!(remediation.state, State::Reopened);
            remediation = live(remediation, &["scored (above threshold)", "located", "planned"], at(2));
            let published = Event::Published { pull_request: pull_request(number + 1) };
            remediation = step(&remediation, &published, at(2), &Policy::default()).unwrap().0;
        }
    }
    assert_eq!(remediation.state, State::Failed);
}

#[test]
fn a_pause_goes_back_to_where_it_came_from() {
    let open = in_state(State::Open);
    let paused = take(&open, "decision requested", 2).0;
    assert_eq!(scheduled(&take(&open, "decision requested", 2).1), [(Follow::LapseDecision, at(24))]);
    assert!(step(&paused, &find("resume requested"), at(3), &Policy::default()).is_err(), "a request is decided, not passed over");
    for end in ["decision rejected", "decision lapsed"] {
        let (resumed, actions) = take(&paused, end, 24);
        assert_eq!(resumed.state, State::Open, "{end}");
        assert!(scheduled(&actions).contains(&(Follow::Track, at(24))), "{end}");
    }
    // What the line found out meanwhile is kept: the pull request was being opened when the request came.
    let planned = take(&in_state(State::Planned), "decision requested", 2).0;
    let published = take(&planned, "published", 2).0;
    assert_eq!((published.state, published.paused_from), (State::Paused, Some(State::Open)));
    assert_eq!(take(&published, "merged", 3).0.state, State::Merged);
}

#[test]
fn an_exception_ends_on_its_date_and_an_extension_moves_it() {
    let (excepted, actions) = take(&in_state(State::Open), "excepted", 2);
    assert_eq!(excepted.ignored, Some(IgnoredBecause::Excepted { until: at(720) }));
    assert_eq!(scheduled(&actions), [(Follow::EndException, at(720))]);
    let (early, actions) = take(&excepted, "exception ended", 719);
    assert_eq!((early, scheduled(&actions)), (excepted.clone(), vec![(Follow::EndException, at(720))]));
    let asked = take(&excepted, "decision requested", 700).0;
    assert_eq!(asked.state, State::Ignored, "the exception goes on while its extension is decided");
    let (refused, actions) = take(&asked, "decision rejected", 705);
    assert_eq!(refused.state, State::Ignored);
    assert!(matches!(notes(&actions)[..], [Note::NotExtended { until, .. }] if *until == at(720)));
    let extension = Event::Excepted { decision: "d2".into(), by: "bob".into(), reason: "later".into(), until: at(900) };
    let extended = step(&asked, &extension, at(710), &Policy::default()).unwrap().0;
    let (still, actions) = take(&extended, "exception ended", 720);
    assert_eq!(
        (still, scheduled(&actions)),
        (extended.clone(), vec![(Follow::EndException, at(900))]),
        "the old date leads to the new one"
    );
    let (back, actions) = take(&extended, "exception ended", 900);
    assert_eq!(back.state, State::Received);
    assert!(notes(&actions).contains(&&Note::ExceptionEnded));
    assert_eq!(counts_from(&back, at(901)), at(900), "the time to the due date begins anew");
    assert!(back.came_back.unwrap().contains("That time is over"));
    assert_eq!(scheduled(&actions), [(Follow::Assess, at(900))]);
}

#[test]
fn a_snooze_moves_no_due_date_and_ends_by_itself() {
    let open = in_state(State::Open);
    let (snoozed, actions) = take(&open, "snoozed", 2);
    assert_eq!((snoozed.state, snoozed.due), (State::Paused, open.due));
    assert_eq!(scheduled(&actions), [(Follow::Wake, at(14 * 24))]);
    assert!(take(&snoozed, "due date passed", 48).1.contains(&Action::Escalate { note: Note::Overdue }), "the clock goes on");
    assert_eq!(take(&snoozed, "snooze ended", 300).0, snoozed);
    assert_eq!(take(&snoozed, "snooze ended", 14 * 24).0.state, State::Open);
    assert_eq!(take(&snoozed, "resume requested", 3).0.state, State::Open);
    // A request takes its place, and what was under way is still known.
    let asked = take(&snoozed, "decision requested", 3).0;
    assert_eq!((asked.state, asked.snoozed_until, asked.paused_from), (State::Paused, None, Some(State::Open)));
    assert_eq!(take(&asked, "snooze ended", 14 * 24).0.state, State::Paused);
}

#[test]
fn what_never_becomes_a_pull_request_is_overdue_too() {
    let (scored, actions) = take(&fresh(), "scored (above threshold)", 1);
    assert!(scheduled(&actions).contains(&(Follow::Breach, at(48))));
    let refused = take(&scored, "refused", 2).0;
    assert!(take(&refused, "due date passed", 48).1.contains(&Action::Escalate { note: Note::Overdue }));
}

#[test]
fn a_pull_request_closed_during_an_exception_is_no_answer_to_its_end() {
    let excepted = take(&in_state(State::Open), "excepted", 2).0;
    let closed = take(&excepted, "closed by human", 3).0;
    assert_eq!((closed.state, closed.attempt), (State::Ignored, 1), "the next one has a branch of its own");
    let back = take(&closed, "exception ended", 720).0;
    assert_eq!((back.state, back.attempt), (State::Received, 1));
}

#[test]
fn a_changed_policy_brings_back_what_it_had_kept_from_being_done() {
    let low = in_state(State::Ignored);
    assert_eq!(scheduled(&take(&low, "finding repeated", 2).1), [(Follow::Assess, at(2))], "it may be worse by now");
    assert_eq!(scheduled(&take(&low, "policy changed", 2).1), [(Follow::Assess, at(2))]);
    let scored = live(fresh(), &["scored (above threshold)"], at(1));
    let refused = |kind| step(&scored, &Event::Refused { refusal: Refusal::new(kind, "no") }, at(1), &Policy::default()).unwrap().0;
    assert_eq!(take(&refused(RefusalKind::NotAllowed), "policy changed", 2).0.state, State::Received);
    assert_eq!(take(&refused(RefusalKind::NoRule), "policy changed", 2).0.state, State::Refused);
}

#[test]
fn a_suppressed_finding_comes_back_only_by_an_analyst() {
    let suppressed = take(&in_state(State::Open), "suppressed", 2).0;
    for event in events() {
        if matches!(event, Event::Merged { .. } | Event::Revoked { .. }) {
            continue;
        }
        if let Ok((after, actions)) = step(&suppressed, &event, at(5000), &Policy::default()) {
            assert_eq!(after.state, State::Ignored, "{}", label(&event));
            assert!(!actions.contains(&Action::OpenPullRequest));
        }
    }
    assert_eq!(take(&suppressed, "decision revoked", 5000).0.state, State::Received);
}

fn speaker(login: &str) -> Speaker {
    Speaker { login: login.into(), is_person: true, edited: false, may_write: true, in_team: true }
}

fn request(asked: Asked, by: &Speaker, reason: &str) -> Result<Decision, NotAllowed> {
    let scope = Scope::Resource { key: "k".into() };
    Decision::request("d1", &RemediationId("r1".into()), (asked, scope), reason, by, at(0), &DecisionRules::default())
}

#[test]
fn four_eyes_are_needed() {
    let ann = speaker("Ann");
    let decision = request(Asked::FalsePositive, &ann, "only test data in it").unwrap();
    assert_eq!(decision.approve(&speaker("ann"), at(1)), Err(NotAllowed::SamePerson));
    assert_eq!(decision.approve(&Speaker { in_team: false, ..speaker("bob") }, at(1)), Err(NotAllowed::NotInTeam));
    assert_eq!(decision.approve(&Speaker { edited: true, ..speaker("bob") }, at(1)), Err(NotAllowed::Edited));
    assert_eq!(decision.approve(&Speaker { is_person: false, ..speaker("bob") }, at(1)), Err(NotAllowed::NotAPerson));
    assert_eq!(decision.approve(&speaker("bob"), at(24)), Err(NotAllowed::TooLate));
    let approved = decision.approve(&speaker("bob"), at(1)).unwrap();
    assert!(approved.in_force(at(1)));
    assert_eq!(approved.approve(&speaker("cy"), at(2)), Err(NotAllowed::NotOpen("approved")));
    assert_eq!(approved.revoke(&Speaker { in_team: false, ..speaker("bob") }, at(2)), Err(NotAllowed::NotInTeam));
    assert!(!approved.revoke(&speaker("bob"), at(2)).unwrap().in_force(at(2)));
    assert_eq!(approved.lapse(at(100)), None);
    assert_eq!(decision.lapse(at(23)), None);
    assert_eq!(decision.lapse(at(24)).unwrap().status.name(), "lapsed");
}

#[test]
fn requests_have_rules() {
    let ann = speaker("ann");
    let rules = DecisionRules::default();
    assert_eq!(request(Asked::FalsePositive, &Speaker { may_write: false, ..ann.clone() }, "long enough"), Err(NotAllowed::NoPermission));
    assert_eq!(request(Asked::FalsePositive, &ann, "  no  "), Err(NotAllowed::NoReason(8)));
    assert_eq!(request(Asked::Exception { until: at(0) }, &ann, "long enough"), Err(NotAllowed::NotInFuture));
    assert_eq!(request(Asked::Exception { until: at(24 * 366) }, &ann, "long enough"), Err(NotAllowed::TooLong(365)));
    let decision = request(Asked::Exception { until: at(12) }, &ann, "long enough").unwrap();
    assert_eq!(decision.approve(&speaker("bob"), at(13)), Err(NotAllowed::NotInFuture), "an exception that is over already");
    let approved = decision.approve(&speaker("bob"), at(1)).unwrap();
    assert!(approved.in_force(at(11)) && !approved.in_force(at(12)));
    assert_eq!(approved.expire(at(11)), None);
    assert_eq!(approved.expire(at(12)).unwrap().status.name(), "ended");
    // Whoever asked may withdraw, without being in the team, and even late.
    let outsider = Speaker { in_team: false, ..ann };
    assert_eq!(decision.reject(&outsider, "my mistake", at(30), &rules).unwrap().status.name(), "rejected");
    assert_eq!(decision.reject(&speaker("bob"), "no", at(1), &rules), Err(NotAllowed::NoReason(8)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// No order of events, however absurd, leads to a remediation whose parts do not fit, to a proof without a merge, or past a person's no.
    #[test]
    fn no_order_of_events_breaks_a_life(
        choices in proptest::collection::vec((0_usize..39, 0_i64..100), 1..60),
        rescan in any::<bool>(),
    ) {
        let policy = Policy { rescan_within: rescan.then(|| Duration::hours(10)), ..Policy::default() };
        let events = events();
        let (mut remediation, mut hours, mut merged) = (fresh(), 0, false);
        for (choice, wait) in choices {
            hours += wait;
            let event = &events[choice % events.len()];
            let Ok((after, actions)) = step(&remediation, event, at(hours), &policy) else { continue };
            prop_assert_eq!(consistent(&after), Ok(()), "{} at {}", event.name(), remediation.state.name());
            if after.state != remediation.state {
                prop_assert!(matches!(actions.first(), Some(Action::Record { .. })), "{} is not recorded", event.name());
            }
            if remediation.state == State::Declined && after.state != State::Declined {
                prop_assert!(event.is_human(), "{} moved what a person had closed", event.name());
            }
            if after.state == State::Verified && remediation.state != State::Verified {
                prop_assert!(remediation.state == State::Merged && merged, "verified without a merge");
            }
            if actions.contains(&Action::OpenPullRequest) {
                prop_assert!(after.state == State::Planned, "a pull request is opened for a {}", after.state.name());
            }
            merged |= after.state == State::Merged;
            remediation = after;
        }
    }
}
