#!/usr/bin/env bash
# DuckDB: closing a file after a deletion gives the rows that stayed other rowids, by its version.
#
# Guess: `rowid` is a row's place in the order of writing. Deleting rows leaves gaps, as in SQLite, and
#   who has read up to a rowid finds later rows above it.
# Behaviour: the deletion alone leaves gaps. The next checkpoint, and closing the file is one, closes some
#   of them by counting the rows that stayed anew. Where every other row was deleted, both versions do
#   so, to different numbers; where a range in the middle was, only 1.5.6. There, rows written later
#   get rowids that other rows had before: who goes on after the last one seen misses all of them,
#   without an error.
# Versions: Python 3.11.7; duckdb 1.5.6 and 2.0.1.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat > rows.py <<'PYTHON'
import os
import duckdb

for name, condition in [("every other row", "n % 2 = 1"),
                        ("the middle", "n BETWEEN 200000 AND 399999"),
                        ("the first rows", "n < 100000")]:
    connection = duckdb.connect("log.duckdb")
    connection.execute("CREATE TABLE log AS SELECT i AS n FROM range(500000) t(i)")
    connection.close()

    connection = duckdb.connect("log.duckdb")
    connection.execute(f"DELETE FROM log WHERE {condition}")
    moved = "SELECT count(*) FROM log WHERE rowid <> n AND n < 500000"
    at_once = connection.execute(moved).fetchone()[0]
    connection.close()

    connection = duckdb.connect("log.duckdb")
    connection.execute("INSERT INTO log SELECT 500000 + i FROM range(1000) t(i)")
    later = connection.execute(moved).fetchone()[0]
    seen = connection.execute("SELECT count(*) FROM log WHERE rowid > 499999").fetchone()[0]
    print(f"without {name}: {at_once} rows moved, {later} after closing; {seen} of 1000 new rows above")
    connection.close()
    os.remove("log.duckdb")
PYTHON

for version in 1.5.6 2.0.1; do
    python3 -m venv "$version"
    "$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    echo "duckdb $version"
    "$version/bin/python" rows.py
done | tee found

diff found - <<'EXPECTED'
duckdb 1.5.6
without every other row: 0 rows moved, 249999 after closing; 0 of 1000 new rows above
without the middle: 0 rows moved, 100000 after closing; 0 of 1000 new rows above
without the first rows: 0 rows moved, 0 after closing; 1000 of 1000 new rows above
duckdb 2.0.1
without every other row: 0 rows moved, 245758 after closing; 1000 of 1000 new rows above
without the middle: 0 rows moved, 0 after closing; 1000 of 1000 new rows above
without the first rows: 0 rows moved, 0 after closing; 1000 of 1000 new rows above
EXPECTED
echo "as before"
