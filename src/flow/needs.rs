//! What the App must be allowed to do, and what for; `app.yml` asks for the same.

/// Permission, level, and what stops working without it; in alphabetical order.
pub const NEEDED_PERMISSIONS: [(&str, &str, &str); 7] = [
    ("checks", "write", "the verdict at the merged commit is not shown as a check"),
    ("contents", "write", "Terraform cannot be read and branches cannot be pushed"),
    ("issues", "write", "commands are not answered and labels not set"),
    ("members", "read", "teams in CODEOWNERS cannot be told from unknown names"),
    ("metadata", "read", "repositories cannot be listed"),
    ("pull_requests", "write", "pull requests cannot be opened"),
    ("security_events", "write", "code scanning alerts cannot be read or closed"),
];
