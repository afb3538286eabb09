#!/bin/sh
# memagent-run: every option, in both forms, sets its variable for the command.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect VARIABLE FLAG VALUE: the variable is the flag's name in capitals but for --tag.
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
expect ALLOCATOR_INTERVAL allocator-interval 2s
expect TRIM_INTERVAL trim-interval 1m
expect SCHEMA schema go-runtime
expect ENABLED enabled 0
expect URL url "file://$dir/other"

# None is forgotten above: --help names as many, and --allocator, which sets LD_PRELOAD instead.
named=$("$build/memagent-run" --help | grep -c '^  --.* [^ ]*[A-Z|]')
[ "$named" -eq 27 ] || fail "--help names $named options with a value, this test knows 27"

# What follows the command is the command's.
got=$("$build/memagent-run" --interval 2s echo --interval 3s -- --help)
[ "$got" = '--interval 3s -- --help' ] || fail "the command's own options became '$got'"
