#!/bin/sh
# exports.sh BUILD: the libraries export exactly the symbols of exports.txt.  They and memagent-run
# need libc with its dynamic linker only, and libm where jemalloc is inside.
#
# jemalloc exports malloc_conf_2_conf_harder from 5.3.1 on.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$1

for object in libmemagent.so libmemagent-jemalloc.so memagent-http.so; do
	nm -D --defined-only "$build/$object" | awk -v object="$object" '{ print object, $3 }'
done | grep -v ' malloc_conf_2_conf_harder$' | LC_ALL=C sort | diff -u "$here/exports.txt" - ||
	{ echo "exports.sh: the exported symbols differ from tests/exports.txt" >&2; exit 1; }

# expect_needed LIBRARY NAMES
expect_needed()
{
	needed=$(readelf -d "$build/$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort | paste -sd ' ')
	[ "$needed" = "$2" ] ||
		{ echo "exports.sh: $1 needs other libraries than $2: $needed" >&2; exit 1; }
}

expect_needed libmemagent.so libc.so.6
expect_needed libmemagent-jemalloc.so 'libc.so.6 libm.so.6'
expect_needed memagent-run libc.so.6
