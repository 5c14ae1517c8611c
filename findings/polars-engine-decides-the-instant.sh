#!/usr/bin/env bash
# polars: `write_database` writes one frame to SQLite as two different instants, by its engine.
#
# Guess: a column of times in America/New_York becomes the same instants whichever engine writes it,
#   with an offset or in UTC.
# Behaviour: `engine="sqlalchemy"` (the default) writes the local time and drops the zone, so a reader
#   that takes times without an offset for UTC is five hours off. `engine="adbc"` writes the same frame
#   in UTC, also without an offset. Neither warns.
# Versions: Python 3.11.7; polars 2.1.0, SQLAlchemy 2.1.9, adbc-driver-sqlite 1.13.0,
#   adbc-driver-manager 1.13.0, pyarrow 26.0.1, pandas 3.1.1.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check polars==2.1.0 SQLAlchemy==2.1.9 \
    adbc-driver-sqlite==1.13.0 adbc-driver-manager==1.13.0 pyarrow==26.0.1 pandas==3.1.1
venv/bin/python - <<'PYTHON' | tee found
import datetime, os, sqlite3
import polars

noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
times = polars.Series("at", [noon]).dt.convert_time_zone("America/New_York")
print("frame:", times[0].isoformat())
for engine in ["sqlalchemy", "adbc"]:
    uri = "sqlite:///" + os.path.abspath(f"{engine}.db")
    times.to_frame().write_database("log", uri, engine=engine)
    print(f"{engine}:", sqlite3.connect(f"{engine}.db").execute("SELECT at FROM log").fetchone()[0])
PYTHON

diff found - <<'EXPECTED'
frame: 2026-03-01T07:00:00-05:00
sqlalchemy: 2026-03-01 07:00:00.000000
adbc: 2026-03-01T12:00:00.000000
EXPECTED
echo "as before"
