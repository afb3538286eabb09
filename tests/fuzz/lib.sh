# shellcheck shell=bash
# lib.sh: runs a fuzzer; to be sourced, with the fuzzer's name in $name.
#
# A line "runs: N" in a fuzzer's source is the number of inputs that its test generates, and
# "longest: N" their maximum length in bytes.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# setting WHAT DEFAULT
setting()
{
	local value
	value=$(sed -n "s/^ \* $1: \([0-9][0-9]*\)\$/\1/p" "$here/fuzz_$name.c")
	echo "${value:-$2}"
}

# fuzz FUZZER FINDINGS ARGUMENT...: run it; findings are written to that directory.
fuzz()
{
	local fuzzer=$1 findings=$2
	shift 2
	TMPDIR=$work "$fuzzer" -max_len="$(setting longest 4096)" -timeout=10 \
		-artifact_prefix="$findings/" "$@" </dev/null 2>&1
}
