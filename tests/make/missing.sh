#!/bin/sh
# make prints which build dependencies are missing, and the command that installs them.
. "$(dirname "$0")/lib.sh"

# expect_said WHAT ARGUMENT…
expect_said()
{
	what=$1
	shift
	! make_it "$@" >"$work/out" 2>&1 || fail "$what: make succeeded"
	grep -q "^make: $what is missing: run \"make deps\"" "$work/out" ||
		fail "expected \"$what is missing\", make said: $(cat "$work/out")"
	! grep ' error: ' "$work/out" || fail "$what: something was compiled"
}

expect_said "the compiler $work/none" CC="$work/none"

# A gcc that finds no header of the name in $lacking.
cat >"$work/gcc" <<'END'
#!/bin/sh
case $* in
*-E*-)
	text=$(cat)
	case $text in
	*"<$lacking>"*) exit 1 ;;
	esac
	exit 0
	;;
esac
exec gcc "$@"
END
chmod +x "$work/gcc"
for lacking in zlib.h curl/curl.h; do
	export lacking
	expect_said "the header $lacking" CC="$work/gcc"
done
