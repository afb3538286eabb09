#!/bin/sh
# memagent-run: every option, in both forms, sets its variable for the command.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect VARIABLE FLAG VALUE: the option sets MEMAGENT_VARIABLE.
expect()
{
	got=$("$build/memagent-run" "--$2" "$3" printenv "MEMAGENT_$1") || fail "--$2 $3: not set"
	[ "$got" = "$3" ] || fail "--$2 $3: the command got '$got'"
	got=$("$build/memagent-run" "--$2=$3" -- printenv "MEMAGENT_$1") || fail "--$2=$3: not set"
	[ "$got" = "$3" ] || fail "--$2=$3: the command got '$got'"
}

expect DATABASE database 'two words'
expect RETENTION_POLICY retention-policy a=b=c
expect INTERVAL interval 250ms
expect ALLOCATOR_INTERVAL allocator-interval 20s
expect TRIM_INTERVAL trim-interval 1m
expect SCHEMA schema go-runtime
expect MEASUREMENT measurement m
expect SERVICE service 'a "service"'
expect TAGS tag env=prod
expect USERNAME username me
expect PASSWORD_FILE password-file "$build/memagent-run"
expect CA_FILE ca-file /dev/null
expect EXIT_TIMEOUT exit-timeout 20ms
expect LOG log off
expect API api v2
expect TOKEN_FILE token-file /dev/null
expect ORG org 'an org'
expect BUCKET bucket b
expect PROXY proxy http://127.0.0.1:1
expect INSECURE insecure 1
expect BUFFER buffer 64KiB
expect SPOOL spool "$dir"
expect MIN_UPTIME min-uptime 20ms
expect EXCLUDE exclude 'one,two'
expect SITES sites 0
expect SITES_INTERVAL sites-interval 20s
expect SITES_TOP sites-top 7
expect SITES_BUDGET sites-budget 1%
expect FLAME flame 0
expect ENABLED enabled 0
expect URL url "file://$dir/other"

# Every option of --help with a value is tested above, except those that set no variable of their own.
"$build/memagent-run" --help | sed -n 's/^  --\([a-z-]*\) [^ ].*/\1/p' | sort >"$dir/options"
{ sed -n 's/^expect [A-Z_]* \([a-z-]*\) .*/\1/p' "$0" && printf 'allocator\ngrace\n'; } | sort -u >"$dir/tested"
diff "$dir/tested" "$dir/options" || fail "tested here (<) and named by --help (>) differ"

# Words after the command are the command's.
got=$("$build/memagent-run" --interval 2s echo --interval 3s -- --help)
[ "$got" = '--interval 3s -- --help' ] || fail "the command's own options became '$got'"
