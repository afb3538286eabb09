#!/bin/sh
# While a file of MEMAGENT_SPOOL is being delivered, the server goes away again, for so long that
# the backlog drops the file's points.  The file stays, and all of it is delivered in the end.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

spool=$work/spool
mkdir "$spool"
script server 503
start_server server
begin first MEMAGENT_URL="$(url_of server)" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$spool" \
	"$scripted" -w 400
await_all
cat "$spool"/memagent-*.lp >"$work/left"

script server 204 503 503 503 204
begin second MEMAGENT_URL="$(url_of server)" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$spool" MEMAGENT_BUFFER=64KiB \
	"$scripted" -w 6000
await_all
stored server >"$work/stored"
[ -z "$(sort "$work/left" | comm -23 - "$work/stored")" ] || fail "points of the spool are missing"
[ -z "$(ls -A "$spool")" ] || fail "left in the spool: $(ls -A "$spool")"
# Otherwise the test would show nothing.
grep '^memagent,' "$cases/server.stored" | tail -n 1 | grep -q 'agent_points_dropped=[1-9]' || fail "nothing was dropped"
