//! A bounded run of hostile input against everything that reads what others write.
//!
//! Each target gets mutated and generated inputs for `FUZZ_SECONDS` divided by the number of targets (2 s in all when unset, so that
//! an ordinary `cargo test` stays quick). A panic, a stack overflow, or an input that takes longer than `SLOWEST` fails the target;
//! the input is kept under `target/fuzz/` and its seed is printed. `FUZZ_SEED` repeats a run.

mod expressions;
mod follow;
mod mutate;
mod targets;

use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};

use mutate::Dice;
use targets::Target;

/// The longest that one input of at most 64 KiB may take, in a build without optimisation on a busy machine.
const SLOWEST: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let seconds = number("FUZZ_SECONDS").unwrap_or(2);
    let seed = number("FUZZ_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        // A run of a few seconds is a smoke test and repeats itself; a long one looks for something new.
        if seconds <= 2 { 1 } else { now.as_secs() }
    });
    let targets = targets::all();
    let each = Duration::from_millis(seconds * 1000 / targets.len() as u64);
    let trials =
        targets.into_iter().map(|target| Trial::test(target.name, move || run(target, each, seed).map_err(Failed::from))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Where the input at hand is kept, so that it survives a stack overflow.
fn kept(target: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder.join(format!("{target}.input"))
}

/// Rewrites the file in place: making it anew for every input would take most of the time.
fn keep(file: &mut std::fs::File, bytes: &[u8]) -> std::io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)
}

fn run(target: Target, time: Duration, seed: u64) -> Result<(), String> {
    let path = kept(target.name);
    let (beat, watch) = mpsc::channel();
    let input = path.clone();
    let worker = std::thread::spawn(move || {
        let mut dice = Dice::new(seed);
        let mut file = std::fs::File::create(&input).expect("the target folder can be written");
        let started = Instant::now();
        let mut inputs = 0_u64;
        while started.elapsed() < time {
            let bytes = (target.make)(&mut dice);
            keep(&mut file, &bytes).expect("the target folder can be written");
            (target.read)(&bytes);
            inputs += 1;
            if beat.send(()).is_err() {
                break;
            }
        }
        inputs
    });
    let place = path.display();
    loop {
        match watch.recv_timeout(SLOWEST) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return Err(format!("an input takes longer than {SLOWEST:?}: {place} (seed {seed})")),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let inputs = worker.join().map_err(|_| format!("panicked on {place} (seed {seed})"))?;
    println!("{}: {inputs} inputs in {:.1} s (seed {seed})", target.name, time.as_secs_f64());
    let _ = std::fs::remove_file(&path);
    Ok(())
}
