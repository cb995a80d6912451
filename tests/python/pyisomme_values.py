"""What an unmodified pyisomme reads and computes from an ISO-MME test: one JSON document.

    python tests/python/pyisomme_values.py TEST

pyisomme's HIC takes only the longest window of each start when a signal is not negative, so the greatest value over
window limits of 10 ms and more is taken here (its codes cannot name a shorter one).
"""

import json
import logging
import sys

import numpy as np

# pyisomme 1.1.0 calls numpy.trapz, which numpy 2 renamed.
if not hasattr(np, "trapz"):
    np.trapz = np.trapezoid

import pyisomme
from pyisomme import calculate_hic, calculate_olc, calculate_xms

logging.disable(logging.CRITICAL)
G0 = 9.80665


def number(channel):
    return float(channel.data.iloc[0, 0])


def main():
    test = pyisomme.Isomme().read(sys.argv[1])
    by_code = {str(c.code): c for c in test.channels}
    head = abs(by_code["11HEAD0000H3ACX0"] if "11HEAD0000H3ACX0" in by_code else by_code["11HEADCG00H3ACX0"])
    chest = abs(by_code["11CHST0000H3ACX0"])
    values = {
        "channels": {
            code: {"samples": len(c.data), "unit": str(c.unit), "dt_s": float(c.data.index[1] - c.data.index[0]),
                   "sum": float(c.data.iloc[:, 0].sum())}
            for code, c in by_code.items()
        },
        "hic15": max(number(calculate_hic(head, w)) for w in range(10, 16)),
        "hic36": max(number(calculate_hic(head, w)) for w in range(10, 37)),
    }
    for name, channel in (("head", head), ("chest", chest)):
        in_g = channel.convert_unit("m/s^2")
        for method, key in (("S", "a3ms_g"), ("C", "a3ms_cumulative_g")):
            values[f"{name}_{key}"] = number(calculate_xms(in_g, 3, method)) / G0
    olc, visual = calculate_olc(by_code["10VEHCCG0000VEX0"])
    # It divides by 9.81 where the standard acceleration is 9.80665.
    values["olc_g"] = float(visual.info["OLC [g]"]) * 9.81 / G0
    json.dump(values, sys.stdout)


main()
