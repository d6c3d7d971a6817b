//! What is tried: each target makes an input and reads it. Reading may fail; it must not panic, hang or fill the memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use remediate::model::{Address, Workspace};
use remediate::patch::{LineEnding, run_example};
use remediate::rule::Catalogue;
use remediate::terraform::{Configuration, Evaluator, ModuleGraph, Sources, decide, match_name};
use remediate::{config, hcl, ingest, locate, owners, terraform};

use super::mutate::{Dice, mutated};
use super::{expressions, follow};

/// One thing to try.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub make: fn(&mut Dice) -> Vec<u8>,
    pub read: fn(&[u8]),
}

pub fn all() -> Vec<Target> {
    vec![
        Target { name: "terraform", make: |dice| mutated(dice, native()), read: |bytes| configuration("main.tf", bytes) },
        Target { name: "terraform_json", make: |dice| mutated(dice, json()), read: |bytes| configuration("main.tf.json", bytes) },
        Target { name: "expressions", make: expressions::module, read: |bytes| configuration("main.tf", bytes) },
        Target {
            name: "terragrunt",
            make: |dice| mutated(dice, terragrunt()),
            read: |bytes| configuration("live/a/terragrunt.hcl", bytes),
        },
        Target { name: "layout", make: |dice| mutated(dice, native()), read: layout },
        Target { name: "rules", make: |dice| mutated(dice, native()), read: rules },
        Target { name: "follow", make: follow::repository, read: follow::check },
        Target { name: "findings", make: |dice| mutated(dice, findings()), read: incoming },
        Target { name: "state", make: |dice| mutated(dice, states()), read: |bytes| drop(locate::State::read("fuzz", bytes)) },
        Target { name: "small", make: |dice| mutated(dice, small()), read: small_texts },
    ]
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A workspace with the input in one place and code that leads there.
fn configuration(path: &str, bytes: &[u8]) {
    let input = text(bytes);
    let files = BTreeMap::from([
        (
            "m/main.tf",
            "variable \"i\" {\n  default = 1\n}\noutput \"o\" {\n  value = var.i\n}\nresource \"a\" \"r\" {\n  name = var.i\n}\n",
        ),
        ("live/root.hcl", "locals {\n  x = 1\n}\n"),
        ("prod.tfvars", "u = \"prod\"\n"),
        (path, &input),
    ]);
    let workspace: Workspace = files.into_iter().collect();
    let sources = Sources::new(&workspace);
    let graph = ModuleGraph::read(&sources);
    for root in graph.roots(&sources).iter().take(4) {
        for selection in root.selections.iter().take(3) {
            evaluate(&Configuration::load_from(&sources, &root.dir, selection));
        }
    }
}

fn evaluate(configuration: &Configuration<'_>) {
    let limits = terraform::Limits { steps: 20_000, total: 200_000, ..terraform::Limits::default() };
    let evaluator = Evaluator::with_limits(configuration, limits);
    for node in configuration.nodes().iter().take(8) {
        for local in node.module.locals.values().take(20) {
            let value = evaluator.value(&evaluator.root_scope(&local.file), &local.value);
            let _ = (value.value.to_json(), match_name(&value.value, "acme-prod-a"), value.origin.trail().len());
        }
        for resource in node.module.resources.iter().take(8) {
            for instance in evaluator.instances(node, &resource.block).iter().take(4) {
                for path in [&["name"][..], &["rule", "on"], &["bucket"], &["ingress", "cidr_blocks"]] {
                    let _ = evaluator.argument(instance, path);
                }
                let _ = evaluator.provider_of(instance);
            }
        }
    }
    if let Some(resource) = configuration.root().module.resources.first() {
        let _ = decide(&[configuration], configuration.root_dir(), &resource.address(), &["name"]);
    }
}

/// The text tools: tokens, layout, facts for the index.
fn layout(bytes: &[u8]) {
    let input = text(bytes);
    let _ = (hcl::tokens(&input), hcl::comments(&input), hcl::format(&input), hcl::parse_json(&input).is_ok());
    let _ = (locate::scan("a/main.tf", &input), locate::scan("a/main.tf.json", &input));
    let _ = (hcl::Document::parse(input.as_str()).is_ok(), hcl::Document::parse_json(input.as_str()).is_ok());
}

/// Every rule's first operation sees code it did not expect. Which rule follows from the input, so that a run repeats itself.
fn rules(bytes: &[u8]) {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    let catalogue = CATALOGUE.get_or_init(Catalogue::built_in);
    let rules: Vec<_> = catalogue.iter().collect();
    let sum = bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let rule = rules[sum % rules.len()];
    if let Some(example) = rule.examples.get(sum % rule.examples.len().max(1)) {
        let example = remediate::rule::Example { before: text(bytes), ..example.clone() };
        let _ = run_example(rule, &example, if sum.is_multiple_of(2) { LineEnding::Lf } else { LineEnding::CrLf });
    }
}

/// Everything that reads what a source sends: as the format it looks like, as every format, as an envelope, by a user's mapping.
fn incoming(bytes: &[u8]) {
    let _ = ingest::parse_any(bytes);
    for format in ingest::Format::ALL {
        let _ = ingest::parse(format, bytes, "fuzz");
    }
    let _ = ingest::SnsMessage::parse(bytes).map(|message| message.string_to_sign());
    let _ = ingest::parse_checkov_passed(bytes);
    let mapping = ingest::Mapping {
        items: Some("/alerts".into()),
        id: "/uid".into(),
        tags: Some("/asset/labels".into()),
        ..ingest::Mapping::default()
    };
    let _ = ingest::parse_mapped(bytes, "fuzz", &mapping);
}

fn small_texts(bytes: &[u8]) {
    let input = text(bytes);
    let _ = (input.parse::<Address>(), input.parse::<terraform::Constraint>(), input.parse::<terraform::Version>());
    let _ = terraform::module_source("a/b", &input);
    let _ = config::parse_policy(&[config::PolicyFile { name: "remediate.yml", text: &input }]);
    let codeowners = owners::CodeOwners::parse("CODEOWNERS", &input);
    let _ = codeowners.owners_of("a/main.tf");
    if let Ok(address) = input.parse::<Address>() {
        assert_eq!(address.to_string().parse::<Address>().as_ref(), Ok(&address), "an address reads back as itself");
    }
}

fn seeds(slot: &'static OnceLock<Vec<Vec<u8>>>, make: fn() -> Vec<Vec<u8>>) -> &'static [Vec<u8>] {
    slot.get_or_init(make)
}

/// The examples of all rules: the widest collection of Terraform code there is here.
fn native() -> &'static [Vec<u8>] {
    static SLOT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    seeds(&SLOT, || {
        let catalogue = Catalogue::built_in();
        let mut found: Vec<Vec<u8>> =
            catalogue.iter().flat_map(|rule| &rule.examples).map(|example| example.before.clone().into_bytes()).collect();
        let mut dice = Dice::new(7);
        found.extend((0..200).map(|_| expressions::module(&mut dice)));
        found
    })
}

fn json() -> &'static [Vec<u8>] {
    static SLOT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    seeds(&SLOT, || {
        [
            r#"{"variable": {"u": {}, "e": {"default": "prod", "type": "string"}}, "locals": [{"a": "${var.u}-x"}, {"b": "%{ if true }y%{ endif }"}]}"#,
            r#"{"resource": {"a": {"r": [{"count": 2, "name": "n-${count.index}", "lifecycle": {"ignore_changes": ["name"]}}]}}, "//": "comment"}"#,
            r#"{"module": {"m": {"source": "./m", "i": "${[for x in [1] : x]}"}}, "provider": {"aws": [{"region": "eu"}, {"alias": "b"}]}}"#,
            r#"{"terraform": {"backend": {"s3": {"key": "a"}}, "required_providers": {"aws": {"version": "~> 5.0"}}}, "moved": {"from": "a.b", "to": "a.c"}}"#,
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    })
}

fn terragrunt() -> &'static [Vec<u8>] {
    static SLOT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    seeds(&SLOT, || {
        [
            "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\nterraform {\n  source = \"${get_repo_root()}/m//\"\n}\ninputs = { i = include.root.locals.x }\n",
            "locals {\n  e = read_terragrunt_config(find_in_parent_folders(\"root.hcl\")).locals.x\n  p = path_relative_to_include()\n}\nterraform {\n  source = \"../../m\"\n}\ninputs = merge({ i = local.e }, { p = dependency.v.outputs.o })\nremote_state {\n  backend = \"s3\"\n  config  = { key = \"${path_relative_from_include()}/x\" }\n}\n",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    })
}

fn small() -> &'static [Vec<u8>] {
    static SLOT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    seeds(&SLOT, || {
        [
            "module.a[\"x.y\"].data.aws_s3_bucket.b[0]",
            "aws_s3_bucket.b",
            "~> 4.9.1, != 5.0.0",
            "1.2.3-beta+7",
            "../../modules//a?ref=1",
            "* @org/team\n/infra/**/*.tf  @a @b # x\n",
            "rules:\n  - match: \"aws/**\"\n    enabled: true\nlimits:\n  open: 3\nsla:\n  production: 7d\n",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    })
}

fn states() -> &'static [Vec<u8>] {
    static SLOT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    seeds(&SLOT, || {
        vec![
            br#"{"version": 4, "lineage": "l", "resources": [{"module": "module.a[\"x\"]", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"].west", "instances": [{"index_key": 0, "attributes": {"id": "acme", "arn": "arn:aws:s3:::acme", "bucket": "acme", "tags": {"a": "b"}}}, {"index_key": "k", "attributes": {"id": 7, "arn": null}}]}]}"#.to_vec(),
            br#"{"version": 4, "resources": []}"#.to_vec(),
        ]
    })
}

/// The reports that the tests of intake use.
fn findings() -> &'static [Vec<u8>] {
    static SLOT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    seeds(&SLOT, || {
        let mut found = Vec::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/findings"), &mut found);
        assert!(!found.is_empty(), "there are sample findings");
        found
    })
}

fn collect(folder: &Path, found: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("testdata is there").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push(bytes);
        }
    }
}
