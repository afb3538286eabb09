#!/bin/sh
# memagent-run: --check asks the server, does not run the command, and exits with 0 or 1.
set -eu

. "$(dirname "$0")/lib/run.sh"

command -v python3 >/dev/null || {
	echo "there is no python3"
	exit 77
}

. "$(dirname "$0")/lib/ping.sh"


# expect STATUS LINE OPTION...
expect()
{
	wanted=$1 text=$2
	shift 2
	status=0
	"$build/memagent-run" --check "$@" >"$dir/out" 2>"$dir/err" || status=$?
	grep -q -e "^$text" "$dir/out" || fail "$*: $(cat "$dir/out" "$dir/err")"
	[ $status -eq "$wanted" ] || fail "$*: exit status $status: $(cat "$dir/out")"
	[ ! -s "$dir/err" ] || fail "$*: on standard error: $(cat "$dir/err")"
}

# shellcheck disable=SC2119 # without a certificate
start
live=http://127.0.0.1:$port
expect 0 "server  ok  $live answers\$" --url "$live"
expect 0 "server  ok  $live/ answers\$" --url "$live/" touch "$dir/ran"
expect 0 "command  ok  [^ ]*/touch can be metered\$" --url "$live" touch "$dir/ran"
expect 1 "server  FAIL  $live/lost/ping answers 404: see that --url is InfluxDB's" --url "$live/lost"
[ ! -e "$dir/ran" ] || fail "the command was run"
expect 1 'command  FAIL  no-such-command cannot be metered: it is not there' --url "$live" no-such-command
MEMAGENT_URL=$live
expect 0 "server  ok  $live answers\$"

kill "$server"
wait "$server" 2>/dev/null || :
expect 1 "server  FAIL  $live does not answer: .*onnect.*--url (InfluxDB 3 listens on port 8181)" --url "$live"
expect 1 "command  ok  [^ ]*/touch can be metered\$" --url "$live" touch "$dir/ran"
accepted='is not valid: expected http://HOST'
expect 1 "server  FAIL  MEMAGENT_URL=ftp://x $accepted" --url ftp://x
expect 1 "server  FAIL  MEMAGENT_URL=localhost:8086 $accepted" --url localhost:8086
expect 1 "server  FAIL  MEMAGENT_URL=http:// $accepted" --url http://
