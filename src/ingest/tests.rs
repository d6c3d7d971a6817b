//! Every source is held to its payloads in `testdata/findings/<source>/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::json::MAX_TEXT;
use super::*;
use crate::model::FindingState;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/findings")
}

/// The format that each folder's payloads must be recognised as.
const FORMATS: [(&str, &[Format]); 18] = [
    ("security-hub-asff", &[Format::Asff]),
    ("security-hub-ocsf", &[Format::Ocsf]),
    ("prowler", &[Format::Ocsf, Format::Asff]),
    ("wiz", &[Format::Wiz]),
    ("orca", &[Format::Orca]),
    ("prisma", &[Format::Prisma]),
    ("scc", &[Format::Scc]),
    ("defender", &[Format::Defender]),
    ("own", &[Format::Own]),
    ("checkov", &[Format::Checkov]),
    ("trivy", &[Format::Trivy]),
    ("tfsec", &[Format::Tfsec]),
    ("kics", &[Format::Kics]),
    ("terrascan", &[Format::Terrascan]),
    ("snyk", &[Format::Snyk]),
    ("wiz-cli", &[Format::WizCli]),
    ("sarif", &[Format::Sarif]),
    ("github-code-scanning", &[Format::CodeScanning]),
];

fn payloads(source: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder().join(source)).unwrap_or_else(|error| panic!("testdata/findings/{source}: {error}"));
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
        })
        .collect()
}

#[test]
fn every_folder_of_payloads_is_tested() {
    let mut folders: Vec<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    let mut tested: Vec<String> = FORMATS.iter().map(|(name, _)| (*name).to_owned()).collect();
    // A user's own mapping is no format: its payloads have a test of their own.
    tested.push("template".into());
    folders.sort();
    tested.sort();
    assert_eq!(folders, tested);
}

#[test]
fn every_payload_is_recognised_and_tells_what_it_is_about() {
    for (source, formats) in FORMATS {
        for (name, bytes) in payloads(source) {
            if matches!(name.as_str(), "malformed" | "hostile" | "resolved") {
                continue;
            }
            let format = detect(&bytes).unwrap_or_else(|error| panic!("{source}/{name}: {error}"));
            assert!(formats.contains(&format), "{source}/{name} was taken for {format:?}");
            let findings = parse(format, &bytes, source).unwrap_or_else(|error| panic!("{source}/{name}: {error}"));
            assert!(!findings.is_empty(), "{source}/{name} gave nothing");
            for finding in findings {
                assert!(!finding.id.is_empty());
                assert!(finding.resource.raw_id.is_some() || finding.code.is_some(), "{source}/{name}: about nothing");
                assert!(!finding.rules.is_empty() || source == "own", "{source}/{name}: no rule id");
                let open = !matches!(name.as_str(), "archived" | "suppressed" | "closed-by-user");
                // (`told-by-us` is open: what we wrote into the source and got back says nothing about the resource.)
                assert_eq!(finding.state == FindingState::Active, open, "{source}/{name}: {:?}", finding.state);
            }
        }
    }
}

#[test]
fn a_resolved_message_closes_and_says_with_which_word() {
    for (source, _) in FORMATS {
        let bytes = payloads(source).remove("resolved").unwrap_or_else(|| panic!("{source} has no resolved payload"));
        for finding in parse_any(&bytes).unwrap_or_else(|error| panic!("{source}: {error}")) {
            assert!(matches!(&finding.state, FindingState::Resolved { evidence } if !evidence.is_empty()), "{source}: {:?}", finding.state);
        }
    }
}

#[test]
fn a_malformed_message_is_an_error_with_a_place() {
    for (source, _) in FORMATS {
        let bytes = payloads(source).remove("malformed").unwrap_or_else(|| panic!("{source} has no malformed payload"));
        let error = parse_any(&bytes).unwrap_err().to_string();
        assert!(error.contains("line "), "{source}: {error}");
    }
}

/// Every text of a finding, wherever it is.
fn texts(finding: &Finding) -> Vec<String> {
    fn walk(value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => out.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, out)),
            serde_json::Value::Object(map) => map.iter().for_each(|(key, item)| {
                out.push(key.clone());
                walk(item, out);
            }),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(&serde_json::to_value(finding).unwrap(), &mut out);
    out
}

fn assert_harmless(findings: &[Finding], what: &str) {
    for text in findings.iter().flat_map(texts) {
        assert!(text.chars().count() <= MAX_TEXT + 64, "{what}: a text of {} characters", text.chars().count());
        assert!(!text.contains(|c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}'), "{what}: {text:?}");
    }
}

#[test]
fn hostile_text_is_bounded_and_shows_what_it_is() {
    for (source, _) in FORMATS {
        let bytes = payloads(source).remove("hostile").unwrap_or_else(|| panic!("{source} has no hostile payload"));
        match parse_any(&bytes) {
            Ok(findings) => assert_harmless(&findings, source),
            Err(error) => assert!(!error.to_string().contains('\u{202e}'), "{source}: {error}"),
        }
    }
}

#[test]
fn huge_and_deep_inputs_end_in_an_error_or_a_bounded_finding() {
    let deep = format!("{{\"finding_id\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse_any(deep.as_bytes()).is_err());
    let huge = format!("{{\"finding_id\":\"a\",\"title\":\"{}\"}}", "x".repeat(5_000_000));
    assert_harmless(&parse_any(huge.as_bytes()).unwrap(), "huge");
    assert_eq!(parse_any(&vec![b' '; MAX_BYTES + 1]), Err(IngestError::TooLarge(MAX_BYTES + 1)));
}

#[test]
fn an_unknown_format_is_told_what_is_known() {
    let error = parse_any(br#"{"hello":1,"world":2}"#).unwrap_err().to_string();
    assert!(error.contains("[hello, world]") && error.contains("checkov") && error.contains("sarif"), "{error}");
}

#[test]
fn a_message_about_several_resources_is_a_finding_each_that_answers_to_the_one() {
    let bytes = payloads("security-hub-asff").remove("several-resources").unwrap();
    let findings = parse_any(&bytes).unwrap();
    let ids: std::collections::BTreeSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!((findings.len(), ids.len()), (2, 2));
    let one = findings[0].reply["finding_id"].as_str();
    assert!(findings.iter().all(|finding| finding.reply["finding_id"] == one && finding.id.starts_with(one)));
    assert!(findings.iter().all(|finding| finding.reply.contains_key("product_arn")));
}

#[test]
fn what_security_hub_needs_to_be_answered_is_kept() {
    let bytes = payloads("security-hub-ocsf").remove("compliance-2003").unwrap();
    assert_eq!(parse_any(&bytes).unwrap()[0].reply["metadata_uid"], "9b1f0f0a");
}

#[test]
fn security_hub_controls_are_read_before_and_after_consolidation() {
    let ids = |name: &str| -> Vec<String> {
        let bytes = payloads("security-hub-asff").remove(name).unwrap();
        parse_any(&bytes).unwrap()[0].rules.iter().map(|rule| format!("{}:{}", rule.scheme, rule.id)).collect()
    };
    assert_eq!(ids("consolidated"), ["security_hub:S3.8"]);
    assert_eq!(ids("not-consolidated"), ["security_hub:EC2.2"]);
    let prowler = payloads("prowler").remove("asff").unwrap();
    assert_eq!(parse_any(&prowler).unwrap()[0].rules[0].scheme, "prowler");
}

#[test]
fn an_exposure_finding_brings_its_surroundings() {
    let bytes = payloads("security-hub-ocsf").remove("exposure-2004").unwrap();
    let context = parse_any(&bytes).unwrap().remove(0).context;
    assert_eq!(context.internet_reachable, Some(true));
    assert!(!context.data_classes.is_empty() && context.attack_path.is_some());
}

#[test]
fn a_users_own_template_is_a_mapping() {
    let mapping = Mapping {
        items: Some("/alerts".into()),
        id: "/uid".into(),
        resource: Some("/asset/arn".into()),
        rule: Some("/check".into()),
        status: Some("/state".into()),
        resolved_words: vec!["gone".into()],
        ..Mapping::default()
    };
    assert!(mapping.problems().is_empty());
    let body = br#"{"alerts":[{"uid":1,"asset":{"arn":"arn:aws:s3:::b"},"check":"CKV_AWS_21"},{"uid":"2","state":"GONE"}]}"#;
    let findings = parse_mapped(body, "homegrown", &mapping).unwrap();
    assert_eq!(findings[0].rules[0].scheme, "checkov");
    assert!(matches!(findings[1].state, FindingState::Resolved { .. }));
    let fields =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<BTreeMap<_, _>>();
    let configured = fields(&[
        ("items", "/alerts"),
        ("id", "/uid"),
        ("resource", "/asset/arn"),
        ("rule", "/check"),
        ("status", "/state"),
        ("resolved_words", "gone, closed"),
    ]);
    assert_eq!(parse_mapped(body, "homegrown", &Mapping::from_fields(&configured).unwrap()).unwrap(), findings);
    assert_eq!(
        Mapping::from_fields(&fields(&[("id", "/uid"), ("severty", "/s")])).unwrap_err(),
        ["`severty` is unknown; did you mean `severity`?"]
    );
    let broken = Mapping { id: "uid".into(), ..Mapping::default() };
    assert!(broken.problems()["id"].contains("begin with `/`"));
}

/// The mapping of docs/sources/template.md.
fn documented_mapping() -> Mapping {
    let fields = [
        ("items", "/alerts"),
        ("id", "/uid"),
        ("resource", "/asset/arn"),
        ("severity", "/risk/level"),
        ("rule", "/check"),
        ("rule_scheme", "prowler"),
        ("status", "/state"),
        ("resolved_words", "closed, gone"),
        ("suppressed_words", "muted"),
        ("account", "/asset/account"),
        ("region", "/asset/region"),
        ("tags", "/asset/labels"),
        ("title", "/text/title"),
        ("description", "/text/body"),
    ];
    Mapping::from_fields(&fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()).unwrap()
}

#[test]
fn a_mapped_sender_is_held_to_its_payloads_like_all_others() {
    let (mut payloads, mapping) = (payloads("template"), documented_mapping());
    let mut read = |name: &str| parse_mapped(&payloads.remove(name).unwrap(), "homegrown", &mapping);
    let alert = read("alert").unwrap().remove(0);
    assert_eq!(
        (alert.rules[0].scheme.as_str(), alert.severity, alert.account.as_deref()),
        ("prowler", crate::model::Severity::High, Some("123456789012"))
    );
    assert_eq!(alert.resource.tags["Team"], "billing");
    assert!(matches!(read("resolved").unwrap()[0].state, FindingState::Resolved { .. }));
    assert!(read("malformed").unwrap_err().to_string().contains("line "));
    match read("hostile") {
        Ok(findings) => assert_harmless(&findings, "template"),
        Err(error) => assert!(!error.to_string().contains('\u{202e}'), "{error}"),
    }
}

proptest! {
    /// Every payload of every source, once read, survives being stored and read again.
    #[test]
    fn findings_of_every_source_survive_a_round_trip(source in 0..FORMATS.len(), file in any::<prop::sample::Index>()) {
        let files: Vec<Vec<u8>> = payloads(FORMATS[source].0).into_values().collect();
        let bytes: &Vec<u8> = file.get(&files);
        for finding in parse_any(bytes).unwrap_or_default() {
            let again: Finding = serde_json::from_slice(&serde_json::to_vec(&finding).unwrap()).unwrap();
            prop_assert_eq!(again, finding);
        }
    }

    /// Our own format survives being written and read again.
    #[test]
    fn own_findings_survive_a_round_trip(id in "[a-z0-9-]{1,40}", title in "[ -~]{0,80}", pii in any::<Option<bool>>(), account in "[0-9]{12}") {
        let own = OwnFinding {
            finding_id: id,
            title: Some(title),
            severity: Some("HIGH".into()),
            context: OwnContext { contains_pii: pii, ..OwnContext::default() },
            metadata: OwnMetadata { account_id: Some(account), ..OwnMetadata::default() },
            ..OwnFinding::default()
        };
        let text = serde_json::to_vec(&own).unwrap();
        prop_assert_eq!(serde_json::from_slice::<OwnFinding>(&text).unwrap(), own.clone());
        let finding = parse_own(&text, "s").unwrap().remove(0);
        prop_assert_eq!(&finding.id, own.finding_id.trim());
        let again: Finding = serde_json::from_slice(&serde_json::to_vec(&finding).unwrap()).unwrap();
        prop_assert_eq!(again, finding);
    }

    /// Damaged payloads never panic and never leave anything unbounded.
    #[test]
    fn damaged_payloads_never_panic(source in 0..FORMATS.len(), file in any::<prop::sample::Index>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let files: Vec<Vec<u8>> = payloads(FORMATS[source].0).into_values().collect();
        let mut bytes = file.get(&files).clone();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for format in Format::ALL {
            if let Ok(findings) = parse(format, &bytes, "s") {
                assert_harmless(&findings, format.name());
            }
        }
        if let Ok(findings) = parse_mapped(&bytes, "s", &documented_mapping()) {
            assert_harmless(&findings, "template");
        }
        let _ = SnsMessage::parse(&bytes).map(|message| message.string_to_sign());
    }
}

#[test]
fn a_kics_report_names_the_block_by_its_key_or_else_by_type_and_name() {
    let address = |kind: &str, name: &str, key: &str| {
        let file =
            serde_json::json!({ "file_name": "main.tf", "line": 3, "resource_type": kind, "resource_name": name, "search_key": key });
        let report = serde_json::json!({ "queries": [{ "query_id": "q", "files": [file] }] }).to_string();
        let code = parse(Format::Kics, report.as_bytes(), "kics").unwrap().remove(0).code.unwrap();
        code.address.unwrap_or_default()
    };
    assert_eq!(address("aws_s3_bucket", "cloud-name", "aws_s3_bucket[this].acl"), "aws_s3_bucket.this");
    assert_eq!(address("aws_iam_policy", "cloud-name", "resource.aws_iam_policy[this].policy"), "aws_iam_policy.this");
    assert_eq!(address("aws_msk_cluster", "events", "msk_cluster[events].encryption_info"), "aws_msk_cluster.events");
    assert_eq!(address("aws_s3_bucket", "logs", "aws_s3_bucket[not an address!]"), "aws_s3_bucket.logs");
}
