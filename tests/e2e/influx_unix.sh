#!/bin/sh
# unix:///PATH delivers over HTTP through a unix socket.  If the socket is missing, a line says so
# and the points wait.
. "$(dirname "$0")/lib/influx.sh"

socket="$work/a socket.sock"
influxd_start "$work/influxdb" INFLUXDB_HTTP_UNIX_SOCKET_ENABLED=true INFLUXDB_HTTP_BIND_SOCKET="$socket"
run_bare "$scripted" -w 300 -x 7
run_metered MEMAGENT_URL="unix://$socket" MEMAGENT_INTERVAL=50ms "$scripted" -w 300 -x 7
expect_unchanged "a socket"
expect_silence "a socket"
expect_every_point memagent 50000000

influxd_stop
rm -f "$socket"
begin_endless late MEMAGENT_URL="unix://$socket" MEMAGENT_INTERVAL=50ms
wait_until "the missing socket is not reported" [ -s "$runs/late.err" ]
influxd_start "$work/influxdb" INFLUXDB_HTTP_UNIX_SOCKET_ENABLED=true INFLUXDB_HTTP_BIND_SOCKET="$socket"
await_points memagent "pid = '$(cat "$runs/late.pid")'"
end late
expect_line "a socket that comes late" "cannot deliver" "the points are kept for a retry"
expect_every_point memagent 50000000
