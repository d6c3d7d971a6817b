//! Behaviour of the verbs, rule and code side by side.

use std::sync::Arc;

use crate::hcl::Document;
use crate::model::{Patch, Refusal, RefusalKind, Target, Workspace};
use crate::rule::Rule;
use crate::terraform::directory_of;

use super::*;

/// A rule about `target` with these operations and blocks around them.
pub(super) fn rule(resource: &str, rest: &str) -> Rule {
    let text = format!(
        "rule \"t/t\" {{\n  title = \"t\"\n  severity = \"high\"\n  since = \"0.1.0\"\n  rationale = \"r\"\n  references = [\"https://example.com\"]\n  target {{\n    resource = \"{resource}\"\n  }}\n{rest}\n  applicability {{\n    level = \"safe\"\n  }}\n}}\n"
    );
    crate::rule::load("t/t.hcl", &text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn target(workspace: &Workspace, path: &str, address: &str) -> Target {
    let document = Document::parse_file(path, workspace.get(path).unwrap()).unwrap();
    let address: crate::model::Address = address.parse().unwrap();
    let labels: Vec<String> = match address.mode {
        crate::model::ResourceMode::Module => vec![address.name.clone()],
        _ => vec![address.kind.clone(), address.name.clone()],
    };
    let block = document.body().blocks.iter().find(|block| block.labels.iter().map(|label| &label.text).eq(&labels)).unwrap();
    Target {
        path: path.into(),
        span: block.span,
        module_dir: directory_of(path).into(),
        root_dir: None,
        address,
        evidence: vec![],
        confidence: crate::model::Confidence::Certain,
    }
}

pub(super) fn run(rule: &Rule, files: &[(&str, &str)], address: &str, params: &[(&str, &str)]) -> Result<Outcome, Refusal> {
    let workspace: Workspace = files.iter().map(|(path, text)| ((*path).to_owned(), Arc::<str>::from(*text))).collect();
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    patch(rule, &target(&workspace, files[0].0, address), &workspace, &params)
}

pub(super) fn patched(rule: &Rule, files: &[(&str, &str)], address: &str, params: &[(&str, &str)]) -> Patch {
    match run(rule, files, address, params) {
        Ok(Outcome::Patch(patch)) => *patch,
        other => panic!("{other:#?}"),
    }
}

/// The text of the only file after the fix.
pub(super) fn fixed(rule: &Rule, before: &str, address: &str, params: &[(&str, &str)]) -> String {
    patched(rule, &[("main.tf", before)], address, params).files["main.tf"].after.clone()
}

pub(super) fn refused(rule: &Rule, files: &[(&str, &str)], address: &str) -> Refusal {
    run(rule, files, address, &[]).unwrap_err()
}

pub(super) fn encrypted() -> Rule {
    rule("a_db", "set \"encrypted\" {\n value = true\n default = false\n}")
}

#[test]
fn set_changes_what_is_wrong_and_adds_what_is_missing() {
    let rule = encrypted();
    assert_eq!(
        fixed(&rule, "resource \"a_db\" \"x\" {\n  encrypted = false # soon\n}\n", "a_db.x", &[]),
        "resource \"a_db\" \"x\" {\n  encrypted = true # soon\n}\n"
    );
    assert_eq!(fixed(&rule, "resource \"a_db\" \"x\" {}\n", "a_db.x", &[]), "resource \"a_db\" \"x\" {\n  encrypted = true\n}\n");
    assert_eq!(run(&rule, &[("main.tf", "resource \"a_db\" \"x\" {\n  encrypted = \"true\"\n}\n")], "a_db.x", &[]), Ok(Outcome::Holds));
}

#[test]
fn crlf_and_a_missing_final_line_break_survive() {
    assert_eq!(
        fixed(&encrypted(), "\u{feff}resource \"a_db\" \"x\" {\r\n  name = \"n\"\r\n}", "a_db.x", &[]),
        "\u{feff}resource \"a_db\" \"x\" {\r\n  name      = \"n\"\r\n  encrypted = true\r\n}"
    );
}

#[test]
fn values_are_followed_to_where_they_are_decided() {
    let rule = encrypted();
    let main = "variable \"on\" {\n  type    = bool\n  default = false\n}\n\nlocals {\n  on = var.on\n}\n\nresource \"a_db\" \"x\" {\n  encrypted = local.on\n}\n";
    let patch = patched(&rule, &[("main.tf", main), ("prod.tfvars", "on = false\n"), ("dev.tfvars", "on = true\n")], "a_db.x", &[]);
    assert!(patch.files["main.tf"].after.contains("default = true"));
    assert_eq!(patch.files["prod.tfvars"].after, "on = true\n");
    assert!(!patch.files.contains_key("dev.tfvars"));
    assert!(patch.reach.callers.iter().any(|place| place.path == "prod.tfvars"));
}

#[test]
fn module_arguments_decide_for_their_callers() {
    let module = "variable \"on\" {\n  default = false\n}\n\nresource \"a_db\" \"x\" {\n  encrypted = var.on\n}\n";
    let root = "module \"a\" {\n  source = \"./m\"\n  on     = false\n}\n\nmodule \"b\" {\n  source = \"./m\"\n  on     = true\n}\n";
    let patch = patched(&encrypted(), &[("m/main.tf", module), ("main.tf", root)], "a_db.x", &[]);
    assert_eq!(patch.files.keys().collect::<Vec<_>>(), ["main.tf"]);
    assert_eq!(patch.files["main.tf"].after, root.replacen("false", "true", 1));
    assert_eq!(patch.reach.instances, ["module.a.a_db.x", "module.b.a_db.x"]);
}

#[test]
fn for_each_entries_lookups_and_conditionals_decide() {
    let rule = encrypted();
    let each = "resource \"a_db\" \"x\" {\n  for_each = {\n    a = { enc = false, n = 1 }\n    b = { enc = true }\n  }\n\n  encrypted = each.value.enc\n}\n";
    assert_eq!(fixed(&rule, each, "a_db.x", &[]), each.replace("enc = false", "enc = true"));
    let lookup = "resource \"a_db\" \"x\" {\n  for_each = {\n    a = {}\n    b = { enc = true }\n  }\n\n  encrypted = lookup(each.value, \"enc\", false)\n}\n";
    assert_eq!(fixed(&rule, lookup, "a_db.x", &[]), lookup.replace("\"enc\", false", "\"enc\", true"));
    let conditional = "variable \"env\" {}\n\nresource \"a_db\" \"x\" {\n  encrypted = var.env == \"prod\" ? true : false\n}\n";
    assert_eq!(fixed(&rule, conditional, "a_db.x", &[]), conditional.replace("var.env == \"prod\" ? true : false", "true"));
    let merged = "locals {\n  base = { enc = false }\n  all  = merge(local.base, { n = 1 })\n}\n\nresource \"a_db\" \"x\" {\n  encrypted = local.all.enc\n}\n";
    assert_eq!(fixed(&rule, merged, "a_db.x", &[]), merged.replace("enc = false", "enc = true"));
}

#[test]
fn what_nobody_can_know_is_refused_with_the_expression() {
    let refusal =
        refused(&encrypted(), &[("main.tf", "variable \"on\" {}\n\nresource \"a_db\" \"x\" {\n  encrypted = var.on\n}\n")], "a_db.x");
    assert_eq!(refusal.kind, RefusalKind::DecidedElsewhere);
    assert!(refusal.message.contains("var.on") && !refusal.places.is_empty(), "{refusal:?}");
}

#[test]
fn ignored_changes_are_noticed() {
    let refusal = refused(
        &encrypted(),
        &[("main.tf", "resource \"a_db\" \"x\" {\n  encrypted = false\n\n  lifecycle {\n    ignore_changes = [encrypted]\n  }\n}\n")],
        "a_db.x",
    );
    assert_eq!(refusal.kind, RefusalKind::RefusedByRule);
}

#[test]
fn nested_paths_and_dynamic_blocks() {
    let rule = rule("a_i", "set \"meta.tokens\" {\n value = \"required\"\n}\nset \"disk[*].enc\" {\n value = true\n}");
    let before = "resource \"a_i\" \"x\" {\n  ami = \"a\"\n\n  disk {\n    size = 1\n  }\n\n  dynamic \"disk\" {\n    for_each = var.d\n    content {\n      size = disk.value\n      enc  = false\n    }\n  }\n}\n\nvariable \"d\" {}\n";
    let after = fixed(&rule, before, "a_i.x", &[]);
    assert!(after.contains("  disk {\n    size = 1\n    enc  = true\n  }"), "{after}");
    assert!(after.contains("enc  = true\n    }\n  }") && after.contains("  meta {\n    tokens = \"required\"\n  }\n"), "{after}");
}

#[test]
fn bounds_choices_and_contents() {
    let rule = rule(
        "a_b",
        "set \"days\" {\n at_least = 7\n}\nset \"tls\" {\n value = \"1.2\"\n one_of = [\"1.2\", \"1.3\"]\n}\nset \"logs\" {\n contains = [\"api\", \"audit\"]\n}",
    );
    let after = fixed(&rule, "resource \"a_b\" \"x\" {\n  days = 3\n  tls  = \"1.3\"\n  logs = [\"api\"]\n}\n", "a_b.x", &[]);
    assert_eq!(after, "resource \"a_b\" \"x\" {\n  days = 7\n  tls  = \"1.3\"\n  logs = [\"api\", \"audit\"]\n}\n");
    assert_eq!(
        run(
            &rule,
            &[("main.tf", "resource \"a_b\" \"x\" {\n  days = 30\n  tls  = \"1.2\"\n  logs = [\"audit\", \"api\", \"x\"]\n}\n")],
            "a_b.x",
            &[]
        ),
        Ok(Outcome::Holds)
    );
}

fn guarded() -> Rule {
    rule("a_b", "companion \"a_guard\" {\n link = \"bucket\"\n body {\n bucket = target.id\n\n one = true\n}\n}")
}

#[test]
fn companions_are_found_or_written() {
    let rule = guarded();
    let counted = "resource \"a_b\" \"x\" {\n  count    = 2\n  provider = aws.eu\n}\n";
    assert_eq!(
        fixed(&rule, counted, "a_b.x", &[]),
        format!(
            "{counted}\nresource \"a_guard\" \"x\" {{\n  count    = 2\n  provider = aws.eu\n\n  bucket = a_b.x[count.index].id\n\n  one = true\n}}\n"
        )
    );
    let by_name = "resource \"a_b\" \"x\" {\n  bucket = \"n\"\n}\n\nresource \"a_guard\" \"g\" {\n  bucket = \"n\"\n  one    = false\n}\n";
    assert_eq!(fixed(&rule, by_name, "a_b.x", &[]), by_name.replace("false", "true"));
    let by_each = "resource \"a_b\" \"x\" {}\n\nresource \"a_guard\" \"g\" {\n  for_each = toset([a_b.x.id])\n  bucket   = each.value\n  one      = true\n}\n";
    assert_eq!(run(&rule, &[("main.tf", by_each)], "a_b.x", &[]), Ok(Outcome::Holds));
    let other =
        "resource \"a_b\" \"x\" {}\n\nresource \"a_b\" \"y\" {}\n\nresource \"a_guard\" \"x\" {\n  bucket = a_b.y.id\n  one    = true\n}\n";
    assert!(fixed(&rule, other, "a_b.x", &[]).contains("resource \"a_guard\" \"x_2\" {\n  bucket = a_b.x.id\n"));
    // Named by what another resource was given, which was given the target.
    let chain = "resource \"a_b\" \"x\" {}\n\nresource \"a_policy\" \"p\" {\n  bucket = a_b.x.id\n}\n\nlocals {\n  name = a_policy.p.bucket\n}\n\nresource \"a_guard\" \"g\" {\n  bucket = local.name\n  one    = true\n}\n";
    assert_eq!(run(&rule, &[("main.tf", chain)], "a_b.x", &[]), Ok(Outcome::Holds));
    let namesake = "resource \"a_b\" \"x\" {\n  name = \"n\"\n}\n\nresource \"a_b\" \"y\" {\n  name = \"n\"\n}\n\nresource \"a_guard\" \"y\" {\n  bucket = a_b.y.name\n  one    = true\n}\n";
    assert!(fixed(&rule, namesake, "a_b.x", &[]).contains("resource \"a_guard\" \"x\" {"));
}

#[test]
fn a_key_of_another_region_is_not_written() {
    let rule = rule(
        "aws_b",
        "param \"key\" {\n type = \"expression\"\n required = true\n description = \"d\"\n}\nset \"kms_key_id\" {\n value = param.key\n present = true\n}",
    );
    let key = [("key", "arn:aws:kms:eu-west-1:111122223333:key/k")];
    let module = "resource \"aws_b\" \"x\" {\n  name = \"n\"\n}\n";
    let root = |region: &str| {
        format!(
            "variable \"region\" {{\n  default = \"{region}\"\n}}\nprovider \"aws\" {{\n  region = var.region\n}}\nprovider \"aws\" {{\n  alias  = \"home\"\n  region = \"eu-west-1\"\n}}\nmodule \"m\" {{\n  source = \"./m\"\n}}\n"
        )
    };
    let refusal = run(&rule, &[("m/main.tf", module), ("main.tf", &root("us-east-1"))], "aws_b.x", &key).unwrap_err();
    assert!(refusal.message.contains("of region `eu-west-1`") && refusal.message.contains("works in `us-east-1`"), "{}", refusal.message);
    let handed = root("us-east-1").replace("\"./m\"\n", "\"./m\"\n  providers = { aws = aws.home }\n");
    for root in [handed, root("eu-west-1"), root("us-east-1").replace("  default = \"us-east-1\"\n", "")] {
        assert!(matches!(run(&rule, &[("m/main.tf", module), ("main.tf", &root)], "aws_b.x", &key), Ok(Outcome::Patch(_))), "{root}");
    }
}

#[test]
fn code_that_quotes_its_expressions_gets_no_bare_ones() {
    let old = "terraform {\n  required_version = \"~> 0.11.7\"\n}\n\nresource \"a_b\" \"x\" {\n  name = \"${var.n}\"\n}\n";
    let refusal = run(&guarded(), &[("main.tf", old)], "a_b.x", &[]).unwrap_err();
    assert!(refusal.message.contains("before 0.12") && refusal.message.contains("`bucket`"), "{}", refusal.message);
    let set = rule("a_b", "set \"on\" {\n value = true\n}");
    assert!(fixed(&set, old, "a_b.x", &[]).contains("on   = true"));
    assert!(fixed(&guarded(), &old.replace("~> 0.11.7", ">= 0.11.7"), "a_b.x", &[]).contains("a_b.x.id"));
}

#[test]
fn a_companion_behind_a_module_input_is_found() {
    let root = "resource \"a_b\" \"x\" {}\n\nmodule \"g\" {\n  source = \"./g\"\n  bucket = a_b.x.id\n}\n";
    let child = "variable \"bucket\" {}\n\nresource \"a_guard\" \"g\" {\n  bucket = var.bucket\n  one    = true\n}\n";
    assert_eq!(run(&guarded(), &[("main.tf", root), ("g/main.tf", child)], "a_b.x", &[]), Ok(Outcome::Holds));
}

#[test]
fn narrow_replaces_and_never_empties() {
    let rule = rule(
        "a_sg",
        "param \"cidrs\" {\n type = \"cidr_list\"\n default = null\n description = \"who may\"\n}\nnarrow \"ingress[*].cidr_blocks\" {\n drop = [\"0.0.0.0/0\"]\n to = param.cidrs\n when = block.from_port == 22\n}",
    );
    let before = "resource \"a_sg\" \"x\" {\n  ingress {\n    from_port   = 22\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n  ingress {\n    from_port   = 443\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    let refusal = refused(&rule, &[("main.tf", before)], "a_sg.x");
    assert!(refusal.kind == RefusalKind::NeedsParameter && refusal.message.contains("cidrs"), "{refusal:?}");
    assert_eq!(fixed(&rule, before, "a_sg.x", &[("cidrs", "[\"10.0.0.0/8\"]")]), before.replacen("0.0.0.0/0", "10.0.0.0/8", 1));
    let variable = "variable \"who\" {\n  default = [\"10.1.0.0/16\", \"0.0.0.0/0\"]\n}\n\nresource \"a_sg\" \"x\" {\n  ingress {\n    from_port   = 22\n    cidr_blocks = var.who\n  }\n}\n";
    assert_eq!(fixed(&rule, variable, "a_sg.x", &[("cidrs", "[\"10.0.0.0/8\"]")]), variable.replace("0.0.0.0/0", "10.0.0.0/8"));
}

#[test]
fn remove_and_block() {
    let rule = rule("a_b", "remove \"acl\" {\n when = target.acl == \"public\"\n}\nblock \"log\" {\n body {\n to = \"x\"\n}\n}");
    assert_eq!(
        fixed(&rule, "resource \"a_b\" \"x\" {\n  acl = \"public\" # why\n  b   = 1\n}\n", "a_b.x", &[]),
        "resource \"a_b\" \"x\" {\n  # why\n  b = 1\n\n  log {\n    to = \"x\"\n  }\n}\n"
    );
}

fn denies_plain_http() -> Rule {
    rule(
        "a_p",
        "statement \"policy\" {\n add = {\n sid = \"Tls\"\n effect = \"Deny\"\n principals = [{ type = \"*\", identifiers = [\"*\"] }]\n actions = [\"s3:*\"]\n resources = [target.bucket]\n conditions = [{ test = \"Bool\", variable = \"aws:SecureTransport\", values = [\"false\"] }]\n}\n}",
    )
}

#[test]
fn statements_in_every_form_are_added() {
    let rule = denies_plain_http();
    let object = "resource \"a_p\" \"x\" {\n  bucket = \"arn:b\"\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [\n      {\n        Effect = \"Allow\"\n        Action = [\"s3:Get*\"]\n      },\n    ]\n  })\n}\n";
    let after = fixed(&rule, object, "a_p.x", &[]);
    assert!(after.contains("      {\n        Sid       = \"Tls\"\n        Effect    = \"Deny\"\n        Principal = \"*\"\n"), "{after}");
    let heredoc = "resource \"a_p\" \"x\" {\n  bucket = \"arn:b\"\n  policy = <<-EOT\n    {\n      \"Statement\": [\n        {\n          \"Effect\": \"Allow\",\n          \"Resource\": \"${a_p.y.arn}\"\n        }\n      ]\n    }\n  EOT\n}\n";
    let after = fixed(&rule, heredoc, "a_p.x", &[]);
    assert!(after.contains("        },\n        {\n          \"Sid\": \"Tls\",\n          \"Effect\": \"Deny\",\n"), "{after}");
    let data = "resource \"a_p\" \"x\" {\n  bucket = \"arn:b\"\n  policy = data.aws_iam_policy_document.d.json\n}\n\ndata \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"s3:Get*\"]\n  }\n}\n";
    let after = fixed(&rule, data, "a_p.x", &[]);
    assert!(
        after.contains("  statement {\n    sid       = \"Tls\"\n    effect    = \"Deny\"\n    actions   = [\"s3:*\"]\n")
            && after.contains("    condition {\n      test     = \"Bool\"\n"),
        "{after}"
    );
    let file = patched(
        &rule,
        &[
            ("m/main.tf", "resource \"a_p\" \"x\" {\n  bucket = \"arn:b\"\n  policy = file(\"${path.module}/p.json\")\n}\n"),
            ("m/p.json", "{\"Statement\": [{\"Effect\": \"Allow\"}]}\n"),
        ],
        "a_p.x",
        &[],
    );
    assert!(file.files["m/p.json"].after.starts_with("{\"Statement\": [{\"Effect\": \"Allow\"}, {\"Sid\": \"Tls\", "));
}

#[test]
fn statements_are_set_and_dropped() {
    let set = rule(
        "a_p",
        "statement \"policy\" {\n where = statement.effect == \"Allow\" && contains(statement.actions, \"*\")\n set {\n actions = [\"s3:GetObject\"]\n}\n}",
    );
    let before = "resource \"a_p\" \"x\" {\n  policy = jsonencode({\n    Statement = [{\n      Effect = \"Allow\"\n      Action = \"*\"\n    }]\n  })\n}\n";
    assert_eq!(fixed(&set, before, "a_p.x", &[]), before.replace("\"*\"", "[\"s3:GetObject\"]"));
    let drop = rule("a_p", "statement \"policy\" {\n where = statement.effect == \"Allow\"\n drop = true\n}");
    let two = "resource \"a_p\" \"x\" {\n  policy = <<EOF\n{ \"Statement\": [{\"Effect\": \"Allow\"}, {\"Effect\": \"Deny\"}] }\nEOF\n}\n";
    assert_eq!(fixed(&drop, two, "a_p.x", &[]), two.replace("{\"Effect\": \"Allow\"}, ", ""));
    assert_eq!(refused(&drop, &[("main.tf", before)], "a_p.x").kind, RefusalKind::RefusedByRule);
}

#[test]
fn json_syntax_keeps_its_layout() {
    let json = "{\n  \"resource\": {\n    \"a_db\": {\n      \"x\": {\n        \"name\": \"n\"\n      }\n    }\n  }\n}\n";
    let patch = patched(&encrypted(), &[("main.tf.json", json)], "a_db.x", &[]);
    assert_eq!(patch.files["main.tf.json"].after, json.replace("\"n\"\n", "\"n\",\n        \"encrypted\": true\n"));
    let json = json.replace("a_db", "a_b");
    let patch = patched(&guarded(), &[("main.tf.json", &json)], "a_b.x", &[]);
    assert!(
        patch.files["main.tf.json"]
            .after
            .contains("    \"a_guard\": {\n      \"x\": {\n        \"bucket\": \"${a_b.x.id}\",\n        \"one\": true\n      }\n    }\n"),
        "{}",
        patch.files["main.tf.json"].after
    );
}

#[test]
fn override_files_decide() {
    let patch = patched(
        &encrypted(),
        &[
            ("main.tf", "resource \"a_db\" \"x\" {\n  encrypted = true\n}\n"),
            ("over_override.tf", "resource \"a_db\" \"x\" {\n  encrypted = false\n}\n"),
        ],
        "a_db.x",
        &[],
    );
    assert_eq!(patch.files.keys().collect::<Vec<_>>(), ["over_override.tf"]);
}

#[test]
fn a_reference_that_does_not_exist_is_no_fix() {
    let rule = rule(
        "a_db",
        "param \"key\" {\n type = \"expression\"\n required = true\n description = \"the key\"\n}\nset \"key\" {\n value = param.key\n present = true\n}",
    );
    let files = [("main.tf", "resource \"a_db\" \"x\" {}\n")];
    assert_eq!(refused(&rule, &files, "a_db.x").kind, RefusalKind::NeedsParameter);
    assert_eq!(run(&rule, &files, "a_db.x", &[("key", "aws_kms_key.no.arn")]).unwrap_err().kind, RefusalKind::ProofFailed);
    assert_eq!(
        fixed(&rule, files[0].1, "a_db.x", &[("key", "arn:aws:kms:x")]),
        "resource \"a_db\" \"x\" {\n  key = \"arn:aws:kms:x\"\n}\n"
    );
}

#[test]
fn many_fixes_compose_and_do_not_depend_on_their_order() {
    let (one, two) = (encrypted(), rule("a_db", "set \"public\" {\n value = false\n}"));
    let workspace: Workspace =
        [("main.tf", "resource \"a_db\" \"x\" {\n  name = \"n\"\n}\n\nresource \"a_db\" \"y\" {\n}\n")].into_iter().collect();
    let (x, y) = (target(&workspace, "main.tf", "a_db.x"), target(&workspace, "main.tf", "a_db.y"));
    let params = Params::new();
    let mut requests = vec![
        Request { rule: &one, target: &x, params: &params },
        Request { rule: &two, target: &x, params: &params },
        Request { rule: &one, target: &y, params: &params },
    ];
    let first = patch_all(&requests, &workspace);
    assert_eq!(
        first.workspace.get("main.tf"),
        Some(
            "resource \"a_db\" \"x\" {\n  name      = \"n\"\n  encrypted = true\n  public    = false\n}\n\nresource \"a_db\" \"y\" {\n  encrypted = true\n}\n"
        )
    );
    requests.reverse();
    let again = patch_all(&requests, &workspace);
    assert!(again.workspace.get("main.tf").unwrap().contains("public"));
    let second = patch_all(&requests, &first.workspace);
    assert!(second.patch.is_none(), "{:?}", second.results);
}

#[test]
fn a_published_module_is_changed_through_its_arguments() {
    let rule = rule(
        "a_b",
        "module \"org/bucket/aws\" {\n set \"closed\" {\n value = true\n default = true\n}\n}\nset \"closed\" {\n value = true\n}",
    );
    let before = "module \"m\" {\n  source = \"org/bucket/aws\"\n\n  closed = false\n}\n";
    assert_eq!(fixed(&rule, before, "module.m", &[]), before.replace("false", "true"));
    assert_eq!(
        refused(&rule, &[("main.tf", "module \"m\" {\n  source = \"else/where/aws\"\n}\n")], "module.m").kind,
        RefusalKind::DecidedElsewhere
    );
}

#[test]
fn what_the_provider_would_reject_is_no_fix() {
    let rule = rule("aws_eks_cluster", "set \"vpc_config.endpoint_public_access\" {\n value = false\n}");
    let refusal = refused(&rule, &[("main.tf", "resource \"aws_eks_cluster\" \"x\" {\n  name = \"x\"\n}\n")], "aws_eks_cluster.x");
    assert!(refusal.kind == RefusalKind::ProofFailed && refusal.message.contains("subnet_ids"), "{refusal:?}");
}

#[test]
fn terragrunt_inputs_decide() {
    let module = "variable \"on\" {\n  default = true\n}\n\nresource \"a_db\" \"x\" {\n  encrypted = var.on\n}\n";
    let live = "terraform {\n  source = \"../../modules//db\"\n}\n\ninputs = {\n  on = false # for now\n}\n";
    let patch = patched(&encrypted(), &[("modules/db/main.tf", module), ("live/prod/terragrunt.hcl", live)], "a_db.x", &[]);
    assert_eq!(patch.files.keys().collect::<Vec<_>>(), ["live/prod/terragrunt.hcl"]);
    assert_eq!(patch.files["live/prod/terragrunt.hcl"].after, live.replace("false", "true"));
}

#[test]
fn a_parameter_outside_of_the_bounds_is_refused() {
    let rule = rule(
        "a_log",
        "param \"days\" {\n type = \"number\"\n default = 365\n description = \"d\"\n}\nset \"days\" {\n value = param.days\n at_least = 365\n}",
    );
    let files = [("main.tf", "resource \"a_log\" \"x\" {}\n")];
    assert_eq!(run(&rule, &files, "a_log.x", &[("days", "30")]).unwrap_err().kind, RefusalKind::NeedsParameter);
    assert_eq!(fixed(&rule, files[0].1, "a_log.x", &[]), "resource \"a_log\" \"x\" {\n  days = 365\n}\n");
}

#[test]
fn nested_arguments_in_json_syntax() {
    let rule = rule("a_i", "set \"meta.tokens\" {\n value = \"required\"\n}");
    let json = "{\n  \"resource\": { \"a_i\": { \"x\": { \"meta\": [{ \"tokens\": \"optional\" }] } } }\n}\n";
    let patch = patched(&rule, &[("main.tf.json", json)], "a_i.x", &[]);
    assert_eq!(patch.files["main.tf.json"].after, json.replace("optional", "required"));
    let none = "{\n  \"resource\": { \"a_i\": { \"x\": { \"ami\": \"a\" } } }\n}\n";
    let patch = patched(&rule, &[("main.tf.json", none)], "a_i.x", &[]);
    assert!(
        crate::hcl::parse_json(&patch.files["main.tf.json"].after).is_ok()
            && patch.files["main.tf.json"].after.contains("\"tokens\": \"required\"")
    );
}

#[test]
fn companions_that_the_target_refers_to() {
    let rule = rule(
        "a_api",
        "companion \"a_log_group\" {\n referenced_by = \"access.arn\"\n attribute = \"arn\"\n body {\n name = target.name\n}\n}\ncompanion \"a_log_policy\" {\n link = \"group\"\n link_to = \"a_log_group\"\n link_attributes = [\"name\"]\n body {\n on = true\n}\n}",
    );
    let before = "resource \"a_api\" \"x\" {\n  count = 2\n\n  name = \"n-${count.index}\"\n}\n";
    let after = fixed(&rule, before, "a_api.x", &[]);
    assert!(after.contains("  access {\n    arn = a_log_group.x[count.index].arn\n  }\n"), "{after}");
    assert!(after.contains("resource \"a_log_group\" \"x\" {\n  count = 2\n\n  name = \"n-${count.index}\"\n}\n"), "{after}");
    assert!(
        after.contains("resource \"a_log_policy\" \"x\" {\n  count = 2\n\n  group = a_log_group.x[count.index].name\n\n  on = true\n}\n"),
        "{after}"
    );
    let own = "resource \"a_api\" \"x\" {\n  access {\n    arn = a_log_group.mine.arn\n  }\n}\n\nresource \"a_log_group\" \"mine\" {}\n";
    assert_eq!(run(&rule, &[("main.tf", own)], "a_api.x", &[]), Ok(Outcome::Holds));
}

#[test]
fn members_of_json_lists() {
    let rule = rule("a_task", "set \"containers[*].ro\" {\n value = true\n when = block.name != \"skip\"\n}");
    let encoded = "resource \"a_task\" \"x\" {\n  containers = jsonencode([\n    {\n      name = \"a\"\n      ro   = false\n    },\n    {\n      name = \"skip\"\n    },\n    {\n      name = \"b\"\n    }\n  ])\n}\n";
    assert_eq!(
        fixed(&rule, encoded, "a_task.x", &[]),
        encoded.replace("false", "true").replace("name = \"b\"\n", "name = \"b\"\n      ro   = true\n")
    );
    let text = "resource \"a_task\" \"x\" {\n  containers = <<EOT\n[\n  { \"name\": \"${var.n}\", \"cpu\": 1 }\n]\nEOT\n}\n";
    assert_eq!(run(&rule, &[("main.tf", text)], "a_task.x", &[]).unwrap_err().kind, RefusalKind::DecidedElsewhere);
    let known = text.replace("${var.n}", "a");
    assert_eq!(fixed(&rule, &known, "a_task.x", &[]), known.replace("1 }", "1, \"ro\": true }"));
}

#[test]
fn a_template_with_text_of_its_own_is_present() {
    let rule = rule("a_sf", "set \"log\" {\n value = \"x\"\n present = true\n}");
    let before = "resource \"a_sf\" \"x\" {\n  log = \"${a_log_group.g.arn}:*\"\n}\n\nresource \"a_log_group\" \"g\" {}\n";
    assert_eq!(run(&rule, &[("main.tf", before)], "a_sf.x", &[]), Ok(Outcome::Holds));
    let named = "variable \"env\" {\n  default = \"prod\"\n}\n\nresource \"a_b\" \"x\" {\n  bucket = \"${var.env}-n\"\n}\n\nresource \"a_guard\" \"g\" {\n  bucket = \"prod-n\"\n  one    = true\n}\n";
    assert_eq!(run(&guarded(), &[("main.tf", named)], "a_b.x", &[]), Ok(Outcome::Holds));
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the body looks like, a fix comes out that a second run leaves alone, with every other line as it was.
        #[test]
        fn a_fix_is_made_once_and_keeps_every_other_line(
            lines in proptest::collection::vec("(a = 1|bcd = \"x\" # note|tags = \\{\n    k = 1\n  \\}|disk \\{\n    y = 2\n  \\}|  # alone||count = 2|encrypted = false|list = \\[\n    1,\n  \\])", 0..7),
            crlf in any::<bool>(),
        ) {
            let mut seen = std::collections::BTreeSet::new();
            let repeatable = |line: &str| line.is_empty() || line.starts_with([' ', 'd']);
            let body: String = lines.into_iter().filter(|line| repeatable(line) || seen.insert(line.split(' ').next().unwrap_or_default().to_owned())).map(|line| format!("  {line}\n")).collect();
            let mut text = format!("# head\nresource \"a_db\" \"x\" {{\n{body}}}\n\n# tail\n");
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            let rules = [rule("a_db", "set \"encrypted\" {\n value = true\n}\nset \"disk[*].enc\" {\n value = true\n}\nblock \"log\" {\n body {\n on = true\n}\n}"), rule("a_db", "companion \"a_guard\" {\n link = \"db\"\n body {\n db = target.id\n}\n}")];
            for rule in rules {
                let after = fixed(&rule, &text, "a_db.x", &[]);
                prop_assert_eq!(run(&rule, &[("main.tf", after.as_str())], "a_db.x", &[]), Ok(Outcome::Holds));
                prop_assert_eq!(after.contains('\r'), crlf);
                let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                let kept: Vec<String> = after.lines().map(squeeze).collect();
                for line in text.lines().filter(|line| !line.trim().is_empty() && !line.contains("encrypted")) {
                    prop_assert!(kept.contains(&squeeze(line)), "{line} is gone from\n{after}");
                }
            }
        }
    }
}

#[test]
fn a_published_module_is_changed_in_the_versions_that_the_rule_knows() {
    let rule = rule(
        "a_db",
        "module \"acme/db/aws\" {\n version = \">= 3.9\"\n set \"settings.backups.days\" {\n  value = 7\n }\n set \"encrypted\" {\n  value = true\n }\n}",
    );
    let call = |source: &str, version: &str| format!("module \"x\" {{\n  source = \"{source}\"\n{version}}}\n");
    let patch = patched(&rule, &[("main.tf", &call("acme/db/aws", "  version = \"~> 4.0\"\n"))], "module.x", &[]);
    assert_eq!(
        patch.files["main.tf"].after,
        "module \"x\" {\n  source = \"acme/db/aws\"\n  version = \"~> 4.0\"\n\n  settings = {\n    backups = {\n      days = 7\n    }\n  }\n\n  encrypted = true\n}\n"
    );
    assert_eq!(
        patch.notes,
        ["Changed through the inputs of the published module `acme/db/aws`, `~> 4.0`; the inputs are those of versions `>= 3.9`."]
    );
    // Nothing said: the newest. A tag of the repository behind the registry: that version.
    assert!(run(&rule, &[("main.tf", &call("acme/db/aws", ""))], "module.x", &[]).is_ok());
    let git = "git::https://github.com/acme/terraform-aws-db.git?ref=";
    assert!(run(&rule, &[("main.tf", &call(&format!("{git}v3.9.1"), ""))], "module.x", &[]).is_ok());
    for (source, version, said) in [
        ("acme/db/aws", "  version = \"3.8.2\"\n", "this call takes `3.8.2`"),
        (&format!("{git}main") as &str, "", "revision `main`, which tells no version"),
        ("acme/other/aws", "", "does not know that module's arguments"),
    ] {
        let refusal = refused(&rule, &[("main.tf", &call(source, version))], "module.x");
        assert!(refusal.message.contains(said), "{}", refusal.message);
    }
}

#[test]
fn it_is_said_when_the_other_program_reads_another_file() {
    let block = "resource \"a_db\" \"x\" {\n  encrypted = false\n}\n";
    let notes = |path: &str, other: &str| patched(&encrypted(), &[(path, block), (other, block)], "a_db.x", &[]).notes;
    assert_eq!(notes("main.tf", "main.tofu"), ["OpenTofu reads `main.tofu` instead of `main.tf`, and that file was not changed."]);
    assert_eq!(notes("main.tofu", "main.tf"), ["Terraform reads `main.tf` instead of `main.tofu`, and that file was not changed."]);
    assert_eq!(notes("main.tf", "other.tofu"), [""; 0]);
}

#[test]
fn tests_that_name_the_block_are_named() {
    let block = "resource \"a_db\" \"x\" {\n  encrypted = false\n}\n";
    let test = "run \"plain\" {\n  assert {\n    condition = !a_db.x.encrypted\n  }\n}\n";
    let notes = |path: &str, text: &str| patched(&encrypted(), &[("m/main.tf", block), (path, text)], "a_db.x", &[]).notes;
    let said = "The test `m/tests/db.tofutest.hcl` names `a_db.x`: run it, for it may expect what was before.";
    assert_eq!(notes("m/tests/db.tofutest.hcl", test), [said]);
    assert_eq!(notes("m/tests/db.tftest.hcl", &test.replace("a_db.x.", "a_db.xy.")), [""; 0]);
    assert_eq!(notes("other/db.tftest.hcl", test), [""; 0]);
}

#[test]
fn what_waits_for_another_fix_is_tried_again_and_many_modules_are_fixed_side_by_side() {
    let one = rule("a_db", "set \"encrypted\" {\n value = true\n}");
    let two = rule(
        "a_rule",
        "set \"on\" {\n value = true\n}\nrefuse {\n when = resources(\"a_db\")[0].encrypted != true\n note = \"first the other\"\n}",
    );
    let module = "resource \"a_db\" \"x\" {\n}\n\nresource \"a_rule\" \"y\" {\n}\n";
    let workspace: Workspace = (0..40).map(|at| (format!("m{at}/main.tf"), Arc::<str>::from(module))).collect();
    let targets: Vec<(Target, Target)> =
        workspace.iter().map(|(path, _)| (target(&workspace, path, "a_db.x"), target(&workspace, path, "a_rule.y"))).collect();
    let params = Params::new();
    let requests: Vec<Request<'_>> = targets
        .iter()
        .flat_map(|(x, y)| [Request { rule: &one, target: x, params: &params }, Request { rule: &two, target: y, params: &params }])
        .collect();
    let all = patch_all(&requests, &workspace);
    assert!(all.results.iter().all(|result| matches!(result, Ok(Outcome::Patch(_)))), "{:?}", all.results);
    let after = "resource \"a_db\" \"x\" {\n  encrypted = true\n}\n\nresource \"a_rule\" \"y\" {\n  on = true\n}\n";
    assert!(all.workspace.iter().all(|(_, text)| text == after));
    assert_eq!(all.patch.unwrap().files.len(), 40);
}

#[test]
fn values_that_differ_from_case_to_case_are_not_known_to_be_equal() {
    let rule = rule("a_db", "set \"encrypted\" {\n value = true\n when = target.a == target.b\n}");
    let code = "variable \"x\" {\n  type = string\n}\n\nresource \"a_db\" \"x\" {\n  a = var.x != \"\" ? \"p\" : \"q\"\n  b = var.x != \"\" ? \"q\" : \"p\"\n}\n";
    assert_eq!(refused(&rule, &[("main.tf", code)], "a_db.x").kind, RefusalKind::DecidedElsewhere);
}

#[test]
fn after_any_fix_a_file_is_read_as_if_for_the_first_time() {
    fn seen(body: &crate::hcl::Body, out: &mut String) {
        for held in &body.attributes {
            out.push_str(&format!("{} {:?} {:?} {:?}\n", held.name, held.span, held.value_span, held.value));
        }
        for block in &body.blocks {
            out.push_str(&format!("{} {:?} {:?} {:?}\n", block.kind, block.labels, block.span, block.body.span));
            seen(&block.body, out);
        }
    }
    let around = "variable \"a\" { # one\n  default = 1\n}\n\nlocals {\n  t = <<-EOT\n    x\n\n  EOT\n}\n";
    for rule in crate::rule::Catalogue::built_in().iter().step_by(6) {
        for example in &rule.examples {
            let crate::rule::Expectation::After(after) = &example.expectation else { continue };
            let (before, after) = (format!("{around}\n{}\n{around}", example.before), format!("{around}\n{after}\n{around}"));
            let document = Document::parse(before.as_str()).unwrap();
            let (again, anew) =
                (Document::parse_again("main.tf", &document, after.as_str()).unwrap(), Document::parse(after.as_str()).unwrap());
            let (mut one, mut other) = (String::new(), String::new());
            seen(again.body(), &mut one);
            seen(anew.body(), &mut other);
            assert_eq!((one, again.comments(), again.is_formatted()), (other, anew.comments(), anew.is_formatted()), "{}", rule.id);
            let edits = crate::hcl::changed_edits(&before, &after);
            assert_eq!(document.edited(&edits), crate::hcl::apply(&before, &edits), "{}", rule.id);
        }
    }
}
