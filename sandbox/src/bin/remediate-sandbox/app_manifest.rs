//! Reads the two lists of `app.yml` that an app is registered with, so that the demo's app has exactly the real one's rights.

use std::collections::{BTreeMap, BTreeSet};

use remediate_sandbox::NewApp;

/// The app that `app.yml` describes. Only its flat lists are read; comments and other keys are left aside.
pub fn read(text: &str) -> NewApp {
    let mut app = NewApp::default();
    let mut section = "";
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        if line.trim_start().starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if !line.starts_with([' ', '-']) {
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            section = key;
            set(&mut app, key, value.trim());
            continue;
        }
        let entry = line.trim();
        match section {
            "default_permissions" => add(&mut app.permissions, entry),
            "default_events" => add_event(&mut app.events, entry),
            _ => {}
        }
    }
    app
}

fn set(app: &mut NewApp, key: &str, value: &str) {
    match key {
        "name" => app.name = value.into(),
        "description" => app.description = value.into(),
        "url" => app.external_url = value.into(),
        _ => {}
    }
}

fn add(permissions: &mut BTreeMap<String, String>, entry: &str) {
    if let Some((name, level)) = entry.split_once(':') {
        permissions.insert(name.trim().into(), level.trim().into());
    }
}

fn add_event(events: &mut BTreeSet<String>, entry: &str) {
    if let Some(event) = entry.strip_prefix('-') {
        events.insert(event.trim().into());
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn permissions_and_events_are_read_and_comments_are_not() {
        let app = super::read(
            "# The app\nname: remediate\ndefault_permissions:\n  contents: write # pushes\n  # why\n  metadata: read\ndefault_events:\n  - push\n",
        );
        assert_eq!(app.name, "remediate");
        assert_eq!(
            app.permissions.iter().map(|(name, level)| format!("{name}={level}")).collect::<Vec<_>>(),
            ["contents=write", "metadata=read"]
        );
        assert_eq!(app.events.iter().map(String::as_str).collect::<Vec<_>>(), ["push"]);
    }
}
