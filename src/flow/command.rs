//! What people type: `/remediate …`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// Words longer than this are cut before they are read.
const LINE_LIMIT: usize = 2_000;

/// Which block is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Choice N of the bot's question, from 1.
    Number(usize),
    /// A line of a file.
    Line {
        /// Path in the repository.
        path: String,
        /// Line, from 1.
        line: usize,
    },
}

/// What the fix is to use beyond the finding itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Which block.
    pub at: Option<Choice>,
    /// `rule=` and parameters by name, as HCL expression text.
    pub with: BTreeMap<String, String>,
}

/// For what an approval counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This resource.
    Resource,
    /// This rule in this repository.
    Repository,
    /// This rule everywhere.
    Everywhere,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Fix it.
    Fix(Wishes),
    /// Show what would be changed.
    Plan(Wishes),
    /// Tell how it came about.
    Explain,
    /// Try again.
    Retry,
    /// Tell where it stands.
    Status,
    /// Tell what happened, from the audit record.
    Audit,
    /// Evaluate the rule again on the default branch.
    Verify,
    /// Make the change again on the present default branch.
    Rebase,
    /// Wait, for this reason; the due date stays.
    Snooze {
        /// End of the wait.
        until: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// Wait no longer.
    Resume,
    /// Take a suppression or exception back, for this reason.
    Revoke {
        /// Why.
        reason: String,
    },
    /// Tell what can be typed.
    Help,
    /// It is a false positive, for this reason.
    FalsePositive {
        /// Why.
        reason: String,
    },
    /// The analysts agree.
    Approve {
        /// For what.
        reach: Reach,
    },
    /// The analysts disagree.
    Reject {
        /// Why.
        reason: String,
    },
    /// Accept the risk until then.
    Exception {
        /// End of the acceptance.
        until: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// Not understood.
    Unclear {
        /// What is wrong with it and what was probably meant.
        why: String,
    },
}

const VERBS: [&str; 20] = [
    "help",
    "plan",
    "explain",
    "retry",
    "reopen",
    "status",
    "audit",
    "verify",
    "rebase",
    "snooze",
    "resume",
    "unsnooze",
    "at",
    "with",
    "fix",
    "false-positive",
    "approve",
    "reject",
    "revoke",
    "exception",
];

/// The longest snooze: who needs more asks for an exception, which a second person approves.
const LONGEST_SNOOZE: TimeDelta = TimeDelta::days(30);

/// The command in a comment: its first line that begins with `/remediate`, outside code, quotes and HTML comments.
#[must_use]
pub fn parse_command(comment: &str, now: DateTime<Utc>) -> Option<Command> {
    let line = command_line(comment)?;
    let rest: String = line.chars().take(LINE_LIMIT).collect();
    let words = split_words(&rest);
    let Some((verb, arguments)) = words.split_first() else { return Some(Command::Fix(Wishes::default())) };
    let reason = || arguments.join(" ");
    Some(match verb.to_lowercase().as_str() {
        "help" => Command::Help,
        "explain" => Command::Explain,
        "retry" | "reopen" | "recreate" => Command::Retry,
        "audit" => Command::Audit,
        "verify" => Command::Verify,
        "rebase" => Command::Rebase,
        "resume" | "unsnooze" => Command::Resume,
        "snooze" => snooze(arguments, now),
        "revoke" => with_reason(reason(), |reason| Command::Revoke { reason }),
        "status" => Command::Status,
        "approve" => match arguments.first().map(String::as_str) {
            None | Some("resource") => Command::Approve { reach: Reach::Resource },
            Some("repository") => Command::Approve { reach: Reach::Repository },
            Some("everywhere" | "globally") => Command::Approve { reach: Reach::Everywhere },
            Some(_) => Command::Unclear {
                why: "Write `/remediate approve`, `/remediate approve repository` or `/remediate approve everywhere`.".into(),
            },
        },
        "false-positive" => with_reason(reason(), |reason| Command::FalsePositive { reason }),
        "reject" => with_reason(reason(), |reason| Command::Reject { reason }),
        "exception" => exception(arguments, now),
        "plan" => wishes(arguments).map_or_else(|why| Command::Unclear { why }, Command::Plan),
        "fix" => wishes(arguments).map_or_else(|why| Command::Unclear { why }, Command::Fix),
        "at" | "with" => wishes(&words).map_or_else(|why| Command::Unclear { why }, Command::Fix),
        other => Command::Unclear { why: unknown(other) },
    })
}

fn unknown(word: &str) -> String {
    let near = VERBS.into_iter().map(|verb| (strsim::damerau_levenshtein(word, verb), verb)).filter(|(distance, _)| *distance <= 2).min();
    match near {
        Some((_, verb)) => format!("I do not know `/remediate {word}`; did you mean `/remediate {verb}`?"),
        None => format!("I do not know `/remediate {word}`."),
    }
}

fn with_reason(reason: String, command: impl FnOnce(String) -> Command) -> Command {
    if reason.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return Command::Unclear { why: "A reason is needed, for the record.".into() };
    }
    command(reason)
}

/// The rest of the first command line.
fn command_line(comment: &str) -> Option<&str> {
    let mut fence: Option<&str> = None;
    let mut hidden = false;
    for line in comment.lines() {
        let trimmed = line.trim();
        if let Some(open) = fence {
            if trimmed.starts_with(open) && trimmed.trim_matches(['`', '~']).is_empty() {
                fence = None;
            }
            continue;
        }
        if hidden {
            hidden = !trimmed.contains("-->");
            continue;
        }
        // Four spaces or a tab make a line code.
        let indented = line.starts_with("    ") || line.starts_with('\t');
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fence = trimmed.get(..3);
        } else if trimmed.starts_with("<!--") {
            hidden = !trimmed.contains("-->");
        } else if !indented
            && let Some(rest) = trimmed.strip_prefix("/remediate")
            && (rest.is_empty() || rest.starts_with(char::is_whitespace))
        {
            return Some(rest);
        }
    }
    None
}

/// Words separated by spaces; `"…"` and `[…]` keep theirs.
fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.push(c);
            }
            '[' if !quoted => {
                depth += 1;
                word.push(c);
            }
            ']' if !quoted => {
                depth = depth.saturating_sub(1);
                word.push(c);
            }
            c if c.is_whitespace() && !quoted && depth == 0 => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `at …` and `with k=v …`, in any order.
fn wishes(words: &[String]) -> Result<Wishes, String> {
    let mut wishes = Wishes::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "at" => wishes.at = Some(choice(words.next().map_or("", String::as_str))?),
            "with" => {}
            pair => {
                let (name, value) = pair.split_once('=').ok_or_else(|| format!("I do not understand `{pair}`; write `name=value`."))?;
                if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || value.is_empty() {
                    return Err(format!("I do not understand `{pair}`; write `name=value`."));
                }
                wishes.with.insert(name.into(), value.into());
            }
        }
    }
    Ok(wishes)
}

fn choice(text: &str) -> Result<Choice, String> {
    if let Ok(number) = text.parse::<usize>() {
        return if number == 0 { Err("Choices are counted from 1.".into()) } else { Ok(Choice::Number(number)) };
    }
    let wrong = || "Write `at N` for a choice, or `at path/to/file.tf:12`.".to_owned();
    let (path, line) = text.trim_matches(['`', '"']).rsplit_once(':').ok_or_else(wrong)?;
    let line = line.parse::<usize>().ok().filter(|line| *line > 0).ok_or_else(wrong)?;
    let safe = !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if safe { Ok(Choice::Line { path: path.into(), line }) } else { Err(wrong()) }
}

/// `14d REASON` or `until=2027-03-01 REASON`, at most [`LONGEST_SNOOZE`].
fn snooze(words: &[String], now: DateTime<Utc>) -> Command {
    let usage = "Write `/remediate snooze 14d REASON` or `/remediate snooze until=2027-03-01 REASON`.";
    let Some((first, reason)) = words.split_first() else { return Command::Unclear { why: usage.into() } };
    let text = first.strip_prefix("until=").unwrap_or(first);
    match end_of(text, now) {
        Some(until) if until <= now => Command::Unclear { why: format!("`{text}` is in the past.") },
        Some(until) if until > now + LONGEST_SNOOZE => Command::Unclear {
            why:
                "A snooze lasts 30 days at most and moves no due date; for longer, ask for an exception: `/remediate exception 90d REASON`."
                    .into(),
        },
        Some(until) => with_reason(reason.join(" "), |reason| Command::Snooze { until, reason }),
        None => Command::Unclear { why: usage.into() },
    }
}

/// `until=2027-03-01 REASON` or `30d REASON`.
fn exception(words: &[String], now: DateTime<Utc>) -> Command {
    let usage = "Write `/remediate exception until=2027-03-01 REASON` or `/remediate exception 30d REASON`.";
    let Some((first, reason)) = words.split_first() else { return Command::Unclear { why: usage.into() } };
    let text = first.strip_prefix("until=").unwrap_or(first);
    let until = end_of(text, now);
    match until {
        Some(until) if until <= now => Command::Unclear { why: format!("`{text}` is in the past.") },
        Some(until) if until > now + TimeDelta::days(366) => {
            Command::Unclear { why: "An exception lasts a year at most; it can be extended then.".into() }
        }
        Some(until) => with_reason(reason.join(" "), |reason| Command::Exception { until, reason }),
        None => Command::Unclear { why: usage.into() },
    }
}

fn end_of(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return date.and_hms_opt(23, 59, 59).map(|end| end.and_utc());
    }
    text.parse::<crate::config::Period>().ok().and_then(|period| now.checked_add_signed(period.as_delta()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(comment: &str) -> Option<Command> {
        parse_command(comment, DateTime::from_timestamp(1_800_000_000, 0).unwrap())
    }

    #[test]
    fn commands_are_read_from_the_first_line_that_is_one() {
        assert_eq!(parse("Please\n/remediate\nthanks"), Some(Command::Fix(Wishes::default())));
        assert_eq!(parse("/remediate help"), Some(Command::Help));
        assert_eq!(parse("  /remediate STATUS now"), Some(Command::Status));
        let Some(Command::Plan(wishes)) =
            parse("/remediate plan at infra/main.tf:12 with rule=aws/s3/x cidrs=[\"10.0.0.0/8\", \"x\"] name=\"a b\"")
        else {
            panic!()
        };
        assert_eq!(wishes.at, Some(Choice::Line { path: "infra/main.tf".into(), line: 12 }));
        assert_eq!(wishes.with["cidrs"], "[\"10.0.0.0/8\", \"x\"]");
        assert_eq!(wishes.with["name"], "\"a b\"");
        assert_eq!(parse("/remediate at 2"), Some(Command::Fix(Wishes { at: Some(Choice::Number(2)), ..Wishes::default() })));
    }

    #[test]
    fn quotes_code_and_other_words_are_no_commands() {
        for comment in [
            "",
            "no command",
            "> /remediate",
            "```\n/remediate\n```",
            "~~~sh\n/remediate\n~~~",
            "    /remediate",
            "<!--\n/remediate\n-->",
            "`/remediate`",
            "/remediated",
            "see /remediate",
            "```\n/remediate",
        ] {
            assert_eq!(parse(comment), None, "{comment:?}");
        }
        assert_eq!(parse("```\nx\n```\n/remediate"), Some(Command::Fix(Wishes::default())));
    }

    #[test]
    fn what_is_not_understood_is_said_so() {
        let why = |comment| match parse(comment) {
            Some(Command::Unclear { why }) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why("/remediate sttaus"), "I do not know `/remediate sttaus`; did you mean `/remediate status`?");
        assert!(why("/remediate at ../etc/passwd:1").contains("at path/to/file.tf:12"));
        assert!(why("/remediate at 0").contains("from 1"));
        assert!(why("/remediate with x").contains("name=value"));
        assert!(why("/remediate false-positive").contains("reason"));
        assert!(why("/remediate exception until=2020-01-01 because").contains("past"));
        assert!(why("/remediate exception 900d because").contains("a year"));
        assert!(why("/remediate snooze 31d because").contains("ask for an exception"));
        assert!(why("/remediate snooze").contains("snooze 14d REASON"));
        assert!(why("/remediate revoke").contains("reason"));
    }

    #[test]
    fn every_command_of_the_help_is_understood() {
        let help = crate::render::help_comment();
        let commands = help.split("`/remediate").skip(1).filter_map(|rest| rest.split('`').next());
        for command in commands {
            let written = format!("/remediate{}", command.replace(" N", " 1").replace("ID", "aws/s3/x"));
            assert!(!matches!(parse(&written), None | Some(Command::Unclear { .. })), "{written}: {:?}", parse(&written));
        }
        for verb in VERBS.iter().filter(|verb| !matches!(**verb, "fix" | "reopen" | "unsnooze" | "help")) {
            assert!(help.contains(verb), "{verb} is not in the help");
        }
    }

    #[test]
    fn decisions_carry_their_reason_and_end() {
        assert_eq!(
            parse("/remediate false-positive it is a public website"),
            Some(Command::FalsePositive { reason: "it is a public website".into() })
        );
        let Some(Command::Exception { until, reason }) = parse("/remediate exception 30d migration runs") else { panic!() };
        assert_eq!((until.timestamp(), reason.as_str()), (1_800_000_000 + 30 * 86_400, "migration runs"));
    }
}
