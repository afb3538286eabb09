#!/bin/sh
# memagent-run: for a script it checks the interpreter, and reports a missing one.
set -eu

. "$(dirname "$0")/lib/run.sh"

script() # NAME FIRST-LINE
{
	printf '%s\necho ran\nexec true\n' "$2" >"$dir/$1"
	chmod +x "$dir/$1"
}

# well NAME FIRST-LINE: it runs and no line is printed.
well()
{
	script "$1" "$2"
	rm -f "$dir/points"
	got=$("$build/memagent-run" "$dir/$1" 2>&1) || fail "$2: exit status $?"
	[ "$got" = ran ] || fail "$2: $got"
	[ -s "$dir/points" ] || fail "$2: it was not metered"
}

# missing NAME FIRST-LINE TEXT
missing()
{
	script "$1" "$2"
	status=0
	"$build/memagent-run" "$dir/$1" 2>"$dir/err" || status=$?
	[ $status -eq 127 ] || fail "$2: exit status $status"
	[ "$(cat "$dir/err")" = "memagent-run: cannot run $dir/$1: $3" ] || fail "$2: it said: $(cat "$dir/err")"
}

well plain '#!/bin/sh'
well spaced '#! 	/bin/sh -e '
well env '#!/usr/bin/env sh'
well split '#!/usr/bin/env -S A=1 sh -e'
well bare ':'

missing gone '#!/no/such/interpreter -x' \
	"$dir/gone is to be run by /no/such/interpreter, which is missing or not executable"
missing env-gone '#!/usr/bin/env no-such-program' \
	"$dir/env-gone is to be run by no-such-program, which is missing or not executable"
missing split-gone '#!/usr/bin/env -S -u A no-such-program -x' \
	"$dir/split-gone is to be run by no-such-program, which is missing or not executable"
missing dos "$(printf '#!/bin/sh\r')" \
	"the first line of $dir/dos ends as in DOS, in a carriage return"

# Here the interpreter cannot be metered.
echo 'int main(void) { return 3; }' | gcc -static -x c - -o "$dir/static"
script unmetered "#!$dir/static"
script again "#!$dir/unmetered"
script by-env "#!/usr/bin/env $dir/static"
for name in unmetered again by-env; do
	status=0
	"$build/memagent-run" "$dir/$name" 2>"$dir/err" || status=$?
	[ $status -eq 3 ] || fail "$name: exit status $status"
	[ "$(cat "$dir/err")" = "memagent-run: cannot meter $dir/static: it is statically linked; it runs without" ] ||
		fail "$name: it said: $(cat "$dir/err")"
done
