#!/bin/sh
# The service is the executable's name, even if the file was removed or replaced (as in an update)
# or never had a name in the file system.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect_service NAME: all points so far have this service, with escaped spaces.
expect_service()
{
	[ -s "$dir/points" ] || fail "$1: there are no points"
	services=$(sed 's/.*,service=\(\([^ ,\\]\|\\.\)*\),.*/\1/' "$dir/points" | sort -u)
	[ "$services" = "$1" ] || fail "service $services instead of $1"
	rm "$dir/points"
}

cp "$build/tests/e2e/scripted" "$dir/server"
exec 3<"$dir/server"
rm "$dir/server"
LD_PRELOAD=$build/libmemagent.so /proc/self/fd/3 >/dev/null
expect_service server
exec 3<&-

odd="$dir/odd (deleted)"
cp "$build/tests/e2e/scripted" "$odd"
LD_PRELOAD=$build/libmemagent.so "$odd" >/dev/null
expect_service 'odd\ (deleted)'

command -v python3 >/dev/null || exit 0
python3 - "$build/tests/e2e/scripted" "$build/libmemagent.so" >/dev/null <<-'END'
	import os, sys
	fd = os.memfd_create("unnamed")
	with open(sys.argv[1], "rb") as program:
	    os.write(fd, program.read())
	os.execve(fd, ["unnamed"], dict(os.environ, LD_PRELOAD=sys.argv[2]))
END
expect_service unnamed
