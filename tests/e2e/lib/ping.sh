# shellcheck shell=sh disable=SC2034,SC2154 # root, dir and port are shared with the test; fail is its own
# ping.sh: a server for memagent-run --check.

# start [CERTIFICATE]: start it on 127.0.0.1, port $port.  $program, if set, is another server.
start()
{
	python3 "$root/tests/e2e/lib/${program:-ping.py}" "$dir/port" "$@" &
	server=$!
	trap 'kill "$server" 2>/dev/null || :; rm -rf "$dir"' EXIT
	waited=0
	while [ ! -f "$dir/port" ]; do
		waited=$((waited + 1))
		[ $waited -lt 100 ] || fail "the server did not start"
		sleep 0.1
	done
	port=$(cat "$dir/port")
}
