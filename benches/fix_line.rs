//! Measures the way from a finding to a pushed branch on a repository of 10,000 files, against the recipe a user would script.
//!
//! `cargo bench --bench fix_line`. A generated repository is served by `git http-backend` on loopback, from a process of its
//! own. Three ways are measured in turn, several rounds each, in one run:
//! - recipe: `git clone --depth 1`, `git grep`, an edit, `git commit`, `git push`;
//! - cold: our line with nothing on the disk: fetch, read, index, locate, patch with its proofs, commit, push;
//! - warm: the same in a process that knows the repository, after three more commits on its default branch.
//!
//! Processor time and memory are those of our process alone: the server's and git's are not counted.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use remediate::git::{Change, Identity, Lease, MirrorOptions, Mirrors, Publication, Remote, is_relevant};
use remediate::identity;
use remediate::locate::{Change as IndexChange, Decision, Query, RepositoryIndex, RepositoryView, locate};
use remediate::model::{Repository, Workspace};
use remediate::patch::{Outcome, Params, patch};
use remediate::rule::Catalogue;
use secrecy::SecretString;

#[path = "../tests/it/git_server.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod git_server;

use git_server::{GitServer, feed, git};

const FILES: usize = 10_000;
const STACKS: usize = 150;
const TERRAFORM_FILES_PER_STACK: usize = 10;
const ROUNDS: usize = 5;
const NAME: &str = "acme/infra";
const TOKEN: &str = "secret";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve"] => runtime.block_on(serve()),
        ["line", url, folder, first] => runtime.block_on(line(url, Path::new(folder), first.parse().expect("a number"))),
        _ => compare(),
    }
}

/// Serves the generated repository until the input ends.
async fn serve() {
    let server = GitServer::start(TOKEN).await;
    server.create(NAME, "main");
    feed(&server.folder(NAME), &["fast-import", "--quiet"], &generated());
    git(&server.folder(NAME), &["repack", "-adq"]);
    println!("{} {}", server.url, server.folder(NAME).display());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()))
        .await
        .expect("the input ends")
        .expect("the input is read");
}

/// A stream for `git fast-import`: stacks of Terraform among application code, the same every time.
fn generated() -> Vec<u8> {
    let mut stream = Vec::new();
    let mut words = Words(7);
    writeln!(stream, "commit refs/heads/main\ncommitter Dev <dev@example.com> 1700000000 +0000\ndata 5\nStart").expect("memory is enough");
    let mut put =
        |path: String, text: String| write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).expect("memory is enough");
    for stack in 0..STACKS {
        for number in 0..TERRAFORM_FILES_PER_STACK {
            let (name, text) = terraform(stack, number, &mut words);
            put(format!("stacks/team{:02}/service{stack:04}/{name}", stack % 12), text);
        }
    }
    for number in 0..FILES - STACKS * TERRAFORM_FILES_PER_STACK {
        put(format!("apps/app{:03}/src/part{:02}/file{number:05}.py", number % 400, number % 17), words.code(40));
    }
    stream
}

fn terraform(stack: usize, number: usize, words: &mut Words) -> (String, String) {
    match number {
        0 => ("storage.tf".into(), bucket(stack)),
        1 => ("variables.tf".into(), "variable \"environment\" {\n  type    = string\n  default = \"prod\"\n}\n\nvariable \"team\" {\n  type    = string\n  default = \"data\"\n}\n".into()),
        2 => ("versions.tf".into(), "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"~> 5.0\"\n    }\n  }\n}\n\nprovider \"aws\" {\n  region = \"us-east-1\"\n}\n".into()),
        _ => {
            let blocks = (0..6).map(|block| {
                let label = format!("{}_{number}_{block}", words.word());
                format!(
                    "# {}\nresource \"aws_sqs_queue\" \"{label}\" {{\n  name                       = \"${{var.environment}}-{stack}-{label}\"\n  message_retention_seconds  = {}\n  visibility_timeout_seconds = 30\n\n  tags = {{\n    team    = var.team\n    purpose = \"{}\"\n  }}\n}}\n",
                    words.sentence(9),
                    60 + words.next() % 1000,
                    words.sentence(4)
                )
            });
            (format!("queues_{number}.tf"), blocks.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn bucket(stack: usize) -> String {
    format!(
        "resource \"aws_s3_bucket\" \"backups\" {{\n  bucket = \"${{var.environment}}-customer-data-{stack:04}-backups\"\n\n  tags = {{\n    team = var.team\n  }}\n}}\n\nresource \"aws_s3_bucket\" \"logs\" {{\n  bucket = \"${{var.environment}}-logs-{stack:04}\"\n}}\n"
    )
}

/// Words that do not compress better than real text does.
struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn word(&mut self) -> String {
        let syllables = ["ba", "co", "di", "fen", "gor", "hu", "kal", "lim", "mo", "nar", "pe", "qui", "ros", "sta", "tu", "vex"];
        (0..2 + self.next() % 3).map(|_| syllables[usize::try_from(self.next() % 16).unwrap_or(0)]).collect()
    }

    fn sentence(&mut self, words: usize) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn code(&mut self, lines: usize) -> String {
        (0..lines).map(|_| format!("    {} = {}({}, {})\n", self.word(), self.word(), self.next() % 10_000, self.word())).collect()
    }
}

/// What one way took, in one round.
struct Took {
    wall: Duration,
    processor: Duration,
    peak: u64,
    grown: u64,
}

fn compare() {
    let this = std::env::current_exe().expect("this program");
    let mut server = Command::new(&this).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
    let mut said = String::new();
    BufReader::new(server.stdout.take().expect("an output")).read_line(&mut said).expect("the server says where it is");
    let (url, served) = said.trim().split_once(' ').expect("an address and a folder");
    let (url, served) = (format!("{url}/{NAME}.git"), served.to_owned());
    println!("a finding to a pushed branch, {FILES} files over smart HTTP on loopback, median of {ROUNDS} rounds");

    let (mut recipes, mut cold, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        recipes.push(recipe(&url, round));
        let folder = tempfile::tempdir().expect("a folder");
        let first = (ROUNDS + 2 * round).to_string();
        let child = Command::new(&this)
            .args(["line", &url, &folder.path().display().to_string(), &first])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the line starts");
        let (one, two) = rounds(child, Path::new(&served), round);
        cold.push(one);
        warm.push(two);
    }
    let recipe = median(&recipes);
    println!("{:<8} {:>9} {:>8} {:>12} {:>12} {:>14}", "way", "wall ms", "times", "own CPU ms", "peak RSS MB", "grown by MB");
    println!("{:<8} {:>9.0} {:>8}", "recipe", recipe.as_secs_f64() * 1000.0, "1.0x");
    for (name, took) in [("cold", &cold), ("warm", &warm)] {
        let wall = median(&took.iter().map(|took| took.wall).collect::<Vec<_>>());
        let processor = median(&took.iter().map(|took| took.processor).collect::<Vec<_>>());
        let most = |of: fn(&Took) -> u64| took.iter().map(of).max().unwrap_or(0) as f64 / 1024.0;
        println!(
            "{name:<8} {:>9.0} {:>7.1}x {:>12.0} {:>12.1} {:>14.1}",
            wall.as_secs_f64() * 1000.0,
            recipe.as_secs_f64() / wall.as_secs_f64(),
            processor.as_secs_f64() * 1000.0,
            most(|took| took.peak),
            most(|took| took.grown),
        );
    }
    drop(server.stdin.take());
    server.wait().expect("the server ends");
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What a user would script: everything by the git command line, in a clone of its own.
fn recipe(url: &str, stack: usize) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let url = url.replacen("://", &format!("://x-access-token:{TOKEN}@"), 1);
    let addition = "\nresource \"aws_s3_bucket_versioning\" \"backups\" {\n  bucket = aws_s3_bucket.backups.id\n\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n";
    let script = "set -e\ngit clone -q --depth 1 \"$1\" work\ncd work\nfile=$(git grep -l \"$2\" -- '*.tf')\nprintf '%s' \"$3\" >> \"$file\"\n\
                  git checkout -q -b \"$4\"\ngit -c user.name=bot -c user.email=bot@example.com commit -qam 'Turn versioning on'\ngit push -q origin \"$4\" 2>&1\n";
    let started = Instant::now();
    let out = Command::new("bash")
        .args(["-c", script, "recipe", &url, &format!("customer-data-{stack:04}-backups"), addition, &format!("recipe/{stack}")])
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_TERMINAL_PROMPT", "0")])
        .current_dir(folder.path())
        .output()
        .expect("bash runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    started.elapsed()
}

/// Lets the line's process do a cold and a warm fix, with three commits by others in between.
fn rounds(mut child: Child, served: &Path, round: usize) -> (Took, Took) {
    let mut output = BufReader::new(child.stdout.take().expect("an output"));
    let mut input = child.stdin.take().expect("an input");
    let mut next = || {
        writeln!(input, "go").expect("the line listens");
        let mut said = String::new();
        output.read_line(&mut said).expect("the line says what it took");
        let numbers: Vec<u64> = said.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        let [wall, processor, peak, grown] = numbers[..] else { panic!("the line said `{said}`") };
        Took { wall: Duration::from_micros(wall), processor: Duration::from_micros(processor), peak, grown }
    };
    let cold = next();
    for commit in 0..3 {
        let text = format!("change {round} {commit}\n");
        let script = format!(
            "commit refs/heads/main\ncommitter Dev <dev@example.com> 1700000001 +0000\ndata 6\nchange\nfrom refs/heads/main^0\nM 100644 inline apps/app000/note{commit}.md\ndata {}\n{text}\nM 100644 inline stacks/team00/service0000/note{commit}.tf\ndata {}\n# {text}\n",
            text.len(),
            text.len() + 2
        );
        feed(served, &["fast-import", "--quiet"], script.as_bytes());
    }
    let warm = next();
    drop(input);
    child.wait().expect("the line ends");
    (cold, warm)
}

/// What is known of the repository from the last fix.
struct Known {
    commit: String,
    workspace: Workspace,
    index: RepositoryIndex,
}

/// Our process: a fix for each line of input.
async fn line(url: &str, folder: &Path, first: usize) {
    let mirrors = Mirrors::open(folder, MirrorOptions::default()).expect("a folder of mirrors");
    let catalogue = Catalogue::built_in();
    let repository = Repository { id: 1, installation: 1, owner: "acme".into(), name: "infra".into() };
    let remote = Remote { repository, url: url.into(), token: SecretString::from(TOKEN.to_owned()) };
    let mut known = None;
    for (number, line) in std::io::stdin().lines().enumerate() {
        line.expect("the input is text");
        reset_peak();
        let (resident, processor, started) = (memory("VmRSS"), processor_time(), Instant::now());
        known = Some(fix(&mirrors, &remote, &catalogue, known.take(), first + number).await);
        let (wall, spent, peak) = (started.elapsed(), processor_time() - processor, memory("VmHWM"));
        println!("{} {} {peak} {}", wall.as_micros(), spent.as_micros(), peak.saturating_sub(resident));
    }
}

/// From the finding to the pushed branch.
async fn fix(mirrors: &Mirrors, remote: &Remote, catalogue: &Catalogue, known: Option<Known>, stack: usize) -> Known {
    let snapshot = mirrors.fetch(remote, None).await.expect("the repository is fetched");
    let known = match known {
        Some(known) => renewed(mirrors, remote, known, &snapshot.commit).await,
        None => {
            let workspace = mirrors.read(remote, &snapshot.commit, is_relevant).await.expect("the files are read").workspace;
            let index = RepositoryIndex::of_workspace(&workspace);
            Known { commit: snapshot.commit.clone(), workspace, index }
        }
    };
    let arn = format!("arn:aws:s3:::prod-customer-data-{stack:04}-backups");
    let query = Query { identity: identity::parse(&arn, None, Some("123456789012"), Some("us-east-1")), ..Query::default() };
    let view = RepositoryView { name: "acme/infra", workspace: &known.workspace, index: &known.index };
    let Decision::Located(located) = locate(&query, &[view]).decision else { panic!("{arn} is not found") };
    let rule = catalogue.by_id("aws/s3/versioning").expect("the rule is there");
    let Ok(Outcome::Patch(patch)) = patch(rule, &located.target, &known.workspace, &Params::default()) else {
        panic!("{arn} is not fixed")
    };
    let change = Change {
        files: patch.files.into_iter().map(|(path, file)| (path, Some(file.after))).collect::<BTreeMap<_, _>>(),
        message: "Turn versioning on\n".into(),
        identity: Identity { name: "remediate[bot]".into(), email: "remediate[bot]@users.noreply.github.com".into() },
        at: Utc::now(),
    };
    let publication =
        Publication { base: snapshot.commit, branch: format!("remediate/aws-s3-versioning/{stack:04}"), change, lease: Lease::Absent };
    assert!(mirrors.publish(remote, publication).await.expect("the branch is pushed").moved);
    known
}

/// What is known, brought to `commit`: only what changed is read.
async fn renewed(mirrors: &Mirrors, remote: &Remote, mut known: Known, commit: &str) -> Known {
    let changes = mirrors.changes(remote, &known.commit, commit).await.expect("both commits are there");
    let relevant: Vec<_> = changes.into_iter().filter(|change| is_relevant(&change.path)).collect();
    let mut texts =
        mirrors.blobs(remote, relevant.iter().filter_map(|change| change.after.clone()).collect()).await.expect("the files are read");
    let mut edits = Vec::new();
    for change in relevant {
        match change.after.and_then(|blob| texts.remove(&blob).map(|text| (blob, text))) {
            Some((blob, text)) => {
                let text: remediate::model::WorkspaceFile = text.into();
                known.workspace.insert(change.path.clone(), text.clone());
                edits.push(IndexChange::Put { path: change.path, blob, text: Some(text) });
            }
            None => {
                known.workspace.remove(&change.path);
                edits.push(IndexChange::Remove { path: change.path });
            }
        }
    }
    known.index.apply(edits);
    commit.clone_into(&mut known.commit);
    known
}

/// Processor time of all threads of this process that are alive (those of the pools stay alive).
fn processor_time() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux").flatten();
    let nanoseconds =
        |path: std::path::PathBuf| std::fs::read_to_string(path.join("schedstat")).ok()?.split(' ').next()?.parse::<u64>().ok();
    Duration::from_nanos(tasks.filter_map(|task| nanoseconds(task.path())).sum())
}

/// A figure of `/proc/self/status`, in KiB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Lets `VmHWM` begin anew at what is resident now.
fn reset_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
}
