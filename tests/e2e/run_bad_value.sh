#!/bin/sh
# memagent-run: for an invalid value it prints one line with what is accepted, and exits with 2.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect TEXT OPTION...
expect()
{
	text=$1
	shift
	status=0
	"$build/memagent-run" "$@" touch "$dir/ran" >"$dir/out" 2>"$dir/err" || status=$?
	[ $status -eq 2 ] || fail "$*: exit status $status"
	grep -qF -e "memagent-run: $text" "$dir/err" || fail "$*: it said: $(cat "$dir/err")"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "$*: more than a line: $(cat "$dir/err")"
	[ ! -s "$dir/out" ] || fail "$*: and on standard output: $(cat "$dir/out")"
	[ ! -e "$dir/ran" ] || fail "$*: the command was run"
}

for url in points localhost:8086 ftp://x http:// http://x:y file://x; do
	expect "--url '$url' is not valid: expected http://HOST[:PORT]" --url "$url"
done
for tag in foo =x x= pid=3 mallocs=1; do
	expect "--tag '$tag' is not valid: expected KEY=VALUE" --tag "$tag"
done
expect "--interval 'soon' is not valid: expected a number and a unit" --interval soon
expect "--interval '1' is not valid: expected a number and a unit" --interval=1
expect "--buffer '7' is not valid: expected " --buffer 7
expect "--api 'v4' is not valid: expected v1, v2 or v3" --api v4
expect "--enabled 'yes' is not valid: expected 0 or 1" --enabled yes
expect "--log 'file' is not valid: expected off, stderr or the absolute path" --log file
expect "--schema 'go' is not valid: expected memagent or go-runtime" --schema go
expect "--allocator 'best' is not valid: expected own or jemalloc" --allocator best
expect "--url with a user, a password or a query in it is refused" --url 'http://x/?p=hush'

# A later option does not repair it, and --check reports it too.
expect "--interval 'soon' is not valid" --interval soon --interval 1s
if got=$("$build/memagent-run" --url points --check 2>&1); then
	fail "--check: $got"
fi
echo "$got" | grep -q '^server  FAIL  MEMAGENT_URL=points is not valid: expected http://HOST' || fail "--check: $got"
