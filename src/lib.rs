//! Turns cloud-security findings into Terraform pull requests.
