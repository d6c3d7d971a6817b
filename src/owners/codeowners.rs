//! A whole CODEOWNERS file.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::line::{self, Owner, Problem, Rule};
use crate::model::Workspace;

/// Where GitHub looks, in order; the first file found is the only one that counts.
pub const LOCATIONS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// GitHub does not load a file larger than this (3 MB): nobody owns anything then.
pub const LARGEST_FILE: usize = 3 * 1024 * 1024;

/// Lines that are compiled together. Matching begins with the last lines, so most of a long file is never compiled.
const LINES_PER_SET: usize = 256;

/// A CODEOWNERS file, read.
#[derive(Debug)]
pub struct CodeOwners {
    path: String,
    rules: Vec<Rule>,
    sets: Vec<OnceLock<Compiled>>,
    problems: Vec<Problem>,
}

/// The globs of some neighbouring rules; `rule_of[i]` is the rule of glob `i`.
#[derive(Debug)]
struct Compiled {
    globs: GlobSet,
    rule_of: Vec<usize>,
}

/// The line that decides about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Path of the CODEOWNERS file.
    pub file: &'a str,
    /// Line, from 1.
    pub line: usize,
    /// The pattern as it is written.
    pub pattern: &'a str,
    /// The owners; empty when the line takes ownership away.
    pub owners: &'a [Owner],
}

impl CodeOwners {
    /// The file that counts among those of a repository, if there is one.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Option<Self> {
        LOCATIONS.iter().find_map(|path| workspace.get(path).map(|text| Self::parse(path, text)))
    }

    /// Reads the text of the file at `path`. Never fails: lines with mistakes are skipped and listed in [`Self::problems`].
    #[must_use]
    pub fn parse(path: &str, text: &str) -> Self {
        let mut owners = Self { path: path.to_owned(), rules: Vec::new(), sets: Vec::new(), problems: Vec::new() };
        if text.len() > LARGEST_FILE {
            owners.problems.push(Problem {
                line: 1,
                text: String::new(),
                message: format!("the file has {} bytes; GitHub does not load one larger than 3 MB", text.len()),
            });
            return owners;
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            match line::parse(line, index + 1) {
                Ok(Some(rule)) => owners.rules.push(rule),
                Ok(None) => {}
                Err(problem) => owners.problems.push(problem),
            }
        }
        owners.sets = (0..owners.rules.len().div_ceil(LINES_PER_SET)).map(|_| OnceLock::new()).collect();
        owners
    }

    /// Path of the file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Lines that GitHub skips, and why.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The line that decides about `path` (relative to the root, `/` as separator), or `None` when no line matches.
    #[must_use]
    pub fn owners_of(&self, path: &str) -> Option<Decision<'_>> {
        let rule = (0..self.sets.len()).rev().find_map(|index| self.last_match(index, path))?;
        let rule = self.rules.get(rule)?;
        Some(Decision { file: &self.path, line: rule.line, pattern: &rule.pattern, owners: &rule.owners })
    }

    /// Everybody who owns one of `paths`, without repetition.
    pub fn owners_of_all<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> BTreeSet<Owner> {
        paths.into_iter().filter_map(|path| self.owners_of(path)).flat_map(|decision| decision.owners.iter().cloned()).collect()
    }

    /// The last rule among those of set `index` that matches.
    fn last_match(&self, index: usize, path: &str) -> Option<usize> {
        let compiled = self.sets.get(index)?.get_or_init(|| compile(&self.rules, index * LINES_PER_SET));
        compiled.globs.matches(path).into_iter().filter_map(|glob| compiled.rule_of.get(glob).copied()).max()
    }
}

fn compile(rules: &[Rule], first: usize) -> Compiled {
    let globs: Vec<(usize, &Glob)> = rules
        .iter()
        .enumerate()
        .skip(first)
        .take(LINES_PER_SET)
        .flat_map(|(index, rule)| rule.globs.iter().map(move |glob| (index, glob)))
        .collect();
    let set = |globs: &[(usize, &Glob)]| {
        let mut builder = GlobSetBuilder::new();
        for (_, glob) in globs {
            builder.add((*glob).clone());
        }
        builder.build()
    };
    match set(&globs) {
        Ok(built) => Compiled { globs: built, rule_of: globs.iter().map(|(rule, _)| *rule).collect() },
        // Together they are too large to compile: keep those that compile alone and together with the ones before.
        Err(_) => {
            let mut kept: Vec<(usize, &Glob)> = Vec::new();
            for glob in globs {
                kept.push(glob);
                if set(&kept).is_err() {
                    kept.pop();
                }
            }
            Compiled { globs: set(&kept).unwrap_or_else(|_| GlobSet::empty()), rule_of: kept.iter().map(|(rule, _)| *rule).collect() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(text: &str, path: &str) -> Option<Vec<String>> {
        CodeOwners::parse("CODEOWNERS", text).owners_of(path).map(|decision| decision.owners.iter().map(ToString::to_string).collect())
    }

    fn matches(pattern: &str, path: &str) -> bool {
        owners(&format!("{pattern} @x"), path).is_some()
    }

    #[test]
    fn the_first_location_is_the_only_one() {
        let mut workspace = Workspace::new();
        assert!(CodeOwners::of(&workspace).is_none());
        workspace.insert("docs/CODEOWNERS", "* @docs");
        assert_eq!(CodeOwners::of(&workspace).unwrap().path(), "docs/CODEOWNERS");
        workspace.insert("CODEOWNERS", "* @root");
        assert_eq!(CodeOwners::of(&workspace).unwrap().path(), "CODEOWNERS");
        workspace.insert(".github/CODEOWNERS", "/nothing @first");
        let owners = CodeOwners::of(&workspace).unwrap();
        assert_eq!(owners.path(), ".github/CODEOWNERS");
        assert!(owners.owners_of("main.tf").is_none(), "the other files are not asked");
    }

    #[test]
    fn the_last_match_wins_also_when_it_names_nobody() {
        let text = "* @everyone\n/apps/ @octocat\n/apps/github\n\n# later\n/apps/github/keep.tf @org/team # inline\n";
        assert_eq!(owners(text, "main.tf"), Some(vec!["@everyone".into()]));
        assert_eq!(owners(text, "apps/x/y.tf"), Some(vec!["@octocat".into()]));
        assert_eq!(owners(text, "apps/github/z.tf"), Some(vec![]));
        let file = CodeOwners::parse("CODEOWNERS", text);
        let decision = file.owners_of("apps/github/keep.tf").unwrap();
        assert_eq!((decision.line, decision.pattern), (6, "/apps/github/keep.tf"));
        assert_eq!(decision.owners, [Owner::Team { organisation: "org".into(), team: "team".into() }]);
    }

    #[test]
    fn patterns_mean_what_githubs_page_says() {
        let yes = [
            ("*", "a/b/c.tf"),
            ("*.js", "a/b.js"),
            ("*.js", "b.js"),
            ("/build/logs/", "build/logs/a/b.log"),
            ("docs/*", "docs/getting-started.md"),
            ("apps/", "a/b/apps/c/d.tf"),
            ("apps/", "apps/c.tf"),
            ("/docs/", "docs/a/b.md"),
            ("/scripts/", "scripts/x"),
            ("**/logs", "deeply/nested/logs/x"),
            ("**/logs", "logs/x"),
            ("/apps/github", "apps/github"),
            ("/apps/github", "apps/github/x/y"),
            ("foo", "a/foo/b"),
            ("foo/bar", "foo/bar/baz"),
            ("a/**/z", "a/z"),
            ("a/**/z", "a/b/c/z/file"),
            ("a/**", "a/b/c"),
            ("**", "x/y"),
            ("/*", "main.tf"),
            ("f?o.tf", "foo.tf"),
            ("docs/*.md", "docs/a.md"),
            ("/a*b/c", "axxb/c"),
            ("dir\\ with\\ space/", "x/dir with space/a"),
            ("a{b,c}", "a{b,c}"),
            ("x+(y)", "x+(y)"),
            ("ünï.tf", "a/ünï.tf"),
        ];
        for (pattern, path) in yes {
            assert!(matches(pattern, path), "`{pattern}` must match `{path}`");
        }
        let no = [
            ("docs/*", "docs/build-app/troubleshooting.md"),
            ("docs/*", "a/docs/x.md"),
            ("/build/logs/", "a/build/logs/b"),
            ("/build/logs/", "build/logs"),
            ("*.js", "a.jsx"),
            ("*.JS", "a.js"),
            ("/Apps/", "apps/x"),
            ("foo/bar", "x/foo/bar"),
            ("/*", "a/main.tf"),
            ("f?o", "f/o"),
            ("foo", "foobar"),
            ("a{b,c}", "ab"),
            ("/", "x"),
            ("a*b", "a/b"),
        ];
        for (pattern, path) in no {
            assert!(!matches(pattern, path), "`{pattern}` must not match `{path}`");
        }
    }

    #[test]
    fn lines_that_do_not_work_are_skipped_and_reported() {
        let text =
            "* @all\n!main.tf @x\n[ab].tf @x\n\\#file @x\n[Section] @x\n^[Optional]\nmain.tf x-is-no-owner\nmain.tf @a @org/\n***/x @y\n";
        let file = CodeOwners::parse("CODEOWNERS", text);
        assert_eq!(file.owners_of("main.tf").unwrap().line, 1);
        assert_eq!(file.problems().iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(file.problems()[3].message.contains("section"), "{:?}", file.problems()[3]);
    }

    #[test]
    fn windows_line_ends_byte_order_mark_and_email_owners_are_taken() {
        assert_eq!(owners("\u{feff}*.tf\tops@example.com  @a\r\n", "x.tf"), Some(vec!["ops@example.com".into(), "@a".into()]));
    }

    #[test]
    fn a_file_over_the_limit_owns_nothing() {
        let file = CodeOwners::parse("CODEOWNERS", &"* @all\n".repeat(LARGEST_FILE / 7 + 1));
        assert!(file.owners_of("x").is_none());
        assert_eq!(file.problems().len(), 1);
    }

    #[test]
    fn the_last_line_wins_across_thousands() {
        let mut text: String = (0..600).map(|n| format!("/dir{n}/*.tf @team{n}\n")).collect();
        text.push_str("/dir7/ @last\n");
        assert_eq!(owners(&text, "dir7/a.tf"), Some(vec!["@last".into()]));
        assert_eq!(owners(&text, "dir599/a.tf"), Some(vec!["@team599".into()]));
        assert_eq!(owners(&text, "dir0/a.tf"), Some(vec!["@team0".into()]));
        assert_eq!(owners(&text, "other/a.tf"), None);
    }
}
