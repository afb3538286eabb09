#!/bin/sh
# memagent-run: it finds the library from its own real path.  When the library cannot be preloaded,
# it says so and runs the command.
set -eu

. "$(dirname "$0")/lib/run.sh"

mkdir -p "$dir/bin" "$dir/lib/memagent" "$dir/lib/$(uname -m)-linux-gnu" "$dir/elsewhere"
cp "$build/memagent-run" "$dir/bin"
ln -s ../bin/memagent-run "$dir/elsewhere/memagent-run"
echo 'int stand_in;' | gcc -shared -fPIC -x c - -o "$dir/stand-in.so"

real=$(cd "$dir" && pwd -P)
for place in lib lib/memagent "lib/$(uname -m)-linux-gnu" bin; do
	cp "$dir/stand-in.so" "$dir/$place/libmemagent.so"
	for run in bin elsewhere bin/../bin; do
		got=$("$dir/$run/memagent-run" printenv LD_PRELOAD)
		[ "$got" = "$real/$place/libmemagent.so" ] || fail "in $place, run from $run: $got"
		got=$(cd "$dir/$run" && PATH=.:$PATH && memagent-run printenv LD_PRELOAD)
		[ "$got" = "$real/$place/libmemagent.so" ] || fail "in $place, from PATH: $got"
	done
	rm "$dir/$place/libmemagent.so"
done

# unfit TEXT RUN
unfit()
{
	# shellcheck disable=SC2016 # for the inner shell
	got=$("$2" sh -c 'echo ran$LD_PRELOAD' 2>"$dir/err") || fail "$1: exit status $?"
	[ "$got" = ran ] || fail "$1: it ran as $got"
	grep -q "^memagent-run: cannot meter .*: .*$1.*; it runs without" "$dir/err" || fail "$1: it said: $(cat "$dir/err")"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "$1: more than a line: $(cat "$dir/err")"
}

unset LD_PRELOAD
unfit 'libmemagent.so is neither beside' "$dir/bin/memagent-run"
echo rubbish >"$dir/bin/libmemagent.so"
unfit 'libmemagent.so is not a shared library' "$dir/bin/memagent-run"
for name in 'with space' with:colon; do
	mkdir "$dir/$name"
	cp "$build/memagent-run" "$dir/stand-in.so" "$dir/$name"
	mv "$dir/$name/stand-in.so" "$dir/$name/libmemagent.so"
	unfit 'has a space or a colon in it' "$dir/$name/memagent-run"
done
