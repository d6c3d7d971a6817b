use super::*;
use crate::identity;
use crate::model::{CodePosition, Confidence, RefusalKind, Rung, Workspace};

fn workspace(files: &[(&str, &str)]) -> Workspace {
    files.iter().copied().collect()
}

fn ask(files: &[(&str, &str)], query: &Query<'_>) -> Report {
    let workspace = workspace(files);
    let index = RepositoryIndex::of_workspace(&workspace);
    let whole = locate(query, &[RepositoryView { name: "", workspace: &workspace, index: &index }]);
    // The files that the index asks for are enough.
    let some: Workspace =
        index.files_to_locate(query).into_iter().filter_map(|path| Some((path.clone(), workspace.shared(&path)?))).collect();
    let narrowed = locate(query, &[RepositoryView { name: "", workspace: &some, index: &index }]);
    assert_eq!(whole, narrowed);
    whole
}

fn short(report: &Report) -> String {
    match &report.decision {
        Decision::Located(located) => format!("{} {}", located.target.path, located.target.address),
        Decision::Ask { candidates, .. } => format!("ask {}", candidates.len()),
        Decision::NotFound { refusal } => format!("none: {}", refusal.message),
    }
}

fn named(raw: &str) -> Query<'static> {
    Query { identity: identity::parse(raw, None, Some("111111111111"), Some("eu-west-1")), ..Query::default() }
}

const MODULE: (&str, &str) = (
    "modules/bucket/main.tf",
    "variable \"name\" {}\n\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = var.name\n}\n\nresource \"aws_s3_bucket_policy\" \"this\" {\n  bucket = aws_s3_bucket.this.id\n  policy = \"{}\"\n}\n",
);

#[test]
fn a_name_is_followed_through_a_module_with_callers_instances_and_parts() {
    let files = [
        (
            "live/prod/main.tf",
            "module \"logs\" {\n  source   = \"../../modules/bucket\"\n  for_each = toset([\"a\", \"b\"])\n  name     = \"acme-${each.key}-logs\"\n}\n",
        ),
        ("live/dev/main.tf", "module \"logs\" {\n  source = \"../../modules/bucket\"\n  name   = \"acme-dev-logs\"\n}\n"),
        MODULE,
    ];
    let report = ask(&files, &named("arn:aws:s3:::acme-b-logs"));
    let Decision::Located(located) = &report.decision else { panic!("{report:?}") };
    assert_eq!((located.target.path.as_str(), located.target.root_dir.as_deref()), ("modules/bucket/main.tf", Some("live/prod")));
    assert_eq!(located.callers.len(), 2);
    assert_eq!(located.instances.len(), 3, "{:?}", located.instances);
    assert_eq!(located.parts.len(), 1);
    let trail = &located.target.evidence[0].places;
    assert!(trail.iter().any(|place| place.path == "live/prod/main.tf"), "{trail:?}");
}

#[test]
fn the_way_of_a_name_goes_on_through_what_it_is_put_together_from() {
    let files = [
        (
            "main.tf",
            "variable \"env\" {}\nvariable \"project\" {\n  default = \"acme\"\n}\nlocals {\n  prefix = format(\"%s-%s\", var.project, var.env)\n}\nresource \"aws_s3_bucket\" \"data\" {\n  bucket = \"${local.prefix}-data\"\n}\n",
        ),
        ("terraform.tfvars", "env = \"prod\"\n"),
    ];
    let report = ask(&files, &named("arn:aws:s3:::acme-prod-data"));
    let Decision::Located(located) = &report.decision else { panic!("{report:?}") };
    let way: Vec<String> =
        located.target.evidence[0].places.iter().map(|place| format!("{}:{} {}", place.path, place.line, place.note)).collect();
    assert_eq!(
        way,
        [
            "main.tf:9 argument bucket, computed here (template)",
            "main.tf:9 refers to local.prefix",
            "main.tf:6 local.prefix, computed here (format)",
            "main.tf:6 refers to var.project",
            "main.tf:3 default of variable project, written here",
            "main.tf:6 refers to var.env",
            "terraform.tfvars:1 variable file gives env, written here",
        ]
    );
}

#[test]
fn a_finding_about_a_part_goes_to_the_part() {
    let files = [("main.tf", "module \"b\" {\n  source = \"./modules/bucket\"\n  name = \"x-logs\"\n}\n"), MODULE];
    let identity = identity::parse("x-logs", Some("AWS::S3::BucketPolicy"), None, None);
    let report = ask(&files, &Query { identity, ..Query::default() });
    assert_eq!(short(&report), "modules/bucket/main.tf module.b.aws_s3_bucket_policy.this", "{report:#?}");
}

#[test]
fn two_blocks_with_one_name_are_a_question_with_numbers() {
    let block = "resource \"aws_sqs_queue\" \"q\" {\n  name = \"jobs\"\n}\n";
    let report = ask(&[("a/main.tf", block), ("b/main.tf", block)], &named("arn:aws:sqs:eu-west-1:111111111111:jobs"));
    let Decision::Ask { candidates, refusal } = &report.decision else { panic!("{report:?}") };
    assert_eq!((candidates.len(), refusal.kind), (2, RefusalKind::AmbiguousTarget));
    assert!(refusal.places[1].note.starts_with("2: "));
    assert!(refusal.next.as_deref().unwrap_or_default().contains("/remediate at"));
}

#[test]
fn account_and_region_decide_between_equal_names() {
    let block = |region: &str| {
        format!("provider \"aws\" {{\n  region = \"{region}\"\n}}\nresource \"aws_sqs_queue\" \"q\" {{\n  name = \"jobs\"\n}}\n")
    };
    let (a, b) = (block("eu-west-1"), block("us-east-1"));
    let report = ask(&[("a/main.tf", &a), ("b/main.tf", &b)], &named("arn:aws:sqs:us-east-1:111111111111:jobs"));
    assert_eq!(short(&report), "b/main.tf aws_sqs_queue.q");
}

#[test]
fn a_remembered_answer_comes_first_and_dies_with_its_block() {
    let block = "resource \"aws_sqs_queue\" \"q\" {\n  name = \"jobs\"\n}\n";
    let answer =
        Answer { repository: None, path: "b/main.tf".into(), address: "aws_sqs_queue.q".parse().ok(), line: None, by: "someone".into() };
    let query = Query { answer: Some(answer), ..named("arn:aws:sqs:eu-west-1:111111111111:jobs") };
    let report = ask(&[("a/main.tf", block), ("b/main.tf", block)], &query);
    assert_eq!(short(&report), "b/main.tf aws_sqs_queue.q");
    assert_eq!(report.ladder[0].rung, Rung::Answered);
    let report = ask(&[("a/main.tf", block), ("b/main.tf", "")], &query);
    assert_eq!(short(&report), "a/main.tf aws_sqs_queue.q");
}

#[test]
fn state_knows_generated_ids_and_old_addresses() {
    let state = br#"{"version":4,"resources":[{"mode":"managed","type":"aws_vpc","name":"old","instances":[{"attributes":{"id":"vpc-0123456789abcdef0"}}]}]}"#;
    let mut state = State::read("s3://b/net", state).unwrap();
    state.root_dir = Some("net".into());
    let states = [state];
    let query = Query { states: &states, ..named("vpc-0123456789abcdef0") };
    let files = [(
        "net/main.tf",
        "moved {\n  from = aws_vpc.old\n  to   = aws_vpc.main\n}\nresource \"aws_vpc\" \"main\" {\n}\nresource \"aws_vpc\" \"other\" {\n}\n",
    )];
    assert_eq!(short(&ask(&files, &query)), "net/main.tf aws_vpc.main");
    // Without state nobody can know.
    assert_eq!(short(&ask(&files, &named("vpc-0123456789abcdef0"))), "ask 2");
}

#[test]
fn traces_and_file_tags_lead_to_the_block() {
    let files = [
        (
            "a.tf",
            "resource \"aws_instance\" \"web\" {\n  tags = {\n    yor_trace = \"t-1\"\n  }\n}\nresource \"aws_instance\" \"db\" {\n}\n",
        ),
        ("b.tf", "resource \"aws_instance\" \"solo\" {\n}\n"),
    ];
    let tagged = |key: &str, value: &str| Query { tags: [(key.to_owned(), value.to_owned())].into(), ..named("i-0123456789abcdef0") };
    assert_eq!(short(&ask(&files, &tagged("yor_trace", "t-1"))), "a.tf aws_instance.web");
    assert_eq!(short(&ask(&files, &tagged("git_file", "b.tf"))), "b.tf aws_instance.solo");
    assert_eq!(short(&ask(&files, &tagged("git_file", "a.tf"))), "ask 2");
}

#[test]
fn a_published_module_is_changed_at_its_call() {
    let files = [(
        "main.tf",
        "module \"logs\" {\n  source  = \"terraform-aws-modules/s3-bucket/aws\"\n  version = \"4.1.0\"\n  bucket  = \"acme-logs\"\n}\n",
    )];
    let report = ask(&files, &named("arn:aws:s3:::acme-logs"));
    assert_eq!(short(&report), "main.tf module.logs");
    let Decision::Located(located) = &report.decision else { panic!() };
    let note = &located.target.evidence[0].note;
    assert!(note.contains("terraform-aws-modules/s3-bucket/aws") && note.contains("4.1.0"), "{note}");
}

#[test]
fn another_repositorys_module_is_followed_or_refused_by_name() {
    let source = "git::https://github.com/acme/modules.git//bucket?ref=v1";
    let live = format!("module \"logs\" {{\n  source = \"{source}\"\n  bucket_name = \"acme-logs\"\n}}\n");
    let live = workspace(&[("main.tf", &live)]);
    let modules = workspace(&[(
        "bucket/main.tf",
        "variable \"bucket_name\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = var.bucket_name\n}\n",
    )]);
    let (live_index, modules_index) = (RepositoryIndex::of_workspace(&live), RepositoryIndex::of_workspace(&modules));
    let live_view = RepositoryView { name: "acme/live", workspace: &live, index: &live_index };
    let modules_view = RepositoryView { name: "acme/modules", workspace: &modules, index: &modules_index };
    let query = named("arn:aws:s3:::acme-logs");
    let report = locate(&query, &[live_view, modules_view]);
    let Decision::Located(located) = &report.decision else { panic!("{report:?}") };
    assert_eq!((located.repository.as_deref(), located.target.path.as_str()), (Some("acme/modules"), "bucket/main.tf"));
    let refusal = locate(&query, &[live_view]).into_result().unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::DecidedElsewhere);
    assert!(refusal.message.contains("acme/modules"), "{}", refusal.message);
}

#[test]
fn a_position_that_the_code_left_behind_gives_way_to_the_name() {
    let position = CodePosition { path: Some("gone.tf".into()), start_line: Some(3), ..CodePosition::default() };
    let query = Query { position: Some(position), ..named("arn:aws:s3:::acme-logs") };
    let files = [("here.tf", "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"acme-logs\"\n}\n")];
    assert_eq!(short(&ask(&files, &query)), "here.tf aws_s3_bucket.b");
}

fn whole(files: &[(&str, &str)], query: &Query<'_>) -> Report {
    let workspace = workspace(files);
    let index = RepositoryIndex::of_workspace(&workspace);
    locate(query, &[RepositoryView { name: "", workspace: &workspace, index: &index }])
}

fn evidence(report: &Report) -> (Confidence, String) {
    let Decision::Located(located) = &report.decision else { panic!("{report:?}") };
    (located.target.confidence, located.target.evidence.iter().map(|evidence| evidence.note.as_str()).collect::<Vec<_>>().join("; "))
}

#[test]
fn what_the_code_does_not_say_beside_the_name_is_no_proof_and_no_contradiction() {
    let role =
        |path: &str| format!("variable \"team\" {{}}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"deploy\"\n  path = {path}\n}}\n");
    let told = |path: &str| {
        let report = ask(&[("main.tf", &role(path))], &named("arn:aws:iam::111111111111:role/team-b/deploy"));
        matches!(report.decision, Decision::Located(_)).then(|| evidence(&report).0)
    };
    assert_eq!(told("\"/team-b/\""), Some(Confidence::Certain));
    assert_eq!(told("var.team"), Some(Confidence::Likely));
    assert_eq!(told("\"/${var.team}/\""), Some(Confidence::Likely));
    assert_eq!(told("\"/x/${var.team}/\""), None);
    assert_eq!(told("\"/team-a/\""), None);
    assert_eq!(told("null"), None);
    let report = ask(&[("main.tf", &role("\"/team-b/\""))], &named("arn:aws:iam::111111111111:role/team-b/deploy"));
    assert_eq!(evidence(&report).1, "name of aws_iam_role.r is `deploy`; path agrees with `/team-b/`");
}

#[test]
fn a_state_of_another_path_is_another_role() {
    let state = br#"{"version":4,"resources":[{"mode":"managed","type":"aws_iam_role","name":"r","instances":[{"attributes":{"id":"deploy","name":"deploy","arn":"arn:aws:iam::111111111111:role/team-a/deploy"}}]}]}"#;
    let states = [State::read("s3://b/iam", state).unwrap()];
    let files = [("main.tf", "resource \"aws_iam_role\" \"r\" {\n  name = \"deploy\"\n  path = \"/team-a/\"\n}\n")];
    let found = |raw: &str| short(&ask(&files, &Query { states: &states, ..named(raw) }));
    assert_eq!(found("arn:aws:iam::111111111111:role/team-a/deploy"), "main.tf aws_iam_role.r");
    assert!(found("arn:aws:iam::111111111111:role/team-b/deploy").starts_with("none"));
}

#[test]
fn a_unit_of_terragrunt_is_explained_with_its_lines_and_its_included_inputs() {
    let module = "variable \"bucket\" {\n  type = string\n}\nresource \"aws_sqs_queue\" \"q\" {\n  name = \"${var.bucket}-events\"\n}\n";
    let unit = "terraform {\n  source = \"../../modules/b\"\n}\ninputs = {\n  bucket = \"acme-prod\"\n}\n";
    let files = [("modules/b/main.tf", module), ("live/prod/terragrunt.hcl", unit)];
    let report = ask(&files, &named("arn:aws:sqs:eu-west-1:111111111111:acme-prod-events"));
    let note = "name of aws_sqs_queue.q is `acme-prod-events` with Terragrunt's inputs of `live/prod/terragrunt.hcl`";
    assert_eq!(evidence(&report), (Confidence::Certain, note.to_owned()));
    let Decision::Located(located) = &report.decision else { panic!() };
    let places = &located.target.evidence[0].places;
    assert!(places.iter().any(|place| (place.path.as_str(), place.line) == ("live/prod/terragrunt.hcl", 5)), "{places:?}");

    let root = "locals {\n  env_vars = read_terragrunt_config(\"${get_terragrunt_dir()}/env.hcl\")\n  env = local.env_vars.locals.environment\n  account = get_aws_account_id()\n}\ninputs = {\n  bucket = \"my-app-data-${local.env}-${local.account}-eu\"\n}\n";
    let unit = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\nterraform {\n  source = \"../../modules/b\"\n}\n";
    let files = [
        ("modules/b/main.tf", module),
        ("live/prod/terragrunt.hcl", unit),
        ("live/prod/env.hcl", "locals {\n  environment = \"prod\"\n}\n"),
        ("live/root.hcl", root),
    ];
    let found = |name: &str| whole(&files, &named(&format!("arn:aws:sqs:eu-west-1:111111111111:{name}")));
    assert_eq!(evidence(&found("my-app-data-prod-111111111111-eu-events")).0, Confidence::Likely);
    assert!(short(&found("my-app-data-dev-111111111111-eu-events")).starts_with("none"));
}

#[test]
fn instances_and_variable_files_are_named_as_what_they_are() {
    let files = [
        (
            "main.tf",
            "variable \"env\" {}\nvariable \"n\" {}\nmodule \"q\" {\n  count  = var.n\n  source = \"./q\"\n  env    = var.env\n}\n",
        ),
        ("q/main.tf", "variable \"env\" {}\nresource \"aws_sqs_queue\" \"q\" {\n  name = \"jobs-${var.env}\"\n}\n"),
        ("envs/prod.tfvars", "env = \"prod\"\n"),
    ];
    let report = ask(&files, &named("arn:aws:sqs:eu-west-1:111111111111:jobs-prod"));
    let note = "name of module.q[*].aws_sqs_queue.q is `jobs-prod` with the variable file `envs/prod.tfvars`";
    assert_eq!(evidence(&report).1, note);
    let Decision::Located(located) = &report.decision else { panic!() };
    assert_eq!(located.instances, ["the top directory: module.q[*].aws_sqs_queue.q"]);
    let position = CodePosition { address: Some("module.q.aws_sqs_queue.q".into()), ..CodePosition::default() };
    let copy = ("other/main.tf", "module \"q\" {\n  source = \"../q\"\n  env    = \"x\"\n}\n");
    let report = whole(&[files[0], files[1], copy], &Query { position: Some(position), ..Query::default() });
    assert_eq!(evidence(&report).1, "`module.q.aws_sqs_queue.q` is its address");
}
