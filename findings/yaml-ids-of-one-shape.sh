#!/bin/sh
# Guess: PyYAML takes ids of one shape for one type: 007 to 010 are all numbers (or all text), and
#   so are 09:30 and 10:30.
# Happens: 007 is 7, 008 and 009 are text, and 010 is 8: a leading zero means octal, and what isn't
#   octal isn't a number. 09:30 is text and 10:30 is 630: base 60 begins with 1 to 9. A list of such
#   names holds integers and strings, of which some equal another name. ruamel.yaml, which reads
#   YAML 1.2, takes 008 for 8 and both times for text.
# Versions: PyYAML 6.0.4, ruamel.yaml 0.19.1
# Exits 0 while this is so.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" --quiet --disable-pip-version-check install PyYAML==6.0.4 ruamel.yaml==0.19.1
"$dir/venv/bin/python" - <<'PYTHON'
import sys
import yaml
from ruamel.yaml import YAML

text = "[007, 008, 009, 010, 09:30, 10:30]"
pyyaml = yaml.safe_load(text)
ruamel = YAML(typ="safe", pure=True).load(text)
print("written    ", text)
print("PyYAML     ", pyyaml)
print("ruamel.yaml", ruamel)
as_found = pyyaml == [7, "008", "009", 8, "09:30", 630] and ruamel == [7, 8, 9, 10, "09:30", "10:30"]
sys.exit(0 if as_found else "the behaviour changed")
PYTHON
