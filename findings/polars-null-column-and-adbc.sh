#!/usr/bin/env bash
# polars: a column without any value can't be written to SQLite by ADBC, though pyarrow's can.
#
# Guess: a column that is NULL in every row, such as the group of experiments that don't split by one,
#   becomes a column of NULLs, since ADBC takes Arrow's data as it is.
# Behaviour: polars gives a column of its type Null to ADBC with a buffer where Arrow has none, and the
#   driver refuses the frame with an internal error that names no column. The same frame goes through
#   by way of `to_arrow()`, and with the column cast to String.
# Versions: Python 3.11.7; polars 2.1.0, adbc-driver-sqlite 1.13.0, adbc-driver-manager 1.13.0,
#   pyarrow 26.0.1.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check polars==2.1.0 \
    adbc-driver-sqlite==1.13.0 adbc-driver-manager==1.13.0 pyarrow==26.0.1
venv/bin/python - <<'PYTHON' | tee found
import adbc_driver_sqlite.dbapi as sqlite
import polars

frame = polars.DataFrame({"unit": ["u1"], "group": [None]})
frames = {
    "polars": frame,
    "to_arrow": frame.to_arrow(),
    "cast": frame.with_columns(polars.col("group").cast(polars.String)),
}
for name, data in frames.items():
    with sqlite.connect() as connection, connection.cursor() as cursor:
        try:
            cursor.adbc_ingest("log", data, mode="create")
            print(f"{name}:", cursor.execute("SELECT * FROM log").fetchall())
        except sqlite.InternalError as error:
            print(f"{name}: {error}")
PYTHON

diff found - <<'EXPECTED'
polars: INTERNAL: Failed to initialize array view: (22) Invalid argument: Expected array with 0 buffer(s) but found 1 buffer(s)
to_arrow: [('u1', None)]
cast: [('u1', None)]
EXPECTED
echo "as before"
