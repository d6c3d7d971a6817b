//! Which places decide.

use super::workspace;
use crate::model::Address;
use crate::terraform::{Configuration, Deciders, Selection, decide};

/// `file: bytes -> instances` for every deciding place of `aws_ebs_volume.v`'s `encrypted` in directory `dir`.
fn places(files: &[(&str, &str)], dir: &str) -> (Vec<String>, Deciders) {
    let workspace = workspace(files);
    let configuration = Configuration::load(&workspace, "", &Selection::plain());
    let deciders = decide(&[&configuration], dir, &Address::managed("aws_ebs_volume", "v"), &["encrypted"]);
    let text = deciders
        .places
        .iter()
        .map(|place| {
            let bytes = &workspace.get(&place.site.file).unwrap()[place.site.span.range()];
            let instances: Vec<&str> = place.reaches.iter().map(|reached| reached.instance.as_str()).collect();
            format!("{}: {bytes} -> {}", place.site.file, instances.join(", "))
        })
        .collect();
    (text, deciders)
}

#[test]
fn each_caller_decides_for_itself() {
    let files = [
        ("main.tf", "module \"a\" {\n  source = \"./m\"\n  on = false\n}\nmodule \"b\" {\n  source = \"./m\"\n}\n"),
        ("m/main.tf", "variable \"on\" {\n  default = true\n}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.on\n}\n"),
    ];
    let (places, deciders) = places(&files, "m");
    assert_eq!(places, ["m/main.tf: true -> module.b.aws_ebs_volume.v", "main.tf: false -> module.a.aws_ebs_volume.v"]);
    assert!(deciders.settled());
}

#[test]
fn an_entry_of_a_map_decides_for_its_instance() {
    let files = [(
        "main.tf",
        "locals {\n  defaults = { encrypted = false }\n  volumes = {\n    a = { encrypted = true }\n    b = {}\n  }\n}\nresource \"aws_ebs_volume\" \"v\" {\n  for_each  = { for k, v in local.volumes : k => merge(local.defaults, v) }\n  encrypted = each.value.encrypted\n}\n",
    )];
    let (places, _) = places(&files, "");
    assert_eq!(places, ["main.tf: false -> aws_ebs_volume.v[\"b\"]", "main.tf: true -> aws_ebs_volume.v[\"a\"]"]);
}

#[test]
fn an_unknown_condition_leaves_both_branches_and_says_so() {
    let files = [(
        "main.tf",
        "variable \"prod\" {}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.prod ? true : lookup({a = false}, \"a\", true)\n}\n",
    )];
    let (places, deciders) = places(&files, "");
    assert_eq!(places, ["main.tf: true -> aws_ebs_volume.v", "main.tf: false -> aws_ebs_volume.v"]);
    assert!(!deciders.settled());
}

#[test]
fn a_variable_without_a_value_is_named() {
    let files = [("main.tf", "variable \"on\" {\n  type = bool\n}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.on\n}\n")];
    let (places, deciders) = places(&files, "");
    assert_eq!(places, [""; 0]);
    assert_eq!(deciders.unknown[0].why.to_string(), "`var.on` has no default and no variable file gives it");
    assert_eq!(deciders.unknown[0].site.as_ref().unwrap().span.start, 0);
}
