#!/bin/bash
# In some cases of tests/verdict, each leak is found and named, and no honest program is said to leak.
#
# The library samples every 4 KiB and reports call sites every second, so that a short run shows what
# otherwise takes a minute.
#
# limit: 180
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

LIBRARY=$build/tests/often/libmemagent.so MEMAGENT_SITES_INTERVAL=1s MEMAGENT_FLAME=0 \
	"$here/../verdict/run" -j 4 -o "$work" -s 20 python3-1 python3-2 sqlite3-1 perl-1 pool arena lru_evenly_full
