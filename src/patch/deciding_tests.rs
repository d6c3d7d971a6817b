//! Values that are decided in several places, for several instances, or for others as well.

use crate::model::Refusal;

use super::tests::{encrypted, fixed, patched, refused, rule};

fn narrow() -> crate::rule::Rule {
    rule(
        "a_group",
        "param \"nets\" {\n type = \"cidr_list\"\n required = true\n description = \"d\"\n}\nnarrow \"in[*].nets\" {\n when = block.port == 22\n drop = [\"0.0.0.0/0\"]\n to = param.nets\n}",
    )
}

const NETS: [(&str, &str); 1] = [("nets", "[\"10.0.0.0/8\"]")];

fn group(name: &str, port: u16, nets: &str) -> String {
    format!("resource \"a_group\" \"{name}\" {{\n  in {{\n    port = {port}\n    nets = {nets}\n  }}\n}}\n")
}

#[test]
fn one_edit_where_it_is_decided_when_all_readers_want_it() {
    let both = format!("locals {{\n  all = [\"0.0.0.0/0\"]\n}}\n{}{}", group("x", 22, "local.all"), group("y", 22, "local.all"));
    assert_eq!(fixed(&narrow(), &both, "a_group.x", &NETS), both.replace("0.0.0.0/0", "10.0.0.0/8"));
}

#[test]
fn a_value_that_others_read_is_left_to_them() {
    let other = format!("locals {{\n  all = [\"0.0.0.0/0\"]\n}}\n{}{}", group("x", 22, "local.all"), group("y", 443, "local.all"));
    let patch = patched(&narrow(), &[("main.tf", &other)], "a_group.x", &NETS);
    assert_eq!(patch.files["main.tf"].after, other.replacen("local.all", "[\"10.0.0.0/8\"]", 1));
    assert!(patch.summary[0].contains("`local.all` stays as it is, for others read it"), "{:?}", patch.summary);
}

#[test]
fn a_switch_that_counts_or_feeds_another_block_through_a_module_is_refused_with_its_readers() {
    let count = "variable \"on\" {\n  default = false\n}\nresource \"a_db\" \"x\" {\n  encrypted = var.on\n}\nresource \"a_key\" \"k\" {\n  count = var.on ? 1 : 0\n}\n";
    let Refusal { message, places, .. } = refused(&encrypted(), &[("main.tf", count)], "a_db.x");
    assert!(message.contains("`var.on` decides `encrypted`, and `count` of `a_key.k` as well"), "{message}");
    assert_eq!(places.iter().map(|place| place.line).collect::<Vec<_>>(), [2, 8]);
    let module =
        "variable \"on\" {}\nresource \"a_db\" \"x\" {\n  encrypted = var.on\n}\nresource \"a_disk\" \"d\" {\n  safe = var.on\n}\n";
    let call = "module \"m\" {\n  source = \"./m\"\n  on = false\n}\n";
    let refusal = refused(&encrypted(), &[("m/main.tf", module), ("main.tf", call)], "a_db.x");
    assert!(refusal.message.contains("`safe` of `a_disk.d`"), "{}", refusal.message);
}

#[test]
fn what_reads_another_entry_is_no_reader() {
    let map = "locals {\n  dbs = { a = { encrypted = false, size = 1 } }\n}\nresource \"a_db\" \"x\" {\n  for_each = local.dbs\n  encrypted = each.value.encrypted\n}\nresource \"a_disk\" \"d\" {\n  for_each = local.dbs\n  size = each.value.size\n}\n";
    assert_eq!(fixed(&encrypted(), map, "a_db.x", &[]), map.replace("encrypted = false", "encrypted = true"));
}

#[test]
fn of_a_for_each_only_the_elements_that_the_rule_means_are_changed() {
    let rules = "[\n    { port = 22, nets = [\"0.0.0.0/0\"] },\n    { port = 443, nets = [\"0.0.0.0/0\"] },\n  ]";
    let code = format!(
        "locals {{\n  rules = {rules}\n}}\nresource \"a_group\" \"x\" {{\n  dynamic \"in\" {{\n    for_each = local.rules\n    content {{\n      port = in.value.port\n      nets = in.value.nets\n    }}\n  }}\n}}\n"
    );
    assert_eq!(fixed(&narrow(), &code, "a_group.x", &NETS), code.replacen("0.0.0.0/0", "10.0.0.0/8", 1));
}

#[test]
fn a_dynamic_block_that_makes_none_is_no_place_to_write_into() {
    let rule = rule("a_db", "set \"audit.on\" {\n value = true\n}");
    let code = "variable \"audit\" {\n  default = null\n}\nresource \"a_db\" \"x\" {\n  dynamic \"audit\" {\n    for_each = var.audit == null ? [] : [var.audit]\n    content {\n      on = audit.value.on\n    }\n  }\n}\n";
    let refusal = refused(&rule, &[("main.tf", code)], "a_db.x");
    assert!(refusal.message.contains("makes no block, for its `for_each` is empty"), "{}", refusal.message);
}

#[test]
fn a_dynamic_block_that_may_be_made_proves_nothing() {
    let set = rule("a_db", "set \"audit.on\" {\n value = true\n}");
    let block = rule("a_db", "block \"audit\" {\n body {\n on = true\n }\n}");
    let code = "variable \"audit\" {}\nresource \"a_db\" \"x\" {\n  dynamic \"audit\" {\n    for_each = var.audit\n    content {\n      on = true\n    }\n  }\n}\n";
    for rule in [&set, &block] {
        let refusal = refused(rule, &[("main.tf", code)], "a_db.x");
        assert!(refusal.message.contains("may make no block, for its `for_each` is not known here"), "{}", refusal.message);
    }
    let given = code.replace("\"audit\" {}", "\"audit\" {\n  default = [1]\n}");
    assert_eq!(super::tests::run(&set, &[("main.tf", &given)], "a_db.x", &[]), Ok(super::fix::Outcome::Holds));
    let wrong = code.replace("on = true", "on = false");
    assert_eq!(fixed(&set, &wrong, "a_db.x", &[]), code);
}

#[test]
fn something_must_be_there_in_every_case() {
    let rule = rule("a_db", "set \"key\" {\n value = \"k\"\n present = true\n}");
    let code = "variable \"env\" {}\nresource \"a_db\" \"x\" {\n  key = var.env == \"prod\" ? \"other\" : \"\"\n}\n";
    assert_eq!(fixed(&rule, code, "a_db.x", &[]), code.replace("\"\"", "\"k\""));
    // Both branches the same: the value alone.
    let flag = "variable \"env\" {}\nresource \"a_db\" \"x\" {\n  encrypted = var.env == \"prod\" ? true : false\n}\n";
    assert_eq!(fixed(&encrypted(), flag, "a_db.x", &[]), flag.replace("var.env == \"prod\" ? true : false", "true"));
}

#[test]
fn the_default_in_a_variables_type_counts() {
    let code = "variable \"cfg\" {\n  type = object({ on = optional(bool, false) })\n  default = {}\n}\nresource \"a_db\" \"x\" {\n  encrypted = var.cfg.on\n}\n";
    let wants_by_default = rule("a_db", "set \"encrypted\" {\n value = true\n default = true\n}");
    assert_eq!(fixed(&wants_by_default, code, "a_db.x", &[]), code.replace("default = {}", "default = { on = true }"));
    // Where a caller leaves it out, the type is the place.
    let module = code.replace("  default = {}\n", "");
    let call = "module \"m\" {\n  source = \"./m\"\n  cfg    = {}\n}\n";
    let patch = patched(&wants_by_default, &[("m/main.tf", &module), ("main.tf", call)], "a_db.x", &[]);
    assert_eq!(patch.files["m/main.tf"].after, module.replace("bool, false", "bool, true"));
}

#[test]
fn a_variables_validation_is_heard() {
    let code = "variable \"on\" {\n  default = false\n  validation {\n    condition = var.on == false\n    error_message = \"no\"\n  }\n}\nresource \"a_db\" \"x\" {\n  encrypted = var.on\n}\n";
    let refusal = refused(&encrypted(), &[("main.tf", code)], "a_db.x");
    assert!(refusal.message.contains("`validation` does not take `true`"), "{}", refusal.message);
}

#[test]
fn what_is_known_is_written_and_what_is_not_as_code() {
    let rule = rule(
        "a_rule",
        "set \"text\" {\n value = target.protocol == \"-1\" ? \"all\" : format(\"in %s\", format(\"%s %s\", target.protocol, target.port))\n present = true\n}",
    );
    let code = "resource \"a_rule\" \"x\" {\n  for_each = toset([\"80\", \"443\"])\n  protocol = \"tcp\"\n  port     = each.value\n}\n";
    let after = fixed(&rule, code, "a_rule.x", &[]);
    assert!(after.contains("text     = \"in tcp ${each.value}\"\n"), "{after}");
}

#[test]
fn an_argument_is_changed_in_the_file_that_decides_it() {
    let patch = patched(
        &encrypted(),
        &[
            ("db_override.tf", "resource \"a_db\" \"x\" {\n  size = 2\n}\n"),
            ("main.tf", "resource \"a_db\" \"x\" {\n  encrypted = false\n}\n"),
        ],
        "a_db.x",
        &[],
    );
    assert_eq!(patch.files.keys().collect::<Vec<_>>(), ["main.tf"]);
}

#[test]
fn lists_that_a_call_puts_together_are_narrowed_one_by_one() {
    let code = format!("variable \"extra\" {{\n  default = []\n}}\n{}", group("x", 22, "concat([\"0.0.0.0/0\"], var.extra)"));
    assert_eq!(fixed(&narrow(), &code, "a_group.x", &NETS), code.replace("0.0.0.0/0", "10.0.0.0/8"));
    // No network twice.
    let twice = group("x", 22, "concat([\"0.0.0.0/0\"], [\"10.0.0.0/8\"])");
    assert_eq!(fixed(&narrow(), &twice, "a_group.x", &NETS), twice.replace("[\"0.0.0.0/0\"]", "[]"));
}

#[test]
fn what_is_said_for_every_element_is_not_changed_for_one() {
    let rule = rule(
        "a_rule",
        "param \"nets\" {\n type = \"cidr_list\"\n required = true\n description = \"d\"\n}\nnarrow \"nets\" {\n when = target.port == 22\n drop = [\"0.0.0.0/0\"]\n to = param.nets\n}",
    );
    let code = "resource \"a_rule\" \"x\" {\n  for_each = { ssh = 22, web = 443 }\n  port = each.value\n  nets = [\"0.0.0.0/0\"]\n}\n";
    let refusal = super::tests::run(&rule, &[("main.tf", code)], "a_rule.x", &NETS).unwrap_err();
    assert!(
        refusal.message.contains("`nets` is said for every element") && refusal.message.contains("`web` would change"),
        "{}",
        refusal.message
    );
    let own = "resource \"a_rule\" \"x\" {\n  for_each = { ssh = { p = 22, n = [\"0.0.0.0/0\"] }, web = { p = 443, n = [\"0.0.0.0/0\"] } }\n  port = each.value.p\n  nets = each.value.n\n}\n";
    assert_eq!(fixed(&rule, own, "a_rule.x", &NETS), own.replacen("0.0.0.0/0", "10.0.0.0/8", 1));
}

#[test]
fn an_instance_that_is_right_is_not_replaced_with_the_wrong_ones() {
    let replacing = |resource: &str| {
        let ends = "set \"encrypted\" {\n value = true\n}\nset \"key\" {\n value = \"k\"\n present = true\n}";
        let mut rule = rule(resource, ends);
        let effect =
            crate::rule::EffectSpec { kind: crate::model::EffectKind::Replacement, argument: None, note: "anew".into(), source: None };
        rule.applicability.effects.push(effect);
        rule
    };
    let code = "resource \"a_db\" \"x\" {\n  for_each  = { old = true, new = false }\n  encrypted = each.value\n}\n";
    let refusal = refused(&replacing("a_db"), &[("main.tf", code)], "a_db.x");
    assert!(refusal.message.contains("`key` is said for every element") && refusal.message.contains("`old`"), "{}", refusal.message);
    let both = code.replace("old = true", "old = false");
    assert!(fixed(&replacing("a_db"), &both, "a_db.x", &[]).contains("key       = \"k\""));
    let has_key = code.replace("each.value", "each.value\n  key       = \"k\"");
    assert_eq!(fixed(&replacing("a_db"), &has_key, "a_db.x", &[]), has_key.replace("new = false", "new = true"));
}

#[test]
fn a_for_each_that_chooses_by_a_value_reads_it() {
    let base = "variable \"dbs\" {\n  default = { x = { encrypted = false } }\n}\nresource \"a_db\" \"x\" {\n  for_each = var.dbs\n  encrypted = each.value.encrypted\n}\n";
    let whole = format!("{base}resource \"a_key\" \"k\" {{\n  for_each = {{ for k, v in var.dbs : k => v }}\n  name = each.key\n}}\n");
    assert_eq!(fixed(&encrypted(), &whole, "a_db.x", &[]), whole.replace("encrypted = false", "encrypted = true"));
    let chosen = format!(
        "{base}resource \"a_key\" \"k\" {{\n  for_each = {{ for k, v in var.dbs : k => v if v.encrypted }}\n  name = each.key\n}}\n"
    );
    let refusal = refused(&encrypted(), &[("main.tf", &chosen)], "a_db.x");
    assert!(refusal.message.contains("`for_each` of `a_key.k`"), "{}", refusal.message);
}

#[test]
fn a_value_reaches_its_argument_through_the_calls_of_a_for_each() {
    let module = "variable \"encrypted\" {\n  type = bool\n}\nresource \"a_db\" \"x\" {\n  encrypted = var.encrypted\n}\n";
    let root = "locals {\n  dbs = {\n    orders = { encrypted = true }\n    legacy = { encrypted = false }\n  }\n}\nmodule \"db\" {\n  source    = \"./db\"\n  for_each  = local.dbs\n  encrypted = each.value.encrypted\n}\n";
    let patch = patched(&encrypted(), &[("db/main.tf", module), ("main.tf", root)], "a_db.x", &[]);
    assert_eq!(patch.files["main.tf"].after, root.replace("encrypted = false", "encrypted = true"));
    // What else the module makes of it has not been asked for.
    let public = module.replace("= var.encrypted", "= var.encrypted\n  public    = !var.encrypted");
    let refusal = refused(&encrypted(), &[("db/main.tf", &public), ("main.tf", root)], "a_db.x");
    assert!(refusal.message.contains("`public` of `a_db.x`"), "{}", refusal.message);
}

#[test]
fn how_many_entries_there_are_does_not_hang_on_what_is_in_them() {
    let code = "variable \"dbs\" {\n  default = [{ encrypted = false }]\n}\nresource \"a_db\" \"x\" {\n  count     = length(var.dbs) > 0 ? length(var.dbs) : 0\n  encrypted = var.dbs[count.index].encrypted\n}\n";
    assert_eq!(fixed(&encrypted(), code, "a_db.x", &[]), code.replace("encrypted = false", "encrypted = true"));
}

#[test]
fn every_possible_element_of_a_list_is_looked_at() {
    let code = format!("variable \"env\" {{}}\n{}", group("x", 22, "[var.env == \"prod\" ? \"10.1.0.0/16\" : \"0.0.0.0/0\"]"));
    assert_eq!(fixed(&narrow(), &code, "a_group.x", &NETS), code.replace("0.0.0.0/0", "10.0.0.0/8"));
    let merged = "locals {\n  base = { x = { encrypted = false } }\n}\nresource \"a_db\" \"x\" {\n  for_each = merge(local.base, { y = { encrypted = true } })\n  encrypted = each.value.encrypted\n}\n";
    assert_eq!(fixed(&encrypted(), merged, "a_db.x", &[]), merged.replace("encrypted = false", "encrypted = true"));
}

#[test]
fn a_policy_that_others_use_is_changed_only_where_all_want_it() {
    let rule = rule(
        "a_role",
        "statement \"trust\" {\n where = is_public(statement)\n set {\n  principals = [{ type = \"AWS\", identifiers = [\"arn:aws:iam::111122223333:root\"] }]\n }\n}",
    );
    let local = "locals {\n  trust = jsonencode({\n    Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { AWS = \"*\" } }]\n  })\n}\n";
    let role = |name: &str| format!("resource \"a_role\" \"{name}\" {{\n  trust = local.trust\n}}\n");
    let both = format!("{local}{}{}", role("x"), role("y"));
    assert!(fixed(&rule, &both, "a_role.x", &[]).contains("111122223333"));
    let topic = format!("{local}{}resource \"a_topic\" \"t\" {{\n  policy = local.trust\n}}\n", role("x"));
    let refusal = refused(&rule, &[("main.tf", &topic)], "a_role.x");
    assert!(refusal.message.contains("`policy` of `a_topic.t`"), "{}", refusal.message);
}
