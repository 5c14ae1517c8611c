#!/bin/sh
# Guess: the bare value `=` is the text "=", as it is in a list of operators: [<, =, ">"].
# Happens: PyYAML's safe_load refuses the document, since YAML 1.1 has a type `value` for a bare
#   `=`, which it resolves but can't construct. So does the safe loader of ruamel.yaml, although
#   YAML 1.2 has no such type. The same goes for `<<` as a value. js-yaml reads the texts.
# Versions: PyYAML 6.0.4, ruamel.yaml 0.19.1, js-yaml 5.5.0
# Exits 0 while this is so.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" --quiet --disable-pip-version-check install PyYAML==6.0.4 ruamel.yaml==0.19.1
npm install --silent --no-audit --no-fund --prefix "$dir" js-yaml@5.5.0 >/dev/null
"$dir/venv/bin/python" - <<'PYTHON'
import sys
import yaml
from ruamel.yaml import YAML

def read(load, text):
    try:
        return load(text)
    except Exception as error:
        return type(error).__name__

loaders = {"PyYAML": yaml.safe_load, "ruamel.yaml": YAML(typ="safe", pure=True).load}
found = {(name, text): read(load, text) for name, load in loaders.items() for text in ["[=]", "[<<]"]}
for (name, text), value in found.items():
    print(name, text, value)
sys.exit(0 if set(found.values()) == {"ConstructorError"} else "the behaviour changed")
PYTHON
cat > "$dir/read.mjs" <<'NODE'
import { load } from "js-yaml";
const found = ["[=]", "[<<]"].map((text) => load(text)[0]);
console.log("js-yaml", found);
process.exit(found[0] === "=" && found[1] === "<<" ? 0 : 1);
NODE
node "$dir/read.mjs"
