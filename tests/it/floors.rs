//! The floors of ARCHITECTURE.md hold: every `crate::` path in a module points to a lower floor.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Floors from the ground up; siblings of one floor do not know each other. `model` is below `config` on the ground floor.
const FLOORS: [&[&str]; 8] = [
    &["model"],
    &["config"],
    &["hcl"],
    &["terraform", "rule", "identity"],
    &["ingest", "risk", "locate", "patch", "owners", "lifecycle", "render"],
    &["store", "github", "git", "cloud", "integrations"],
    &["flow"],
    &["web", "cli"],
];

/// Pairs of neighbours that may know each other, with the reason.
const EXCEPTIONS: [(&str, &str); 2] = [
    // The ARN and rule knowledge of a floor is used by the others of it: identities are below Terraform's meaning.
    ("terraform", "identity"),
    // `remediate serve` and `remediate setup` start the web server.
    ("cli", "web"),
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// The modules named after `crate::` in `text`, outside comments.
fn named_modules(text: &str) -> Vec<String> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    code.match_indices("crate::")
        .map(|(at, path)| code[at + path.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

#[test]
fn every_arrow_points_down() {
    let floor: BTreeMap<&str, usize> =
        FLOORS.iter().enumerate().flat_map(|(floor, names)| names.iter().map(move |name| (*name, floor))).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).unwrap();
        let module = relative.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = floor.get(module.as_str()) else {
            wrong.push(format!("{} stands on no floor: put it into FLOORS and ARCHITECTURE.md", relative.display()));
            continue;
        };
        for named in named_modules(&std::fs::read_to_string(&file).unwrap()) {
            let excepted = EXCEPTIONS.contains(&(module.as_str(), named.as_str()));
            let allowed = named == module || excepted || floor.get(named.as_str()).is_some_and(|other| other < own);
            if !allowed {
                wrong.push(format!("{} (floor {own}) names crate::{named}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that do not point down:\n{}", wrong.join("\n"));
}

#[test]
fn the_pure_floors_do_no_io_and_read_no_clock() {
    const PURE: [&str; 12] =
        ["model", "config", "hcl", "terraform", "rule", "identity", "ingest", "risk", "locate", "patch", "owners", "lifecycle"];
    const FORBIDDEN: [&str; 9] = [
        "std::fs::",
        "TcpStream",
        "std::env::",
        "std::process::Command",
        "Utc::now",
        "SystemTime::now",
        "tokio::",
        "reqwest::",
        "std::thread::sleep",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for module in PURE.iter().chain(&["render"]) {
        let mut files = Vec::new();
        let folder = root.join(module);
        if folder.is_dir() {
            sources(&folder, &mut files);
        }
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let is_test = file.file_name().is_some_and(|name| name.to_string_lossy().contains("test"));
            // What follows the first test module of a file is not the product's.
            let product = if is_test { "" } else { text.split("#[cfg(test)]").next().unwrap_or_default() };
            let code = product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            wrong.extend(
                FORBIDDEN
                    .iter()
                    .filter(|word| code.contains(*word))
                    .map(|word| format!("{} uses {word}", file.strip_prefix(&root).unwrap().display())),
            );
        }
    }
    assert!(wrong.is_empty(), "pure floors must stay pure:\n{}", wrong.join("\n"));
}
