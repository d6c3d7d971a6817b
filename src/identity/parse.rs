//! From what a tool wrote to the canonical identity.

use super::kind::{Kind, kinds};
use super::pattern::Captures;
use crate::model::{Provider, ResourceIdentity};

/// Longest id that is looked at: AWS and Azure stop far below.
const LONGEST: usize = 2048;

/// Reads a resource id.
///
/// `raw_id` is an ARN, an Azure resource id, a GCP full resource name or self link, or a bare name; `raw_type` is the source's
/// type name in any spelling (`AwsS3Bucket`, `AWS::S3::Bucket`, `Microsoft.Storage/storageAccounts`, `aws_s3_bucket`);
/// `account` and `region` fill what the id leaves open. `None` when the id says nothing that could name a resource.
#[must_use]
pub fn parse(raw_id: &str, raw_type: Option<&str>, account: Option<&str>, region: Option<&str>) -> Option<ResourceIdentity> {
    let id = raw_id.trim();
    if id.is_empty() || id.len() > LONGEST || id.chars().any(char::is_control) {
        return None;
    }
    let raw_type = raw_type.map(str::trim).filter(|kind| !kind.is_empty());
    let hints = Hints { kinds: hinted(raw_type), raw_type, account: filled(account), region: filled(region) };
    let mut identity = if id.starts_with("AWS::::Account:") {
        Some(aws_account(id.trim_start_matches("AWS::::Account:"), "aws"))
    } else if id.starts_with("arn:") {
        arn(id, &hints)
    } else if id.to_ascii_lowercase().starts_with("/subscriptions/") {
        azure(id, &hints)
    } else if let Some(full) = gcp_full_name(id) {
        Some(gcp(&full, &hints))
    } else {
        bare(id, &hints)
    }?;
    part_type(&hints, &mut identity);
    Some(identity)
}

struct Hints<'a> {
    kinds: Vec<&'static Kind>,
    raw_type: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The kinds a type name stands for: a Terraform type, or the cloud's own.
fn hinted(raw_type: Option<&str>) -> Vec<&'static Kind> {
    let Some(raw_type) = raw_type else { return Vec::new() };
    let mut found: Vec<_> = kinds().of_type(raw_type).into_iter().collect();
    found.extend(kinds().created_by(raw_type).filter(|kind| kind.terraform_type != raw_type));
    found.extend(kinds().of_cloud_type(raw_type));
    found
}

/// A finding about a part (`AWS::S3::BucketPolicy`, `aws_s3_bucket_acl`) is about the whole, and asks for the part's block.
fn part_type(hints: &Hints<'_>, identity: &mut ResourceIdentity) {
    let Some(raw_type) = hints.raw_type else { return };
    let part = hints.kinds.iter().find(|kind| kind.of.is_some()).map(|kind| kind.terraform_type.as_str());
    let named = kinds().wholes_of(raw_type).next().map(|_| raw_type).or(part);
    if let Some(named) = named {
        identity.terraform_type = Some(named.to_owned());
    } else if let Some(current) = identity.terraform_type.as_deref()
        && kinds().of_type(current).is_some_and(|kind| kind.also.iter().any(|also| also == raw_type))
    {
        identity.terraform_type = Some(raw_type.to_owned());
    }
}

fn aws_account(account: &str, partition: &str) -> ResourceIdentity {
    ResourceIdentity {
        provider: Provider::Aws,
        account: Some(account.to_owned()),
        region: None,
        terraform_type: None,
        id: format!("arn:{partition}:iam::{account}:root"),
        name: None,
    }
}

/// `arn:partition:service:region:account:resource`.
fn arn(id: &str, hints: &Hints<'_>) -> Option<ResourceIdentity> {
    let fields: Vec<&str> = id.splitn(6, ':').collect();
    let [_, partition, service, region, account, resource] = fields[..] else { return None };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return None;
    }
    if service == "iam" && resource == "root" {
        return Some(aws_account(account, partition));
    }
    let resource = resource.strip_suffix(":*").filter(|_| service == "logs").unwrap_or(resource);
    let matches: Vec<(&Kind, Captures, bool, bool)> = kinds()
        .of_service(service)
        .filter_map(|(kind, pattern)| Some((kind, pattern.read(resource)?, pattern.has_region(), pattern.has_account())))
        .collect();
    let hinted = |(kind, ..): &&(&Kind, Captures, bool, bool)| hints.kinds.iter().any(|hint| hint.terraform_type == kind.terraform_type);
    let chosen = most_specific(matches.iter().filter(hinted)).or_else(|| most_specific(matches.iter()));
    let Some((kind, captures, has_region, has_account)) = chosen else {
        return Some(unknown_arn(id, region, account, hints));
    };
    // An index of a table, a stream of a log group: the finding is about the whole.
    let resource = resource.get(..resource.len() - captures.within).unwrap_or(resource);
    let region = filled(Some(region)).or(hints.region.filter(|_| *has_region));
    let known_account = filled(Some(account)).or(hints.account);
    let canonical = format!(
        "arn:{partition}:{service}:{}:{}:{resource}",
        region.filter(|_| *has_region).unwrap_or_default(),
        known_account.filter(|_| *has_account).unwrap_or_default()
    );
    Some(ResourceIdentity {
        provider: Provider::Aws,
        account: known_account.map(str::to_owned),
        region: region.or(hints.region).map(str::to_owned),
        terraform_type: Some(kind.terraform_type.clone()),
        id: folded(canonical, kind),
        name: captures.arguments.last().map(|(_, value)| value.clone()).or_else(|| captures.id.clone()),
    })
}

/// Of several shapes that fit, the one with the fewest holes wins; of equals, the first in the table that has no rival entry.
fn most_specific<'a>(
    matches: impl Iterator<Item = &'a (&'static Kind, Captures, bool, bool)>,
) -> Option<&'a (&'static Kind, Captures, bool, bool)> {
    matches.min_by_key(|(kind, captures, ..)| {
        (preference(&kind.terraform_type), captures.arguments.iter().map(|(_, v)| v.len()).sum::<usize>())
    })
}

/// AWS gives several products' resources the same ARN; the commonest product is the first guess (all are kept as candidates).
fn preference(terraform_type: &str) -> u8 {
    match terraform_type {
        "aws_rds_cluster_instance" | "aws_elasticsearch_domain" | "aws_athena_database" => 1,
        kind if kind.starts_with("aws_docdb") => 2,
        kind if kind.starts_with("aws_neptune") => 3,
        _ => 0,
    }
}

fn unknown_arn(id: &str, region: &str, account: &str, hints: &Hints<'_>) -> ResourceIdentity {
    ResourceIdentity {
        provider: Provider::Aws,
        account: filled(Some(account)).or(hints.account).map(str::to_owned),
        region: filled(Some(region)).or(hints.region).map(str::to_owned),
        terraform_type: hints.kinds.first().map(|kind| kind.terraform_type.clone()),
        id: id.to_owned(),
        name: id.rsplit([':', '/']).next().map(str::to_owned),
    }
}

fn folded(id: String, kind: &Kind) -> String {
    if kind.fold { id.to_ascii_lowercase() } else { id }
}

/// Azure ids compare without regard to case: the canonical one is in lower case, the name keeps its own.
fn azure(id: &str, hints: &Hints<'_>) -> Option<ResourceIdentity> {
    let id = id.trim_end_matches('/');
    let segments: Vec<&str> = id.trim_start_matches('/').split('/').collect();
    let subscription = segments.get(1).filter(|text| !text.is_empty())?;
    let (kind_path, name) = azure_type(&segments);
    let found = kinds().of_service(&kind_path).map(|(kind, _)| kind).next();
    Some(ResourceIdentity {
        provider: Provider::Azure,
        account: Some(subscription.to_ascii_lowercase()),
        region: hints.region.map(str::to_owned),
        terraform_type: found.or(hints.kinds.first().copied()).map(|kind| kind.terraform_type.clone()),
        id: id.to_ascii_lowercase(),
        name,
    })
}

/// The lower-cased type path after the last `providers`, and the last name.
fn azure_type(segments: &[&str]) -> (String, Option<String>) {
    let Some(providers) = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers")) else {
        let is_group = segments.get(2).is_some_and(|segment| segment.eq_ignore_ascii_case("resourceGroups"));
        return match segments.get(3).filter(|_| is_group) {
            Some(name) => ("microsoft.resources/resourcegroups".into(), Some((*name).to_owned())),
            None => ("microsoft.resources/subscriptions".into(), None),
        };
    };
    let mut path = segments.get(providers + 1).map(|namespace| namespace.to_ascii_lowercase()).unwrap_or_default();
    let mut name = None;
    for pair in segments.get(providers + 2..).unwrap_or_default().chunks(2) {
        if let [kind, value] = pair {
            path.push('/');
            path.push_str(&kind.to_ascii_lowercase());
            name = Some((*value).to_owned());
        }
    }
    (path, name)
}

/// `//compute.googleapis.com/projects/…` from itself, a self link or a console URL of the API.
fn gcp_full_name(id: &str) -> Option<String> {
    if let Some(rest) = id.strip_prefix("//") {
        return rest.contains(".googleapis.com/").then(|| id.to_owned());
    }
    let rest = id.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let host = host.strip_suffix(".googleapis.com")?;
    let (service, path) = if host == "www" { path.split_once('/')? } else { (host, path) };
    let path = path.strip_prefix(service).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
    let path = path.split_once('/').filter(|(version, _)| is_version(version)).map_or(path, |(_, path)| path);
    Some(format!("//{service}.googleapis.com/{path}"))
}

fn is_version(segment: &str) -> bool {
    segment == "beta" || (segment.starts_with('v') && segment[1..].starts_with(|c: char| c.is_ascii_digit()))
}

fn gcp(full: &str, hints: &Hints<'_>) -> ResourceIdentity {
    let service = full.trim_start_matches('/').split(".googleapis.com").next().unwrap_or_default();
    let path = full.split_once(".googleapis.com/").map_or("", |(_, path)| path);
    // Buckets also appear as projects/_/buckets/NAME and as b/NAME.
    let short = path.strip_prefix("projects/_/buckets/").or_else(|| path.strip_prefix("b/")).filter(|_| service == "storage");
    let path = short.unwrap_or(path);
    let found = kinds().of_service(service).filter_map(|(kind, pattern)| Some((kind, pattern.read(path)?)));
    let found: Vec<_> = found.collect();
    let chosen = found.iter().find(|(kind, _)| hints.kinds.iter().any(|hint| hint.terraform_type == kind.terraform_type));
    let project = path.split_once("projects/").map(|(_, rest)| rest.split('/').next().unwrap_or(rest)).filter(|project| *project != "_");
    let (kind, captures) = match chosen.or_else(|| found.first()) {
        Some((kind, captures)) => (Some(*kind), captures.clone()),
        None => (hints.kinds.first().copied(), Captures::default()),
    };
    ResourceIdentity {
        provider: Provider::Gcp,
        account: project.or(hints.account).map(str::to_owned),
        region: captures.region.as_deref().or(hints.region).map(str::to_owned),
        terraform_type: kind.map(|kind| kind.terraform_type.clone()),
        id: format!("//{service}.googleapis.com/{path}"),
        name: captures
            .arguments
            .last()
            .map(|(_, value)| value.clone())
            .or(captures.id)
            .or_else(|| path.rsplit('/').next().map(str::to_owned)),
    }
}

/// A bare name: the type must tell what it is, unless it has a generated id's own prefix (`sg-0abc`).
fn bare(id: &str, hints: &Hints<'_>) -> Option<ResourceIdentity> {
    let generated = kinds().all().iter().find(|kind| kind.bare.as_deref().is_some_and(|start| generated_id(id, start)));
    // `projects/p/topics/t` is a relative GCP name once the type says which service.
    if let Some(service) = hints.kinds.iter().find(|kind| kind.provider == Provider::Gcp).and_then(|kind| kind.patterns.first())
        && (id.starts_with("projects/") || id.starts_with("folders/"))
    {
        return Some(gcp(&format!("//{}.googleapis.com/{id}", service.service()), hints));
    }
    let whole_of_part = || hints.raw_type.and_then(|raw| kinds().wholes_of(raw).next());
    let kind = hints.kinds.first().copied().or_else(whole_of_part).or(generated)?;
    let whole = kind.of.as_deref().and_then(|of| kinds().of_type(of)).unwrap_or(kind);
    Some(from_name(id, whole, hints))
}

/// `sg-` followed by 8 to 32 hexadecimal digits (or capital letters and digits for access keys).
fn generated_id(id: &str, start: &str) -> bool {
    id.strip_prefix(start).is_some_and(|rest| {
        (8..=32).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_hexdigit() || (start == "AKIA" && c.is_ascii_alphanumeric()))
    })
}

fn from_name(name: &str, kind: &Kind, hints: &Hints<'_>) -> ResourceIdentity {
    let id = match kind.provider {
        Provider::Aws => kind.patterns.iter().find_map(|pattern| {
            let region = hints.region.filter(|_| pattern.has_region()).unwrap_or_default();
            let account = hints.account.filter(|_| pattern.has_account()).unwrap_or_default();
            let partition = partition_of(hints.region);
            pattern.write(name, None, None).map(|resource| format!("arn:{partition}:{}:{region}:{account}:{resource}", pattern.service()))
        }),
        Provider::Gcp => kind.patterns.iter().find_map(|pattern| {
            let path = pattern.write(name, hints.account, hints.region)?;
            Some(format!("//{}.googleapis.com/{path}", pattern.service()))
        }),
        _ => None,
    };
    let fallback = || format!("{}/{name}", kind.terraform_type);
    ResourceIdentity {
        provider: kind.provider.clone(),
        account: hints.account.map(str::to_owned),
        region: hints.region.map(str::to_owned),
        terraform_type: Some(kind.terraform_type.clone()),
        id: folded(id.unwrap_or_else(fallback), kind),
        name: Some(name.to_owned()),
    }
}

/// The partition follows from the region.
fn partition_of(region: Option<&str>) -> &'static str {
    match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// Every Terraform type whose block may have created the resource: the identity's own type first, then types that share its id
/// (a database instance alone or in a cluster) and those that create the same thing (`aws_alb` for `aws_lb`).
#[must_use]
pub fn candidate_types(identity: &ResourceIdentity) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !types.iter().any(|known| known == name) {
            types.push(name.to_owned());
        }
    };
    if let Some(own) = &identity.terraform_type {
        add(own);
        match kinds().of_type(own) {
            Some(kind) => kind.terraform_types().for_each(&mut add),
            None => kinds().created_by(own).flat_map(Kind::terraform_types).for_each(&mut add),
        }
    }
    if identity.provider == Provider::Aws && identity.id.ends_with(":root") && identity.terraform_type.is_none() {
        kinds().of_type("aws_account").into_iter().flat_map(Kind::terraform_types).filter(|name| *name != "aws_account").for_each(&mut add);
    }
    for kind in same_shape(identity) {
        kind.terraform_types().for_each(&mut add);
    }
    types
}

/// Kinds whose id has the identity's shape.
fn same_shape(identity: &ResourceIdentity) -> Vec<&'static Kind> {
    let fields: Vec<&str> = identity.id.splitn(6, ':').collect();
    match (&identity.provider, &fields[..]) {
        (Provider::Aws, [_, _, service, _, _, resource]) => {
            kinds().of_service(service).filter(|(_, pattern)| pattern.read(resource).is_some()).map(|(kind, _)| kind).collect()
        }
        (Provider::Gcp, _) => {
            let service = identity.id.trim_start_matches('/').split(".googleapis.com").next().unwrap_or_default();
            let path = identity.id.split_once(".googleapis.com/").map_or("", |(_, path)| path);
            kinds().of_service(service).filter(|(_, pattern)| pattern.read(path).is_some()).map(|(kind, _)| kind).collect()
        }
        _ => Vec::new(),
    }
}

/// The Terraform arguments that name a type's resources (last one is the short name), and its prefix argument.
///
/// A part (`aws_s3_bucket_acl`) is named by the argument that links it to the whole. `None` for a type that is not in the table,
/// for which `name` is the only sensible guess, left to the caller.
#[must_use]
pub fn naming(terraform_type: &str) -> Option<(Vec<&'static str>, Option<&'static str>)> {
    let kind = kinds()
        .of_type(terraform_type)
        .filter(|kind| kind.of.is_none())
        .or_else(|| kinds().created_by(terraform_type).find(|kind| !kind.singleton));
    if let Some(kind) = kind {
        return Some((kind.naming.iter().map(String::as_str).collect(), kind.prefix.as_deref()));
    }
    let whole = kinds().wholes_of(terraform_type).next()?;
    let link = whole.parts.iter().find(|part| part.terraform_type == terraform_type)?;
    Some((vec![link.link.as_str()], None))
}

/// Other spellings of the name that code may have, where the id does not keep them apart: the ARN of the parameter `token` is
/// that of `/token`, and an OpenID provider's leaves the scheme of its address out.
#[must_use]
pub fn other_names(identity: &ResourceIdentity) -> Vec<String> {
    let Some(name) = identity.name.as_deref() else { return Vec::new() };
    match identity.terraform_type.as_deref() {
        Some("aws_ssm_parameter") => name.strip_prefix('/').filter(|flat| !flat.contains('/')).map(str::to_owned).into_iter().collect(),
        Some("aws_iam_openid_connect_provider") if !name.contains("://") => vec![format!("https://{name}")],
        _ => Vec::new(),
    }
}

/// Whether two names of a type's resource are the same to the cloud.
#[must_use]
pub fn same_name(terraform_type: &str, a: &str, b: &str) -> bool {
    let fold = terraform_type.starts_with("azurerm_") || kinds().created_by(terraform_type).any(|kind| kind.fold);
    if fold { a.eq_ignore_ascii_case(b) } else { a == b }
}
