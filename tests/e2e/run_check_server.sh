#!/bin/sh
# memagent-run: --check asks the server, does not run the command, and exits 0 or 1.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export MEMAGENT_URL="file://$dir/points"

fail()
{
	echo "$*"
	exit 1
}

for tool in curl python3; do
	command -v $tool >/dev/null || {
		echo "there is no $tool"
		exit 77
	}
done

# A server that answers /ping with 204, or 401 without the right user and password.
cat >"$dir/server.py" <<'END'
import base64, http.server, os, sys

secret = os.environ.get("SECRET", "")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        code = 204 if self.path == "/ping" else 404
        wanted = "Basic " + base64.b64encode(("me:" + secret).encode()).decode()
        if secret and self.headers.get("Authorization") != wanted:
            code = 401
        self.send_response(code)
        self.end_headers()

    def log_message(self, *rest):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
END

# start: port is where it listens, on 127.0.0.1
start()
{
	python3 "$dir/server.py" "$dir/port" &
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
expect 1 "server  FAIL  $live does not answer: .*onnect.*--url" --url "$live"
expect 1 "command  ok  [^ ]*/touch can be metered\$" --url "$live" touch "$dir/ran"
accepted='is not valid: expected http://HOST'
expect 1 "server  FAIL  MEMAGENT_URL=ftp://x $accepted" --url ftp://x
expect 1 "server  FAIL  MEMAGENT_URL=localhost:8086 $accepted" --url localhost:8086
expect 1 "server  FAIL  MEMAGENT_URL=http:// $accepted" --url http://
