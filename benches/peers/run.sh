#!/usr/bin/env bash
# Runs crumple and its peers on the shared problem, one core each, and writes the table, the CSV of this machine
# and the work-precision diagram.
#
#   benches/peers/run.sh [--quick]
#
# --quick: 8 cases, a reference of 0.5 us, fewer settings; results and figure stay in benches/peers/out/quick.
# PEERS_VENV: a Python environment to use instead of benches/peers/.venv. PEERS_NATIVE=1: also a native build of crumple.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

quick=0
case "${1:-}" in
    "") ;;
    --quick) quick=1 ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

if ! [ -e /usr/include/cvode/cvode.h ] || ! [ -e /usr/include/cjson/cJSON.h ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "peers: install libsundials-dev and libcjson-dev first" >&2
        exit 2
    fi
    apt-get update -qq && apt-get install -y -qq libsundials-dev libcjson-dev >/dev/null
fi
venv=${PEERS_VENV:-$here/.venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install -q -r "$here/requirements.txt"
py=$venv/bin/python

target=${CARGO_TARGET_DIR:-target}
cargo build --release --example peers --example work_precision
make -s -C "$here"
bin=$here/out
out=$here/out
cases=64 reference=0.05 repeat=3
if [ $quick = 1 ]; then
    out=$here/out/quick cases=8 reference=0.5 repeat=1
fi
mkdir -p "$out"

# One core for everything; a busy machine disturbs less, since all solvers count CPU time.
pin=(taskset -c "$(($(nproc) - 1))")
peers=$target/release/examples/peers
"$peers" export "$out" --cases $cases
echo "reference of $reference us ..." >&2
"$peers" reference "$out" --cases $cases --reference-us $reference

rows=$out/rows.csv.part
: >"$rows"
say() { echo "$*" >&2; }
put() { say "$*"; "${pin[@]}" "$@" >>"$rows" || say "peers: left out, it failed: $*"; }

put "$peers" run "$out" --cases $cases --repeat $repeat
if [ $quick = 0 ] && [ "${PEERS_NATIVE:-0}" = 1 ]; then
    RUSTFLAGS="-C target-cpu=native" cargo build --release --example peers --target-dir "$target/native"
    put "$target/native/release/examples/peers" run "$out" --cases $cases --repeat $repeat
fi
for build in baseline native; do
    put "$bin/fixed-$build" "$out" $build $repeat 2 5 10 20 25 50
done
put "$py" "$here/python_peers.py" "$out" numba $repeat 2 5 10 20 25 50

loose="1e-3 1e-4 1e-5" tight="1e-6 1e-7"
[ $quick = 1 ] && loose="1e-4" tight="1e-6"
# One build: most of the time is in Debian's library and in short vectors, and a native build gained nothing.
for method in adams erk3 erk5; do
    put "$bin/adaptive" "$out" baseline 1 $method 1 1 1000 $loose $tight
    put "$bin/adaptive" "$out" baseline 1 $method 1 1 100 1e-4 1e-5
    put "$bin/adaptive" "$out" baseline 1 $method 1 30 100 1e-5 $tight
done
put "$bin/adaptive" "$out" baseline 1 bdf 1 1 1000 1e-3 1e-4 1e-5

# SciPy: every case counts for the error, the first eight for the time.
for method in RK23 RK45; do
    put "$py" "$here/python_peers.py" "$out" $method 1 8 1 1000 $loose $tight
    put "$py" "$here/python_peers.py" "$out" $method 1 8 1 100 1e-4
done
put "$py" "$here/python_peers.py" "$out" DOP853 1 8 1 1000 1e-4 $tight
put "$py" "$here/python_peers.py" "$out" LSODA 1 8 1 1000 $loose 1e-6
for solver in Bosh3 Dopri5 Tsit5; do
    put "$py" "$here/diffrax_peer.py" "$out" $solver 1 1 1 1000 $loose $tight
    put "$py" "$here/diffrax_peer.py" "$out" $solver $cases 1 1 1000 1e-5
done
put "$py" "$here/diffrax_peer.py" "$out" Bosh3 8 1 1 1000 1e-5
mv "$rows" "$out/rows.csv"

machine=$("$py" "$here/machine.py")
if [ $quick = 1 ]; then
    csv=$out/$machine-peers.csv figure=$out/work-precision
else
    csv=$root/benches/results/$machine-peers.csv figure=$root/plots/work-precision
fi
"$py" "$here/score.py" "$out" --csv "$csv"
"${pin[@]}" "$bin/peak" | tee "$out/peak.txt"
"$target/release/examples/work_precision" "$csv" $cases "$figure"
echo "$csv"
echo "$figure.svg"
