#!/usr/bin/env bash
# Times `granite-bundle patch status` beside `git apply --check` of the same patches, in one run on a real engine:
#
#   ENGINE_REPO=/path/to/engine.git benches/patch_status.sh [rounds]
#
# and once more after 20,000 files that no patch names were added, which must change nothing.
# Prints the median of each in milliseconds, and the ratio. Needs a release build, git and bash; writes to a temporary folder.
set -euo pipefail
: "${ENGINE_REPO:?set ENGINE_REPO to an engine repository, bare or not}"
rounds=${1:-31}
here=$(cd "$(dirname "$0")/.." && pwd)
tool=${TOOL:-$here/target/release/granite-bundle}
[ -x "$tool" ] || { echo "build first: cargo build --release" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git clone --quiet "$ENGINE_REPO" "$work/engine"
era=$("$tool" patch status --engine "$work/engine" --json | sed -n 's/^ *"era": "\(.*\)",$/\1/p')
patches=("$here/patches/shared-product.patch")
variant=$here/patches/pipelined-extra-states/${era,,}.patch
[ ! -e "$variant" ] || patches+=("$variant")

status() { "$tool" patch status --engine "$work/engine" >/dev/null; }
check() { git -C "$work/engine" apply --check "${patches[@]}" 2>/dev/null || true; }

milliseconds() { # of one call
    local start end
    start=$(date +%s%N)
    "$1"
    end=$(date +%s%N)
    echo "$(((end - start) / 1000))"
}

median() { sort -n "$1" | awk '{ at[NR] = $1 } END { printf "%.1f", at[int((NR + 1) / 2)] / 1000 }'; }

measure() { # both in turn, so that what else the machine does falls on both
    : >"$work/status"
    : >"$work/check"
    status
    check
    for _ in $(seq "$rounds"); do
        milliseconds status >>"$work/status"
        milliseconds check >>"$work/check"
    done
    local ours theirs
    ours=$(median "$work/status")
    theirs=$(median "$work/check")
    awk -v what="$1" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
        printf "%-24s status %6s ms   git apply --check %6s ms   ratio %.2f\n", what, ours, theirs, ours / theirs }'
}

echo "engine $(git -C "$work/engine" rev-parse --short HEAD), era ${era:-unknown}, ${#patches[@]} patches, $rounds rounds"
measure "$(git -C "$work/engine" ls-files | wc -l | tr -d ' ') files"

mkdir "$work/engine/unrelated"
for folder in $(seq 200); do
    mkdir "$work/engine/unrelated/$folder"
    for file in $(seq 100); do echo "$folder $file" >"$work/engine/unrelated/$folder/$file"; done
done
git -C "$work/engine" add unrelated
git -C "$work/engine" -c user.name=bench -c user.email=bench@example.invalid commit --quiet -m 'unrelated files'
measure "$(git -C "$work/engine" ls-files | wc -l | tr -d ' ') files"
