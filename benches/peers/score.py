"""Errors of every solution against the reference, the table, and the CSV of this machine.

score.py FOLDER [--csv FILE]: reads FOLDER/rows.csv, problem.json, reference.f64 and the solutions.
"""
import argparse
import csv
import json
import math
import pathlib

import numpy as np

COLUMNS = ["solver", "setting", "build", "error_crush", "error_velocity", "ms_per_case", "cases_per_s", "rel"]
TARGET = 1e-4
BEST = "crumple 8 lanes"


def solution(folder, name, problem):
    """[case][sample][channel]; channels: u, v of both cabins and the occupant, u of vehicle 1's tips."""
    samples = round(problem["duration_s"] / problem["sample_s"]) + 1
    values = np.fromfile(folder / name, dtype="<f8")
    return values.reshape(len(problem["cases"]), samples, 6 + problem["cells"])


def crush(values):
    """Greatest approach of the cabins, of the occupant and its cabin, and of cabin 1 and each of its tips."""
    cabin_1, cabin_2, occupant = values[:, :, 0], values[:, :, 2], values[:, :, 4]
    tips = cabin_1[:, :, None] - values[:, :, 6:]
    return np.concatenate(
        [
            np.max(cabin_1 - cabin_2, axis=1)[:, None],
            np.max(occupant - cabin_1, axis=1)[:, None],
            np.max(tips, axis=1),
        ],
        axis=1,
    )


def errors(values, reference):
    """Worst case: crush over the greatest approach of the cabins, velocity over the closing speed."""
    want = crush(reference)
    e_crush = np.max(np.abs(crush(values) - want), axis=1) / want[:, 0]
    columns = [1, 3, 5]
    closing = reference[:, 0, 1] - reference[:, 0, 3]
    apart = np.abs(values[:, :, columns] - reference[:, :, columns])
    e_velocity = np.max(apart, axis=(1, 2)) / closing
    return float(np.max(e_crush)), float(np.max(e_velocity))


def cost_at(rows, target):
    """ms per case at an error, between rows by logarithms on the least-cost front; None when not reached."""
    front = []
    for row in sorted(rows, key=lambda r: r["ms_per_case"]):
        error = max(row["error_crush"], row["error_velocity"])
        if math.isfinite(error) and (not front or error < front[-1][0]):
            front.append((error, row["ms_per_case"]))
    for i, (error, ms) in enumerate(front):
        if error <= target:
            if i == 0:
                return ms
            before_error, before_ms = front[i - 1]
            part = math.log(before_error / target) / math.log(before_error / error)
            return math.exp(math.log(before_ms) + part * math.log(ms / before_ms))
    return None


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=pathlib.Path)
    words.add_argument("--csv", type=pathlib.Path)
    words = words.parse_args()
    problem = json.loads((words.folder / "problem.json").read_text())
    reference = solution(words.folder, "reference.f64", problem)
    rows = []
    with open(words.folder / "rows.csv") as text:
        for row in csv.DictReader(text):
            if row["solver"] == "solver":
                continue
            values = solution(words.folder, row["file"], problem)
            row["ms_per_case"] = float(row["ms_per_case"])
            row["error_crush"], row["error_velocity"] = errors(values, reference)
            rows.append(row)
    series = {}
    for row in rows:
        series.setdefault((row["solver"], row["build"]), []).append(row)
    at_target = {key: cost_at(some, TARGET) for key, some in series.items()}
    base = at_target.get((BEST, "baseline"))
    print(f"{'solver':30} {'setting':34} {'build':9} {'err crush':>10} {'err speed':>10} {'ms/case':>10}")
    for row in rows:
        row["cases_per_s"] = 1e3 / row["ms_per_case"]
        # Cost against that of the eight lanes at the target error.
        row["rel"] = row["ms_per_case"] / base if base else math.nan
        print(
            f"{row['solver']:30} {row['setting']:34} {row['build']:9} {row['error_crush']:10.1e} "
            f"{row['error_velocity']:10.1e} {row['ms_per_case']:10.3f}"
        )
    print(f"\nms per case at an error of {TARGET:g} in crush and velocity (worst of {len(reference)} cases):")
    for (solver, build), ms in sorted(at_target.items(), key=lambda kv: kv[1] or math.inf):
        if ms is None:
            errs = [max(r["error_crush"], r["error_velocity"]) for r in series[solver, build]]
            print(f"{solver:30} {build:9} not reached; least error {min(errs):.1e}")
        else:
            print(f"{solver:30} {build:9} {ms:10.3f}" + (f"   x {ms / base:8.2f}" if base else ""))
    if words.csv:
        words.csv.parent.mkdir(parents=True, exist_ok=True)
        part = words.csv.with_suffix(".part")
        with open(part, "w", newline="") as out:
            table = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            for row in rows:
                line = dict(row)
                for key in ("error_crush", "error_velocity", "ms_per_case", "cases_per_s", "rel"):
                    line[key] = f"{row[key]:.4g}"
                table.writerow(line)
        part.replace(words.csv)


if __name__ == "__main__":
    main()
