//! What the commands that read the database share: opening it, printing tables, and keeping a terminal safe.

use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;

use super::start::{SettingsOptions, database_url, runtime, settings};
use crate::store::{Session, Store};

/// Which database.
#[derive(Debug, Clone, Args)]
pub struct Database {
    #[command(flatten)]
    settings: SettingsOptions,
    /// The database (`sqlite:PATH` or `postgres://…`) instead of the one in the settings.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Database {
    /// Opens the database and runs `work` in a session that only reads.
    ///
    /// # Errors
    /// Wrong settings, a database that cannot be opened, and what `work` gives.
    pub fn with(&self, work: impl AsyncFnOnce(&mut Session) -> Result<ExitCode>) -> Result<ExitCode> {
        self.open(async |store| {
            let mut session = store.read().await?;
            work(&mut session).await
        })
    }

    /// Opens the database and runs `work` in a session that writes, and commits it.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn change(&self, work: impl AsyncFnOnce(&mut Session) -> Result<ExitCode>) -> Result<ExitCode> {
        self.open(async |store| {
            let mut session = store.begin().await?;
            let code = work(&mut session).await?;
            session.commit().await?;
            Ok(code)
        })
    }

    fn open(&self, work: impl AsyncFnOnce(&Store) -> Result<ExitCode>) -> Result<ExitCode> {
        let url = match &self.database {
            Some(url) => url.clone(),
            None => database_url(&settings(&self.settings)?),
        };
        runtime()?.block_on(async {
            // Reading must not make an empty database where there is none.
            let store = Store::open_existing(&url, Utc::now()).await?;
            let code = work(&store).await;
            store.close().await;
            code
        })
    }
}

/// Prints an error and gives exit code 2 for it.
#[must_use]
pub fn finish(command: &str, result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("remediate {command}: {error:#}");
        ExitCode::from(2)
    })
}

/// A time for people, in UTC.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Untrusted text for a terminal: no control characters, which could move the cursor or recolour what others wrote, and no
/// characters that change the direction of text.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// Prints rows under a header, columns aligned; says `empty` when there are none.
pub fn print_table<const N: usize>(header: [&str; N], rows: &[[String; N]], empty: &str) {
    if rows.is_empty() {
        println!("{empty}");
        return;
    }
    print!("{}", table(header, rows));
}

fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let mut text = String::new();
    let rows: Vec<[String; N]> =
        std::iter::once(header.map(str::to_owned)).chain(rows.iter().map(|row| row.clone().map(|cell| plain(&cell)))).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_text_cannot_drive_the_terminal() {
        let rows = [["a\u{1b}[31m".to_owned(), "1".to_owned()], ["längere".to_owned(), "2\n3\u{202e}".to_owned()]];
        assert_eq!(table(["NAME", "N"], &rows), "NAME     N\na [31m   1\nlängere  2 3\u{fffd}\n");
    }
}
