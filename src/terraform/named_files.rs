//! Files that a configuration names in the text of its functions.

use std::collections::BTreeSet;

use super::directory::{directory_of, resolve};

/// Endings of the files whose text can decide what a resource is: policies, templates and data.
const ENDINGS: [&str; 7] = [".json", ".tpl", ".tftpl", ".tmpl", ".policy", ".yaml", ".yml"];
/// Those of them that repositories hold by the thousand for other tools: worth reading where the code asks for them.
const COMMON: [&str; 2] = [".yaml", ".yml"];

/// Whether a file's text can decide what a resource is, by its name: a policy, a template or data.
#[must_use]
pub fn may_be_named(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Whether such a file is more likely another tool's than Terraform's (YAML), so that only those which the code names are read.
#[must_use]
pub fn is_common(path: &str) -> bool {
    COMMON.iter().any(|ending| path.ends_with(ending))
}

/// The files that the text of the configuration file `path` hands to `file` or `templatefile`, as paths of the repository:
/// `${path.module}` and relative names count from the file's own directory, which is where they are for a root module and for
/// all that name the module's path. A name with any other interpolation is left out, and so are what lies outside of the repository and
/// what is neither policy, template nor data (keys, archives).
///
/// The text is looked through, not parsed: a name too many costs a look, no more.
#[must_use]
pub fn named_files(path: &str, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, call) in text.match_indices("file(") {
        let argument = text.get(at + call.len()..).and_then(|rest| rest.trim_start().strip_prefix('"'));
        let Some((name, _)) = argument.and_then(|rest| rest.split_once('"')) else { continue };
        let name = name.strip_prefix("${path.module}/").or_else(|| name.strip_prefix("${path.root}/")).unwrap_or(name);
        let plain = !name.starts_with(['/', '~']) && !name.contains(['$', '%', '\\', '\n']);
        found.extend((plain && may_be_named(name)).then(|| resolve(directory_of(path), name)).flatten());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::named_files;

    #[test]
    fn names_are_found_and_resolved() {
        let text = r#"
            a = file("policy.json")
            b = templatefile("${path.module}/t/p.tpl", {})
            c = jsondecode(file( "../shared/c.json"))
            d = yamldecode(file("${path.root}/d.yaml"))
            e = file("${each.key}.json")
            f = file("/etc/passwd")
            g = file("../../../out.json")
            h = file(var.name)
            i = file("id_rsa")
        "#;
        let found: Vec<String> = named_files("live/prod/main.tf", text).into_iter().collect();
        assert_eq!(found, ["live/prod/d.yaml", "live/prod/policy.json", "live/prod/t/p.tpl", "live/shared/c.json"]);
    }
}
