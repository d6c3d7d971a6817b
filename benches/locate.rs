//! Measures indexing and locating on generated repositories.
//!
//! `cargo bench --bench locate --no-default-features`. Prints, in one run:
//! - indexing cold (walk, read, index) in MB/s beside `terraform fmt -check -recursive` on the same folder, when `terraform` is there;
//! - re-indexing after one changed file;
//! - locating cold (read, index, locate) beside only reading the same files, in 10,000 files;
//! - locating warm in 1,000, 10,000 and 100,000 files: the files that the index asks for, evaluated;
//! - peak memory of a process that indexes 100,000 files.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use remediate::identity;
use remediate::locate::{Change, Decision, Query, RepositoryIndex, RepositoryView, locate, text_id};
use remediate::model::{Workspace, WorkspaceFile};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Times that each cold measurement is taken; the shortest counts.
const ROUNDS: usize = 20;
/// Files of one stack.
const PER_STACK: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if arguments.first().is_some_and(|first| first == "memory") {
        return memory(100_000);
    }
    cold();
    warm();
    let this = std::env::current_exe().expect("this program has a path");
    let output = Command::new(this).arg("memory").output().expect("the program starts itself");
    print!("{}", String::from_utf8_lossy(&output.stdout));
}

/// The files of stack `number`: a module call, resources of its own, variables, values and a backend.
fn stack(number: usize) -> [(String, String); PER_STACK] {
    let folder = format!("stacks/group-{}/stack-{number}", number % 50);
    let queues: String = (0..6)
        .map(|at| {
            format!(
                "\nresource \"aws_sqs_queue\" \"queue_{at}\" {{\n  name                       = \"${{local.prefix}}-work-{at}\"\n  visibility_timeout_seconds = 30\n  message_retention_seconds  = 86400\n\n  tags = {{\n    Team      = \"team-{at}\"\n    ManagedBy = \"terraform\"\n  }}\n}}\n"
            )
        })
        .collect();
    let role = "resource \"aws_iam_role\" \"worker\" {\n  name = \"${local.prefix}-worker\"\n\n  assume_role_policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{\n      Effect    = \"Allow\"\n      Action    = \"sts:AssumeRole\"\n      Principal = { Service = \"ec2.amazonaws.com\" }\n    }]\n  })\n}\n";
    [
        (
            format!("{folder}/main.tf"),
            format!("module \"store\" {{\n  source = \"../../../modules/store\"\n  name   = \"acme-{number}-store\"\n}}\n\n{role}{queues}"),
        ),
        (format!("{folder}/locals.tf"), "locals {\n  prefix = \"${var.project}-${var.environment}\"\n  tags   = { Project = var.project }\n}\n".into()),
        (
            format!("{folder}/variables.tf"),
            "variable \"project\" {\n  description = \"Name of the project, as it stands in names\"\n  type        = string\n}\n\nvariable \"environment\" {\n  description = \"Environment\"\n  type        = string\n  default     = \"prod\"\n}\n".into(),
        ),
        (format!("{folder}/terraform.tfvars"), format!("project = \"project{number}\"\n")),
        (
            format!("{folder}/backend.tf"),
            format!("terraform {{\n  backend \"s3\" {{\n    bucket = \"acme-state\"\n    key    = \"stacks/{number}\"\n    region = \"eu-west-1\"\n  }}\n}}\n\nprovider \"aws\" {{\n  region = \"eu-west-1\"\n}}\n"),
        ),
    ]
}

const MODULE: (&str, &str) =
    ("modules/store/main.tf", "variable \"name\" {\n  type = string\n}\n\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = var.name\n}\n");

/// A repository of about `files` files, in batches of a hundred stacks, the module first.
fn batches(files: usize) -> impl Iterator<Item = Vec<(String, String)>> {
    let stacks = files / PER_STACK;
    let module = vec![(MODULE.0.to_owned(), MODULE.1.to_owned())];
    std::iter::once(module).chain((0..stacks).step_by(100).map(move |from| (from..(from + 100).min(stacks)).flat_map(stack).collect()))
}

fn put(files: Vec<(String, String)>) -> Vec<Change> {
    let change = |(path, text): (String, String)| Change::Put { path, blob: text_id(&text), text: Some(Arc::from(text)) };
    files.into_iter().map(change).collect()
}

fn index_of(files: usize) -> RepositoryIndex {
    let mut index = RepositoryIndex::new();
    for batch in batches(files) {
        index.apply(put(batch));
    }
    index
}

/// Hands over every file below `folder`, as text.
fn walk(folder: &Path, prefix: &str, take: &mut dyn FnMut(String, WorkspaceFile)) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), &path, take);
        } else {
            take(path, std::fs::read_to_string(entry.path()).expect("a text").into());
        }
    }
}

/// Only reads.
fn read(folder: &Path) -> Workspace {
    let mut workspace = Workspace::new();
    walk(folder, "", &mut |path, text| workspace.insert(path, text));
    workspace
}

/// Reads with the same walk, on one thread as well, and indexes meanwhile, as `remediate locate` does.
fn read_and_index(folder: &Path) -> (Workspace, RepositoryIndex) {
    let ((), workspace, index) = RepositoryIndex::while_reading(|take| walk(folder, "", take));
    (workspace, index)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// The shortest of several runs: the others were disturbed.
fn best<T>(rounds: usize, mut work: impl FnMut() -> T) -> Duration {
    (0..rounds).map(|_| timed(&mut work).1).min().expect("a round")
}

fn query(number: usize) -> Query<'static> {
    let arn = format!("arn:aws:sqs:eu-west-1:123456789012:project{number}-prod-work-3");
    Query { identity: identity::parse(&arn, None, None, None), ..Query::default() }
}

fn found(query: &Query<'_>, workspace: &Workspace, index: &RepositoryIndex) {
    let report = locate(query, &[RepositoryView { name: "", workspace, index }]);
    assert!(matches!(report.decision, Decision::Located(_)), "{report:?}");
}

/// On the disk: 10,000 files.
fn cold() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in batches(10_000).flatten() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }
    let workspace = read(folder.path());
    let bytes: usize = workspace.iter().map(|(_, text)| text.len()).sum();
    let mega = bytes as f64 / 1e6;
    let (mut reading, mut indexing, mut locating) = (Duration::MAX, Duration::MAX, Duration::MAX);
    // In turns: what else the machine does meanwhile hits all three alike.
    for _ in 0..ROUNDS {
        reading = reading.min(timed(|| read(folder.path())).1);
        indexing = indexing.min(timed(|| read_and_index(folder.path())).1);
        locating = locating.min(
            timed(|| {
                let (workspace, index) = read_and_index(folder.path());
                found(&query(77), &workspace, &index);
                // Given away: that the memory is freed afterwards is no part of the answer, nor is it of reading alone.
                (workspace, index)
            })
            .1,
        );
    }
    println!("tree                 {} files, {mega:.1} MB", workspace.len());
    println!("read only            {:>9.1} ms", ms(reading));
    println!("index cold           {:>9.1} ms with reading, {:.0} MB/s", ms(indexing), mega / indexing.as_secs_f64());
    if let Some(formatting) = terraform_fmt(folder.path()) {
        let ratio = formatting.as_secs_f64() / indexing.as_secs_f64();
        println!(
            "terraform fmt -check {:>9.1} ms, {:.1} MB/s: indexing is {ratio:.0} times as fast",
            ms(formatting),
            mega / formatting.as_secs_f64()
        );
    }
    let mut index = RepositoryIndex::of_workspace(&workspace);
    let mut round = 0;
    let again = best(20, || {
        round += 1;
        let (path, text) = stack(77)[0].clone();
        index.apply(put(vec![(path, format!("{text}# {round}\n"))]));
    });
    println!("re-index one file    {:>9.3} ms", ms(again));
    println!("locate cold          {:>9.1} ms: {:.2} times reading alone", ms(locating), locating.as_secs_f64() / reading.as_secs_f64());
}

fn terraform_fmt(folder: &Path) -> Option<Duration> {
    let run = || Command::new("terraform").args(["fmt", "-check", "-recursive", "-list=false"]).current_dir(folder).output();
    run().ok()?;
    Some(best(3, run))
}

/// In memory: the index is there, the files are read at the head.
fn warm() {
    let mut first = None;
    for files in [1_000, 10_000, 100_000] {
        let index = index_of(files);
        let query = query(files / PER_STACK / 2);
        let all: std::collections::HashMap<String, String> =
            stack(files / PER_STACK / 2).into_iter().chain([(MODULE.0.to_owned(), MODULE.1.to_owned())]).collect();
        let taken = best(50, || {
            let paths = index.files_to_locate(&query);
            let workspace: Workspace = paths.into_iter().filter_map(|path| Some((path.clone(), all.get(&path)?.as_str()))).collect();
            found(&query, &workspace, &index);
        });
        let ratio = taken.as_secs_f64() / *first.get_or_insert(taken.as_secs_f64());
        println!("locate warm {files:>7}  {:>9.3} ms: {ratio:.2} times that of 1,000 files", ms(taken));
    }
}

fn memory(files: usize) {
    let (index, taken) = timed(|| index_of(files));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!("memory peak          {peak} for an index of {} files, built in {:.1} s", index.len(), taken.as_secs_f64());
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
