#!/usr/bin/env python3
"""JSON reports and graphs of every sample against the schemas in the binary, which allow no key that they do not name.

usage: schema_test.py NSEW_BINARY       needs python3-jsonschema
"""
import json
import subprocess
import sys
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]
NSEW = sys.argv[1]


def nsew(*arguments):
    return subprocess.run([NSEW, *arguments], capture_output=True, text=True).stdout


def inputs():
    shop = ROOT / "samples/shop"
    for path in sorted(shop.iterdir()):
        if path.is_file() and path.suffix != ".md":
            yield [str(path)]
            yield [str(path), str(shop / "manifests")]
    yield [str(shop / "manifests")]
    for sheet in sorted((ROOT / "samples/stories").rglob("*.yaml")):
        yield ["--facts", str(sheet)]


def main():
    schemas = {what: json.loads(nsew("schema", what)) for what in ("report", "graph")}
    problems = checked = 0
    for arguments in inputs():
        for what, output in (("report", "json"), ("graph", "graph")):
            text = nsew("advise", "-q", *arguments, "-o", output)
            checked += 1
            for error in jsonschema.Draft202012Validator(schemas[what]).iter_errors(json.loads(text)):
                problems += 1
                print(f"{arguments} {what}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    for what, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
    print(f"{checked} documents, {problems} problems")
    return bool(problems) or checked == 0


sys.exit(main())
