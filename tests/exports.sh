#!/bin/sh
# exports.sh BUILD: the libraries show exactly the symbols of exports.txt, and libmemagent.so needs libc
# alone.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$1

for object in libmemagent.so memagent-http.so; do
	nm -D --defined-only "$build/$object" | awk -v object="$object" '{ print object, $3 }'
done | LC_ALL=C sort | diff -u "$here/exports.txt" - ||
	{ echo "exports.sh: the exported symbols differ from tests/exports.txt" >&2; exit 1; }

needed=$(readelf -d "$build/libmemagent.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
[ "$needed" = libc.so.6 ] ||
	{ echo "exports.sh: libmemagent.so needs more than libc.so.6: $needed" >&2; exit 1; }
