#!/usr/bin/env bash
# pandas 3: the usual way from times to Unix seconds is right for one file and 1970 for the next.
#
# Guess: `times.astype("int64") // 10**9` gives seconds, as it did in pandas 2; or, since pandas 3
#   counts microseconds by default, thousandths of them, but then always.
# Behaviour: the unit follows the data. Texts with up to six decimals become microseconds, and the
#   expression gives thousands of seconds (1772366: a time in January 1970). One text with nine
#   decimals anywhere in the column makes all of it nanoseconds, and the same expression is right.
# Versions: Python 3.11.7; pandas 2.3.3 and 3.1.1, numpy 2.4.6.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat > seconds.py <<'PYTHON'
import pandas

for texts in [["2026-03-01 12:00:00.000000"] * 2,
              ["2026-03-01 12:00:00.000000000", "2026-03-01 12:00:00.000000001"]]:
    times = pandas.Series(pandas.to_datetime(texts))
    print(times.dtype, (times.astype("int64") // 10**9).tolist()[0])
PYTHON

for version in 2.3.3 3.1.1; do
    python3 -m venv "$version"
    "$version/bin/pip" install --quiet --disable-pip-version-check "pandas==$version" numpy==2.4.6
    echo "pandas $version"
    "$version/bin/python" seconds.py
done | tee found

diff found - <<'EXPECTED'
pandas 2.3.3
datetime64[ns] 1772366400
datetime64[ns] 1772366400
pandas 3.1.1
datetime64[us] 1772366
datetime64[ns] 1772366400
EXPECTED
echo "as before"
