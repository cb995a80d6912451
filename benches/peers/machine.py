"""Name of this machine for result files: processor, its generation as the compiler knows it, cores."""
import os
import re
import subprocess


def generation():
    """`znver4`, `sapphirerapids` ... from the compiler; empty where it does not say."""
    try:
        said = subprocess.run(["gcc", "-march=native", "-Q", "--help=target"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.search(r"^\s*-march=\s+(\S+)", said.stdout, re.MULTILINE)
    return found.group(1).replace("znver", "zen") if found else ""


def name():
    with open("/proc/cpuinfo") as text:
        about = text.read()
    found = re.search(r"^model name\s*:\s*(.+)$", about, re.MULTILINE)
    processor = re.sub(r"\(R\)|\(TM\)|CPU|Processor|@.*", "", found.group(1) if found else "unknown")
    known = generation()
    # A compiler older than the processor calls Zen 4 its predecessor; AVX-512 tells them apart.
    if known == "zen3" and " avx512f " in about:
        known = "zen4"
    words = re.findall(r"[a-z0-9]+", processor.lower()) + [known, f"{os.cpu_count()}core"]
    return "-".join(w for w in words if w)


if __name__ == "__main__":
    print(name())
