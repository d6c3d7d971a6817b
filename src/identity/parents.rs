//! What stands beside the name in an id: the cluster of a service, the path of a role, the resource group of a vault, the zone of a machine.

use super::kind::{Kind, kinds};
use crate::model::{Provider, ResourceIdentity};

/// One part of an id beside the name, and the arguments that say it in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The Terraform arguments that hold it; the first one that the block has counts.
    pub arguments: Vec<String>,
    /// The values that agree with the id; none when it is a generated id, which no argument holds.
    pub values: Vec<String>,
    /// What a block without such an argument means.
    pub default: Option<String>,
    /// Whether a block without such an argument, and without a default, leaves it open; else the provider's configuration decides.
    pub required: bool,
}

/// Arguments by which a nested Azure resource names the one it belongs to.
const AZURE_PARENTS: [&str; 18] = [
    "server_name",
    "server_id",
    "storage_account_name",
    "storage_account_id",
    "key_vault_id",
    "namespace_name",
    "namespace_id",
    "account_name",
    "cosmosdb_account_id",
    "virtual_network_name",
    "network_security_group_name",
    "route_table_name",
    "kubernetes_cluster_id",
    "container_registry_name",
    "registry_name",
    "managed_instance_id",
    "profile_name",
    "eventhub_name",
];

/// The parts of `identity`'s id that a block of `terraform_type` must not contradict, the name itself left out.
#[must_use]
pub fn parents(identity: &ResourceIdentity, terraform_type: &str) -> Vec<Parent> {
    let own = identity.terraform_type.as_deref();
    let Some(kind) = kinds().of_type(terraform_type).or_else(|| own.and_then(|own| kinds().of_type(own))) else { return Vec::new() };
    match identity.provider {
        Provider::Aws => captured(kind, identity.id.splitn(6, ':').nth(5).unwrap_or_default()),
        Provider::Gcp => {
            let path = identity.id.split_once(".googleapis.com/").map_or("", |(_, path)| path);
            let mut parents = captured(kind, path);
            parents.extend(gcp_place(path));
            parents
        }
        Provider::Azure => azure(&identity.id),
        _ => Vec::new(),
    }
}

/// The arguments in the shape of the id, but for the last one, which is the name.
fn captured(kind: &Kind, text: &str) -> Vec<Parent> {
    let Some((pattern, captures)) = kind.patterns.iter().find_map(|pattern| Some((pattern, pattern.read(text)?))) else {
        return Vec::new();
    };
    let above = captures.arguments.split_last().map(|(_, above)| above).unwrap_or_default();
    let above = above.iter().map(|(argument, value)| (argument.clone(), vec![value.clone()]));
    // `*` stands for what a bare name does not tell.
    let told = above.chain(captures.beside).filter(|(_, values)| values.iter().all(|value| !value.contains('*')));
    let mut parents: Vec<Parent> = told
        .map(|(argument, values)| {
            let default = kind.defaults.get(&argument).cloned();
            Parent { arguments: vec![argument], values, default, required: true }
        })
        .collect();
    if pattern.has_generated_id() && !captures.arguments.is_empty() {
        // A stage is named, but the interface above it has a generated id.
        parents.push(Parent { arguments: Vec::new(), values: Vec::new(), default: None, required: true });
    }
    parents
}

fn gcp_place(path: &str) -> Option<Parent> {
    let segments: Vec<&str> = path.split('/').collect();
    segments.windows(2).find_map(|pair| {
        let arguments: &[&str] = match pair[0] {
            "zones" => &["zone", "location"],
            "regions" => &["region", "location"],
            "locations" => &["location", "region", "zone"],
            _ => return None,
        };
        Some(Parent {
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            values: vec![pair[1].to_owned()],
            default: None,
            required: false,
        })
    })
}

/// `/subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/PARENT/TYPE/NAME`.
fn azure(id: &str) -> Vec<Parent> {
    let segments: Vec<&str> = id.trim_start_matches('/').split('/').collect();
    let Some(providers) = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers")) else { return Vec::new() };
    let names = segments.get(providers + 2..).unwrap_or_default();
    if let [.., parent, _, _] = names {
        let arguments = AZURE_PARENTS.iter().map(|argument| (*argument).to_owned()).collect();
        return vec![Parent { arguments, values: vec![(*parent).to_owned()], default: None, required: true }];
    }
    let group = segments.get(3).filter(|_| segments.get(2).is_some_and(|segment| segment.eq_ignore_ascii_case("resourceGroups")));
    let parent = |group: &&str| Parent {
        arguments: vec!["resource_group_name".into()],
        values: vec![(*group).to_owned()],
        default: None,
        required: true,
    };
    group.map(parent).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::parse;

    fn told(raw: &str, kind: &str) -> Vec<(String, Vec<String>)> {
        let identity = parse(raw, None, None, None).unwrap();
        parents(&identity, kind).into_iter().map(|parent| (parent.arguments.first().cloned().unwrap_or_default(), parent.values)).collect()
    }

    #[test]
    fn what_stands_above_the_name_is_read_from_the_id() {
        let one = |argument: &str, value: &str| vec![(argument.to_owned(), value.split(',').map(str::to_owned).collect())];
        assert_eq!(told("arn:aws:ecs:eu-west-1:1:service/blue/web", "aws_ecs_service"), one("cluster", "blue"));
        assert_eq!(told("arn:aws:ecs:eu-west-1:1:cluster/blue", "aws_ecs_cluster"), []);
        assert_eq!(told("arn:aws:s3:::acme", "aws_s3_bucket"), []);
        let vault = "/subscriptions/s/resourceGroups/rg-a/providers/Microsoft.KeyVault/vaults/kv";
        assert_eq!(told(vault, "azurerm_key_vault"), one("resource_group_name", "rg-a"));
        let database = "/subscriptions/s/resourceGroups/rg-a/providers/Microsoft.Sql/servers/srv/databases/db";
        assert_eq!(told(database, "azurerm_mssql_database"), one("server_name", "srv"));
        let machine = "//compute.googleapis.com/projects/p/zones/europe-west1-b/instances/vm";
        assert_eq!(told(machine, "google_compute_instance"), one("zone", "europe-west1-b"));
        let stage = told("arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/prod", "aws_api_gateway_stage");
        assert_eq!(stage, [(String::new(), Vec::new())]);
    }

    #[test]
    fn what_stands_beside_the_name_is_the_value_of_an_argument() {
        let cases = [
            ("arn:aws:iam::1:role/team-b/ci/deploy", "aws_iam_role", "path", "/team-b/ci/"),
            ("arn:aws:iam::1:policy/deploy", "aws_iam_policy", "path", "/"),
            ("arn:aws:wafv2:us-east-1:1:global/webacl/main/0a1b", "aws_wafv2_web_acl", "scope", "CLOUDFRONT"),
            ("arn:aws:wafv2:eu-west-1:1:regional/ipset/main/0a1b", "aws_wafv2_ip_set", "scope", "REGIONAL"),
            ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/edge/0a1b", "aws_lb", "load_balancer_type", "network"),
            ("arn:aws:events:eu-west-1:1:rule/nightly", "aws_cloudwatch_event_rule", "event_bus_name", "default"),
            ("arn:aws:events:eu-west-1:1:rule/orders/nightly", "aws_cloudwatch_event_rule", "event_bus_name", "orders"),
            ("arn:aws:scheduler:eu-west-1:1:schedule/default/nightly", "aws_scheduler_schedule", "group_name", "default"),
            ("arn:aws:network-firewall:eu-west-1:1:stateless-rulegroup/r", "aws_networkfirewall_rule_group", "type", "STATELESS"),
            ("arn:aws:imagebuilder:eu-west-1:1:component/base/1.2.3/1", "aws_imagebuilder_component", "version", "1.2.3"),
            ("arn:aws:glue:eu-west-1:1:table/sales/orders", "aws_glue_catalog_table", "database_name", "sales"),
        ];
        for (raw, kind, argument, value) in cases {
            assert_eq!(told(raw, kind), [(argument.to_owned(), vec![value.to_owned()])], "{raw}");
        }
        let listener = told("arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/edge/0a/0b", "aws_lb_listener");
        let both = [("protocol", vec!["HTTP", "HTTPS"]), ("load_balancer_arn", vec!["edge"])];
        let owned = |(argument, values): (&str, Vec<&str>)| (argument.to_owned(), values.into_iter().map(str::to_owned).collect());
        assert_eq!(listener, both.map(owned));
        // The old form of a service's ARN leaves the cluster out, and a bare name says nothing of a path.
        assert_eq!(told("arn:aws:ecs:eu-west-1:1:service/web", "aws_ecs_service"), []);
        let bare = parse("deploy", Some("AWS::IAM::Role"), Some("1"), None).unwrap();
        assert_eq!((bare.id.as_str(), parents(&bare, "aws_iam_role").len()), ("arn:aws:iam::1:role/*/deploy", 0));
    }
}
