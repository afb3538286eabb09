# shellcheck shell=sh
# influxd.sh: functions that run a private InfluxDB 1.x for the demo and the tests.  Source it.
#
#   influxd_start DIR [INFLUXDB_SECTION_KEY=VALUE ...]
#	Start an influxd on loopback, with its data below DIR and its log in
#	DIR/influxd.log.  When it answers, return 0 with INFLUXD_URL,
#	INFLUXD_PORT and INFLUXD_PID set.  On failure, return 1 and print the end
#	of its log to stderr.  The variables override influxd's configuration:
#	INFLUXDB_HTTP_AUTH_ENABLED=true, INFLUXDB_HTTP_MAX_BODY_SIZE=2000.
#	A second start with the same DIR uses the same port and data.
#   influxd_stop
#	Stop it, if it runs, and wait until it has ended.
#   influxd_query DATABASE QUERY
#	Print the answer as JSON, with times in ns.  Uses INFLUXD_USER and
#	INFLUXD_PASSWORD if set.  Return 1 if there was no answer, 2 if the
#	answer is an error (which may have status 200).
#   influxd_end_process PID
#	Send SIGTERM to a child of this shell, SIGKILL after ten seconds, and
#	return its exit status.
#   influxd_find
#	Print the path of influxd; return 1 if there is none of version 1.
#
# Do not call these in a subshell.  The caller must trap EXIT and call influxd_stop there.

# Ports below the kernel's ephemeral range.  So no client gets the server's port while it restarts,
# and a client that retries the port cannot connect to itself.
influxd_lowest_port=10000
influxd_highest_port=32000

INFLUXD_PID=
INFLUXD_PORT=
INFLUXD_URL=

influxd_find()
{
	for influxd_candidate in "$(command -v influxd)" "${root:-.}/.deps/influxdb/usr/bin/influxd"; do
		case $("$influxd_candidate" version 2>/dev/null) in
		"InfluxDB v1."*)
			echo "$influxd_candidate"
			return 0
			;;
		esac
	done
	return 1
}

# influxd_process_ended PID: return 0 if it is a zombie, or no longer a child of this shell.  In the
# latter case another process may have its number, which must not get our signals.
influxd_process_ended()
{
	! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status" ||
		! grep -qsx "PPid:[[:space:]]*$$" "/proc/$1/status"
}

influxd_random_port()
{
	influxd_random=$(od -An -N2 -tu2 /dev/urandom)
	echo $((influxd_lowest_port + influxd_random % (influxd_highest_port - influxd_lowest_port)))
}

influxd_configure()
{
	cat <<END
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "$1/meta"
[data]
  dir = "$1/data"
  wal-dir = "$1/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
[http]
  bind-address = "127.0.0.1:$2"
END
}

# influxd_answers LOG: return 0 if our influxd answers.  Its log shows that it got the port: otherwise
# the answer may come from another server.
influxd_answers()
{
	grep -qs 'Listening on HTTP' "$1" &&
		curl -s -f -m 5 -o /dev/null "$INFLUXD_URL/ping"
}

# influxd_await LOG: return 0 when it answers, 1 if it has ended, 2 after a time-out.
influxd_await()
{
	influxd_tries=0
	while [ $influxd_tries -lt 600 ]; do
		if influxd_answers "$1"; then
			return 0
		fi
		if influxd_process_ended "$INFLUXD_PID"; then
			return 1
		fi
		influxd_tries=$((influxd_tries + 1))
		sleep 0.05
	done
	return 2
}

# influxd_try DIR PORT [VARIABLE=VALUE ...]: try to start on this port.  Returns as influxd_await.
influxd_try()
{
	influxd_dir=$1
	INFLUXD_PORT=$2
	shift 2
	INFLUXD_URL=http://127.0.0.1:$INFLUXD_PORT
	influxd_configure "$influxd_dir" "$INFLUXD_PORT" >"$influxd_dir/influxd.conf"
	env -u LD_PRELOAD "$@" "$influxd_program" run -config "$influxd_dir/influxd.conf" \
		</dev/null >"$influxd_dir/influxd.log" 2>&1 &
	INFLUXD_PID=$!
	influxd_status=0
	influxd_await "$influxd_dir/influxd.log" || influxd_status=$?
	[ $influxd_status -eq 0 ] || influxd_stop
	return $influxd_status
}

influxd_start()
{
	influxd_program=$(influxd_find) || {
		echo "influxd.sh: influxd 1.x is not installed: run tools/deps.sh demo" >&2
		return 1
	}
	influxd_where=$1
	shift
	mkdir -p "$influxd_where" || return 1
	influxd_round=0
	while [ $influxd_round -lt 20 ]; do
		if [ -s "$influxd_where/port" ]; then
			influxd_port=$(cat "$influxd_where/port")
		else
			influxd_port=$(influxd_random_port)
		fi
		if influxd_try "$influxd_where" "$influxd_port" "$@"; then
			echo "$INFLUXD_PORT" >"$influxd_where/port"
			return 0
		fi
		grep -qs 'address already in use' "$influxd_where/influxd.log" || break
		influxd_round=$((influxd_round + 1))
		sleep 0.1
	done
	{
		echo "influxd.sh: influxd did not start; the end of $influxd_where/influxd.log:"
		tail -n 15 "$influxd_where/influxd.log"
	} >&2
	return 1
}

influxd_end_process()
{
	influxd_process_ended "$1" || kill -TERM "$1" 2>/dev/null || :
	influxd_tries=0
	while [ $influxd_tries -lt 200 ] && ! influxd_process_ended "$1"; do
		influxd_tries=$((influxd_tries + 1))
		sleep 0.05
	done
	influxd_process_ended "$1" || kill -KILL "$1" 2>/dev/null || :
	influxd_status=0
	wait "$1" 2>/dev/null || influxd_status=$?
	return $influxd_status
}

influxd_stop()
{
	[ -n "$INFLUXD_PID" ] || return 0
	influxd_end_process "$INFLUXD_PID" || :
	INFLUXD_PID=
}

influxd_query()
{
	influxd_answer=$(curl -s -m 30 -X POST ${INFLUXD_USER:+-u "$INFLUXD_USER:${INFLUXD_PASSWORD-}"} \
		--data-urlencode "db=$1" --data-urlencode "q=$2" --data-urlencode epoch=ns \
		"$INFLUXD_URL/query") || return 1
	printf '%s\n' "$influxd_answer"
	case $influxd_answer in
	*'"error":'*) return 2 ;;
	esac
}
