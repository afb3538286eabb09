#!/bin/sh
# A program exports functions with names of libcurl, OpenSSL or zlib.  The agent never calls them.
# It refuses, with a line, what does not work without them, and does the rest.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"
. "$root/tests/e2e/lib/tls.sh"

tls_certificate localhost
influxd_start "$work/influxdb"
tls_start_proxy localhost
run_bare "$scripted" -x 6

# metered LIBRARY URL: run with that library's exported names.
metered()
{
	run_metered LD_PRELOAD="$build/libmemagent.so:$1" MEMAGENT_CA_FILE="$work/localhost.pem" MEMAGENT_URL="$2" \
		"$scripted" -x 6
}

for name in openssl crypto; do
	other=$build/tests/e2e/own/lib$name.so
	metered "$other" "$tls_url"
	expect_unchanged "$name, https"
	expect_line "$name, https" "cannot write to $tls_url: $other exports its own " "use http://"
	metered "$other" "$INFLUXD_URL"
	expect_unchanged "$name, http"
	expect_silence "$name, http"
	expect_exact memagent
done

other=$build/tests/e2e/own/libcurl.so
for url in "$tls_url" "$INFLUXD_URL"; do
	metered "$other" "$url"
	expect_unchanged "curl, $url"
	expect_line "curl, $url" "cannot write to $url: $other exports its own curl_multi_init" "file://"
done

# The agent does not use HTTP/2.
metered "$build/tests/e2e/own/libnghttp2.so" "$tls_url"
expect_unchanged "nghttp2"
expect_silence "nghttp2"
expect_exact memagent

# Without compression.
script zlib '503 | busy' 204
start_server zlib
start zlib 1500 LD_PRELOAD="$build/libmemagent.so:$build/tests/e2e/own/libzlib.so"
await_all
expect_complete zlib
expect_equal "zlib: send errors" 1 "$(last_of zlib agent_send_errors)"
[ "$(sed -n 's/.*plain \([0-9]*\) .*/\1/p' "$cases/zlib.log" | sort -n | tail -n 1)" -ge 4096 ] ||
	fail "zlib: no batch was large enough to be compressed"
! grep -q ' gzip ' "$cases/zlib.log" || fail "zlib: bodies are compressed"

# A complete second OpenSSL of the same version: https uses that.
libraries=$(ldd "$build/memagent-http.so")
ssl=$(echo "$libraries" | sed -n 's/^[[:space:]]*libssl\.so\.3 => \([^ ]*\) .*/\1/p')
crypto=$(echo "$libraries" | sed -n 's/^[[:space:]]*libcrypto\.so\.3 => \([^ ]*\) .*/\1/p')
[ -n "$ssl" ] && [ -n "$crypto" ] || exit 0
sed 's/lib\(ssl\|crypto\)\.so\.3/lib\1.so.x/g' "$ssl" >"$work/libssl.so.x"
sed 's/lib\(ssl\|crypto\)\.so\.3/lib\1.so.x/g' "$crypto" >"$work/libcrypto.so.x"
run_bare "$scripted" -x 6
metered "$work/libssl.so.x:$work/libcrypto.so.x" "$tls_url"
expect_unchanged "the same OpenSSL"
expect_silence "the same OpenSSL"
expect_exact memagent
