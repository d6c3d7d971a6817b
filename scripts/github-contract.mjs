#!/usr/bin/env node
// Makes testdata/github/ anew from GitHub's own packages on npm, at pinned versions:
//   openapi-requests.json   what GitHub takes: paths, parameters and request bodies of every operation, without prose and answers
//   openapi-answers.json    what GitHub answers and sends: the operations that the sandbox has, and the webhooks
//   webhooks.jsonl          an example payload a line, of every event the app understands, from github.com and every server version
// `--check` writes nothing and fails when the files are not what the packages give.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OPENAPI = "@octokit/openapi@23.0.2";
const EXAMPLES = "@octokit/webhooks-examples@7.6.1";
const EVENTS = [
  "check_run", "check_suite", "code_scanning_alert", "installation", "installation_repositories", "issue_comment",
  "issues", "ping", "pull_request", "pull_request_review", "push", "repository",
];
const target = join(dirname(fileURLToPath(import.meta.url)), "..", "testdata", "github");

function unpack(name, folder) {
  const file = execFileSync("npm", ["pack", "--silent", name], { cwd: folder, encoding: "utf8" }).trim().split("\n").pop();
  const inside = mkdtempSync(join(folder, "x-"));
  execFileSync("tar", ["xzf", join(folder, file), "-C", inside]);
  return join(inside, "package");
}

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// Prose goes; a property that happens to be called "description" stays, because its value is no text.
const PROSE = new Set(["description", "summary", "example", "examples", "x-github", "externalDocs", "tags", "callbacks"]);
function withoutProse(value) {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (!isObject(value)) return value;
  const keep = ([key, inner]) => key !== "responses" && !(PROSE.has(key) && !(isObject(inner) && "type" in inner));
  return Object.fromEntries(Object.entries(value).filter(keep).map(([key, inner]) => [key, withoutProse(inner)]));
}

function references(value, found) {
  if (Array.isArray(value)) value.forEach((inner) => references(inner, found));
  else if (isObject(value)) {
    if (typeof value.$ref === "string") found.push(value.$ref);
    Object.values(value).forEach((inner) => references(inner, found));
  }
  return found;
}

function openapi(folder) {
  const whole = read(join(unpack(OPENAPI, folder), "generated", "api.github.com.json"));
  const paths = withoutProse(whole.paths);
  const components = {};
  const open = references(paths, []);
  while (open.length > 0) {
    const [, , kind, name] = open.pop().split("/");
    components[kind] ??= {};
    if (name in components[kind]) continue;
    components[kind][name] = withoutProse(whole.components[kind][name]);
    references(components[kind][name], open);
  }
  const lines = (object) => Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(object[key])}`).join(",\n");
  const parts = Object.keys(components).sort().map((kind) => `${JSON.stringify(kind)}:{\n${lines(components[kind])}\n}`).join(",\n");
  return `{"source":${JSON.stringify(OPENAPI)},\n"paths":{\n${lines(paths)}\n},\n"components":{\n${parts}\n}}\n`;
}

// OpenAPI 3.0 says `nullable` where JSON Schema says null.
function asJsonSchema(value) {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (!isObject(value)) return value;
  const { nullable, ...rest } = value;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, asJsonSchema(one)]));
  return nullable === true ? { anyOf: [inner, { type: "null" }] } : inner;
}

function answers(folder) {
  const whole = read(join(unpack(OPENAPI, folder), "generated", "api.github.com.json"));
  const table = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "..", "sandbox", "src", "rest", "table.rs"), "utf8");
  const schema = (content) => asJsonSchema(withoutProse(content?.["application/json"]?.schema ?? null));
  const resolved = (value) => (value.$ref ? value.$ref.split("/").slice(1).reduce((at, key) => at[key], whole) : value);
  const operations = {};
  for (const [, method, path] of table.matchAll(/on\(\s*"([A-Z]+)",\s*"([^"]+)"/g)) {
    for (const [status, answer] of Object.entries(whole.paths[path]?.[method.toLowerCase()]?.responses ?? {})) {
      const found = status.startsWith("2") && schema(resolved(answer).content);
      if (found) operations[`${method} ${path} ${status}`] = found;
    }
  }
  const webhooks = {};
  for (const [name, { post }] of Object.entries(whole["x-webhooks"])) {
    if (EVENTS.some((event) => name === event.replaceAll("_", "-") || name.startsWith(`${event.replaceAll("_", "-")}-`))) {
      webhooks[name] = schema(post.requestBody.content);
    }
  }
  const schemas = {};
  const open = references([operations, webhooks], []);
  while (open.length > 0) {
    const name = open.pop().split("/").pop();
    if (name in schemas) continue;
    schemas[name] = asJsonSchema(withoutProse(whole.components.schemas[name]));
    references(schemas[name], open);
  }
  const lines = (object) => Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(object[key])}`).join(",\n");
  return `{"source":${JSON.stringify(OPENAPI)},\n"operations":{\n${lines(operations)}\n},\n"webhooks":{\n${lines(webhooks)}\n},\n"components":{"schemas":{\n${lines(schemas)}\n}}}\n`;
}

// Addresses are most of a payload and nothing reads them.
const isAddress = (key) => (key.endsWith("_url") && key !== "html_url") || key === "url" || key === "_links" || key === "node_id";
function withoutAddresses(value) {
  if (Array.isArray(value)) return value.map(withoutAddresses);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isAddress(key)).map(([key, inner]) => [key, withoutAddresses(inner)]));
}

function webhooks(folder) {
  const root = unpack(EXAMPLES, folder);
  const lines = new Set();
  for (const server of readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()) {
    for (const { name, examples } of read(join(root, server, "index.json"))) {
      if (!EVENTS.includes(name)) continue;
      for (const payload of examples) lines.add(JSON.stringify({ event: name, payload: withoutAddresses(payload) }));
    }
  }
  return [...lines].join("\n") + "\n";
}

const folder = mkdtempSync(join(tmpdir(), "github-contract-"));
let stale = false;
try {
  for (const [name, text] of [
    ["openapi-requests.json", openapi(folder)],
    ["openapi-answers.json", answers(folder)],
    ["webhooks.jsonl", webhooks(folder)],
  ]) {
    const path = join(target, name);
    if (!process.argv.includes("--check")) writeFileSync(path, text);
    else if (readFileSync(path, "utf8") !== text) {
      console.error(`testdata/github/${name} is not what the packages give: run scripts/github-contract.mjs`);
      stale = true;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(stale ? 1 : 0);
