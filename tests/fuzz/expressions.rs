//! Terraform code that parses, made at random: what a mutation rarely reaches is deep inside the evaluator.

use std::fmt::Write as _;

use super::mutate::Dice;

const FUNCTIONS: [&str; 87] = [
    "abs",
    "abspath",
    "alltrue",
    "anytrue",
    "base64decode",
    "base64encode",
    "base64sha256",
    "basename",
    "can",
    "ceil",
    "chomp",
    "chunklist",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "dirname",
    "distinct",
    "element",
    "endswith",
    "file",
    "fileset",
    "flatten",
    "floor",
    "format",
    "formatlist",
    "indent",
    "index",
    "join",
    "jsondecode",
    "jsonencode",
    "keys",
    "length",
    "log",
    "lookup",
    "lower",
    "matchkeys",
    "max",
    "md5",
    "merge",
    "min",
    "one",
    "parseint",
    "pow",
    "range",
    "regex",
    "regexall",
    "replace",
    "reverse",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "sha1",
    "sha256",
    "signum",
    "slice",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "sum",
    "templatefile",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
    "urlencode",
    "values",
    "zipmap",
];

const ATOMS: [&str; 48] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "64",
    "1e15",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "\"\"",
    "\"a\"",
    "\"é\"",
    "\"10.0.0.0/8\"",
    "\"0.0.0.0/0\"",
    "\"::/0\"",
    "\"fd00::/48\"",
    "\"%s-%05d\"",
    "\"%[9]s%.99f%*d%\"",
    "\"[a-z]+\"",
    "\"(?P<n>a*)\"",
    "\"(\"",
    "\"{\\\"a\\\": [1]}\"",
    "\"a,b,,c\"",
    "\"main.tf\"",
    "\"../..\"",
    "[]",
    "{}",
    "[1, \"a\", null]",
    "{ a = 1, b = { c = [] } }",
    "var.u",
    "var.d",
    "var.o",
    "local.a",
    "local.b",
    "local.c",
    "each.key",
    "each.value",
    "count.index",
    "terraform.workspace",
    "path.module",
    "module.m.o",
    "a.r[0].name",
    "a.s[*].name",
];

const OPERATORS: [&str; 13] = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

/// An expression of bounded depth.
fn expression(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.below(6) == 0 {
        return (*dice.pick(&ATOMS)).to_owned();
    }
    let inner = |dice: &mut Dice| expression(dice, depth - 1);
    match dice.below(14) {
        0..=5 => {
            let arguments: Vec<String> = (0..dice.below(4)).map(|_| inner(dice)).collect();
            let expand = if !arguments.is_empty() && dice.below(8) == 0 { "..." } else { "" };
            format!("{}({}{expand})", dice.pick(&FUNCTIONS), arguments.join(", "))
        }
        6 => format!("({} {} {})", inner(dice), dice.pick(&OPERATORS), inner(dice)),
        7 => format!("({} ? {} : {})", inner(dice), inner(dice), inner(dice)),
        8 => format!("\"x${{{}}}-${{{}}}\"", inner(dice), inner(dice)),
        9 => format!("[for k, v in {} : {} if {}]", inner(dice), inner(dice), inner(dice)),
        10 => format!("{{for k, v in {} : k => v{}}}", inner(dice), if dice.below(2) == 0 { "..." } else { "" }),
        11 => format!("[{}, {}]", inner(dice), inner(dice)),
        12 => format!("{{ a = {}, (tostring({})) = {} }}", inner(dice), inner(dice), inner(dice)),
        _ => format!("({}){}", inner(dice), dice.pick(&["[0]", "[\"a\"]", ".a", "[*]", ".*.a", "[*].name", "[local.a]"])),
    }
}

/// A root module with everything that an expression may refer to.
pub fn module(dice: &mut Dice) -> Vec<u8> {
    let mut text = String::from(
        "variable \"u\" {}\nvariable \"d\" {\n  type    = map(list(string))\n  default = { a = [1] }\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n",
    );
    let depth = 1 + dice.below(4);
    let kinds = [
        "any",
        "string",
        "number",
        "bool",
        "list(string)",
        "set(number)",
        "map(any)",
        "object({ a = optional(string, local.b), b = number })",
        "tuple([string])",
    ];
    let _ = writeln!(text, "variable \"o\" {{\n  type = {}\n  default = {}\n}}", dice.pick(&kinds), expression(dice, 2));
    for name in ["a", "b", "c"] {
        let _ = writeln!(text, "locals {{\n  {name} = {}\n}}", expression(dice, depth));
    }
    let _ = writeln!(text, "resource \"a\" \"r\" {{\n  count = {}\n  name = {}\n}}", expression(dice, depth), expression(dice, depth));
    let _ = writeln!(
        text,
        "resource \"a\" \"s\" {{\n  for_each = {}\n  name = {}\n  dynamic \"rule\" {{\n    for_each = {}\n    content {{\n      on = {}\n    }}\n  }}\n}}",
        expression(dice, depth),
        expression(dice, depth),
        expression(dice, depth),
        expression(dice, depth).replace("each.", "rule.")
    );
    text.into_bytes()
}
