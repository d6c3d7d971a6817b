//! Changed files as coloured diffs.

use super::layout::escape;
use crate::bare::ChangedFile;

/// All files of a change.
pub fn files(files: &[ChangedFile]) -> String {
    files.iter().map(file).collect()
}

fn file(file: &ChangedFile) -> String {
    let name = match &file.previous {
        Some(previous) => format!("{} → {}", escape(previous), escape(&file.path)),
        None => escape(&file.path),
    };
    let rows = file.patch.as_deref().map_or_else(|| "<tr class=\"hunk\"><td>no text to show</td></tr>".into(), rows);
    format!(
        "<div class=\"box\"><div class=\"head\"><b><code>{name}</code></b><span style=\"margin-left:auto\"><span class=\"plus\">+{}</span> \
         <span class=\"minus\">−{}</span></span></div><table class=\"code\"><tbody>{rows}</tbody></table></div>",
        file.additions, file.deletions
    )
}

fn rows(patch: &str) -> String {
    let (mut old, mut new) = (0_u64, 0_u64);
    let mut html = String::new();
    for line in patch.lines() {
        if line.starts_with("@@") {
            (old, new) = starts(line).unwrap_or((0, 0));
            html.push_str(&format!("<tr class=\"hunk\"><td class=\"n\"></td><td class=\"n\"></td><td></td><td>{}</td></tr>", escape(line)));
            continue;
        }
        let (sign, text) = line.split_at_checked(1).unwrap_or((" ", ""));
        let (class, left, right) = match sign {
            "+" => ("add", String::new(), new.to_string()),
            "-" => ("del", old.to_string(), String::new()),
            "\\" => ("", String::new(), String::new()),
            _ => ("", old.to_string(), new.to_string()),
        };
        old += u64::from(sign == "-" || sign == " ");
        new += u64::from(sign == "+" || sign == " ");
        html.push_str(&format!(
            "<tr class=\"{class}\"><td class=\"n\">{left}</td><td class=\"n\">{right}</td><td>{}</td><td>{}</td></tr>",
            escape(sign),
            escape(text)
        ));
    }
    html
}

/// First line numbers of a hunk header `@@ -12,5 +14,9 @@`.
fn starts(header: &str) -> Option<(u64, u64)> {
    let mut parts = header.split_whitespace().skip(1);
    let mut number = |sign: char| parts.next()?.strip_prefix(sign)?.split(',').next()?.parse().ok();
    Some((number('-')?, number('+')?))
}
