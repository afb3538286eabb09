# shellcheck shell=sh
# lib.sh: builds the project elsewhere, with compilers that record their arguments; to be sourced.
#
#   make_it ARGUMENT…	Run make in the project's directory, into $work/build, without this environment's flags.
#   compiler NAME	Make $work/NAME, a gcc that adds its arguments to $work/NAME.calls, a line for each call.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}

make_it()
{
	env -u MAKEFLAGS -u MAKELEVEL -u CC -u CPPFLAGS -u CFLAGS -u LDFLAGS \
		make -C "$root" --no-print-directory BUILD="$work/build" "$@"
}

compiler()
{
	cat >"$work/$1" <<END
#!/bin/sh
echo "\$*" >>"$work/$1.calls"
exec gcc "\$@"
END
	chmod +x "$work/$1"
}
