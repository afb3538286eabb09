#!/bin/sh
# memagent-run: --check trusts what --ca-file says, and nothing else.
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

for tool in curl python3 openssl; do
	command -v $tool >/dev/null || {
		echo "there is no $tool"
		exit 77
	}
done

# A server that answers /ping with 204, or 401 without the right user and password.
cat >"$dir/server.py" <<'END'
import base64, http.server, os, ssl, sys

secret = os.environ.get("SECRET", "")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        code = 204 if self.path.endswith("/ping") else 404
        wanted = "Basic " + base64.b64encode(("me:" + secret).encode()).decode()
        if secret and self.headers.get("Authorization") != wanted:
            code = 401
        self.send_response(code)
        self.end_headers()

    def log_message(self, *rest):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
END

# start CERTIFICATE: port is where it listens, on 127.0.0.1
start()
{
	python3 "$dir/server.py" "$dir/port" "$@" &
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


openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$dir/key" -out "$dir/ca" 2>/dev/null
cat "$dir/key" "$dir/ca" >"$dir/both"
start "$dir/both"
url=https://127.0.0.1:$port
got=$("$build/memagent-run" --check --url "$url" --ca-file "$dir/ca") || fail "with --ca-file: $got"
[ "$got" = "server  ok  $url answers" ] || fail "with --ca-file: $got"
if got=$("$build/memagent-run" --check --url "$url"); then
	fail "without --ca-file: $got"
fi
echo "$got" | grep -q "^server  FAIL  $url does not answer: .*certificate" || fail "without --ca-file: $got"
