use super::*;
use crate::model::Provider;

fn id(raw: &str, kind: &str) -> crate::model::ResourceIdentity {
    let kind = Some(kind).filter(|kind| !kind.is_empty());
    parse(raw, kind, Some("123456789012"), Some("eu-west-1")).unwrap()
}

#[test]
fn the_data_files_are_whole() {
    let count = |provider: Provider| kinds().all().iter().filter(|kind| kind.provider == provider).count();
    assert!(count(Provider::Aws) >= 120, "{}", count(Provider::Aws));
    assert!(count(Provider::Azure) >= 70, "{}", count(Provider::Azure));
    assert!(count(Provider::Gcp) >= 50, "{}", count(Provider::Gcp));
}

#[test]
fn one_thing_has_one_identity_however_it_is_spelled() {
    let spellings = [
        ("arn:aws:s3:::acme-logs", ""),
        ("arn:aws:s3:::acme-logs", "AwsS3Bucket"),
        ("acme-logs", "AWS::S3::Bucket"),
        ("acme-logs", "AwsS3Bucket"),
        ("acme-logs", "aws_s3_bucket"),
    ];
    for (raw, kind) in spellings {
        let identity = id(raw, kind);
        assert_eq!(
            (identity.id.as_str(), identity.terraform_type.as_deref()),
            ("arn:aws:s3:::acme-logs", Some("aws_s3_bucket")),
            "{raw} {kind}"
        );
        assert_eq!(identity.name.as_deref(), Some("acme-logs"));
    }
    let queue = [("arn:aws:sqs:eu-west-1:123456789012:jobs", ""), ("jobs", "AwsSqsQueue"), ("arn:aws:sqs:::jobs", "")];
    for (raw, kind) in queue {
        assert_eq!(id(raw, kind).id, "arn:aws:sqs:eu-west-1:123456789012:jobs", "{raw}");
    }
}

#[test]
fn arns_tell_type_and_name() {
    let cases = [
        ("arn:aws:lambda:eu-west-1:1:function:resize", "aws_lambda_function", "resize"),
        ("arn:aws:lambda:eu-west-1:1:function:resize:7", "aws_lambda_function", "resize"),
        ("arn:aws:iam::1:role/service/web/app", "aws_iam_role", "app"),
        ("arn:aws:iam::1:role/app", "aws_iam_role", "app"),
        ("arn:aws:secretsmanager:eu-west-1:1:secret:db/main-AbC123", "aws_secretsmanager_secret", "db/main"),
        ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/50dc6c495c0c9188", "aws_lb", "web"),
        ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/web", "aws_elb", "web"),
        ("arn:aws:ec2:eu-west-1:1:security-group/sg-0123456789abcdef0", "aws_security_group", "sg-0123456789abcdef0"),
        ("arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/resize:*", "aws_cloudwatch_log_group", "/aws/lambda/resize"),
        ("arn:aws:ssm:eu-west-1:1:parameter/app/db/password", "aws_ssm_parameter", "/app/db/password"),
        ("arn:aws:kms:eu-west-1:1:alias/data", "aws_kms_alias", "alias/data"),
        ("arn:aws:ecr:eu-west-1:1:repository/team/api", "aws_ecr_repository", "team/api"),
        ("arn:aws:rds:eu-west-1:1:db:Orders", "aws_db_instance", "Orders"),
        ("arn:aws:eks:eu-west-1:1:nodegroup/main/workers/0ab", "aws_eks_node_group", "workers"),
        ("arn:aws:s3:::acme-logs/some/key", "aws_s3_object", "key"),
    ];
    for (raw, kind, name) in cases {
        let identity = id(raw, "");
        assert_eq!(identity.terraform_type.as_deref(), Some(kind), "{raw}");
        if kind != "aws_s3_object" {
            assert_eq!(identity.name.as_deref(), Some(name), "{raw}");
        }
    }
    assert_eq!(id("arn:aws:rds:eu-west-1:1:db:Orders", "").id, "arn:aws:rds:eu-west-1:1:db:orders");
}

#[test]
fn several_terraform_types_may_create_one_thing() {
    let types = candidate_types(&id("arn:aws:rds:eu-west-1:1:db:orders", ""));
    for kind in ["aws_db_instance", "aws_rds_cluster_instance", "aws_docdb_cluster_instance", "aws_neptune_cluster_instance"] {
        assert!(types.iter().any(|name| name == kind), "{types:?}");
    }
    let group = candidate_types(&id("sg-0123456789abcdef0", ""));
    assert_eq!(group.iter().map(String::as_str).collect::<Vec<_>>(), ["aws_security_group", "aws_default_security_group"]);
    let account = candidate_types(&id("AWS::::Account:123456789012", "AwsAccount"));
    assert!(account.iter().any(|name| name == "aws_iam_account_password_policy"), "{account:?}");
}

#[test]
fn generated_ids_are_known_as_such() {
    for kind in ["aws_security_group", "aws_vpc", "aws_instance", "aws_kms_key", "aws_ebs_volume", "aws_cloudfront_distribution"] {
        assert!(kinds().of_type(kind).unwrap().generated(), "{kind}");
    }
    for kind in ["aws_s3_bucket", "aws_sqs_queue", "aws_iam_role", "aws_lb"] {
        assert!(!kinds().of_type(kind).unwrap().generated(), "{kind}");
    }
}

#[test]
fn a_part_is_asked_for_by_its_own_type_and_known_by_the_whole() {
    let policy = id("acme-logs", "AWS::S3::BucketPolicy");
    assert_eq!((policy.id.as_str(), policy.terraform_type.as_deref()), ("arn:aws:s3:::acme-logs", Some("aws_s3_bucket_policy")));
    let acl = id("acme-logs", "aws_s3_bucket_acl");
    assert_eq!((acl.id.as_str(), acl.terraform_type.as_deref()), ("arn:aws:s3:::acme-logs", Some("aws_s3_bucket_acl")));
    assert_eq!(naming("aws_s3_bucket_acl").unwrap().0, ["bucket"]);
}

#[test]
fn azure_ids_compare_without_case_and_keep_the_name() {
    let a = id("/subscriptions/AAAA/resourceGroups/Data-RG/providers/Microsoft.Storage/storageAccounts/acmeLogs", "");
    let b = id("/subscriptions/aaaa/resourcegroups/data-rg/providers/microsoft.storage/storageaccounts/acmelogs", "");
    assert_eq!(a.id, b.id);
    assert_eq!(a.terraform_type.as_deref(), Some("azurerm_storage_account"));
    assert_eq!(a.name.as_deref(), Some("acmeLogs"));
    assert!(same_name("azurerm_storage_account", "acmeLogs", "acmelogs"));
    let database = id("/subscriptions/a/resourceGroups/g/providers/Microsoft.Sql/servers/s/databases/d", "");
    assert_eq!((database.terraform_type.as_deref(), database.name.as_deref()), (Some("azurerm_mssql_database"), Some("d")));
}

#[test]
fn gcp_names_links_and_relative_names_agree() {
    let spellings = [
        ("//compute.googleapis.com/projects/p/zones/z/instances/vm", ""),
        ("https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/vm", ""),
        ("https://compute.googleapis.com/compute/v1/projects/p/zones/z/instances/vm", ""),
        ("projects/p/zones/z/instances/vm", "compute.googleapis.com/Instance"),
        ("projects/p/zones/z/instances/vm", "google_compute_instance"),
    ];
    for (raw, kind) in spellings {
        let identity = id(raw, kind);
        assert_eq!(identity.terraform_type.as_deref(), Some("google_compute_instance"), "{raw}");
        assert_eq!(identity.id, "//compute.googleapis.com/projects/p/zones/z/instances/vm", "{raw}");
        assert_eq!((identity.account.as_deref(), identity.name.as_deref()), (Some("p"), Some("vm")));
    }
    assert_eq!(id("//storage.googleapis.com/acme-logs", "").terraform_type.as_deref(), Some("google_storage_bucket"));
}

#[test]
fn nonsense_names_nothing() {
    for raw in ["", "   ", "arn:", "arn:aws:s3", "hello", "a\nb", "/subscriptions/"] {
        assert!(parse(raw, None, None, None).is_none(), "{raw:?}");
    }
    assert!(parse(&"x".repeat(5000), Some("AwsS3Bucket"), None, None).is_none());
    // An ARN of a service that the table does not have is still an identity, so that findings about it are one.
    let odd = parse("arn:aws:braket:eu-west-1:1:job/abc", None, None, None).unwrap();
    assert_eq!((odd.terraform_type, odd.name.as_deref()), (None, Some("abc")));
}

mod properties {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_reading_is_stable(raw in "\\PC{0,80}", kind in "(AwsS3Bucket|AwsLambdaFunction|google_pubsub_topic|\\PC{0,12})") {
            if let Some(identity) = super::parse(&raw, Some(&kind), Some("1"), Some("eu-west-1")) {
                let again = super::parse(&identity.id, identity.terraform_type.as_deref(), identity.account.as_deref(), identity.region.as_deref());
                if identity.id.starts_with("arn:") {
                    prop_assert_eq!(again.map(|identity| identity.id), Some(identity.id));
                }
            }
        }
    }
}
