#!/bin/sh
# The agent ignores the proxy variables of other programs, for every scheme.  It uses
# MEMAGENT_PROXY, whatever no_proxy says.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

script server 204
script other-proxy 204
script proxy 204
start_server server other-proxy proxy

other=$(url_of other-proxy)
start server 300 http_proxy="$other" https_proxy="$other" all_proxy="$other" HTTP_PROXY="$other" HTTPS_PROXY="$other" \
	ALL_PROXY="$other"
await_all
[ ! -e "$cases/other-proxy.log" ] || fail "the proxy of other programs was used"
expect_quiet server
expect_complete server

start proxy 300 MEMAGENT_URL=http://influxdb.example:8086 MEMAGENT_PROXY="$(url_of proxy)" http_proxy="$other" \
	no_proxy='*' NO_PROXY='*'
await_all
[ ! -e "$cases/other-proxy.log" ] || fail "the proxy of other programs was used"
expect_quiet proxy
expect_complete proxy
expect_equal "what the proxy is asked for" 'http://influxdb.example:8086/write?db=memagent&precision=ns' \
	"$(head -n 1 "$cases/proxy.log" | cut -d ' ' -f 3)"
