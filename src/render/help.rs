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
| `/remediate explain` | tell how the risk score, the owner, the block and the rule came about |
| `/remediate status` | tell where things stand |
| `/remediate audit` | tell what happened, when and by whom |
| `/remediate verify` | evaluate the rule again on the default branch, after the merge |
| `/remediate rebase` | make the change again on the present default branch, unless a person pushed to the branch |
| `/remediate retry` | try again, also after a no or an error |
| `/remediate snooze 14d REASON` | wait; the due date stays |
| `/remediate resume` | wait no longer |
| `/remediate false-positive REASON` | wait, and ask the analysts |
| `/remediate exception 30d REASON` or `/remediate exception until=2027-03-01 REASON` | wait, and ask the security team to accept the risk until then |
| `/remediate approve` (or `/remediate approve repository`, `/remediate approve everywhere`) | agree to such a request, as a second person of the team that decides |
| `/remediate reject REASON` | turn such a request down, or withdraw your own |
| `/remediate revoke REASON` | take back what was agreed, as a member of that team |
| `/remediate help` | show this |

An issue may hold the finding as a JSON block, a resource ARN with a rule or scanner id, or `file.tf:line` with a rule or scanner id. \
I act for people with write permission, once for each comment as it was first written.
";
