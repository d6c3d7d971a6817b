//! What `/remediate help` answers.

/// The commands, and what an issue may hold.
#[must_use]
pub fn help_comment() -> String {
    HELP.into()
}

const HELP: &str = "\
| write | and I |
|---|---|
| `/remediate` | read the finding in this issue, fix it in a pull request, and verify it after the merge |
| `/remediate plan` | show what I would change, and change nothing |
| `/remediate at path/to/file.tf:12` or `/remediate at N` | use this block, or choice N of my question |
| `/remediate with rule=ID name=value` | use this rule, or set its parameters |
| `/remediate explain` | tell how the risk score, the block and the rule came about |
| `/remediate status` | tell where things stand |
| `/remediate retry` | try again, also after a no or an error |
| `/remediate false-positive REASON` | stop, and ask the analysts |
| `/remediate exception 30d REASON` or `until=2027-03-01 REASON` | stop, and ask the security team to accept the risk until then |
| `/remediate approve` (or `approve repository`, `approve everywhere`), `/remediate reject REASON` | decide such a request, by a second person |
| `/remediate help` | show this |

An issue may hold the finding as a JSON block, a resource ARN with a rule or scanner id, or `file.tf:line` with a rule or scanner id. \
I act for people with write permission, once for each comment as it was first written.
";
