#!/usr/bin/env python3
"""table --nsew BINARY --hot-path BINARY --dir DIR --megabytes N --rounds N [--sql ENVIRONMENT] [--rows WORDS]

Runs what `run` has prepared, every command once in each round, and prints the table.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A small process starts the commands: what a large one had in memory would count as theirs.
STARTER = "import os,sys,time;b=time.perf_counter();p=os.posix_spawn(sys.argv[1],sys.argv[1:],os.environ," \
          "file_actions=[(os.POSIX_SPAWN_OPEN,1,'/dev/null',os.O_WRONLY,0),(os.POSIX_SPAWN_OPEN,2,'/dev/null',os.O_WRONLY,0)]);" \
          "_,s,u=os.wait4(p,0);print(time.perf_counter()-b,u.ru_utime+u.ru_stime,s)"
PEAK = "/usr/bin/time"


class Bench:
    def __init__(self, options):
        self.dir, self.rounds, self.nsew, self.hot_path = Path(options.dir), options.rounds, options.nsew, options.hot_path
        self.sql = options.sql
        mb = options.megabytes
        self.lines = self.dir / f"spans-{mb}.jsonl"
        self.four = [self.lines, *(self.dir / f"spans-{mb}-{seed}.jsonl" for seed in (2, 3, 4))]
        self.protobuf = self.dir / f"spans-{mb}.binpb"
        self.services = self.dir / f"services-{mb}.jsonl"
        self.part = self.dir / f"part-{mb // 10}.jsonl"
        self.jaeger, self.zipkin = self.dir / f"jaeger-{mb // 10}.json", self.dir / f"zipkin-{mb // 10}.json"
        self.commands = {}

    def advise(self, *inputs, threads=2, more=()):
        return [self.nsew, "advise", *map(str, inputs), "-o", "json", "--threads", str(threads), *more]

    def prepare(self):
        self.commands = {
            "cat": ["cat", str(self.lines)],
            "hot path 1": [self.hot_path, "1", str(self.lines)],
            "hot path 2": [self.hot_path, "2", str(self.lines)],
            "advise 1": self.advise(self.lines, threads=1),
            "advise 2": self.advise(self.lines),
            "protobuf": self.advise(self.protobuf),
            "services": self.advise(self.services),
            "four": self.advise(*self.four),
            "four in 32M": self.advise(*self.four, more=["--memory", "32M"]),
            "part": self.advise(self.part),
            "jaeger": self.advise(self.jaeger),
            "zipkin": self.advise(self.zipkin),
        }
        for tool, ending in (("gzip", "gz"), ("zstd", "zst")):
            packed = Path(f"{self.lines}.{ending}")
            if packed.exists() and shutil.which(tool):
                self.commands[f"{tool} -dc"] = [tool, "-dc", str(packed)]
                self.commands[f"{tool} advise"] = self.advise(packed)
        for engine in ("duckdb", "chdb"):
            if self.sql and subprocess.run([f"{self.sql}/bin/python", "-c", f"import {engine}"], capture_output=True).returncode == 0:
                self.commands[engine] = [f"{self.sql}/bin/python", str(HERE / "sql" / "run.py"), engine, str(self.lines)]

    def measure(self, words):
        if words:
            self.commands = {name: c for name, c in self.commands.items() if name == "cat" or any(w in name for w in words)}
        self.wall, self.cpu, self.peak = defaultdict(list), defaultdict(list), {}
        for turn in range(self.rounds + 1):  # the first one warms up
            for name, command in self.commands.items():
                if name in ("duckdb", "chdb") and turn > 2:
                    continue
                path = shutil.which(command[0])
                done = subprocess.run(["python3", "-S", "-c", STARTER, path, *command[1:]], capture_output=True, text=True, check=True)
                wall, cpu, status = done.stdout.split()
                if status != "0":
                    raise SystemExit(f"{' '.join(command)} failed: {status}")
                if turn or self.rounds == 0:
                    self.wall[name].append(float(wall))
                    self.cpu[name].append(float(cpu))
        for name, command in self.commands.items():
            said = subprocess.run([PEAK, "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            self.peak[name] = int(said.stderr.split()[-1]) / 1024

    def ratio(self, one, other):
        if one not in self.wall or other not in self.wall:
            return None
        median = statistics.median(self.wall[one]) / statistics.median(self.wall[other])
        return median, min(self.wall[one]) / min(self.wall[other]), statistics.median(self.cpu[one]) / statistics.median(self.cpu[other])

    def row(self, text, one, other, wanted, scale=1.0):
        found = self.ratio(one, other)
        if found:
            median, best, cpu = (value * scale for value in found)
            print(f"{text:52} {median:7.2f}   best {best:7.2f}   cpu {cpu:7.2f}   {wanted}")

    def print(self):
        for name in self.commands:
            print(f"{name:14} {statistics.median(self.wall[name]):8.3f} s   cpu {statistics.median(self.cpu[name]):8.3f} s   peak {self.peak[name]:7.1f} MiB")
        print()
        self.row("OTLP JSON lines / cat, 1 thread", "advise 1", "cat", "")
        self.row("OTLP JSON lines / cat, 2 threads", "advise 2", "cat", "<= 3, aim 1.5")
        self.row("hot path alone / cat, 2 threads", "hot path 2", "cat", "")
        self.row("two threads against one", "advise 1", "advise 2", ">= 1.7, aim 1.95")
        self.row("DuckDB / nsew", "duckdb", "advise 2", ">= 15, aim 30")
        self.row("ClickHouse (chdb) / nsew", "chdb", "advise 2", ">= 9, aim 18")
        self.row("protobuf: spans/s against JSON", "advise 2", "protobuf", ">= 1.5, aim 3")
        if "services" in self.commands:
            self.row("70,000 services against 30, per GB", "services", "advise 2", "<= 1.5, aim 1.15",
                     self.lines.stat().st_size / self.services.stat().st_size)
        for document in (name for name in ("jaeger", "zipkin") if name in self.commands):
            size = (self.part.stat().st_size / getattr(self, document).stat().st_size)
            self.row(f"{document} document: time per MB against OTLP", document, "part", "<= 2, aim 1.2", size)
        for tool in ("gzip", "zstd"):
            self.row(f"{tool}: speed against {tool} -dc", f"{tool} -dc", f"{tool} advise", ">= 0.9, aim 0.98")
        self.row("--memory 32M on four times as much, time", "four in 32M", "four", "<= 1.3, aim 1.1")
        if "four in 32M" in self.peak:
            print(f"{'--memory 32M, peak':52} {self.peak['four in 32M']:7.1f} MiB   <= 32")
        if "advise 2" in self.peak:
            said = subprocess.run([self.hot_path, "1", str(self.lines)], capture_output=True, text=True, check=True).stdout
            spans = int(re.search(r"records (\d+)", said)[1])
            for name in ("advise 1", "advise 2"):
                print(f"{'memory beyond 16 MiB, ' + name:52} {max(0, self.peak[name] - 16) * 2**20 / spans:7.1f} B a span   <= 40, aim 24")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {time.strftime('%H:%M')}, {self.rounds} rounds")


def main():
    parser = argparse.ArgumentParser()
    for name in ("nsew", "hot-path", "dir"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sql", default="")
    parser.add_argument("--rows", nargs="*", help="only commands that contain one of these words")
    options = parser.parse_args()
    bench = Bench(options)
    bench.prepare()
    bench.measure(options.rows)
    bench.print()


main()
