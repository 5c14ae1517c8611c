#!/usr/bin/env bash
# DuckDB: a WHERE clause that keeps every row moves the times of a CSV file by their offset.
#
# Guess: `2026-03-01 07:00:00-05` is 12:00 UTC in a column of type TIMESTAMP, however it gets there
#   (the session's zone is UTC), or 07:00, but then always. A zone's name is an error there.
# Behaviour: COPY drops the offset: 07:00. So does `INSERT INTO log SELECT * FROM read_csv(…)`, since
#   the table's type reaches into the reader. With `WHERE … IS NOT NULL` or `ORDER BY` behind it the
#   reader finds a TIMESTAMP WITH TIME ZONE itself, and 12:00 is stored. With `WHERE true` it depends
#   on the version. Nothing warns. New in DuckDB 2: a zone's name (`… America/New_York`), which DuckDB
#   1.5 refuses, is dropped as silently as an offset.
# Versions: Python 3.11.7; duckdb 1.5.6 and 2.0.1.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat > load.py <<'PYTHON'
import duckdb

SELECT = "INSERT INTO log SELECT * FROM read_csv('times.csv')"
COPY = "COPY log FROM 'times.csv' (HEADER)"


def load(time, statement):
    with open("times.csv", "w") as file:
        file.write(f"seen\n{time}\n")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE TABLE log (seen TIMESTAMP)")
    try:
        connection.execute(statement)
        found = connection.execute("SELECT seen::VARCHAR FROM log").fetchone()[0]
    except duckdb.ConversionException:
        found = "refused"
    print(f"{time}, {statement}: {found}")


for tail in ["", " WHERE true", " WHERE seen IS NOT NULL", " ORDER BY seen"]:
    load("2026-03-01 07:00:00-05", SELECT + tail)
load("2026-03-01 07:00:00-05", COPY)
load("2026-03-01 07:00:00 America/New_York", COPY)
PYTHON

for version in 1.5.6 2.0.1; do
    python3 -m venv "$version"
    "$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    echo "duckdb $version"
    "$version/bin/python" load.py
done | tee found

diff found - <<'EXPECTED'
duckdb 1.5.6
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv'): 2026-03-01 07:00:00
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv') WHERE true: 2026-03-01 12:00:00
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv') WHERE seen IS NOT NULL: 2026-03-01 12:00:00
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv') ORDER BY seen: 2026-03-01 12:00:00
2026-03-01 07:00:00-05, COPY log FROM 'times.csv' (HEADER): 2026-03-01 07:00:00
2026-03-01 07:00:00 America/New_York, COPY log FROM 'times.csv' (HEADER): refused
duckdb 2.0.1
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv'): 2026-03-01 07:00:00
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv') WHERE true: 2026-03-01 07:00:00
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv') WHERE seen IS NOT NULL: 2026-03-01 12:00:00
2026-03-01 07:00:00-05, INSERT INTO log SELECT * FROM read_csv('times.csv') ORDER BY seen: 2026-03-01 12:00:00
2026-03-01 07:00:00-05, COPY log FROM 'times.csv' (HEADER): 2026-03-01 07:00:00
2026-03-01 07:00:00 America/New_York, COPY log FROM 'times.csv' (HEADER): 2026-03-01 07:00:00
EXPECTED
echo "as before"
