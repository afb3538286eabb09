#!/bin/sh
# A redirect is not followed: its target gets no request, and so no token.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

script elsewhere 204
start_server elsewhere
for status in 301 302 303 307 308; do
	script "from-$status" "$status Location: $(url_of elsewhere)/api/v2/write" 204
done
start_server from-301 from-302 from-303 from-307 from-308
for status in 301 302 303 307 308; do
	start "from-$status" 1200 MEMAGENT_TOKEN=secret
done
await_all
[ ! -e "$cases/elsewhere.log" ] || fail "redirects were followed: $(cat "$cases/elsewhere.log")"
for status in 301 302 303 307 308; do
	expect_said "from-$status" "$status" "not InfluxDB"
	[ -z "$(unstored "from-$status")" ] || fail "$status: points are missing"
	expect_complete "from-$status"
done
