//! Measures fixing whole trees: time for one fix, and all fixes of a tree beside what else looks at the same tree.
//!
//! `cargo bench --bench patch --no-default-features`. The tree is made of the built-in rules' own examples, each in a module of its
//! own, many copies over. In one run, each the best of several rounds:
//! - reading the tree, fixing all of its findings in one composition with every proof, and writing the changed files;
//! - `terraform fmt -check -recursive` over the same tree, where `terraform` is installed;
//! - the Checkov scan that finds what is fixed, over one copy, where `checkov` is installed (or named by `CHECKOV`).
//!
//! Loading the rules that are called for is part of the time, as it is for a process of its own.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use remediate::locate::targets_in;
use remediate::model::{Target, Workspace};
use remediate::patch::{Outcome, Params, Request, Workbench};
use remediate::rule::{Catalogue, Expectation, Rule};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COPIES: usize = 3;
const ROUNDS: usize = 3;

fn main() {
    let catalogue = Catalogue::built_in();
    let single = examples(&catalogue, 1);
    one_by_one(&catalogue, &single);
    let files = examples(&catalogue, COPIES);
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &files);
    let bytes: usize = files.values().map(|(text, _)| text.len()).sum();
    println!("tree: {} files, {:.1} MB", files.len(), bytes as f64 / 1e6);

    let (ours, fixed) = fixing(folder.path(), &files);
    println!("all fixes in one run: {} fixes in {} ({} a fix)", fixed, show(ours), show(ours / u32::try_from(fixed.max(1)).unwrap_or(1)));
    if let Some(theirs) = terraform_fmt(folder.path()) {
        println!("terraform fmt -check -recursive: {} ({:.1} times our time)", show(theirs), theirs.as_secs_f64() / ours.as_secs_f64());
    }
    checkov(&single);
}

/// Files of the tree: path, text, and the rule that one of its blocks calls for.
type Files = BTreeMap<String, (String, String)>;

/// Examples that end in a change of one file without parameters.
fn examples(catalogue: &Catalogue, copies: usize) -> Files {
    let mut files = Files::new();
    for copy in 0..copies {
        for rule in catalogue.iter() {
            for (index, example) in rule.examples.iter().enumerate() {
                let plain =
                    example.files.is_empty() && example.files_after.is_empty() && example.address.is_none() && example.params.is_empty();
                if plain && matches!(example.expectation, Expectation::After(_)) {
                    files.insert(format!("stack-{copy}/{}/{index}/main.tf", rule.id), (example.before.clone(), rule.id.clone()));
                }
            }
        }
    }
    files
}

fn write(folder: &Path, files: &Files) {
    for (path, (text, _)) in files {
        let target = folder.join(path);
        if std::fs::read_to_string(&target).is_ok_and(|held| held == *text) {
            continue;
        }
        if overwrite(&target, text).is_err() {
            std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            std::fs::write(target, text).expect("a file");
        }
    }
}

/// The best time of fixing a tree, which is restored after each round, and the number of fixes.
fn fixing(folder: &Path, files: &Files) -> (Duration, usize) {
    let round = || {
        let start = Instant::now();
        let fixed = whole_tree(folder, files);
        let time = start.elapsed();
        write(folder, files);
        (time, fixed)
    };
    std::iter::repeat_with(round).take(ROUNDS).min().expect("a round")
}

fn best(mut work: impl FnMut()) -> Duration {
    let round = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::iter::repeat_with(round).take(ROUNDS).min().expect("a round")
}

fn show(time: Duration) -> String {
    if time < Duration::from_millis(10) { format!("{} µs", time.as_micros()) } else { format!("{} ms", time.as_millis()) }
}

/// The block of a file that its rule is for.
fn target(rule: &Rule, path: &str, bench: &Workbench) -> Option<Target> {
    let document = bench.document(path).ok()?;
    let concerns = |target: &&Target| {
        let kind = &target.address.kind;
        rule.target.resources.iter().any(|resource| resource == kind || resource.strip_prefix("data.") == Some(kind)) || kind == "module"
    };
    targets_in(path, &document).iter().find(concerns).cloned()
}

/// A fix as the bot makes it: alone, in a workspace of its module.
fn one_by_one(catalogue: &Catalogue, files: &Files) {
    let params = Params::new();
    let mut times: Vec<Duration> = Vec::new();
    for (path, (text, id)) in files {
        let Some(rule) = catalogue.by_id(id) else { continue };
        let workspace: Workspace = [(path.clone(), text.clone())].into_iter().collect();
        let Some(target) = target(rule, path, &Workbench::new(workspace.clone())) else { continue };
        let start = Instant::now();
        let outcome = remediate::patch::patch(rule, &target, &workspace, &params);
        if matches!(outcome, Ok(Outcome::Patch(_))) {
            times.push(start.elapsed());
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("one fix alone, with its proofs: median {}, 99 % below {} ({} fixes)", show(at(0.5)), show(at(0.99)), times.len());
}

/// Loads the rules that are called for, reads, fixes and writes; the number of fixes.
fn whole_tree(folder: &Path, files: &Files) -> usize {
    let catalogue = Catalogue::built_in_called(&files.values().map(|(_, id)| id.clone()).collect());
    let read = |path: &String| (path.clone(), std::fs::read_to_string(folder.join(path)).expect("a file"));
    let workspace: Workspace = files.par_iter().map(|(path, _)| read(path)).collect::<Vec<_>>().into_iter().collect();
    let mut bench = Workbench::new(workspace);
    bench.parse_ahead(files.keys().map(String::as_str));
    let params = Params::new();
    let found: Vec<(&Rule, Target)> = files
        .iter()
        .filter_map(|(path, (_, id))| {
            let rule = catalogue.by_id(id)?;
            Some((rule.as_ref(), target(rule, path, &bench)?))
        })
        .collect();
    let requests: Vec<Request<'_>> = found.iter().map(|(rule, target)| Request { rule, target, params: &params }).collect();
    let composition = bench.fix_all(&requests);
    let changed = composition.patch.as_ref().map(|patch| &patch.files);
    changed.into_par_iter().flatten().for_each(|(path, file)| overwrite(&folder.join(path), &file.after).expect("a file"));
    composition.results.iter().filter(|result| matches!(result, Ok(Outcome::Patch(_)))).count()
}

/// Writes over a file's bytes. Cutting it to nothing first would make some file systems wait for the disk, which is none of our time.
fn overwrite(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)
}

fn terraform_fmt(folder: &Path) -> Option<Duration> {
    let run = || {
        let mut command = Command::new("terraform");
        command.args(["fmt", "-check", "-recursive"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1").status()
    };
    run().ok()?;
    Some(best(|| drop(run())))
}

/// The scan that finds the holes, and the time of fixing the same files.
fn checkov(files: &Files) {
    let program = std::env::var("CHECKOV").unwrap_or_else(|_| "checkov".to_owned());
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    let start = Instant::now();
    let mut command = Command::new(&program);
    command.args(["--framework", "terraform", "--quiet", "--compact", "-d"]).arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.env("TF_CLI_CONFIG_FILE", "/dev/null").status().is_err() {
        println!("checkov: not installed, not measured");
        return;
    }
    let theirs = start.elapsed();
    let (ours, _) = fixing(folder.path(), files);
    println!("checkov over {} files: {} ({:.0} times fixing them)", files.len(), show(theirs), theirs.as_secs_f64() / ours.as_secs_f64());
}
