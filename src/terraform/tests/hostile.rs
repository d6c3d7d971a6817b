//! Hostile input ends in "unknown" or a problem, in bounded time and memory.

use std::fmt::Write as _;

use super::workspace;
use crate::model::Workspace;
use crate::terraform::{Configuration, Evaluator, ModuleGraph, Selection, Sources};

/// Evaluates everything there is, in a thread with the ordinary stack; gives how many values were wholly known.
fn evaluate_all(workspace: Workspace) -> usize {
    let work = move || {
        let configuration = Configuration::load(&workspace, "", &Selection::plain());
        let evaluator = Evaluator::new(&configuration);
        let mut known = 0;
        for local in configuration.root().module.locals.values() {
            let value = evaluator.value(&evaluator.root_scope(&local.file), &local.value);
            known += usize::from(value.value.is_known());
            drop(value.origin.everything());
        }
        for node in configuration.nodes().iter().take(100) {
            for resource in &node.module.resources {
                for instance in evaluator.instances(node, &resource.block).iter().take(100) {
                    let found = evaluator.argument(instance, &["name"]);
                    known += found.found.iter().filter(|found| found.value.value.is_known()).count();
                }
            }
        }
        known
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().expect("no panic")
}

fn locals(lines: impl IntoIterator<Item = String>) -> Workspace {
    let body: Vec<String> = lines.into_iter().collect();
    workspace(&[("main.tf", &format!("locals {{\n{}\n}}\n", body.join("\n")))])
}

#[test]
fn locals_that_need_themselves() {
    assert_eq!(evaluate_all(locals(["a = local.b".into(), "b = \"${local.a}x\"".into(), "c = local.c".into()])), 0);
    let ring = (0..200)
        .map(|at| format!("l{at} = [for other in [{}] : other]", (0..60).map(|to| format!("local.l{to}")).collect::<Vec<_>>().join(", ")));
    assert_eq!(evaluate_all(locals(ring)), 0);
}

#[test]
fn long_chains_of_locals() {
    for shape in [
        "local.NEXT",
        "[local.NEXT]",
        "{ a = local.NEXT }",
        "\"${local.NEXT}x\"",
        "upper(local.NEXT)",
        "[for x in [1] : local.NEXT]",
        "true ? local.NEXT : 0",
    ] {
        for order in [0_usize, 1] {
            let line = |at: usize| {
                let (own, next) = if order == 0 { (at, at + 1) } else { (9999 - at, 9998_usize.saturating_sub(at)) };
                format!("l{own:05} = {}", if at == 700 { "1".to_owned() } else { shape.replace("NEXT", &format!("l{next:05}")) })
            };
            evaluate_all(locals((0..=700).map(line)));
        }
    }
}

#[test]
fn doubling_texts_and_lists() {
    for shape in [
        "\"${local.P}${local.P}\"",
        "concat(local.P, local.P)",
        "[local.P, local.P]",
        "{ a = local.P, b = local.P }",
        "join(\"\", [local.P, local.P])",
        "merge({ a = local.P }, { b = local.P })",
        "replace(local.P, \"x\", local.P)",
        "jsonencode([local.P, local.P])",
        "format(\"%s%s\", local.P, local.P)",
    ] {
        let start = if shape.starts_with("concat") { "[1]" } else { "\"x\"" };
        let lines = (0..100).map(|at| {
            if at == 0 { format!("l0 = {start}") } else { format!("l{at} = {}", shape.replace("local.P", &format!("local.l{}", at - 1))) }
        });
        evaluate_all(locals(lines));
    }
}

#[test]
fn nested_loops_and_ranges() {
    let mut expression = "1".to_owned();
    for at in 0..12 {
        expression = format!("[for v{at} in range(100) : {expression}]");
    }
    assert_eq!(
        evaluate_all(locals([
            format!("a = {expression}"),
            "b = range(0, 1e15)".into(),
            "c = setproduct(range(900), range(900), range(900))".into()
        ])),
        0
    );
    evaluate_all(locals(["a = [for i in range(20000) : [for j in range(20000) : format(\"%1000d\", i)]]".into()]));
}

#[test]
fn module_trees_that_explode_or_return() {
    let mut files: Vec<(String, String)> = (0..40)
        .map(|at| (format!("m{at}/main.tf"), format!("module \"a\" {{\n  source = \"../m{0}\"\n  count = 50\n}}\nmodule \"b\" {{\n  source = \"../m{0}\"\n}}\nresource \"x\" \"y\" {{\n  name = path.module\n}}\n", at + 1)))
        .collect();
    files.push((
        "main.tf".into(),
        "module \"a\" {\n  source = \"./m0\"\n}\nmodule \"self\" {\n  source = \"./\"\n}\nmodule \"up\" {\n  source = \"../..\"\n}\n"
            .into(),
    ));
    files.push(("m40/main.tf".into(), "module \"back\" {\n  source = \"../m0\"\n}\n".into()));
    let workspace: Workspace = files.into_iter().collect();
    let sources = Sources::new(&workspace);
    drop(ModuleGraph::read(&sources).roots(&sources));
    evaluate_all(workspace);
}

#[test]
fn huge_and_deep_files_are_problems() {
    let deep = format!("locals {{\n  a = {}1{}\n}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let mut keys = "locals {\n  a = {\n".to_owned();
    for at in 0..1_000_000 {
        writeln!(keys, "k{at} = 1").unwrap();
    }
    keys.push_str("}\n}\n");
    let json = format!("{{\"locals\": {}}}", "[".repeat(1_000_000));
    let blocks = "a {\n".repeat(50_000);
    for (name, text) in [("deep.tf", &deep), ("keys.tf", &keys), ("a.tf.json", &json), ("b.tf", &blocks)] {
        let workspace = workspace(&[(name, text)]);
        let configuration = Configuration::load(&workspace, "", &Selection::plain());
        assert_eq!(configuration.problems().len(), 1, "{name}");
    }
}

#[test]
fn instances_by_the_million() {
    evaluate_all(workspace(&[(
        "main.tf",
        "resource \"a\" \"b\" {\n  count = 100000000\n  name = count.index\n}\nresource \"a\" \"c\" {\n  for_each = toset([for i in range(100000) : tostring(i)])\n  name = a.c[each.key].name\n}\nresource \"a\" \"d\" {\n  for_each = a.d\n  name = a.d[*].name\n}\nresource \"a\" \"e\" {\n  count = length(a.e)\n  name = [for x in a.e : x.name]\n}\n",
    )]));
}

#[test]
fn terragrunt_files_that_include_each_other() {
    let include = |path: &str| {
        format!(
            "include \"x\" {{\n  path = \"{path}\"\n}}\nlocals {{\n  c = read_terragrunt_config(\"{path}\")\n  d = local.d\n}}\ninputs = {{ a = local.c }}\n"
        )
    };
    let (a, b) = (include("/b/terragrunt.hcl"), include("/a/terragrunt.hcl"));
    let workspace =
        workspace(&[("a/terragrunt.hcl", &a), ("b/terragrunt.hcl", &b), ("a/main.tf", "variable \"a\" {}\n"), ("b/main.tf", "")]);
    let sources = Sources::new(&workspace);
    assert_eq!(ModuleGraph::read(&sources).roots(&sources).len(), 2);
}
