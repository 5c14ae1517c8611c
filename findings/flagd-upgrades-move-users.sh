#!/usr/bin/env bash
# openfeature-provider-flagd: each of two upgrades gives half of the users another variation.
#
# Guess: the same flag file with an equal `fractional` split gives a user the same variation after an
#   upgrade, since flagd's providers in every language are to agree on it; and an account counts as the
#   same, whether its id comes as a number or as its digits.
# Behaviour: the provider draws anew from 0.3.0 to 0.5.2 (another reduction of the hash) and again from
#   0.5.2 to 0.6.0 (another encoding of what is hashed): each time about half of 2,000 users change, with
#   no word in the log and no change of the flag file. Two services on different versions disagree as
#   much. Until 0.5.2 an id that is a number is in no split at all: it gets the default. From 0.6.0 it is
#   in one, but in another than the same digits as a text.
# Versions: Python 3.11.7; openfeature-provider-flagd 0.3.0, 0.5.2 (flagd-core 1.0.0), 0.6.0 (flagd-core
#   2.0.0); openfeature-sdk 0.10.0.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat > flags.json <<'JSON'
{"flags": {"checkout": {
  "state": "ENABLED",
  "variants": {"control": "control", "treatment": "treatment"},
  "defaultVariant": "control",
  "targeting": {"fractional": [{"var": "account"}, ["control", 50], ["treatment", 50]]}
}}}
JSON

cat > split.py <<'PYTHON'
import json
import sys
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext

file = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path="flags.json")
api.set_provider_and_wait(file)
client = api.get_client()

def variations(accounts):
    contexts = [EvaluationContext("somebody", {"account": account}) for account in accounts]
    return [client.get_string_value("checkout", "none", context) for context in contexts]

numbers = range(1, 2001)
found = {"texts": variations(map(str, numbers)), "numbers": variations(numbers)}
for name, shown in found.items():
    print(f"{name}: {shown.count('treatment')} of {len(shown)} in treatment")
json.dump(found, open(sys.argv[1], "w"))
api.shutdown()
PYTHON

{
    for version in 0.3.0 0.5.2 0.6.0; do
        python3 -m venv "$version"
        "$version/bin/pip" install --quiet --disable-pip-version-check \
            "openfeature-provider-flagd==$version" openfeature-sdk==0.10.0
        echo "openfeature-provider-flagd $version"
        "$version/bin/python" split.py "$version.json"
    done
    python3 - <<'PYTHON'
import json
versions = ("0.3.0", "0.5.2", "0.6.0")
found = {version: json.load(open(f"{version}.json")) for version in versions}
def differing(one, other):
    return sum(a != b for a, b in zip(one, other))
for before, after in zip(versions, versions[1:]):
    moved = differing(found[before]["texts"], found[after]["texts"])
    print(f"{before} to {after}: {moved} of 2000 users moved")
print("0.6.0:", differing(*found["0.6.0"].values()), "of 2000 differ between number and text")
PYTHON
} | tee found

diff found - <<'EXPECTED'
openfeature-provider-flagd 0.3.0
texts: 1000 of 2000 in treatment
numbers: 0 of 2000 in treatment
openfeature-provider-flagd 0.5.2
texts: 1023 of 2000 in treatment
numbers: 0 of 2000 in treatment
openfeature-provider-flagd 0.6.0
texts: 1000 of 2000 in treatment
numbers: 980 of 2000 in treatment
0.3.0 to 0.5.2: 1027 of 2000 users moved
0.5.2 to 0.6.0: 1023 of 2000 users moved
0.6.0: 988 of 2000 differ between number and text
EXPECTED
echo "as before"
