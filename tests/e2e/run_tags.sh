#!/bin/sh
# memagent-run: --tag takes any characters, escapes them and appends to MEMAGENT_TAGS.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect TAGS OPTION...
expect()
{
	wanted=$1
	shift
	got=$("$build/memagent-run" "$@" printenv MEMAGENT_TAGS)
	[ "$got" = "$wanted" ] || fail "$* made MEMAGENT_TAGS '$got', not '$wanted'"
}

expect 'env=prod,region=eu' --tag env=prod --tag=region=eu
expect 'a=one two' --tag 'a=one two'
expect 'a=b\,c\=d\\e' --tag 'a=b,c=d\e'
expect 'a\,b\\c=d' --tag 'a,b\c=d'
expect 'a\=b=c' --tag 'a\=b=c'
expect 'a=größe' --tag 'a=größe'
export MEMAGENT_TAGS='x=1\,2'
expect 'x=1\,2,y=3' --tag y=3
unset MEMAGENT_TAGS

for bad in novalue =x x= ''; do
	status=0
	"$build/memagent-run" --tag "$bad" true 2>"$dir/err" || status=$?
	[ $status -eq 2 ] || fail "--tag '$bad' exits $status"
	grep -q 'expected KEY=VALUE' "$dir/err" || fail "--tag '$bad': $(cat "$dir/err")"
done

# The library reads it as intended.
"$build/memagent-run" --tag 'a=b,c=d e' true
grep -q ',a=b\\,c\\=d\\ e[, ]' "$dir/points" || fail "in the point: $(head -c 300 "$dir/points")"
