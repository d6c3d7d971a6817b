rule "aws/eks/supported-version" {
  title    = "Run a Kubernetes version that still gets fixes"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A version past its support gets no fixes for known holes, costs extra, and
    is upgraded by AWS one day without being asked.
  EOT

  references = [
    "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_339"]
    security_hub = ["EKS.2"]
    prowler      = ["eks_cluster_uses_a_supported_version"]
  }

  target {
    resource = "aws_eks_cluster"
    when     = target.version != null
  }

  param "kubernetes_version" {
    type        = "string"
    required    = true
    description = "Version to move to, one minor version above the present one at most: 1.33, say."
  }

  set "version" {
    value  = param.kubernetes_version
    one_of = ["1.31", "1.32", "1.33", "1.34"]
  }

  applicability {
    level     = "disruptive"
    note      = "A cluster moves up one minor version at a time, and never down; what was removed from the API must be gone from the manifests first."
    behaviour = "APIs that the new version removed no longer answer."

    runbook = <<-EOT
      1. Look for removed APIs (`kubectl get --raw /metrics | grep apiserver_requested_deprecated_apis`).
      2. Apply one minor version, update the add-ons and the nodes, check; then the next.
    EOT
  }

  example "an old version" {
    params = { kubernetes_version = "1.33" }

    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
        version  = "1.22"
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
        version  = "1.33"
      }
    EOT
  }

  example "nobody has said where to move" {
    before  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
        version  = "1.22"
      }
    EOT
    refused = true
  }

  example "a current version" {
    params = { kubernetes_version = "1.33" }

    before    = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
        version  = "1.32"
      }
    EOT
    unchanged = true
  }
}
