#!/usr/bin/env python3
"""Writes src/rule/providers.txt.z: which arguments and blocks each resource and data source of a provider has.

    scripts/provider-schema.py [FOLDER]

reads the provider's published schema as it stands in the prebuilt cdktf packages on the Python package index. Packages that
FOLDER already holds are not fetched again; without FOLDER they are fetched into a temporary one. Run it when a pinned version
below changes, and commit what it writes.

Format, one line per type, sorted, after one comment line per provider:

    aws_s3_bucket acl bucket force_destroy:b cors_rule{!allowed_methods:l ...} tags:m =arn

`!` required, `=` only to be read, `{...}` a nested block, `:b` boolean, `:n` number, `:l` list, `:m` map, `:o` an object or
another structured value; no mark: a string. The file is that text, zlib-compressed. `name{*}` is a block with the body of the block of that name around it.
"""

import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

PACKAGES = [
    ("aws", "cdktf-cdktf-provider-aws", "21.22.1"),
    ("azurerm", "cdktf-cdktf-provider-azurerm", "14.23.1"),
    ("google", "cdktf-cdktf-provider-google", "16.12.1"),
]
OUT = pathlib.Path(__file__).resolve().parent.parent / "src/rule/providers.txt.z"
PAGE = re.compile(r"/providers/[^/]+/[^/]+/(?P<version>[0-9.]+)/docs/(?P<kind>resources|data-sources)/(?P<page>\w+)#(?P<name>\w+)")


def assembly(folder, package, version):
    """The typed description of one package."""
    wheel = folder / f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
    if not wheel.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), f"{package}=={version}"], check=True)
    with zipfile.ZipFile(wheel) as archive:
        inner = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(archive.read(inner))) as package_archive:
            text = package_archive.extractfile("package/.jsii").read()
    return json.loads(text)


def link_of(property_):
    docs = property_.get("docs", {})
    return PAGE.search(docs.get("summary", "") + " " + docs.get("remarks", ""))


def snake(name):
    return re.sub(r"([A-Z]|[0-9]+(?=[A-Z]))", r"_\1", name).lower().replace("__", "_")


def kind_of(type_):
    """The mark of a plain value."""
    if "union" in type_:
        marks = {kind_of(member) for member in type_["union"]["types"] if member.get("fqn") != "cdktf.IResolvable"}
        return marks.pop() if len(marks) == 1 else ":o"
    if "primitive" in type_:
        return {"string": "", "number": ":n", "boolean": ":b"}.get(type_["primitive"], ":o")
    if "collection" in type_:
        return ":l" if type_["collection"]["kind"] == "array" else ":m"
    return ":o"


def struct_of(type_, types):
    """The described structure behind a property's type, through unions and lists."""
    if "fqn" in type_:
        found = types.get(type_["fqn"])
        return found if found and found["kind"] == "interface" and found.get("datatype") else None
    if "union" in type_:
        return next((struct for struct in (struct_of(member, types) for member in type_["union"]["types"]) if struct), None)
    if "collection" in type_:
        return struct_of(type_["collection"]["elementtype"], types)
    return None


def body(struct, types, around):
    """The arguments and blocks of a structure, in alphabetical order."""
    items = []
    for property_ in struct.get("properties", []):
        link = link_of(property_)
        if not link:
            continue
        name = link["name"]
        required = "" if property_.get("optional") else "!"
        is_block = property_.get("docs", {}).get("summary", "").endswith(" block.")
        inner = struct_of(property_["type"], types)
        if is_block and inner:
            shape = "*" if inner["fqn"] in around else body(inner, types, around | {inner["fqn"]})
            items.append((name, f"{required}{name}{{{shape}}}"))
        else:
            items.append((name, f"{required}{name}{kind_of(property_['type'])}"))
    return " ".join(text for _, text in sorted(items))


def readable(owner, arguments):
    """Attributes that a resource only gives, never takes."""
    names = set()
    for property_ in owner.get("properties", []):
        name = snake(property_["name"])
        if property_.get("static") or not property_.get("immutable") or name.endswith("_input"):
            continue
        if name not in arguments and not link_of(property_):
            names.add(name)
    return " ".join(f"={name}" for name in sorted(names - {"terraform_resource_type", "friendly_unique_id", "fqn", "node", "cdktf_stack", "construct_node_metadata", "raw_overrides", "terraform_meta_arguments", "terraform_generator_metadata"}))


def lines(provider, description):
    types = description["types"]
    version = None
    for struct in types.values():
        # `…ConfigA` where a nested block of another resource has taken the name `…Config`.
        if not re.search(r"Config[A-Z]?$", struct["name"]) or "cdktf.TerraformMetaArguments" not in struct.get("interfaces", []):
            continue
        link = next(filter(None, map(link_of, struct.get("properties", []))), None)
        if not link or link["kind"] not in ("resources", "data-sources"):
            continue
        version = link["version"]
        type_name = f"{provider}_{link['page']}"
        type_name = f"data.{type_name}" if link["kind"] == "data-sources" else type_name
        shape = body(struct, types, frozenset())
        owner = types.get(re.sub(r"Config[A-Z]?$", "", struct["fqn"]), {})
        given = {re.sub(r"[!=:{].*", "", word.lstrip("!")) for word in shape.split(" ")}
        yield type_name, f"{type_name} {shape} {readable(owner, given)}".rstrip()
    yield "", f"# {provider} {version}"


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        rows = [row for provider, package, version in PACKAGES for row in lines(provider, assembly(folder, package, version))]
    text = "\n".join(line for _, line in sorted(rows)) + "\n"
    OUT.write_bytes(zlib.compress(text.encode(), level=9))
    print(f"{OUT}: {len(rows) - len(PACKAGES)} types, {len(text)} bytes of text, {OUT.stat().st_size} compressed")


if __name__ == "__main__":
    main()
