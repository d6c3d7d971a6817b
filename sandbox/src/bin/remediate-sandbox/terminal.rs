//! What the demo prints: steps with their time, a line that moves while something is awaited, coloured diffs.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use remediate_sandbox::ChangedFile;

fn styled(code: &str, text: &str) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    if plain { text.to_string() } else { format!("\x1b[{code}m{text}\x1b[0m") }
}

/// Bold.
pub fn bold(text: &str) -> String {
    styled("1", text)
}

/// Dim.
pub fn dim(text: &str) -> String {
    styled("2", text)
}

/// Red.
pub fn red(text: &str) -> String {
    styled("31", text)
}

/// Green.
pub fn green(text: &str) -> String {
    styled("32", text)
}

/// Cyan, for addresses.
pub fn cyan(text: &str) -> String {
    styled("36", text)
}

/// Text of others without what could steer a terminal.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\t' || !c.is_control()).collect()
}

/// The steps of a run, each with the time since its start.
pub struct Steps {
    started: Instant,
}

impl Steps {
    /// Starts the clock.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    fn time(&self) -> String {
        dim(&format!("{:>6.1} s", self.started.elapsed().as_secs_f64()))
    }

    /// A step that is done.
    pub fn done(&self, text: &str) {
        println!("{} {} {text}", self.time(), green("✓"));
    }

    /// More about the step above.
    pub fn more(&self, text: &str) {
        println!("           {text}");
    }

    /// Asks again and again until there is an answer, with a moving line on a terminal.
    ///
    /// # Errors
    /// The question fails, or there is no answer within `limit`.
    pub async fn wait<T, F>(&self, what: &str, limit: Duration, pause: Duration, mut ask: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
        let moving = std::io::stdout().is_terminal();
        let begun = Instant::now();
        let mut frame = FRAMES.iter().cycle();
        loop {
            if let Some(answer) = ask().await? {
                if moving {
                    print!("\r\x1b[2K");
                }
                return Ok(answer);
            }
            if begun.elapsed() > limit {
                if moving {
                    println!();
                }
                bail!("{what}: nothing after {} seconds", limit.as_secs());
            }
            if moving {
                print!("\r\x1b[2K{} {} {what}", self.time(), frame.next().unwrap_or(&' '));
                // A progress line that cannot be shown is no reason to stop.
                let _ = std::io::stdout().flush();
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// A coloured unified diff.
pub fn diff(files: &[ChangedFile]) -> String {
    let mut text = String::new();
    for file in files {
        text.push_str(&format!("{}\n", bold(&format!("  {} (+{} −{})", plain(&file.path), file.additions, file.deletions))));
        for line in file.patch.as_deref().unwrap_or_default().lines() {
            let line = plain(line);
            let colored = match line.chars().next() {
                Some('+') => green(&line),
                Some('-') => red(&line),
                Some('@') => cyan(&line),
                _ => line,
            };
            text.push_str(&format!("  {colored}\n"));
        }
    }
    text
}
