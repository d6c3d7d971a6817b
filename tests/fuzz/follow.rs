//! Two readings of the same code, held against each other: a fix follows a value to where it is decided, and the evaluator, which
//! knows nothing of fixes, must then find the wanted value in every instance of every caller, and all other arguments as they were.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use remediate::hcl::Document;
use remediate::locate::targets_in;
use remediate::model::{Address, Workspace};
use remediate::patch::{Outcome, Params, patch};
use remediate::rule::Catalogue;
use remediate::terraform::{Evaluator, ModuleGraph, Sources};

use super::mutate::Dice;

const RULE: &str = "aws/ebs/volume-encryption";

/// How the module writes the argument: its text, and the definitions it needs.
const WAYS: [(&str, &str); 24] = [
    ("false", ""),
    ("var.on", ""),
    ("local.on", "locals {\n  on = var.on\n}\n"),
    ("local.on", "locals {\n  on = false\n}\n"),
    ("each.value.on", "for_each = var.volumes"),
    ("lookup(each.value, \"on\", false)", "for_each = var.volumes"),
    ("try(each.value.on, false)", "for_each = var.volumes"),
    ("merge({ on = false }, each.value).on", "for_each = var.volumes"),
    ("each.value.on", "for_each = { for k, v in var.volumes : k => merge(local.base, v) }\nlocals {\n  base = {\n    on = false\n  }\n}\n"),
    ("each.value", "for_each = { a = false, b = true }"),
    ("each.value.on", "for_each = local.all\nlocals {\n  all = {\n    a = { on = false }\n    b = { on = true }\n  }\n}\n"),
    ("var.settings.on", ""),
    ("var.by_key[each.key]", "for_each = toset([\"a\", \"b\"])"),
    ("lookup(var.by_key, \"a\", false)", ""),
    ("lookup(var.by_key, \"z\", false)", ""),
    ("coalesce(var.on, false)", ""),
    ("var.kind == \"open\" ? false : true", ""),
    ("var.kind == \"open\" ? var.on : local.on", "locals {\n  on = true\n}\n"),
    ("tobool(var.on)", ""),
    ("\"${var.on}\"", ""),
    ("!var.off", ""),
    ("var.list[count.index]", "count = 2"),
    ("count.index == 0 ? var.on : true", "count = 2"),
    ("element([var.on, true], 0)", ""),
];

/// Values a caller passes: argument text by variable, some given wrongly, some rightly, some through something else.
fn arguments(dice: &mut Dice, indirect: bool) -> String {
    let mut text = String::new();
    let truth = |dice: &mut Dice| if dice.below(3) == 0 { "true" } else { "false" };
    if dice.below(3) > 0 {
        let value = if indirect && dice.below(2) == 0 { "var.on" } else { truth(dice) };
        let _ = writeln!(text, "  on = {value}");
    }
    if dice.below(3) == 0 {
        let _ = writeln!(text, "  off = {}", truth(dice));
    }
    if dice.below(2) == 0 {
        let _ = writeln!(
            text,
            "  volumes = {{\n    a = {{ on = {}, size = 5 }}\n    b = {{ size = 7 }}\n    c = {{ on = {} }}\n  }}",
            truth(dice),
            truth(dice)
        );
    }
    if dice.below(2) == 0 {
        let _ = writeln!(text, "  settings = {{\n    on = {}\n  }}", truth(dice));
    }
    if dice.below(3) == 0 {
        let _ = writeln!(text, "  by_key = {{\n    a = {}\n    b = {}\n  }}", truth(dice), truth(dice));
    }
    if dice.below(3) == 0 {
        let _ = writeln!(text, "  list = [{}, {}]", truth(dice), truth(dice));
    }
    if dice.below(4) == 0 {
        text.push_str("  kind = \"closed\"\n");
    }
    text
}

const VARIABLES: &str = "variable \"on\" {\n  type    = bool\n  default = false\n}\nvariable \"off\" {\n  default = true\n}\nvariable \"volumes\" {\n  type    = any\n  default = { x = { on = false } }\n}\nvariable \"settings\" {\n  type = object({\n    on = optional(bool, false)\n  })\n  default = {}\n}\nvariable \"by_key\" {\n  default = {\n    a = false\n    b = false\n  }\n}\nvariable \"list\" {\n  default = [false, false]\n}\nvariable \"kind\" {\n  default = \"open\"\n}\n";

/// Files of a repository, one after the other, each behind a line with its path.
pub fn repository(dice: &mut Dice) -> Vec<u8> {
    let (way, needs) = dice.pick(&WAYS);
    // What begins with `for_each` or `count` goes into the block, the rest beside it.
    let repeated = needs.starts_with("for_each") || needs.starts_with("count");
    let (meta, beside) = if repeated { needs.split_once('\n').unwrap_or((needs, "")) } else { ("", *needs) };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let module = format!(
        "{VARIABLES}{beside}resource \"aws_ebs_volume\" \"v\" {{\n  {meta}\n  availability_zone = \"eu-west-1a\"\n  size = 10\n  encrypted = {way}\n}}\n"
    );
    let alone = dice.below(4) == 0;
    if alone {
        files.insert("live/main.tf".into(), module);
    } else {
        files.insert("modules/v/main.tf".into(), module);
        callers(dice, &mut files);
    }
    if dice.below(2) == 0 {
        let value = if dice.below(3) == 0 { "true" } else { "false" };
        files.insert(
            (*dice.pick(&["live/terraform.tfvars", "live/x.auto.tfvars", "live/envs/prod.tfvars"])).into(),
            format!("on = {value}\n"),
        );
    }
    let mut text = String::new();
    for (path, content) in files {
        let _ = write!(text, "\u{1}{path}\n{content}");
    }
    text.into_bytes()
}

fn callers(dice: &mut Dice, files: &mut BTreeMap<String, String>) {
    let mut root = String::from("variable \"on\" {\n  default = false\n}\n");
    for at in 0..=dice.below(3) {
        let meta = *dice.pick(&["", "", "  count = 2\n", "  for_each = toset([\"x\", \"y\"])\n"]);
        let _ = write!(root, "module \"m{at}\" {{\n  source = \"../modules/v\"\n{meta}{}}}\n", arguments(dice, true));
    }
    if dice.below(3) == 0 {
        let wrapper =
            format!("variable \"on\" {{\n  default = false\n}}\nmodule \"inner\" {{\n  source = \"../v\"\n{}}}\n", arguments(dice, true));
        files.insert("modules/w/main.tf".into(), wrapper);
        let pass = *dice.pick(&["", "  on = var.on\n", "  on = true\n"]);
        let _ = write!(root, "module \"w\" {{\n  source = \"../modules/w\"\n{pass}}}\n");
    }
    files.insert("live/main.tf".into(), root);
    if dice.below(3) == 0 {
        files.insert("other/main.tf".into(), format!("module \"o\" {{\n  source = \"../modules/v\"\n{}}}\n", arguments(dice, false)));
    }
}

fn workspace_of(bytes: &[u8]) -> Workspace {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split('\u{1}').filter_map(|part| part.split_once('\n')).map(|(path, content)| (path.to_owned(), content.to_owned())).collect()
}

/// Every instance's arguments, by root, selection and address.
type Values = BTreeMap<(String, String, String), (Option<bool>, Option<String>)>;

fn values(workspace: &Workspace, dir: &str) -> Values {
    let sources = Sources::new(workspace);
    let mut found = Values::new();
    for configuration in ModuleGraph::read(&sources).configurations_with(&sources, dir) {
        let evaluator = Evaluator::new(&configuration);
        for node in configuration.nodes_in(dir) {
            let address = Address::managed("aws_ebs_volume", "v");
            let Some(volume) = node.module.resource(address.mode, &address.kind, &address.name) else { continue };
            for instance in evaluator.instances(node, &volume.block) {
                let at = |name: &str| evaluator.argument(&instance, &[name]).found.first().map(|found| found.value.value.clone());
                let key = (configuration.root_dir().to_owned(), configuration.selection().name.clone(), instance.pattern());
                let size = at("size").and_then(|value| value.to_json()).map(|json| json.to_string());
                found.insert(key, (at("encrypted").and_then(|value| value.as_bool()), size));
            }
        }
    }
    found
}

/// Fixes the volume and looks at what came of it.
pub fn check(bytes: &[u8]) {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    let catalogue = CATALOGUE.get_or_init(Catalogue::built_in);
    let rule = catalogue.by_id(RULE).expect("the rule is built in");
    let workspace = workspace_of(bytes);
    let path = if workspace.get("modules/v/main.tf").is_some() { "modules/v/main.tf" } else { "live/main.tf" };
    let dir = path.trim_end_matches("/main.tf");
    let Some(document) = workspace.get(path).and_then(|text| Document::parse(text).ok()) else { return };
    let Some(target) = targets_in(path, &document).into_iter().find(|target| target.address.kind == "aws_ebs_volume") else { return };
    let before = values(&workspace, dir);
    match patch(rule, &target, &workspace, &Params::default()) {
        Err(_) | Ok(Outcome::NotApplicable(_)) => {}
        Ok(Outcome::Holds) => assert!(before.values().all(|(on, _)| *on != Some(false)), "said to hold: {before:#?}"),
        Ok(Outcome::Patch(patch)) => {
            let mut after = workspace.clone();
            for (path, file) in &patch.files {
                after.insert(path.clone(), file.after.clone());
            }
            let after = values(&after, dir);
            assert!(before.keys().eq(after.keys()), "instances came or went: {before:#?} {after:#?}");
            for (instance, (on, size)) in &after {
                assert_eq!(*on, Some(true), "{instance:?} after {:#?}", patch.files);
                assert_eq!(Some(size), before.get(instance).map(|(_, size)| size), "{instance:?}");
            }
        }
    }
}
