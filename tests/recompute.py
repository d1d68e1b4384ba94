#!/usr/bin/env python3
"""Reads a JSON report on stdin and works out the outcome and the mode from `because` and `families` alone, with no
access to rules or facts. Exits 1 where the report says something else."""
import json
import re
import sys

NEEDS = ["no", "later", "yes"]


def parts(reason, end):
    """What a reason does at this end of the evidence, one effect after the other."""
    effect = reason["effect"] or ""
    marked = re.match(r"(low|high) end: ", effect)
    if marked and marked[1] != end:
        return []
    return [part.split(": ", 1) for part in effect[marked.end() if marked else 0:].split("; ") if part]


def effects(because, end, kinds):
    return [(reason, part) for reason in because for part in parts(reason, end)
            if part[0] in kinds and reason["kind"] != "advice"]


def family_points(family, because, end):
    """The points that count for a family at this end, inside its caps and those that guards set."""
    suffix = "" if end == "middle" else f"_{end}"
    points = family.get("points" + suffix)
    points = family["points"] if points is None else points
    low, high = family["low_cap"], family["high_cap"]
    for _, (_, cap) in effects(because, end, {"cap"}):
        name, bounds = cap.split(" ", 1)
        if name == family["id"]:
            low, high = (float(bound) for bound in bounds.split(" to "))
    for _, (_, name) in effects(because, end, {"drop positive"}):
        high = 0 if name == family["id"] else high
    if not low - 1e-9 <= points <= high + 1e-9:
        sys.exit(f"family {family['id']} has {points} points, outside {low} to {high}")
    return points


def need_after_gates(because, total, end):
    (lines,) = [value for _, (name, value) in effects(because, end, {"need"}) if "from" in value]
    later, yes = (float(line) for line in re.findall(r"from ([-\d.]+)", lines))
    need = (total >= later) + (total >= yes)
    for _, (name, value) in effects(because, end, {"need", "need at most", "need at least"}):
        if value in NEEDS:
            wanted = NEEDS.index(value)
            need = {"need": wanted, "need at most": min(need, wanted), "need at least": max(need, wanted)}[name]
    return NEEDS[need]


def decide(verdict, end):
    because = verdict["because"]
    total = sum(family_points(family, because, end) for family in verdict["families"])
    need = need_after_gates(because, total, end)
    kept = outcome = mode = None
    for reason, part in effects(because, end, {"keep", "dedicated gateway", "outcome", "mode"}):
        if part[0] == "keep":
            kept = part[1]
        elif part[0] == "dedicated gateway":
            kept = {"mesh": "mesh+gateway", "edge": None}.get(kept, kept)
        elif part[0] == "outcome" and reason["kind"] == "gate":
            kept = part[1]
        elif part[0] == "outcome":
            outcome = part[1]
        else:
            mode = part[1]
    fits = {"no": {"gateway", "keep-current"}, "later": {"gateway-mesh-ready"},
            "yes": {"mesh-ambient", "mesh-sidecar", "mesh+gateway"}}
    if not kept and outcome not in fits[need]:
        sys.exit(f"the points and gates give need {need}, but the fit is {outcome}")
    return ({"mesh": "keep-current", "edge": "keep-current"}.get(kept, kept), None) if kept else (outcome, mode)


def recompute(verdict):
    if not effects(verdict["because"], "middle", {"both ends"}):
        return decide(verdict, "middle")
    low, high = decide(verdict, "low"), decide(verdict, "high")
    return low if low[0] == high[0] != "insufficient-data" else ("insufficient-data", None)


def main():
    verdict = json.load(sys.stdin)["verdict"]
    found, told = recompute(verdict), (verdict["outcome"], verdict["mode"])
    if found != told:
        sys.exit(f"because and families give {found}, the report says {told}")


if __name__ == "__main__":
    main()
