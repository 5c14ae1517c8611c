#!/usr/bin/env bash
# polars: `read_csv(try_parse_dates=True)` refuses a whole file for the way BigQuery writes times.
#
# Guess: a column that can't be parsed as times stays a column of texts, as the name "try" and the docs
#   say and as it happens with `2026-03-01 12:00:00 +0000 UTC`.
# Behaviour: `2026-03-01 12:00:00 UTC`, as BigQuery exports a TIMESTAMP, is recognised as the pattern
#   DatetimeYMDZ while the schema is inferred, and can't be parsed by that pattern afterwards: the read
#   fails with ComputeError. Without `try_parse_dates` the file is read.
# Versions: Python 3.11.7; polars 2.1.0.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check polars==2.1.0
venv/bin/python - <<'PYTHON' | tee found
import polars

for text in ["2026-03-01 12:00:00 +0000 UTC", "2026-03-01 12:00:00 UTC"]:
    for dates in [False, True]:
        with open("times.csv", "w") as file:
            file.write(f"unit,at\nu1,{text}\n")
        try:
            frame = polars.read_csv("times.csv", try_parse_dates=dates)
            print(f"{text}, {dates}: {frame.schema['at']}")
        except polars.exceptions.ComputeError as error:
            print(f"{text}, {dates}: {str(error).splitlines()[-1]}")
PYTHON

diff found - <<'EXPECTED'
2026-03-01 12:00:00 +0000 UTC, False: String
2026-03-01 12:00:00 +0000 UTC, True: String
2026-03-01 12:00:00 UTC, False: String
2026-03-01 12:00:00 UTC, True: Original error: ```could not parse '2026-03-01 12:00:00 UTC' with pattern 'DatetimeYMDZ'```
EXPECTED
echo "as before"
