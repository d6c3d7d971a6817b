//! An attack path as a Mermaid diagram.

use std::fmt::Write as _;

use super::escape::one_line;

/// Steps beyond this are cut: the diagram is for a glance.
const STEP_LIMIT: usize = 12;

/// `Internet -> EC2 (Instance Profile) -> S3:GetObject` as a fenced Mermaid flow chart; `None` when it has fewer than two steps.
///
/// The words come from the finding: only letters, digits and a few harmless marks of them reach the diagram.
#[must_use]
pub fn attack_path_diagram(path: &str) -> Option<String> {
    let arrows = path.replace("=>", "->").replace("-->", "->").replace(['→', '➜', '⟶'], "->");
    let steps: Vec<String> = arrows.split("->").map(label).filter(|step| !step.is_empty()).take(STEP_LIMIT).collect();
    if steps.len() < 2 {
        return None;
    }
    let mut diagram = String::from("```mermaid\nflowchart LR\n");
    for (index, step) in steps.iter().enumerate() {
        let _ = writeln!(diagram, "    s{index}[\"{step}\"]");
    }
    let chain: Vec<String> = (0..steps.len()).map(|index| format!("s{index}")).collect();
    let _ = writeln!(diagram, "    {}", chain.join(" --> "));
    let _ = writeln!(diagram, "    style s{} stroke:#cf222e,stroke-width:2px", steps.len() - 1);
    diagram.push_str("```");
    Some(diagram)
}

fn label(step: &str) -> String {
    let kept: String =
        one_line(step).chars().map(|c| if c.is_alphanumeric() || " .:/_-(),*+".contains(c) { c } else { ' ' }).take(80).collect();
    // `://` would be made a link by some renderers.
    kept.split_whitespace().collect::<Vec<_>>().join(" ").replace("://", ": //").replace("www.", "www .")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_flow_chart() {
        insta::assert_snapshot!(attack_path_diagram("Internet -> EC2 (Instance Profile) -> S3:GetObject").unwrap_or_default());
    }

    #[test]
    fn hostile_steps_cannot_leave_their_label() {
        let diagram = attack_path_diagram("a\"] --> x; click s0 href \"javascript:alert(1)\" -> ```\n# h -> <b>https://e.example</b>")
            .unwrap_or_default();
        assert_eq!(diagram.matches("```").count(), 2, "{diagram}");
        assert!(!diagram.contains("<b>") && !diagram.contains("://") && !diagram.contains("click s0 href \""), "{diagram}");
        assert_eq!(attack_path_diagram("only words"), None);
    }
}
