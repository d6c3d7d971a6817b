//! Through modules that are not in the repository: published ones, whose call is the target, and those of other repositories.

use super::above::{Above, above, above_of_call};
use super::ladder::{Found, Rungs};
use super::names::Hit;
use super::query::RepositoryView;
use super::rung_names::{NameFinding, PatternFound, fits_place, with_argument};
use super::scan::naming_arguments;
use super::variable_files::selections;
use crate::model::{Refusal, RefusalKind, ResourceIdentity, ResourceMode, Rung, Workspace};
use crate::terraform::{Configuration, Evaluator, ModuleSource, Selection, Value, module_source};

/// Published modules whose main resource and naming argument are not told by their name: module name, type, argument.
/// From the modules' own documentation.
const PUBLISHED: [(&str, &str, &str); 24] = [
    ("s3-bucket", "aws_s3_bucket", "bucket"),
    ("rds", "aws_db_instance", "identifier"),
    ("rds-aurora", "aws_rds_cluster", "name"),
    ("lambda", "aws_lambda_function", "function_name"),
    ("eks", "aws_eks_cluster", "cluster_name"),
    ("eks", "aws_eks_cluster", "name"),
    ("ecs", "aws_ecs_cluster", "cluster_name"),
    ("alb", "aws_lb", "name"),
    ("elb", "aws_elb", "name"),
    ("sqs", "aws_sqs_queue", "name"),
    ("sns", "aws_sns_topic", "name"),
    ("dynamodb-table", "aws_dynamodb_table", "name"),
    ("ecr", "aws_ecr_repository", "repository_name"),
    ("secrets-manager", "aws_secretsmanager_secret", "name"),
    ("redshift", "aws_redshift_cluster", "cluster_identifier"),
    ("msk-kafka-cluster", "aws_msk_cluster", "name"),
    ("opensearch", "aws_opensearch_domain", "domain_name"),
    ("autoscaling", "aws_autoscaling_group", "name"),
    ("step-functions", "aws_sfn_state_machine", "name"),
    ("cloudtrail", "aws_cloudtrail", "name"),
    ("iam-assumable-role", "aws_iam_role", "role_name"),
    ("elasticache", "aws_elasticache_replication_group", "replication_group_id"),
    ("cloud-storage", "google_storage_bucket", "name"),
    ("storage-account", "azurerm_storage_account", "storage_account_name"),
];

/// What a call's argument means for the type that is looked for.
enum Meaning {
    /// It names the main resource of a published module.
    Names,
    /// It may, but nothing says so.
    Perhaps,
}

impl Rungs<'_> {
    /// Calls of modules outside the repository that pass the name.
    pub(super) fn through_modules(
        &self,
        at: usize,
        view: &RepositoryView<'_>,
        identity: &ResourceIdentity,
        types: &[String],
        name: &str,
        finding: &mut NameFinding,
    ) {
        let hits = view.index.names().lookup_arguments(name);
        for hit in hits.iter().filter(|hit| fits_place(identity, hit) && (hit.exact || hit.fixed * 2 >= name.len())) {
            let Some(call) = view.index.facts(hit.path).and_then(|facts| facts.calls.iter().find(|call| *call.name == *hit.block)) else {
                continue;
            };
            let argument = hit.kind;
            let Some(meaning) = meaning(&call.source, argument, types) else { continue };
            let source = module_source(crate::terraform::directory_of(hit.path), &call.source);
            let version = if call.version.is_empty() { String::new() } else { format!(", version {}", call.version) };
            match source {
                ModuleSource::Registry { .. } => {
                    let Some(target) = Self::target_of_hit(view, hit) else { continue };
                    let text = view.workspace.get(hit.path).unwrap_or_default();
                    let mut target = with_argument(target, text, argument, name);
                    for evidence in &mut target.evidence {
                        evidence.note.push_str(&format!("; the module is {}{version}", call.source));
                        if !hit.exact {
                            evidence.rung = Rung::NamePattern;
                            evidence.note.push_str(&format!(", as a pattern that fixes {} characters", hit.fixed));
                        }
                    }
                    let beside = self.beside_call(at, view, identity, hit, types);
                    if beside == Above::Differs {
                        continue;
                    }
                    if let Above::Unproved(beside) = &beside {
                        let unproved = format!("; that it belongs to `{beside}` is not said by the code");
                        target.evidence.iter_mut().for_each(|evidence| {
                            evidence.rung = Rung::NamePattern;
                            evidence.note.push_str(&unproved);
                        });
                    }
                    match meaning {
                        Meaning::Names if hit.exact && beside == Above::Agrees => finding.exact.push(Found { repository: at, target }),
                        _ => {
                            finding.decisive &= matches!(meaning, Meaning::Names);
                            finding.patterns.push(PatternFound {
                                found: Found { repository: at, target },
                                fixed: hit.fixed,
                                holes: Vec::new(),
                            });
                        }
                    }
                }
                ModuleSource::Remote(source) => match self.followed(&source, view, hit, types, (identity, name)) {
                    Follow::There(found) => {
                        for (found, proved) in found {
                            if proved {
                                finding.exact.push(found);
                            } else {
                                finding.patterns.push(PatternFound { found, fixed: name.chars().count(), holes: Vec::new() });
                            }
                        }
                    }
                    Follow::NotThere => {}
                    Follow::Unreadable if hit.exact => {
                        let message = format!(
                            "{} is created by the module `{}` ({source}{version}), whose code cannot be read from here: {argument} = `{name}` is passed to it",
                            self.said(),
                            hit.block
                        );
                        finding.refusal = unreadable(view, hit, message).or(finding.refusal.take());
                    }
                    Follow::Unreadable => {}
                },
                _ => {}
            }
        }
    }

    /// What a call says of the parts of the id beside the name.
    fn beside_call(&self, at: usize, view: &RepositoryView<'_>, identity: &ResourceIdentity, hit: &Hit<'_>, types: &[String]) -> Above {
        let unsaid = || {
            let parent = types.iter().flat_map(|kind| crate::identity::parents(identity, kind)).next();
            parent.map_or(Above::Agrees, |parent| Above::Unproved(parent.values.first().cloned().unwrap_or_default()))
        };
        let (Some(sources), Some(kind)) = (self.sources.get(at), types.first()) else { return unsaid() };
        if crate::identity::parents(identity, kind).is_empty() {
            return Above::Agrees;
        }
        let path: Vec<&str> = hit.module.iter().map(AsRef::as_ref).collect();
        let mut said: Vec<Above> = Vec::new();
        for selection in selections(view.index, hit.root) {
            let configuration = Configuration::load_from(sources, hit.root, &selection);
            let evaluator = Evaluator::new(&configuration);
            let Some(call) = configuration.node_at(&path).and_then(|node| Some((node, node.module.calls.get(hit.block)?))) else {
                continue;
            };
            let instances = evaluator.instances(call.0, &call.1.block);
            said.extend(
                instances.iter().map(|instance| above_of_call(&configuration, &evaluator, instance, identity, (kind.as_str(), hit.kind))),
            );
        }
        // The name may be one selection's or one instance's and the path another's: only what all say is sure.
        match said.first() {
            Some(first) if said.iter().all(|other| other == first) => first.clone(),
            _ => unsaid(),
        }
    }

    /// Looks into the repository of a git source, when it is among those given.
    fn followed(
        &self,
        source: &str,
        caller: &RepositoryView<'_>,
        hit: &Hit<'_>,
        types: &[String],
        meant: (&ResourceIdentity, &str),
    ) -> Follow {
        let (identity, name) = meant;
        let Some((repository, folder)) = git_source(source) else { return Follow::Unreadable };
        let view = self.repositories.iter().enumerate().find(|(_, view)| view.name.eq_ignore_ascii_case(&repository));
        let Some((at, view)) = view else { return Follow::Unreadable };
        // The call's known arguments stand in for a variable file.
        let mut workspace: Workspace = view.workspace.clone();
        let path = if folder.is_empty() { "called.auto.tfvars".to_owned() } else { format!("{folder}/called.auto.tfvars") };
        workspace.insert(path, arguments_text(caller, hit));
        let configuration = Configuration::load(&workspace, &folder, &Selection::plain());
        let evaluator = Evaluator::new(&configuration);
        let mut found = Vec::new();
        for node in configuration.nodes() {
            for resource in node
                .module
                .resources
                .iter()
                .filter(|resource| resource.mode == ResourceMode::Managed && types.iter().any(|kind| kind == resource.kind()))
            {
                let Some(naming) = naming_arguments(resource.kind()).0 else { continue };
                for instance in evaluator.instances(node, &resource.block) {
                    let lookup = evaluator.argument(&instance, &[naming]);
                    let named = lookup.found.iter().any(|found| matches!(&found.value.value, Value::String(text) if crate::identity::same_name(resource.kind(), text, name)));
                    if !named {
                        continue;
                    }
                    let beside = above(&configuration, &evaluator, &instance, identity, resource.kind());
                    if beside == Above::Differs {
                        continue;
                    }
                    let Ok(document) = super::position::read(view.workspace, &resource.block.file) else { continue };
                    let own = resource.address();
                    let block = document.body().blocks.iter().find(|block| super::block::address_of(block).as_ref() == Some(&own));
                    let Some(mut target) = block.and_then(|block| super::block::target_of(&resource.block.file, block)) else { continue };
                    target.root_dir = Some(folder.clone());
                    target.address.module = instance.address.module.clone();
                    let text = view.workspace.get(&target.path).unwrap_or_default();
                    target = with_argument(target, text, naming, name);
                    if let Some(evidence) = target.evidence.last_mut() {
                        evidence.note = format!("module {} of {} calls {source} and passes the name `{name}`", hit.block, caller.name);
                    }
                    found.push((Found { repository: at, target }, beside == Above::Agrees));
                }
            }
        }
        if found.is_empty() { Follow::NotThere } else { Follow::There(found) }
    }
}

enum Follow {
    /// The blocks, each with whether the code says all that the id does.
    There(Vec<(Found, bool)>),
    NotThere,
    Unreadable,
}

/// A module whose code is nowhere here was given the name.
fn unreadable(view: &RepositoryView<'_>, hit: &Hit<'_>, message: String) -> Option<Refusal> {
    let target = Rungs::target_of_hit(view, hit)?;
    let place = super::block::place_of(view.workspace.get(hit.path).unwrap_or_default(), &target);
    let refusal = Refusal::new(RefusalKind::DecidedElsewhere, message).at(place);
    Some(refusal.next("install the app on the module's repository, or fix it there by hand"))
}

/// The literal arguments of a call, as a variable file.
fn arguments_text(view: &RepositoryView<'_>, hit: &Hit<'_>) -> String {
    let configuration = Configuration::load(view.workspace, hit.root, &Selection::plain());
    let path: Vec<&str> = hit.module.iter().map(AsRef::as_ref).collect();
    let Some(node) = configuration.node_at(&path) else { return String::new() };
    let Some(call) = node.module.calls.get(hit.block) else { return String::new() };
    let evaluator = Evaluator::new(&configuration);
    let mut text = String::new();
    let instances = evaluator.instances(node, &call.block);
    let Some(instance) = instances.first() else { return text };
    for attribute in &call.block.body.attributes {
        if matches!(&*attribute.name, "source" | "version" | "providers" | "count" | "for_each" | "depends_on") {
            continue;
        }
        let lookup = evaluator.argument(instance, &[&attribute.name]);
        if let Some(value) = lookup.found.first().and_then(|found| found.value.value.to_json()) {
            // JSON is HCL once `${` is escaped.
            text.push_str(&format!("{} = {}\n", attribute.name, value.to_string().replace("${", "$${")));
        }
    }
    text
}

/// `owner/name` and folder of a git source.
pub(super) fn git_source(source: &str) -> Option<(String, String)> {
    let source = source.strip_prefix("git::").unwrap_or(source);
    let source = source.split('?').next().unwrap_or(source);
    let rest = source.trim_start_matches("https://").trim_start_matches("ssh://").trim_start_matches("http://");
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let (host, path) = rest.split_once(['/', ':'])?;
    if !host.contains('.') {
        return None;
    }
    let (repository, folder) = path.split_once("//").unwrap_or((path, ""));
    let mut parts = repository.trim_matches('/').split('/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let below: Vec<&str> = parts.collect();
    let folder = if folder.is_empty() { below.join("/") } else { folder.trim_matches('/').to_owned() };
    Some((format!("{owner}/{}", name.trim_end_matches(".git")), folder))
}

/// Whether an argument of a module may name a resource of these types.
fn meaning(source: &str, argument: &str, types: &[String]) -> Option<Meaning> {
    let published = source.split("//").next().unwrap_or(source);
    let module = published.rsplit('/').nth(1).unwrap_or_default();
    let folder = source.split("//").nth(1).and_then(|folder| folder.rsplit('/').next()).unwrap_or_default();
    let mut perhaps = false;
    for kind in types {
        let in_table = |name: &str| PUBLISHED.iter().any(|(known, of, names)| *known == name && of == kind && *names == argument);
        if in_table(module) || in_table(folder) {
            return Some(Meaning::Names);
        }
        let naming = naming_arguments(kind).0;
        let tokens = kind.split('_').skip(1).filter(|token| token.len() > 1);
        let sounds =
            tokens.clone().any(|token| source.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == token));
        let could_name = Some(argument) == naming || argument == "name" || argument.ends_with("_name") || argument.ends_with("identifier");
        perhaps |= could_name && sounds;
    }
    perhaps.then_some(Meaning::Perhaps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_sources_name_a_repository_and_a_folder() {
        let read = |source: &str| git_source(source).unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(read("git::https://github.com/acme/modules.git//s3/private?ref=v1"), pair("acme/modules", "s3/private"));
        assert_eq!(read("git@github.com:acme/modules.git//s3"), pair("acme/modules", "s3"));
        assert_eq!(read("github.com/acme/modules"), pair("acme/modules", ""));
        assert_eq!(read("git::ssh://git@github.com/acme/modules.git?ref=main"), pair("acme/modules", ""));
        assert_eq!(git_source("s3::something"), None);
    }
}
