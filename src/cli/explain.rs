//! `remediate explain`: why a finding has the score it has, and where it stands.

use std::process::ExitCode;

use clap::Args;

use super::records::{self, Database, moment, plain, print_table};
use crate::lifecycle::Decision;
use crate::model::{Remediation, Tier};

/// Tells why a finding has the score it has, and where it stands.
#[derive(Debug, Args)]
pub struct Options {
    /// The source's id of the finding, or ours.
    finding: String,
    #[command(flatten)]
    database: Database,
}

/// Runs the subcommand. Exit code 1: nothing is known of the finding. 2: the database cannot be read.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    records::finish(
        "explain",
        options.database.with(async |session| {
            let findings = session.findings_named(&options.finding).await?;
            if findings.is_empty() {
                eprintln!("nothing is known of a finding `{}`; `remediate findings list` shows what is", options.finding);
                return Ok(ExitCode::from(1));
            }
            for witness in findings {
                println!("finding {} of {}", plain(&witness.finding.id), plain(&witness.finding.source));
                if let Some(found) = session.remediation(&witness.remediation.0).await? {
                    explain(&found.remediation);
                    let decisions = session.decisions_of(&found.remediation.id).await?;
                    print_decisions(decisions.iter().map(|found| &found.decision));
                }
                println!();
            }
            Ok(ExitCode::SUCCESS)
        }),
    )
}

fn explain(remediation: &Remediation) {
    println!("remediation {}: {}", remediation.id, remediation.state.name());
    if let Some(why) = &remediation.came_back {
        println!("  {}", plain(why));
    }
    if let Some(note) = &remediation.note {
        println!("  {}", plain(note));
    }
    if let Some(refusal) = &remediation.refusal {
        println!("  {}", plain(&refusal.message));
    }
    let Some(risk) = &remediation.risk else {
        println!("not scored yet");
        return;
    };
    let compared = if risk.above_threshold { "reaches" } else { "is below" };
    println!("score {} {compared} the threshold {}; tier {}", risk.score, risk.threshold, tier(risk.tier));
    let rows: Vec<_> = risk.points.iter().map(|point| [format!("{:+}", point.points), point.name.clone(), point.reason.clone()]).collect();
    print_table(["POINTS", "NAME", "REASON"], &rows, "no points");
    if let Some(owner) = &remediation.owner {
        println!("owner {}", plain(owner));
    }
    if let Some(route) = &remediation.route {
        let nobody = || "-".to_owned();
        let rows: Vec<_> = route
            .chain
            .iter()
            .map(|step| {
                let witness = step.witness.replace('`', "");
                [witness, step.named.clone().unwrap_or_else(nobody), step.owner.clone().unwrap_or_else(nobody)]
            })
            .collect();
        print_table(["ASKED", "NAMED", "OWNER"], &rows, "nobody was asked");
        for (where_, name) in [("jira", &route.jira), ("slack", &route.slack)] {
            if let Some(name) = name {
                println!("{where_} {}", plain(name));
            }
        }
    }
    if let Some(due) = remediation.due {
        println!("due {}", moment(due));
    }
}

/// Who asked to leave it alone, and what became of it.
fn print_decisions<'a>(decisions: impl Iterator<Item = &'a Decision>) {
    let rows: Vec<_> = decisions
        .map(|decision| {
            let what = match decision.until() {
                Some(until) => format!("exception until {}", until.format("%Y-%m-%d")),
                None => "false positive".to_owned(),
            };
            [what, decision.status.name().to_owned(), decision.requested_by.clone(), decision.reason.clone()]
        })
        .collect();
    if !rows.is_empty() {
        print_table(["REQUEST", "STATE", "ASKED BY", "REASON"], &rows, "");
    }
}

const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Development => "development",
        Tier::Standard => "standard",
        Tier::Production => "production",
        Tier::CriticalPath => "critical path",
    }
}
