//! Which files are read, and which paths are safe to name.

use crate::terraform::is_test_file;

/// Whether a file matters for locating and fixing: Terraform and OpenTofu code and its tests, variable values, Terragrunt, code owners,
/// and the repository's own settings and rules. What the code reads with `file` is known only then
/// ([`named_files`](crate::terraform::named_files)).
#[must_use]
pub fn is_relevant(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    ends(&[".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json"])
        || is_test_file(name)
        || matches!(name, "terragrunt.hcl" | "root.hcl" | ".terraform.lock.hcl")
        || path.starts_with(".github/remediate/rules/") && name.ends_with(".hcl")
        || matches!(path, ".github/CODEOWNERS" | "CODEOWNERS" | "docs/CODEOWNERS" | ".github/remediate.yml" | ".github/remediate.yaml")
}

/// Why a path is not safe to name, if so. Safe paths are relative, use `/`, and have no part that a file system or git
/// itself could understand as something else.
///
/// # Errors
/// The reason, in a few words.
pub fn safe_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() || path.len() > 4096 {
        return Err("it is empty or too long");
    }
    if path.chars().any(|character| character.is_control() || character == '\\') {
        return Err("it holds a backslash or a control character");
    }
    path.split('/').try_for_each(safe_name)
}

/// As [`safe_path`], for one part of a path.
pub(super) fn safe_name(name: &str) -> Result<(), &'static str> {
    match name {
        "" => Err("it has an empty part"),
        "." | ".." => Err("it has a part that means another directory"),
        _ if name.eq_ignore_ascii_case(".git") || name.to_ascii_lowercase().starts_with("git~") => Err("it leads into git's own folder"),
        _ if name.contains('/') || name.contains('\\') || name.contains('\0') => Err("it holds a separator in a name"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_matters_is_read() {
        for path in [
            "main.tf",
            "a/b.tf.json",
            "envs/prod.tfvars",
            "x/terragrunt.hcl",
            ".github/CODEOWNERS",
            ".github/remediate.yml",
            "m.tofu",
            "tests/m.tofutest.hcl",
        ] {
            assert!(is_relevant(path), "{path}");
        }
        for path in ["README.md", "a/CODEOWNERS", "x.tfstate", "remediate.yml", "policy.json", "tf"] {
            assert!(!is_relevant(path), "{path}");
        }
    }

    #[test]
    fn paths_that_mean_something_else_are_not_safe() {
        for path in ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", ".git/config", "a/.GIT/hooks/x", "a\\b", "a\nb", "GIT~1/x"] {
            assert!(safe_path(path).is_err(), "{path:?}");
        }
        assert!(safe_path("modules/a b/main.tf").is_ok());
    }
}
