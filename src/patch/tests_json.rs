//! Fixes of Terraform's JSON syntax, and of JSON in quotes.

use crate::model::RefusalKind;
use crate::rule::Rule;

use super::tests::{fixed, patched, refused, rule, run};
use super::*;

/// A JSON file with one resource whose body is given.
fn resource(kind: &str, body: &str) -> String {
    format!("{{\n  \"resource\": {{\n    \"{kind}\": {{\n      \"x\": {body}\n    }}\n  }}\n}}\n")
}

/// The text of the only file, in JSON syntax, after the fix; a second run has nothing to do.
fn fixed_json(rule: &Rule, before: &str, address: &str, params: &[(&str, &str)]) -> String {
    let after = patched(rule, &[("main.tf.json", before)], address, params).files["main.tf.json"].after.clone();
    assert!(serde_json::from_str::<serde_json::Value>(&after).is_ok(), "{after}");
    assert_eq!(run(rule, &[("main.tf.json", &after)], address, params), Ok(Outcome::Holds), "{after}");
    after
}

#[test]
fn code_in_a_template_string_is_edited_where_it_stands() {
    let rule = rule("a_task", "set \"containers[*].ro\" {\n value = true\n}");
    let body = r#"{
        "é": "${\"a\\n\"}",
        "containers": "${jsonencode([\n  {\n    name  = \"a\" # first\n    ro    = false\n  },\n  {\n    image = \"b\"\n  }\n])}"
      }"#;
    let before = resource("a_task", body);
    let after = fixed_json(&rule, &before, "a_task.x", &[]);
    assert_eq!(after, before.replace("ro    = false", "ro    = true").replace(r#"\"b\"\n"#, r#"\"b\"\n    ro    = true\n"#));
}

#[test]
fn values_behind_references_in_json_are_edited_in_the_syntax_of_their_place() {
    let rule = rule("a_db", "set \"on\" {\n value = true\n}\nset \"kind\" {\n value = \"b\"\n}");
    let before = "{\n  \"locals\": {\"all\": {\"x\": {\"on\": \"${false}\"}}, \"kind\": \"${upper(\\\"q\\\") == \\\"Q\\\" ? \\\"a\\\" : \\\"c\\\"}\"},\n  \"resource\": {\"a_db\": {\"x\": {\"on\": \"${local.all.x.on}\", \"kind\": \"${local.kind}\"}}}\n}\n";
    let after = fixed_json(&rule, before, "a_db.x", &[]);
    assert_eq!(after, before.replace("\"${false}\"", "true").replace("? \\\"a\\\"", "? \\\"b\\\""));
    let object = before.replace("\"${false}\"", "\"${lookup({ k = false }, \\\"k\\\")}\"");
    let after = fixed_json(&rule, &object, "a_db.x", &[]);
    assert!(after.contains("lookup({ k = true }"), "{after}");
}

#[test]
fn statements_in_a_template_string() {
    let rule = rule("a_p", "statement \"policy\" {\n where = statement.effect == \"Allow\"\n set {\n actions = [\"s3:Get*\"]\n }\n}");
    let body = r#"{"policy": "${jsonencode({\n  Statement = [{\n    Effect   = \"Allow\"\n    Action   = \"*\"\n    Resource = \"${a_b.y[\"k\"].arn}/*\"\n  }]\n})}"}"#;
    let before = resource("a_p", body);
    assert_eq!(fixed_json(&rule, &before, "a_p.x", &[]), before.replace(r#"= \"*\""#, r#"= [\"s3:Get*\"]"#));
}

#[test]
fn lists_are_extended_in_their_layout() {
    let rule = rule("a_e", "set \"logs\" {\n contains = [\"api\", \"audit\", \"log\"]\n}");
    let with = |list: &str| resource("a_e", &format!("{{\n        \"logs\": {list}\n      }}"));
    let after = |list: &str| fixed_json(&rule, &with(list), "a_e.x", &[]);
    assert_eq!(after("[\"api\"]"), with("[\"api\", \"audit\", \"log\"]"));
    assert_eq!(after("[\"x\",\"api\"]"), with("[\"x\",\"api\",\"audit\",\"log\"]"));
    let spread = "[\n          \"api\"\n        ]";
    assert_eq!(after(spread), with(&spread.replace("\"api\"", "\"api\",\n          \"audit\",\n          \"log\"")));
    assert_eq!(after("[]"), with("[\"api\", \"audit\", \"log\"]"));
    assert_eq!(after("\"${tolist([\\\"api\\\", \\\"audit\\\"])}\""), with("\"${tolist([\\\"api\\\", \\\"audit\\\", \\\"log\\\"])}\""));
}

#[test]
fn a_list_that_is_replaced_keeps_its_lines() {
    let rule = rule("a_e", "set \"tls\" {\n value = [\"b\", \"c\"]\n}");
    let before = resource("a_e", "{\n        \"tls\": [\n          \"a\"\n        ]\n      }");
    assert_eq!(fixed_json(&rule, &before, "a_e.x", &[]), before.replace("\"a\"", "\"b\",\n          \"c\""));
}

#[test]
fn lists_are_narrowed_in_their_layout() {
    let rule = rule(
        "a_sg",
        "param \"cidrs\" {\n type = \"cidr_list\"\n default = null\n description = \"who may\"\n}\nnarrow \"ingress[*].cidr_blocks\" {\n drop = [\"0.0.0.0/0\"]\n to = param.cidrs\n when = block.from_port == 22\n}",
    );
    let with = |list: &str| {
        let blocks = format!(
            "[\n          {{\"from_port\": 22, \"cidr_blocks\": {list}}},\n          {{\"from_port\": 80, \"cidr_blocks\": [\"0.0.0.0/0\"]}}\n        ]"
        );
        resource("a_sg", &format!("{{\n        \"ingress\": {blocks}\n      }}"))
    };
    let after = |list: &str, cidrs: &str| fixed_json(&rule, &with(list), "a_sg.x", &[("cidrs", cidrs)]);
    assert_eq!(after("[\"0.0.0.0/0\"]", "[\"10.0.0.0/8\", \"10.1.0.0/16\"]"), with("[\"10.0.0.0/8\", \"10.1.0.0/16\"]"));
    assert_eq!(after("[\"10.0.0.0/8\", \"0.0.0.0/0\"]", "[\"10.0.0.0/8\"]"), with("[\"10.0.0.0/8\"]"));
    assert_eq!(after("[\"0.0.0.0/0\", \"${a_net.y.cidr}\"]", "[\"10.0.0.0/8\"]"), with("[\"10.0.0.0/8\", \"${a_net.y.cidr}\"]"));
    let spread = "[\n            \"1.1.1.1/32\",\n            \"0.0.0.0/0\",\n            \"0.0.0.0/0\"\n          ]";
    let narrowed = "[\n            \"1.1.1.1/32\",\n            \"10.0.0.0/8\",\n            \"10.1.0.0/16\"\n          ]";
    assert_eq!(after(spread, "[\"10.0.0.0/8\", \"10.1.0.0/16\"]"), with(narrowed));
    assert_eq!(
        after("\"${concat([\\\"0.0.0.0/0\\\"], [\\\"10.2.0.0/16\\\"])}\"", "[\"10.0.0.0/8\"]"),
        with("\"${concat([\\\"10.0.0.0/8\\\"], [\\\"10.2.0.0/16\\\"])}\"")
    );
}

fn without_public_grants() -> Rule {
    rule("a_acl", "remove \"policy.grant\" {\n when = block.to.uri == \"all\"\n}")
}

#[test]
fn the_blocks_that_are_meant_leave_their_list() {
    let rule = without_public_grants();
    let with = |grants: &str| {
        resource("a_acl", &format!("{{\n        \"policy\": [{{\n          \"grant\": {grants}, \"owner\": 1\n        }}]\n      }}"))
    };
    let after = |grants: &str| fixed_json(&rule, &with(grants), "a_acl.x", &[]);
    let (all, me) = ("{\"to\": [{\"uri\": \"all\"}]}", "{\"to\": [{\"uri\": \"me\"}]}");
    assert_eq!(after(&format!("[{all}, {me}]")), with(&format!("[{me}]")));
    assert_eq!(after(&format!("[{me}, {all}]")), with(&format!("[{me}]")));
    assert_eq!(after(&format!("[{all}, {me}, {all}, {me}, {all}]")), with(&format!("[{me}, {me}]")));
    let lines = |grants: &[&str]| format!("[\n            {}\n          ]", grants.join(",\n            "));
    assert_eq!(after(&lines(&[all, all, me])), with(&lines(&[me])));
    assert_eq!(after(&lines(&[me, all, all])), with(&lines(&[me])));
    for every in [all.to_owned(), format!("[{all}]"), format!("[{all}, {all}]")] {
        assert_eq!(after(&every), with("").replace("\"grant\": , ", ""));
    }
    assert_eq!(run(&rule, &[("main.tf.json", &with(&format!("[{me}, {me}]")))], "a_acl.x", &[]), Ok(Outcome::Holds));
}

#[test]
fn a_block_of_which_it_is_not_known_whether_it_is_meant_is_no_reason_to_say_holds() {
    let grants = "[{\"to\": [{\"uri\": \"${var.who}\"}]}, {\"to\": [{\"uri\": \"me\"}]}]";
    let before =
        resource("a_acl", &format!("{{\"policy\": {{\"grant\": {grants}}}}}")).replacen('{', "{\n  \"variable\": {\"who\": {}},", 1);
    assert!(run(&without_public_grants(), &[("main.tf.json", &before)], "a_acl.x", &[]).is_err());
}

#[test]
fn a_dynamic_block_in_json_is_removed() {
    let rule = rule("a_acl", "remove \"grant\" {}");
    let before =
        resource("a_acl", "{\n        \"dynamic\": {\"grant\": {\"for_each\": [1], \"content\": {\"to\": 1}}},\n        \"b\": 1\n      }");
    assert_eq!(
        fixed_json(&rule, &before, "a_acl.x", &[]),
        before.replace("{\"grant\": {\"for_each\": [1], \"content\": {\"to\": 1}}}", "{}")
    );
}

fn only_the_account() -> Rule {
    rule(
        "a_role",
        "statement \"policy\" {\n where = statement.effect == \"Allow\"\n set {\n actions = [\"s3:Get*\"]\n conditions = [{ test = \"Bool\", variable = \"aws:SecureTransport\", values = [\"true\"] }]\n}\n}",
    )
}

#[test]
fn a_policy_in_quotes_is_edited_in_place() {
    let policy = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"${a_b.y[\"k\"].arn}\u002f*\"}]}"#;
    let wanted = policy
        .replace(r#"\"Action\":\"*\""#, r#"\"Action\":[\"s3:Get*\"]"#)
        .replace(r#"\u002f*\"}"#, r#"\u002f*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"true\"}}}"#);
    let native = format!("resource \"a_role\" \"x\" {{\n  policy = \"{}\"\n}}\n", policy.replace("[\\\"k\\\"]", "[\"k\"]"));
    assert_eq!(
        fixed(&only_the_account(), &native, "a_role.x", &[]),
        format!("resource \"a_role\" \"x\" {{\n  policy = \"{}\"\n}}\n", wanted.replace("[\\\"k\\\"]", "[\"k\"]"))
    );
    let json = resource("a_role", &format!("{{\"policy\": \"{policy}\"}}"));
    assert_eq!(fixed_json(&only_the_account(), &json, "a_role.x", &[]), json.replace(policy, &wanted));
}

#[test]
fn a_policy_in_quotes_over_several_lines_keeps_its_lines() {
    let policy = r#"{\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"*\"\n    }\n  ]\n}\n"#;
    let json = resource("a_role", &format!("{{\"policy\": \"{policy}\"}}")).replace('\n', "\r\n");
    let condition = r#",\n      \"Condition\": {\n        \"Bool\": {\n          \"aws:SecureTransport\": \"true\"\n        }\n      }"#;
    let wanted = policy.replace(r#"\"*\""#, &format!(r#"[\"s3:Get*\"]{condition}"#));
    assert_eq!(fixed_json(&only_the_account(), &json, "a_role.x", &[]), json.replace(policy, &wanted));
}

#[test]
fn references_are_written_into_text_with_their_own_quotes() {
    let rule = rule(
        "a_role",
        "param \"of\" {\n type = \"expression\"\n required = true\n description = \"d\"\n}\nstatement \"policy\" {\n where = statement.effect == \"Allow\"\n set {\n resources = [param.of]\n }\n}",
    );
    let of = [("of", "a_b.y[\"k\"].arn")];
    let policy = r#"{\"Statement\": {\"Effect\": \"Allow\", \"Resource\": \"*\"}}"#;
    let others = "resource \"a_b\" \"y\" {\n  for_each = toset([\"k\"])\n}\n";
    let native = format!("resource \"a_role\" \"x\" {{\n  policy = \"{policy}\"\n}}\n\n{others}");
    let wanted = policy.replace(r#"\"*\""#, r#"[\"${a_b.y["k"].arn}\"]"#);
    assert_eq!(fixed(&rule, &native, "a_role.x", &of), native.replace(policy, &wanted));
    let plain = |text: &str| text.replace("\\\"", "\"");
    let heredoc = format!("resource \"a_role\" \"x\" {{\n  policy = <<EOT\n{}\nEOT\n}}\n\n{others}", plain(policy));
    assert_eq!(fixed(&rule, &heredoc, "a_role.x", &of), heredoc.replace(&plain(policy), &plain(&wanted)));
    let json = resource("a_role", &format!("{{\"policy\": \"{policy}\"}}"));
    let json = json.replacen("\"a_role\"", "\"a_b\": {\"y\": {\"for_each\": \"${toset([\\\"k\\\"])}\"}},\n    \"a_role\"", 1);
    let wanted = policy.replace(r#"\"*\""#, r#"[\"${a_b.y[\"k\"].arn}\"]"#);
    assert_eq!(fixed_json(&rule, &json, "a_role.x", &of), json.replace(policy, &wanted));
}

#[test]
fn conditions_that_are_held_keep_their_interpolations() {
    let heredoc = "resource \"a_role\" \"x\" {\n  policy = <<EOT\n{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Condition\": {\"StringEquals\": {\"a\": \"${a_b.y.id}\"}}}]}\nEOT\n}\n";
    let after = fixed(&only_the_account(), heredoc, "a_role.x", &[]);
    assert_eq!(after, heredoc.replace("\"${a_b.y.id}\"}", "\"${a_b.y.id}\"}, \"Bool\": {\"aws:SecureTransport\": \"true\"}"));
}

#[test]
fn what_stands_in_quotes_and_is_no_json_is_refused() {
    for policy in ["\"{\\\"Statement\\\": %{ if true }[]%{ endif }}\"", "\"none\"", "\"x-${a_b.y.json}\""] {
        let text = format!("resource \"a_role\" \"x\" {{\n  policy = {policy}\n}}\n");
        assert_eq!(refused(&only_the_account(), &[("main.tf", &text)], "a_role.x").kind, RefusalKind::DecidedElsewhere);
    }
}

#[test]
fn members_of_json_in_quotes() {
    let rule = rule("a_task", "set \"containers[*].ro\" {\n value = true\n}");
    let text = r#"[{\"name\":\"a\",\"ro\":false},{\"name\":\"b\"}]"#;
    let wanted = text.replace("false", "true").replace(r#"\"b\""#, r#"\"b\",\"ro\":true"#);
    let native = format!("resource \"a_task\" \"x\" {{\n  containers = \"{text}\"\n}}\n");
    assert_eq!(fixed(&rule, &native, "a_task.x", &[]), native.replace(text, &wanted));
    let json = resource("a_task", &format!("{{\"containers\": \"{text}\"}}"));
    assert_eq!(fixed_json(&rule, &json, "a_task.x", &[]), json.replace(text, &wanted));
}

#[test]
fn a_comment_in_the_code_of_a_string_stays() {
    let rule = rule("a_task", "set \"on\" {\n value = true\n}");
    let before = resource("a_task", r#"{"on": "${false # not yet\n}"}"#);
    assert_eq!(fixed_json(&rule, &before, "a_task.x", &[]), before.replace("false", "true"));
}

#[test]
fn blocks_and_companions_are_written_as_json_has_them() {
    let rule = rule(
        "a_b",
        "block \"setting\" {\n matching = block.name == \"n\"\n body {\n name = \"n\"\n of = [\"k\"]\n}\n}\ncompanion \"a_c\" {\n link = \"bucket\"\n body {\n bucket = target.id\n set \"depends_on\" {\n value = [a_b.x]\n keep = true\n}\n block \"log\" {\n matching = block.kind == \"a\"\n body {\n kind = \"a\"\n}\n}\n block \"log\" {\n matching = block.kind == \"b\"\n body {\n kind = \"b\"\n}\n}\n}\n}",
    );
    let before = resource("a_b", "{\n        \"setting\": {\"name\": \"m\", \"of\": []}\n      }");
    let value: serde_json::Value = serde_json::from_str(&fixed_json(&rule, &before, "a_b.x", &[])).unwrap();
    assert_eq!(value["resource"]["a_b"]["x"]["setting"][1]["name"], "n");
    assert_eq!(
        value["resource"]["a_c"]["x"],
        serde_json::json!({"bucket": "${a_b.x.id}", "depends_on": ["a_b.x"], "log": [{"kind": "a"}, {"kind": "b"}]})
    );
    let list = before.replace("\"resource\": {", "\"resource\": [{").replace("    }\n  }\n}\n", "    }\n  }]\n}\n");
    let value: serde_json::Value = serde_json::from_str(&fixed_json(&rule, &list, "a_b.x", &[])).unwrap();
    assert_eq!(value["resource"][1]["a_c"]["x"]["depends_on"][0], "a_b.x");
}

#[test]
fn yaml_in_quotes() {
    let rule = rule("a_doc", "set \"content.inputs.key\" {\n value = \"k\"\n}");
    let text = r#"schema: '1.0'\ninputs:\n  key: ''\n  as: true"#;
    let native = format!("resource \"a_doc\" \"x\" {{\n  content = \"{text}\"\n}}\n");
    assert_eq!(fixed(&rule, &native, "a_doc.x", &[]), native.replace("key: ''", "key: 'k'"));
    let json = resource("a_doc", &format!("{{\"content\": \"{text}\"}}"));
    assert_eq!(fixed_json(&rule, &json, "a_doc.x", &[]), json.replace("key: ''", "key: 'k'"));
}

#[test]
fn a_template_that_cannot_be_read_is_not_taken_for_text() {
    let rule = rule("a_db", "set \"mode\" {\n value = \"on\"\n one_of = [\"on\", \"strict\"]\n when = target.mode != \"off\"\n}");
    let before = resource("a_db", "{\"mode\": \"${oops # }\"}");
    assert_eq!(refused(&rule, &[("main.tf.json", &before)], "a_db.x").kind, RefusalKind::DecidedElsewhere);
    let rule = super::tests::rule("a_db", "set \"mode\" {\n value = \"on\"\n}");
    assert!(refused(&rule, &[("main.tf.json", &before)], "a_db.x").message.contains("cannot be read"));
}
