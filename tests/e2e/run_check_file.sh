#!/bin/sh
# memagent-run: --check of file:// says whether the file can be appended to, and leaves no trace.
set -eu

. "$(dirname "$0")/lib/run.sh"

as=
# expect STATUS LINE PATH
expect()
{
	status=0
	# shellcheck disable=SC2086 # words
	got=$($as "$build/memagent-run" --check --url "file://$3") || status=$?
	[ "$status $got" = "$1 $2" ] || fail "$3: $status, $got"
}

expect 0 "server  ok  $dir/new can be made" "$dir/new"
[ ! -e "$dir/new" ] || fail "it was made"
echo old >"$dir/old"
touch -d 2001-01-01 "$dir/old"
expect 0 "server  ok  $dir/old can be appended to" "$dir/old"
[ "$(cat "$dir/old")" = old ] || fail "it was changed"
[ "$(stat -c %Y "$dir/old")" -lt 1000000000 ] || fail "it was touched"
expect 0 "server  ok  /dev/null takes every point and keeps none" /dev/null
expect 1 "server  FAIL  /dev/full is not a regular file: name one that is, or a new one" /dev/full
expect 1 "server  FAIL  $dir is a directory: name a file in it" "$dir"
expect 1 "server  FAIL  $dir/none is not a directory: create it" "$dir/none/points"

# root can write to every file, so use another user.
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$dir"
	mkdir "$dir/build"
	cp "$build/memagent-run" "$build/libmemagent.so" "$dir/build"
	build=$dir/build
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
mkdir -m 555 "$dir/closed"
chmod 444 "$dir/old"
expect 1 "server  FAIL  no file can be made in $dir/closed: see its mode and owner" "$dir/closed/points"
expect 1 "server  FAIL  $dir/old cannot be written to: see its mode and owner" "$dir/old"
