#!/usr/bin/env python3
"""Every #include under cli/ is one that the room table in cli/CMakeLists.txt allows; the top level is the agreed one."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {"CMakeLists.txt", "README.md", "LICENSE", "cli", "rules", "samples", "tests", "man"}
PACKAGES = {  # header prefix -> package name in the table
    "fmt/": "fmt", "nlohmann/": "nlohmann_json", "yaml-cpp/": "yaml-cpp", "CLI/": "CLI11", "simdjson.h": "simdjson",
    "zlib.h": "ZLIB", "zstd.h": "zstd", "protozero/": "protozero", "csv.h": "csv", "thread": "Threads",
}
FREE = {"base"}  # <thread> for hardware_concurrency only counts where threads are started
ROOM = re.compile(r"^nsew_room\((\w+)(.*?)\)", re.M)


def table():
    rooms = {}
    for name, rest in ROOM.findall((ROOT / "cli/CMakeLists.txt").read_text()):
        needs = re.search(r"NEEDS((?: [\w]+)*?)(?: +USES|$)", rest.strip())
        uses = re.search(r"USES(.*)", rest)
        rooms[name] = (set(needs.group(1).split()) if needs else set(), set(uses.group(1).split()) if uses else set())
    return rooms


def wrong_includes(rooms):
    used = {name: set() for name in rooms}
    for path in sorted((ROOT / "cli").rglob("*.[ch]pp")):
        room = path.relative_to(ROOT / "cli").parts[0]
        needs, uses = rooms[room]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'#include ([<"])([^>"]+)[>"]', line)
            if not found:
                continue
            place, header = f"{path.relative_to(ROOT)}:{number}", found.group(2)
            if found.group(1) == '"':
                other = header.split("/")[0]
                used[room].add(other)
                if other != room and other not in needs:
                    yield f"{place}: {room} includes {header}, but its line does not name {other}"
                continue
            package = next((p for prefix, p in PACKAGES.items() if header == prefix or prefix.endswith("/") and header.startswith(prefix)), None)
            used[room].add(package)
            if package and package not in uses:
                yield f"{place}: {room} includes <{header}>, but its line does not use {package}"
    for name, (needs, uses) in rooms.items():
        for what in sorted((needs | uses) - used[name]):
            yield f"cli/CMakeLists.txt: {name} names {what}, but includes nothing of it"


def main():
    rooms = table()
    problems = [f"no room called {p.name} in the table" for p in (ROOT / "cli").iterdir() if p.is_dir() and p.name not in rooms and p.name != "cmake"]
    problems += wrong_includes(rooms)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    names = {line.split("/")[0] for line in listed.stdout.splitlines()} if listed.returncode == 0 else set()
    problems += [f"{n} does not belong at the top level" for n in sorted(names) if n not in TOP_LEVEL and not n.startswith(".")]
    for problem in problems:
        print(problem)
    print(f"{len(rooms)} rooms, {len(problems)} problems")
    return bool(problems)


sys.exit(main())
