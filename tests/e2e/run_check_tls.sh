#!/bin/sh
# memagent-run: --check trusts the certificates of --ca-file and no others.
set -eu

. "$(dirname "$0")/lib/run.sh"

for tool in python3 openssl; do
	command -v $tool >/dev/null || {
		echo "there is no $tool"
		exit 77
	}
done

. "$(dirname "$0")/lib/ping.sh"


openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$dir/key" -out "$dir/ca" 2>/dev/null
cat "$dir/key" "$dir/ca" >"$dir/both"
start "$dir/both"
url=https://127.0.0.1:$port
got=$("$build/memagent-run" --check --url "$url" --ca-file "$dir/ca") || fail "with --ca-file: $got"
[ "$got" = "server  ok  $url answers
database  ok  memagent can be written to" ] || fail "with --ca-file: $got"
if got=$("$build/memagent-run" --check --url "$url"); then
	fail "without --ca-file: $got"
fi
echo "$got" | grep -q "^server  FAIL  $url does not answer: .*certificate" || fail "without --ca-file: $got"
