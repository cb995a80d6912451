"""Golden ratings for tests/data/iso18571.json: signals and what objective-rating-metrics 1.3 says of them.

    pip install objective-rating-metrics==1.3
    python tests/python/iso18571_golden.py > tests/data/iso18571.json

Each case is a pair of signals, rounded so that both languages read the same numbers. The Camry pulse is the reduced
cabin acceleration of NHTSA test 10146 in tests/data; its perturbed partners stand for a simulation.
"""

import json
import math
import pathlib

import numpy as np
from objective_rating_metrics.rating import ISO18571

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"


def camry_cabin_g():
    rows = (DATA / "nhtsa_10146.csv").read_text().splitlines()
    header = next(r for r in rows if r.startswith("time")).split(",")
    cabin = header.index("10VEHCCG0000ACXC [g]")
    return np.array([float(r.split(",")[cabin]) for r in rows if r and r[0].isdigit()])


def shifted(x, by):
    return np.interp(np.arange(len(x)) - by, np.arange(len(x)), x)


def half_sine(n, start, width, peak):
    i = np.arange(n)
    inside = (i >= start) & (i <= start + width)
    return np.where(inside, peak * np.sin(math.pi * (i - start) / width), 0.0)


def bumps(n, peaks):
    i = np.arange(n)
    return sum(a * np.exp(-(((i - at) / w) ** 2)) for a, at, w in peaks)


def cases():
    n = 500
    smooth = half_sine(n, 60, 300, 40.0)
    yield "half-sines, late and low", 1e-4, smooth, half_sine(n, 85, 280, 34.0)
    yield "half-sines, early and high", 1e-4, smooth, half_sine(n, 30, 310, 47.0)
    yield "beyond the largest shift", 1e-4, half_sine(n, 20, 80, 10.0), half_sine(n, 300, 80, 10.0)
    two = bumps(n, [(30, 120, 25), (22, 300, 60)])
    yield "two peaks against one", 1e-4, two, bumps(n, [(26, 220, 110)])
    wave = np.sin(np.arange(n) * 0.035) * np.exp(-np.arange(n) / 300)
    noise = np.random.default_rng(18571).normal(0, 0.12, n)
    yield "damped oscillation with noise", 1e-4, wave, 0.9 * wave + noise
    yield "opposite sign", 1e-4, smooth, -smooth
    camry = camry_cabin_g()
    step_s = 5e-4
    k = np.arange(len(camry))
    yield "Camry pulse, 1.5 ms late and 8 % low", step_s, camry, 0.92 * shifted(camry, 3)
    ripple = 2.5 * np.sin(2 * math.pi * k * step_s / 0.009)
    yield "Camry pulse, stretched by 6 %, with a ripple", step_s, camry, np.interp(k / 1.06, k, camry) + ripple
    velocity = 15.858 + np.concatenate([[0], np.cumsum((camry[1:] + camry[:-1]) / 2)]) * step_s * 9.80665
    late = 15.858 + np.concatenate([[0], np.cumsum((camry[1:] + camry[:-1]) / 2)]) * step_s * 9.2
    yield "Camry velocity, 6 % less deceleration", step_s, velocity, late


def rated(reference, simulated, dt_s):
    """At 10 kHz by straight lines, as the standard asks for."""
    count = math.floor((len(reference) - 1) * dt_s / 1e-4 + 1e-6) + 1
    fine, coarse = np.arange(count) * 1e-4, np.arange(len(reference)) * dt_s
    curve = lambda y: np.column_stack([fine, np.interp(fine, coarse, y)])
    r = ISO18571(curve(reference), curve(simulated))
    return {
        "corridor": float(r.corridor_rating(-1)),
        "phase": float(r.phase_rating(-1)),
        "magnitude": float(r.magnitude_rating(-1)),
        "slope": float(r.slope_rating(-1)),
        "overall": float(r.overall_rating(-1)),
        "shift_samples": int(r._n_eps),
    }


def main():
    out = []
    for name, dt_s, reference, simulated in cases():
        reference, simulated = np.round(reference, 3), np.round(simulated, 3)
        out.append(
            {
                "name": name,
                "dt_s": dt_s,
                "expected": rated(reference, simulated, dt_s),
                "reference": reference.tolist(),
                "simulated": simulated.tolist(),
            }
        )
    print("[\n" + ",\n".join(json.dumps(case) for case in out) + "\n]")


main()
