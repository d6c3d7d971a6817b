//! Markdown as pages show it. Text of strangers stays text: of raw HTML only a few harmless tags pass.

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::layout::escape;

/// Tags that pass as they are, without attributes (but `open`).
const TAGS: &[&str] = &["details", "summary", "sub", "sup", "kbd", "b", "i", "em", "strong", "br", "p", "code", "ul", "li", "hr"];

/// Renders Markdown to safe HTML.
pub fn render(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let mut events = Vec::new();
    let mut state = Pending::default();
    for event in Parser::new_ext(text, options) {
        state.take(event, &mut events);
    }
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    page
}

/// Blocks that are gathered before they can be written.
#[derive(Default)]
struct Pending {
    html: Option<String>,
    code: Option<(String, String)>,
    dropped_images: usize,
    quotes: Vec<bool>,
}

impl Pending {
    fn take<'a>(&mut self, event: Event<'a>, out: &mut Vec<Event<'a>>) {
        match event {
            Event::Start(Tag::HtmlBlock) => self.html = Some(String::new()),
            Event::End(TagEnd::HtmlBlock) => {
                let gathered = self.html.take().unwrap_or_default();
                out.push(Event::Html(harmless(&gathered).into()));
            }
            Event::Html(text) | Event::InlineHtml(text) => match &mut self.html {
                Some(gathered) => gathered.push_str(&text),
                None => out.push(Event::InlineHtml(harmless(&text).into())),
            },
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                let (language, code) = self.code.take().unwrap_or_default();
                out.push(Event::Html(code_block(&language, &code).into()));
            }
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => out.push(Event::Text(text)),
            },
            other => self.take_link_or_quote(other, out),
        }
    }

    fn take_link_or_quote<'a>(&mut self, event: Event<'a>, out: &mut Vec<Event<'a>>) {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = if is_safe(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
                out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            // A picture would make the reader's browser call somebody; its text says what it shows.
            Event::Start(Tag::Image { .. }) => self.dropped_images += 1,
            Event::End(TagEnd::Image) => self.dropped_images = self.dropped_images.saturating_sub(1),
            Event::Start(Tag::BlockQuote(kind)) => {
                self.quotes.push(kind.is_some());
                match kind {
                    Some(kind) => out.push(Event::Html(alert(kind).into())),
                    None => out.push(Event::Start(Tag::BlockQuote(None))),
                }
            }
            Event::End(TagEnd::BlockQuote(kind)) => match self.quotes.pop() {
                Some(true) => out.push(Event::Html("</div>".into())),
                _ => out.push(Event::End(TagEnd::BlockQuote(kind))),
            },
            other => out.push(other),
        }
    }
}

fn alert(kind: BlockQuoteKind) -> String {
    let name = match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    };
    format!("<div class=\"alert {name}\"><b>{name}</b>")
}

fn is_safe(url: &str) -> bool {
    let lower = url.trim().to_lowercase();
    let scheme = lower.split(['/', '?', '#']).next().unwrap_or_default().split_once(':');
    scheme.is_none_or(|(scheme, _)| matches!(scheme, "http" | "https" | "mailto"))
}

/// Raw HTML with comments cut, known tags kept and everything else shown as text.
fn harmless(text: &str) -> String {
    let mut safe = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        safe.push_str(&escape_keeping_entities(before));
        if let Some(comment) = from.strip_prefix("<!--") {
            rest = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
            continue;
        }
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, after) = from.split_at(end);
        match kept(tag) {
            Some(tag) => safe.push_str(&tag),
            None => safe.push_str(&escape(tag)),
        }
        rest = after;
    }
    safe.push_str(&escape_keeping_entities(rest));
    safe
}

fn escape_keeping_entities(text: &str) -> String {
    escape(text).replace("&amp;", "&")
}

fn kept(tag: &str) -> Option<String> {
    let inner = tag.strip_prefix('<')?.strip_suffix('>')?.trim_end_matches('/').trim();
    let (slash, name) = inner.strip_prefix('/').map_or(("", inner), |name| ("/", name));
    let (name, attributes) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
    let name = name.to_lowercase();
    let open = if name == "details" && attributes.trim() == "open" { " open" } else { "" };
    TAGS.contains(&name.as_str()).then(|| format!("<{slash}{name}{open}>"))
}

fn code_block(language: &str, code: &str) -> String {
    match language {
        "mermaid" => flow(code).unwrap_or_else(|| format!("<pre><code>{}</code></pre>", escape(code))),
        "diff" => {
            let lines: String = code.lines().map(diff_line).collect();
            format!("<pre><code>{lines}</code></pre>")
        }
        _ => format!("<pre><code>{}</code></pre>", escape(code)),
    }
}

fn diff_line(line: &str) -> String {
    let class = match line.chars().next() {
        Some('+') => "plus",
        Some('-') => "minus",
        _ => return format!("{}\n", escape(line)),
    };
    format!("<span class=\"{class}\">{}</span>\n", escape(line))
}

/// A Mermaid flowchart that is one chain, as boxes and arrows; other diagrams stay text.
fn flow(code: &str) -> Option<String> {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut chain: Vec<String> = Vec::new();
    let mut marked = String::new();
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("flowchart") || line.starts_with("graph") || line.starts_with("classDef") {
            continue;
        }
        if let Some(style) = line.strip_prefix("style ") {
            marked = style.split_whitespace().next().unwrap_or_default().to_string();
            continue;
        }
        let nodes: Vec<String> = line.split("-->").map(|part| node(part.trim(), &mut names)).collect::<Option<_>>()?;
        if nodes.len() > 1 {
            match chain.last() {
                None => chain = nodes,
                Some(last) if nodes.first() == Some(last) => chain.extend(nodes.into_iter().skip(1)),
                Some(_) => return None,
            }
        }
    }
    if chain.is_empty() {
        return None;
    }
    let boxes: Vec<String> = chain
        .iter()
        .map(|id| {
            let name = names.iter().find(|(known, _)| known == id).map_or(id.as_str(), |(_, name)| name);
            let class = if *id == marked { "node marked" } else { "node" };
            format!("<span class=\"{class}\">{}</span>", escape(name))
        })
        .collect();
    Some(format!("<div class=\"flow\">{}</div>", boxes.join("<span class=\"arrow\">→</span>")))
}

/// `id["text"]` or `id`; remembers the text.
fn node(part: &str, names: &mut Vec<(String, String)>) -> Option<String> {
    let id: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let text = part.get(id.len()..)?.trim();
    if id.is_empty() {
        return None;
    }
    if !text.is_empty() {
        let name = text.trim_matches(['[', ']', '(', ')', '{', '}']).trim_matches('"');
        names.push((id.clone(), name.to_string()));
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_write_stays_text() {
        let page = render(
            "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) ![i](https://evil.example/p.png)",
        );
        assert!(
            !page.contains("<script") && !page.contains("<img") && !page.contains("javascript:") && !page.contains("evil.example"),
            "{page}"
        );
        let page = render("a <b onclick=x>bold</b>\n\n<!-- marker -->\n\n<details open><summary>More</summary>\n\ntext\n\n</details>");
        assert!(
            page.contains("<details open><summary>More</summary>") && !page.contains("marker") && !page.contains("onclick=x>"),
            "{page}"
        );
    }

    #[test]
    fn a_mermaid_chain_becomes_boxes_and_anything_else_stays_code() {
        let page = render("```mermaid\nflowchart LR\n  s0[\"Internet\"]\n  s1[\"S3 <b>\"]\n  s0 --> s1\n  style s1 stroke:#f00\n```");
        assert!(
            page.contains("<span class=\"node\">Internet</span>") && page.contains("<span class=\"node marked\">S3 &lt;b&gt;</span>"),
            "{page}"
        );
        assert!(render("```mermaid\nsequenceDiagram\n  A->>B: x\n```").contains("<pre><code>sequenceDiagram"));
    }

    #[test]
    fn tables_tasks_and_alerts_are_drawn() {
        let page = render("| a | b |\n| - | - |\n| 1 | 2 |\n\n- [x] done\n\n> [!WARNING]\n> careful");
        assert!(page.contains("<table>") && page.contains("checked") && page.contains("class=\"alert warning\""), "{page}");
    }
}
