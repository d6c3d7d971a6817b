//! How repositories are laid out: root modules, environments, workspaces, Terragrunt, override files, providers.

use super::workspace;
use crate::model::{Address, Workspace};
use crate::terraform::{Configuration, Evaluator, ModuleGraph, RootSign, Selection, Sources, decide};

const NAMED: &str =
    "variable \"env\" {}\nvariable \"size\" {\n  default = 1\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"acme-${var.env}\"\n}\n";

/// `root [selection]: name` for every instance of `aws_s3_bucket.b` in every root.
fn names(workspace: &Workspace) -> Vec<String> {
    let sources = Sources::new(workspace);
    let graph = ModuleGraph::read(&sources);
    let mut names = Vec::new();
    for root in graph.roots(&sources) {
        for selection in &root.selections {
            let configuration = Configuration::load_from(&sources, &root.dir, selection);
            let evaluator = Evaluator::new(&configuration);
            for node in configuration.nodes() {
                for resource in node.module.resources.iter().filter(|resource| resource.name() == "b") {
                    for instance in evaluator.instances(node, &resource.block) {
                        let found = evaluator.argument(&instance, &["bucket"]);
                        let name = found.found.first().and_then(|found| found.value.value.as_str()).unwrap_or("?").to_owned();
                        names.push(format!("{} [{}] {}: {name}", root.dir, selection.name, instance.pattern()));
                    }
                }
            }
        }
    }
    names
}

#[test]
fn environments_by_variable_file() {
    let found = names(&workspace(&[
        ("live/main.tf", NAMED),
        ("live/envs/prod.tfvars", "env = \"prod\"\n"),
        ("live/envs/dev/main.tfvars", "env = \"dev\"\n"),
        ("live/common.tfvars", "env = \"none\"\nsize = 2\n"),
        ("live/unrelated.tfvars", "other = 1\n"),
    ]));
    assert_eq!(found, ["live [dev] aws_s3_bucket.b: acme-dev", "live [prod] aws_s3_bucket.b: acme-prod"]);
}

#[test]
fn environments_beside_the_code() {
    let found = names(&workspace(&[
        ("terraform/main.tf", NAMED),
        ("config/prod.tfvars", "env = \"prod\"\n"),
        ("config/other.tfvars", "a = 1\nb = 2\nenv = \"x\"\n"),
    ]));
    assert_eq!(found, ["terraform [prod] aws_s3_bucket.b: acme-prod"]);
}

#[test]
fn environments_by_folder_share_a_module() {
    let main = |env: &str| {
        format!("terraform {{\n  backend \"s3\" {{}}\n}}\nmodule \"m\" {{\n  source = \"../../modules/m\"\n  env    = \"{env}\"\n}}\n")
    };
    let (prod, dev) = (main("prod"), main("dev"));
    let workspace = workspace(&[("envs/prod/main.tf", &prod), ("envs/dev/main.tf", &dev), ("modules/m/main.tf", NAMED)]);
    assert_eq!(names(&workspace), ["envs/dev [] module.m.aws_s3_bucket.b: acme-dev", "envs/prod [] module.m.aws_s3_bucket.b: acme-prod"]);

    let sources = Sources::new(&workspace);
    let graph = ModuleGraph::read(&sources);
    let configurations = graph.configurations_with(&sources, "modules/m");
    let deciders = decide(&configurations.iter().collect::<Vec<_>>(), "modules/m", &Address::managed("aws_s3_bucket", "b"), &["bucket"]);
    assert_eq!(deciders.places.len(), 1, "the template decides for both");
    let roots: Vec<&str> = deciders.places[0].reaches.iter().map(|reached| reached.root_dir.as_str()).collect();
    assert_eq!(roots, ["envs/dev", "envs/prod"]);
    assert!(graph.signs(&sources, "modules/m").is_empty());
    assert_eq!(graph.signs(&sources, "envs/prod"), [RootSign::Backend, RootSign::Uncalled]);
}

#[test]
fn environments_by_workspace() {
    let found = names(&workspace(&[(
        "main.tf",
        "locals {\n  names = {\n    prod = \"acme-prod\"\n    dev  = \"acme-dev\"\n  }\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = local.names[terraform.workspace]\n}\n",
    )]));
    assert!(found.contains(&" [prod] aws_s3_bucket.b: acme-prod".to_owned()), "{found:?}");
    assert!(found.contains(&" [dev] aws_s3_bucket.b: acme-dev".to_owned()), "{found:?}");
}

#[test]
fn environments_by_settings_file() {
    let found = names(&workspace(&[
        (
            "main.tf",
            "locals {\n  settings = yamldecode(file(\"${path.module}/config/${terraform.workspace}.yaml\"))\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = local.settings.name\n}\n",
        ),
        ("config/prod.yaml", "name: acme-prod\n"),
    ]));
    assert!(found.contains(&" [prod] aws_s3_bucket.b: acme-prod".to_owned()), "{found:?}");
}

#[test]
fn terragrunt_passes_inputs_through_includes() {
    let workspace = workspace(&[
        ("modules/bucket/main.tf", NAMED),
        (
            "live/root.hcl",
            "locals {\n  account = read_terragrunt_config(find_in_parent_folders(\"account.hcl\"))\n}\ninputs = {\n  env  = local.account.locals.name\n  size = 3\n}\nremote_state {\n  backend = \"s3\"\n  config = {\n    key = \"${path_relative_to_include()}/terraform.tfstate\"\n  }\n}\n",
        ),
        ("live/prod/account.hcl", "locals {\n  name = \"prod\"\n}\n"),
        (
            "live/prod/bucket/terragrunt.hcl",
            "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\nterraform {\n  source = \"${get_repo_root()}/modules//bucket\"\n}\n",
        ),
        (
            "live/dev/bucket/terragrunt.hcl",
            "terraform {\n  source = \"../../../modules/bucket\"\n}\ninputs = {\n  env = basename(dirname(get_terragrunt_dir()))\n  size = dependency.vpc.outputs.size\n}\n",
        ),
    ]);
    let found = names(&workspace);
    assert_eq!(
        found,
        ["modules/bucket [live/dev/bucket] aws_s3_bucket.b: acme-dev", "modules/bucket [live/prod/bucket] aws_s3_bucket.b: acme-prod"]
    );
    let unit = crate::terraform::read_terragrunt(&workspace, "live/prod/bucket/terragrunt.hcl").unwrap();
    let (backend, settings) = unit.remote_state.unwrap();
    assert_eq!(backend, "s3");
    assert_eq!(settings.value.to_json().unwrap()["key"], "prod/bucket/terraform.tfstate");
    assert_eq!(unit.files, ["live/prod/bucket/terragrunt.hcl", "live/root.hcl"]);
}

#[test]
fn override_files_win_argument_by_argument() {
    let workspace = workspace(&[
        (
            "main.tf",
            "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"a\"\n  acl    = \"private\"\n  versioning {\n    enabled = true\n  }\n}\nlocals {\n  l = 1\n}\n",
        ),
        (
            "prod_override.tf",
            "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"z\"\n  versioning {\n    enabled = false\n  }\n}\nlocals {\n  l = 2\n}\n",
        ),
    ]);
    let configuration = Configuration::load(&workspace, "", &Selection::plain());
    let block = &configuration.root().module.resources[0].block;
    assert_eq!(&*block.attribute("bucket").unwrap().file, "prod_override.tf");
    assert_eq!(&*block.attribute("acl").unwrap().file, "main.tf");
    let evaluator = Evaluator::new(&configuration);
    let instance = &evaluator.instances(configuration.root(), block)[0];
    assert_eq!(evaluator.argument(instance, &["bucket"]).found[0].value.value.as_str(), Some("z"));
    let versioning = evaluator.argument(instance, &["versioning", "enabled"]);
    assert_eq!(versioning.found.len(), 1);
    assert_eq!(versioning.found[0].value.value.as_bool(), Some(false));
}

#[test]
fn provider_blocks_give_region_and_account_through_calls() {
    let workspace = workspace(&[
        (
            "main.tf",
            "provider \"aws\" {\n  region = \"eu-west-1\"\n}\nprovider \"aws\" {\n  alias  = \"us\"\n  region = var.region\n  assume_role {\n    role_arn = \"arn:aws:iam::123456789012:role/deploy\"\n  }\n  default_tags {\n    tags = { team = \"a\" }\n  }\n}\nvariable \"region\" {\n  default = \"us-east-1\"\n}\nmodule \"m\" {\n  source = \"./m\"\n  providers = {\n    aws.other = aws.us\n  }\n}\nterraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \">= 4.0\"\n    }\n  }\n}\n",
        ),
        (
            "m/main.tf",
            "terraform {\n  required_providers {\n    aws = {\n      source                = \"hashicorp/aws\"\n      version               = \"~> 5.0\"\n      configuration_aliases = [aws.other]\n    }\n  }\n}\ndata \"aws_caller_identity\" \"x\" {\n  provider = aws.other\n}\nresource \"aws_s3_bucket\" \"b\" {\n  provider = aws.other\n  bucket   = \"acme-${data.aws_caller_identity.x.account_id}\"\n}\nresource \"aws_s3_bucket\" \"c\" {\n}\n",
        ),
    ]);
    let configuration = Configuration::load(&workspace, "", &Selection::plain());
    let evaluator = Evaluator::new(&configuration);
    let node = configuration.node_at(&["m"]).unwrap();
    let settings = |at: usize| evaluator.provider_of(&evaluator.instances(node, &node.module.resources[at].block)[0]).unwrap();
    assert_eq!(settings(1).region.unwrap().value.as_str(), Some("us-east-1"));
    assert_eq!(settings(1).account.unwrap().value.as_str(), Some("123456789012"));
    assert!(settings(1).default_tags.is_some());
    assert_eq!(settings(2).region.unwrap().value.as_str(), Some("eu-west-1"));
    let bucket = &evaluator.instances(node, &node.module.resources[1].block)[0];
    assert_eq!(evaluator.argument(bucket, &["bucket"]).found[0].value.value.as_str(), Some("acme-123456789012"));
    let version = configuration.provider_version("aws");
    assert_eq!(version.within(&">= 4.0".parse().unwrap()), Some(true));
    assert_eq!(version.within(&">= 5.1".parse().unwrap()), None);
    assert_eq!(version.within(&"< 5.0".parse().unwrap()), Some(false));
}

#[test]
fn a_lock_file_fixes_the_version() {
    let workspace = workspace(&[
        ("main.tf", "terraform {\n  required_providers {\n    aws = \">= 3.0\"\n  }\n}\n"),
        (".terraform.lock.hcl", "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"4.67.0\"\n}\n"),
    ]);
    let version = Configuration::load(&workspace, "", &Selection::plain()).provider_version("aws");
    assert_eq!(version.within(&">= 4.0".parse().unwrap()), Some(true));
    assert_eq!(version.within(&">= 5.0".parse().unwrap()), Some(false));
}

#[test]
fn moved_import_and_removed_are_read_in_both_syntaxes() {
    let workspace = workspace(&[
        (
            "main.tf",
            "moved {\n  from = aws_s3_bucket.a\n  to   = module.m[\"x\"].aws_s3_bucket.b\n}\nimport {\n  to = aws_s3_bucket.c\n  id = \"c\"\n}\n",
        ),
        (
            "more.tf.json",
            "{\"removed\": [{\"from\": \"aws_s3_bucket.d\", \"lifecycle\": {\"destroy\": false}}], \"moved\": {\"from\": \"aws_s3_bucket.e\", \"to\": \"aws_s3_bucket.f\"}}",
        ),
    ]);
    let configuration = Configuration::load(&workspace, "", &Selection::plain());
    let module = &configuration.root().module;
    let moved: Vec<String> = module.moved.iter().map(|moved| format!("{} {}", moved.from, moved.to)).collect();
    assert_eq!(moved, ["aws_s3_bucket.a module.m[\"x\"].aws_s3_bucket.b", "aws_s3_bucket.e aws_s3_bucket.f"]);
    assert_eq!(module.imports[0].to.to_string(), "aws_s3_bucket.c");
    assert_eq!(module.removed[0].from.to_string(), "aws_s3_bucket.d");
}
