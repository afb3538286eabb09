#!/bin/sh
# memagent-run: the command's environment is the caller's, plus LD_PRELOAD and MEMAGENT_* only.  (A
# shell would drop some names and add others.)
set -eu

. "$(dirname "$0")/lib/run.sh"

# environment PREFIX...: print the command's environment when it runs with the prefix.
environment()
{
	env -i 'dotted.name=it'\''s "here"' 'percent%%=() { :; }' 'new-line=one
two' 'ordinary=one
two' mr_version=x mr_url=y mr_rest=z file=f library=l url=u OLDPWD=/nowhere "$@" |
		grep -z -v -e '^LD_PRELOAD=' -e '^MEMAGENT_' | sort -z | tr '\0' '|'
}

PATH=/usr/bin:/bin
wanted=$(environment cat /proc/self/environ)
got=$(environment MEMAGENT_URL="$MEMAGENT_URL" "$build/memagent-run" cat /proc/self/environ)
# memagent-run may overwrite its own variables.
wanted=$(printf %s "$wanted" | sed 's/mr_[a-z]*=.|//g')
got=$(printf %s "$got" | sed 's/mr_[a-z]*=[^|]*|//g')
[ "$got" = "$wanted" ] || fail "the command got
$got
instead of
$wanted"

# PWD is unchanged, and not set if it was not set.
mkdir "$dir/real"
ln -s real "$dir/link"
got=$(cd "$dir/real" && env "PWD=$dir/link" "$build/memagent-run" printenv PWD)
[ "$got" = "$dir/link" ] || fail "PWD became '$got'"
if env -u PWD "$build/memagent-run" printenv PWD; then
	fail "PWD was set"
fi
