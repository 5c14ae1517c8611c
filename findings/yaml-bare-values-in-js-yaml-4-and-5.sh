#!/bin/sh
# Guess: a new major version of js-yaml reads the same bare values as the one before: a date is a
#   Date, and 1_000 is either a number or text in both, and as in another reader of YAML 1.2.
# Happens: js-yaml 4 reads 2026-03-01 as a Date and 1_000, 0b1 as numbers; js-yaml 5 reads all three
#   as text. ruamel.yaml, whose default is YAML 1.2 too, still reads a date and the numbers, although
#   1.2 has none of these notations.
# Versions: js-yaml 4.1.0 and 5.5.0, ruamel.yaml 0.19.1
# Exits 0 while this is so.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/read.mjs" <<'NODE'
import * as yaml4 from "js-yaml-4";
import * as yaml5 from "js-yaml-5";
const text = "[2026-03-01, 1_000, 0b1]";
const types = (module) => {
  const load = module.load ?? module.default.load;
  return load(text).map((value) => (value instanceof Date ? "date" : typeof value)).join(" ");
};
console.log("js-yaml 4:", types(yaml4));
console.log("js-yaml 5:", types(yaml5));
const isAsFound = types(yaml4) === "date number number" && types(yaml5) === "string string string";
process.exit(isAsFound ? 0 : 1);
NODE
npm install --silent --no-audit --no-fund --prefix "$dir" js-yaml-4@npm:js-yaml@4.1.0 js-yaml-5@npm:js-yaml@5.5.0 >/dev/null
node "$dir/read.mjs"
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" --quiet --disable-pip-version-check install ruamel.yaml==0.19.1
"$dir/venv/bin/python" - <<'PYTHON'
import datetime
import sys
from ruamel.yaml import YAML

found = YAML(typ="safe", pure=True).load("[2026-03-01, 1_000, 0b1]")
print("ruamel.yaml:", found)
sys.exit(0 if found == [datetime.date(2026, 3, 1), 1000, 1] else "the behaviour changed")
PYTHON
