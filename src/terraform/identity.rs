//! Computed attributes that are another name for an argument.

/// The argument that a computed attribute repeats, for types where the provider's documentation says so.
pub(super) fn argument_behind(kind: &str, attribute: &str) -> Option<&'static str> {
    if attribute != "id" {
        return None;
    }
    Some(match kind {
        "aws_s3_bucket" => "bucket",
        "aws_iam_role"
        | "aws_iam_user"
        | "aws_iam_group"
        | "aws_iam_instance_profile"
        | "aws_cloudwatch_log_group"
        | "aws_dynamodb_table"
        | "aws_eks_cluster"
        | "aws_ecr_repository"
        | "aws_kms_alias"
        | "aws_key_pair" => {
            if kind == "aws_key_pair" {
                "key_name"
            } else {
                "name"
            }
        }
        "aws_lambda_function" => "function_name",
        "aws_rds_cluster" => "cluster_identifier",
        "aws_elasticache_cluster" => "cluster_id",
        _ => return None,
    })
}
