#!/usr/bin/env bash
# growthbook 4: users whose ids are 64-bit numbers get their variation in blocks of hundreds.
#
# Guess: an id that is a Python `int` is hashed by all of its digits, as in version 3, so 2,048
#   neighboring ids fall into some thousand runs of one variation; and no upgrade moves a user whose
#   id stays as it is.
# Behaviour: version 4 first rounds a number to a double, as JavaScript does. Above 2^53 neighbors
#   become one number: at 1.9 * 10^18, where a database's time-ordered ids are, 256 users in a row
#   share a variation, 2,048 users are 8 draws instead of 2,048, and half of the users change theirs with
#   the upgrade. The same ids as texts are untouched, and so are small numbers.
# Versions: Python 3.11.7; growthbook 3.2.2 and 4.0.0.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat > neighbors.py <<'PYTHON'
import json
import sys
from growthbook import Experiment, GrowthBook

def variations(ids):
    experiment = Experiment(key="checkout", variations=[0, 1], hashVersion=2)
    return [GrowthBook(attributes={"id": id}).run(experiment).variationId for id in ids]

first = 1_900_000_000_000_000_000
found = {
    "large numbers": variations(range(first, first + 2048)),
    "the same as texts": variations(map(str, range(first, first + 2048))),
    "small numbers": variations(range(1, 2049)),
}
for name, shown in found.items():
    runs = 1 + sum(a != b for a, b in zip(shown, shown[1:]))
    print(f"{name}: {runs} runs, {sum(shown)} of {len(shown)} users in variation 1")
json.dump(found, open(sys.argv[1], "w"))
PYTHON

{
    for version in 3.2.2 4.0.0; do
        python3 -m venv "$version"
        "$version/bin/pip" install --quiet --disable-pip-version-check "growthbook==$version"
        echo "growthbook $version"
        "$version/bin/python" neighbors.py "$version.json"
    done
    python3 - <<'PYTHON'
import json
before, after = (json.load(open(f"{version}.json")) for version in ("3.2.2", "4.0.0"))
for name in before:
    moved = sum(a != b for a, b in zip(before[name], after[name]))
    print(f"{name}: {moved} users moved")
PYTHON
} | tee found

diff found - <<'EXPECTED'
growthbook 3.2.2
large numbers: 1041 runs, 1030 of 2048 users in variation 1
the same as texts: 1041 runs, 1030 of 2048 users in variation 1
small numbers: 1037 runs, 1013 of 2048 users in variation 1
growthbook 4.0.0
large numbers: 7 runs, 1277 of 2048 users in variation 1
the same as texts: 1041 runs, 1030 of 2048 users in variation 1
small numbers: 1037 runs, 1013 of 2048 users in variation 1
large numbers: 1019 users moved
the same as texts: 0 users moved
small numbers: 0 users moved
EXPECTED
echo "as before"
