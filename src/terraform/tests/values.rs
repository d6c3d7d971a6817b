//! What expressions come to.

use super::workspace;
use crate::terraform::{Configuration, Evaluator, Selection, Value, match_name};

/// The value of local `x` in a root module of these files.
fn local_x(files: &[(&str, &str)], check: impl FnOnce(Value)) {
    let workspace = workspace(files);
    let configuration = Configuration::load(&workspace, "", &Selection::plain());
    assert_eq!(configuration.problems(), []);
    let evaluator = Evaluator::new(&configuration);
    let x = configuration.root().module.locals.get("x").expect("a local x");
    check(evaluator.value(&evaluator.root_scope(&x.file), &x.value).value);
}

/// The JSON of an expression.
fn json(expression: &str) -> Option<String> {
    let mut result = None;
    local_x(&[("main.tf", &format!("locals {{\n  x = {expression}\n}}\n"))], |value| result = value.to_json().map(|json| json.to_string()));
    result
}

#[test]
fn functions_answer_as_terraform_does() {
    let cases = [
        (r#""a-${upper("b")}-${1 + 2}""#, r#""a-B-3""#),
        (r#"format("%s-%03d-%s", "a", 7, true)"#, r#""a-007-true""#),
        (r#"format("%5.1f|%-4s|%%", 2.25, "x")"#, r#""  2.2|x   |%""#),
        (r#"formatlist("%s-%s", "p", ["a", "b"])"#, r#"["p-a","p-b"]"#),
        (r#"join("-", ["a", 1, true])"#, r#""a-1-true""#),
        (r#"split(",", "a,b,")"#, r#"["a","b",""]"#),
        (r#"replace("a.b.c", ".", "-")"#, r#""a-b-c""#),
        (r##"replace("a1b22", "/[0-9]+/", "#")"##, r##""a#b#""##),
        (r#"substr("hello", 1, 3)"#, r#""ell""#),
        (r#"substr("hello", -3, -1)"#, r#""llo""#),
        (r#"title("hello world")"#, r#""Hello World""#),
        (r#"trimprefix("prod-x", "prod-")"#, r#""x""#),
        (r#"trim("--a--", "-")"#, r#""a""#),
        (r#"coalesce(null, "", "c")"#, r#""c""#),
        (r#"try(local.nope, {}.a, "d")"#, r#""d""#),
        (r#"can({}.a)"#, "false"),
        (r#"lookup({a = 1}, "b", 2)"#, "2"),
        (r#"element(["a", "b", "c"], 4)"#, r#""b""#),
        (r#"merge({a = 1, b = 1}, {b = 2}, null)"#, r#"{"a":1,"b":2}"#),
        (r#"concat(["a"], ["b"], [])"#, r#"["a","b"]"#),
        (r#"flatten([["a"], [["b"], "c"]])"#, r#"["a","b","c"]"#),
        (r#"distinct(["a", "b", "a"])"#, r#"["a","b"]"#),
        (r#"compact(["a", "", null, "b"])"#, r#"["a","b"]"#),
        (r#"keys({b = 1, a = 2})"#, r#"["a","b"]"#),
        (r#"values({b = 1, a = 2})"#, "[2,1]"),
        (r#"zipmap(["a", "b"], [1, 2])"#, r#"{"a":1,"b":2}"#),
        (r#"toset(["b", "a", "b"])"#, r#"["a","b"]"#),
        (r#"tostring(5) == "5""#, "true"),
        (r#"tonumber("5") + 1"#, "6"),
        (r#""5" + 1"#, "6"),
        (r#"length({a = 1})"#, "1"),
        (r#"contains(["a"], "b")"#, "false"),
        (r#"range(3)"#, "[0,1,2]"),
        (r#"range(5, 1, -2)"#, "[5,3]"),
        (r#"sort(["b", "a"])"#, r#"["a","b"]"#),
        (r#"one(["a"])"#, r#""a""#),
        (r#"setproduct(["a", "b"], ["c"])"#, r#"[["a","c"],["b","c"]]"#),
        (r#"setsubtract(["a", "b"], ["a"])"#, r#"["b"]"#),
        (r#"jsonencode({b = [1, "<"], a = null})"#, r#""{\"a\":null,\"b\":[1,\"\\u003c\"]}""#),
        (r#"jsondecode("{\"a\": [1]}").a[0]"#, "1"),
        (r#"yamldecode("a: [1, x]").a[1]"#, r#""x""#),
        (r#"base64decode(base64encode("hi"))"#, r#""hi""#),
        (r#"cidrsubnet("10.0.0.0/16", 8, 3)"#, r#""10.0.3.0/24""#),
        (r#"cidrsubnets("10.0.0.0/16", 4, 8)"#, r#"["10.0.0.0/20","10.0.16.0/24"]"#),
        (r#"cidrhost("10.0.0.0/24", -2)"#, r#""10.0.0.254""#),
        (r#"cidrnetmask("10.0.0.0/20")"#, r#""255.255.240.0""#),
        (r#"cidrsubnet("fd00::/48", 16, 1)"#, r#""fd00:0:0:1::/64""#),
        (r#"startswith("abc", "ab") && endswith("abc", "bc") && strcontains("abc", "b")"#, "true"),
        (r#"regex("([a-z]+)-([0-9]+)", "ab-12")"#, r#"["ab","12"]"#),
        (r#"regexall("[0-9]", "a1b2")"#, r#"["1","2"]"#),
        (r#"[min(3, 1), max(3, 1), sum([1, 2]), abs(-2), ceil(1.2), floor(1.8)]"#, "[1,3,3,2,2,1]"),
        (r#"parseint("ff", 16)"#, "255"),
        (r#"[for k, v in {a = 1, b = 2} : "${k}${v}" if v > 1]"#, r#"["b2"]"#),
        (r#"{for s in ["a", "b"] : s => upper(s)}"#, r#"{"a":"A","b":"B"}"#),
        (r#"{for s in ["aa", "ab", "b"] : substr(s, 0, 1) => s...}"#, r#"{"a":["aa","ab"],"b":["b"]}"#),
        (r#"[{a = 1}, {a = 2}][*].a"#, "[1,2]"),
        (r#"null[*]"#, "[]"),
        (r#"true ? "a" : local.nope"#, r#""a""#),
        (r#"false && local.nope"#, "false"),
        (r#"chunklist(["a", "b", "c"], 2)"#, r#"[["a","b"],["c"]]"#),
        (r#"slice(["a", "b", "c"], 1, 2)"#, r#"["b"]"#),
        (r#"reverse(["a", "b"])"#, r#"["b","a"]"#),
        (r#"md5("a")"#, r#""0cc175b9c0f1b6a831c399e269772661""#),
        (r#"indent(2, "a\nb")"#, r#""a\n  b""#),
        (r#"max([1, 5]...)"#, "5"),
        (r#"-(-3) % 2"#, "1"),
        (r#""%{ if true }yes%{ else }no%{ endif }""#, r#""yes""#),
        (r#""%{ for a in ["x", "y"] }${a};%{ endfor }""#, r#""x;y;""#),
        (r#""a  ${~ "b" ~}  c""#, r#""abc""#),
    ];
    for (expression, expected) in cases {
        assert_eq!(json(expression).as_deref(), Some(expected), "{expression}");
    }
}

#[test]
fn mistakes_are_unknown_and_never_a_panic() {
    for expression in [
        "1 / 0",
        "5 % 0",
        "range(0, 1, 0)",
        "range(1000000000)",
        "local.x",
        "element([], 0)",
        "format(\"%\")",
        "format(\"%9999999999s\", 1)",
        "cidrsubnet(\"10.0.0.0/33\", 1, 1)",
        "cidrhost(\"10.0.0.0/31\", -3)",
        "cidrsubnet(\"10.0.0.0/0\", 32, 4294967296)",
        "regex(\"(\", \"\")",
        "parseint(\"z\", 99)",
        "chunklist([1], -1)",
        "jsondecode(\"[\")",
        "[1][9]",
        "{}[\"a\"]",
        "null.a",
        "timestamp()",
        "nosuch()",
        "lower()",
        "slice([1], 1, 0)",
        "1e308 * 1e308",
        "-9223372036854775808 % -1",
        "setproduct(range(1000), range(1000), range(1000))",
        "join(\"\", null)",
        "element([1], -9223372036854775808)",
        "indent(99999999999, \"a\\nb\")",
        "log(0, 0)",
        "pow(9, 999)",
    ] {
        assert_eq!(json(expression), None, "{expression}");
    }
}

#[test]
fn what_is_known_of_a_name_is_kept() {
    let files = [("main.tf", "variable \"env\" {}\nlocals {\n  x = lower(format(\"acme-%s-logs-%d\", var.env, 3))\n}\n")];
    local_x(&files, |value| {
        let fit = match_name(&value, "acme-prod-logs-3").expect("fits");
        assert!(!fit.exact);
        assert_eq!(fit.holes, ["prod"]);
        assert!(match_name(&value, "acme-prod-logs-4").is_none());
    });
}

#[test]
fn unknown_is_not_false() {
    let files = [("main.tf", "variable \"on\" {}\nlocals {\n  x = var.on ? 1 : 0\n}\n")];
    local_x(&files, |value| assert_eq!(value.equals(&Value::Number(1.0)), None));
    let files = [("main.tf", "variable \"on\" {}\nlocals {\n  x = var.on && true\n}\n")];
    local_x(&files, |value| assert_eq!(value.as_bool(), None));
    let files = [("main.tf", "variable \"on\" {}\nlocals {\n  x = !(var.on && false)\n}\n")];
    local_x(&files, |value| assert_eq!(value.as_bool(), Some(true)));
}

#[test]
fn json_syntax_means_the_same() {
    let files = [
        ("a.tf.json", r#"{"variable": {"env": {"type": "string", "default": "prod"}}, "locals": {"y": "${var.env}-a"}}"#),
        ("main.tf", "locals {\n  x = local.y\n}\n"),
    ];
    local_x(&files, |value| assert_eq!(value.as_str(), Some("prod-a")));
}

#[test]
fn variable_files_and_types_apply_in_order() {
    let files = [
        (
            "main.tf",
            "variable \"a\" {\n  type = object({ n = optional(number, 5), s = string, o = optional(string) })\n}\nlocals {\n  x = var.a\n}\n",
        ),
        ("terraform.tfvars", "a = { s = \"first\" }\n"),
        ("z.auto.tfvars.json", "{\"a\": {\"s\": 7}}"),
    ];
    local_x(&files, |value| assert_eq!(value.to_json().unwrap().to_string(), r#"{"n":5,"o":null,"s":"7"}"#));
}
