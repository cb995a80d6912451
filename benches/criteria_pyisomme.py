"""pyisomme on the signals of `benches/criteria.rs`: CPU milliseconds of one call, best of several.

    python benches/criteria_pyisomme.py

Beside `cargo bench --bench criteria` on the same machine it gives the ratio of the two.
"""

import logging
import time

import numpy as np

# pyisomme 1.1.0 calls numpy.trapz, which numpy 2 renamed.
if not hasattr(np, "trapz"):
    np.trapz = np.trapezoid

import pandas as pd
import pyisomme
from pyisomme import calculate_hic, calculate_olc, calculate_xms

logging.disable(logging.CRITICAL)
SAMPLES, DT_S, REPEATS = 3500, 1e-4, 7


def channel(code, unit, values):
    times = np.arange(SAMPLES) * DT_S
    return pyisomme.Channel(code=code, data=pd.DataFrame({"": values}, index=times), unit=unit)


def main():
    t = np.arange(SAMPLES) * DT_S
    pulse = np.where((t >= 0.05) & (t < 0.13), 590.0 * np.sin(np.pi * (t - 0.05) / 0.08), 0.0)
    head = pulse + 15.0 * np.sin(2 * np.pi * 180.0 * t) + 8.0 * np.cos(2 * np.pi * 733.0 * t)
    speed = 7.8 * (1.0 + np.cos(np.pi * np.minimum(t, 0.08) / 0.08))
    a = channel("11HEADCG00H3ACX0", "m/s^2", head)
    v = channel("10VEHCCG0000VEX0", "m/s", speed)
    size = abs(a)
    calls = {
        "HIC15": lambda: calculate_hic(size, 15),
        "HIC36": lambda: calculate_hic(size, 36),
        "3 ms clip": lambda: calculate_xms(size, 3, "C"),
        "C60": lambda: a.cfc("D"),
        "C180": lambda: a.cfc("C"),
        "C1000": lambda: a.cfc("A"),
        "OLC": lambda: calculate_olc(v),
    }
    for name, call in calls.items():
        call()
        best = float("inf")
        for _ in range(REPEATS):
            start = time.process_time_ns()
            call()
            best = min(best, (time.process_time_ns() - start) / 1e6)
        print(f"{name:10} {best:10.3f} ms")


main()
