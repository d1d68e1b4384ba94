#!/usr/bin/env python3
"""run ENGINE FILE: the committed query over OTLP JSON lines, on two threads; prints caller, callee and calls."""
import sys
from pathlib import Path

engine, file = sys.argv[1:]
query = (Path(__file__).parent / f"{engine}.sql").read_text(encoding="utf-8").replace("{file}", file)
if engine == "duckdb":
    import duckdb
    with duckdb.connect(config={"threads": 2}) as connection:
        rows = connection.execute(query).fetchall()
    for row in rows:
        print(*row, sep="\t")
else:
    import chdb
    print(chdb.query(query, "TSV"), end="")
