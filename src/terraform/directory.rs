//! Which files of a directory are read, in which order, and where module calls lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::module::{ModuleCall, ModuleSource};
use super::syntax::Block;
use crate::model::Workspace;

/// The configuration files of a directory.
#[derive(Debug, Default)]
pub(super) struct FileNames {
    /// Read first, in order.
    pub primary: Vec<String>,
    /// Merged over the others afterwards, in order.
    pub overrides: Vec<String>,
}

const ENDINGS: [&str; 4] = [".tofu.json", ".tf.json", ".tofu", ".tf"];

/// The name without its configuration ending.
fn stem(name: &str) -> Option<(&str, &str)> {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending).map(|stem| (stem, *ending)))
}

/// Whether a path is a configuration file of Terraform or `OpenTofu`.
#[must_use]
pub fn is_configuration_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.starts_with('.') && !name.ends_with('~') && !name.starts_with('#') && stem(name).is_some()
}

/// Whether a path is a test of Terraform or `OpenTofu`: no configuration, so never changed.
/// Source: <https://developer.hashicorp.com/terraform/language/tests>, <https://opentofu.org/docs/cli/commands/test/>.
#[must_use]
pub fn is_test_file(path: &str) -> bool {
    [".tftest.hcl", ".tftest.json", ".tofutest.hcl", ".tofutest.json"].iter().any(|ending| path.ends_with(ending))
}

/// The files of `dir` that make up its module. A `.tofu` file stands in for the `.tf` file of the same name.
pub(super) fn configuration_files(workspace: &Workspace, dir: &str) -> FileNames {
    let paths: Vec<&str> = workspace.in_directory(dir).map(|(path, _)| path).filter(|path| is_configuration_file(path)).collect();
    let all: BTreeSet<&str> = paths.iter().copied().collect();
    let mut names = FileNames::default();
    for path in paths {
        let file_name = path.rsplit('/').next().unwrap_or(path);
        let Some((stem, ending)) = stem(file_name) else { continue };
        let sibling = match ending {
            ".tf" => format!("{}.tofu", path.trim_end_matches(".tf")),
            ".tf.json" => format!("{}.tofu.json", path.trim_end_matches(".tf.json")),
            _ => String::new(),
        };
        if all.contains(sibling.as_str()) {
            continue;
        }
        if stem == "override" || stem.ends_with("_override") {
            names.overrides.push(path.to_owned());
        } else {
            names.primary.push(path.to_owned());
        }
    }
    names
}

/// The directory of a file's path.
#[must_use]
pub fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// `relative` seen from `dir`, with `.` and `..` resolved; `None` when it leads out of the workspace.
#[must_use]
pub fn resolve(dir: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether the source of a module is a path beside its caller: Terraform takes only such for one.
fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || matches!(source, "." | "..")
}

/// The directory that a local module source in `dir` names; `None` for registries, URLs and paths out of the workspace.
#[must_use]
pub fn local_source(dir: &str, source: &str) -> Option<String> {
    // `//` in a local path separates nothing that matters here.
    is_local(source).then(|| resolve(dir, source)).flatten()
}

/// `dir` seen from `base`, as Terraform writes `path.module`: `.` for the same, `../modules/a`, `nested/a`.
#[must_use]
pub fn relative(base: &str, dir: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (base, dir) = (parts(base), parts(dir));
    let common = base.iter().zip(&dir).take_while(|(a, b)| a == b).count();
    let up = base.iter().skip(common).map(|_| "..".to_owned());
    let joined: Vec<String> = up.chain(dir.into_iter().skip(common)).collect();
    if joined.is_empty() { ".".to_owned() } else { joined.join("/") }
}

/// A module call of directory `dir`.
pub(super) fn module_call(dir: &str, block: Block) -> ModuleCall {
    let text = |name: &str| block.attribute(name).and_then(|attribute| attribute.value.as_literal()).map(str::to_owned);
    let source = text("source").map_or(ModuleSource::Unknown, |source| module_source(dir, &source));
    let version = text("version").map(Arc::from);
    ModuleCall { block, source, version }
}

/// What a `source` argument means in directory `dir`.
#[must_use]
pub fn module_source(dir: &str, source: &str) -> ModuleSource {
    if is_local(source) {
        return local_source(dir, source)
            .map_or_else(|| ModuleSource::Outside(Arc::from(source)), |dir| ModuleSource::Local(Arc::from(dir)));
    }
    let (address, folder) = source.split_once("//").unwrap_or((source, ""));
    let parts: Vec<&str> = address.split('/').collect();
    let named = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let is_registry = match parts.as_slice() {
        [_, _, _] => parts.iter().all(named),
        [host, rest @ ..] if rest.len() == 3 => host.contains('.') && !is_code_host(host) && rest.iter().all(named),
        _ => false,
    };
    if is_registry {
        ModuleSource::Registry { address: Arc::from(address), folder: Arc::from(folder) }
    } else {
        ModuleSource::Remote(Arc::from(source))
    }
}

/// Hosts whose paths are repositories, not registry addresses.
fn is_code_host(host: &str) -> bool {
    matches!(host, "github.com" | "bitbucket.org" | "gitlab.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_sources_stay_inside() {
        assert_eq!(resolve("envs/prod", "../../modules/bucket"), Some("modules/bucket".into()));
        assert_eq!(resolve("envs", "../../x"), None);
        assert_eq!(resolve("", "./"), Some(String::new()));
    }

    #[test]
    fn local_sources_stay_within_the_workspace() {
        assert_eq!(local_source("a/b", "../c"), Some("a/c".into()));
        assert_eq!(local_source("", "./m//x"), Some("m/x".into()));
        assert_eq!(local_source("a", "../../x"), None);
        assert_eq!(local_source("a", "terraform-aws-modules/vpc/aws"), None);
    }

    #[test]
    fn sources_are_told_apart() {
        let kind = |text: &str| module_source("live", text);
        assert_eq!(kind("../modules/a"), ModuleSource::Local("modules/a".into()));
        assert_eq!(kind("../../a"), ModuleSource::Outside("../../a".into()));
        assert_eq!(
            kind("terraform-aws-modules/iam/aws//modules/iam-user"),
            ModuleSource::Registry { address: "terraform-aws-modules/iam/aws".into(), folder: "modules/iam-user".into() }
        );
        assert!(matches!(kind("app.terraform.io/acme/vpc/aws"), ModuleSource::Registry { .. }));
        assert!(matches!(kind("github.com/acme/terraform-vpc"), ModuleSource::Remote(_)));
        assert!(matches!(kind("git::https://example.com/vpc.git?ref=v1"), ModuleSource::Remote(_)));
        assert!(matches!(kind("git@github.com:acme/vpc.git"), ModuleSource::Remote(_)));
    }

    #[test]
    fn tofu_files_stand_in_for_their_siblings() {
        let workspace: Workspace =
            [("a/main.tf", ""), ("a/main.tofu", ""), ("a/b.tf.json", ""), ("a/b_override.tf", ""), ("a/.x.tf", ""), ("a/n/c.tf", "")]
                .into_iter()
                .collect();
        let names = configuration_files(&workspace, "a");
        assert_eq!(names.primary, ["a/b.tf.json", "a/main.tofu"]);
        assert_eq!(names.overrides, ["a/b_override.tf"]);
    }
}
