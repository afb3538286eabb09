# shellcheck shell=sh
# influxd.sh: a private InfluxDB 1.x for the demo and the tests; to be sourced.
#
#   influxd_start DIR [INFLUXDB_SECTION_KEY=VALUE ...]
#	Start one on loopback that keeps everything below DIR and logs to
#	DIR/influxd.log.  Return when it answers, with INFLUXD_URL, INFLUXD_PORT
#	and INFLUXD_PID set; or 1 with the end of its log on stderr.
#	The settings are influxd's own way to override a configuration, like
#	INFLUXDB_HTTP_AUTH_ENABLED=true or INFLUXDB_HTTP_MAX_BODY_SIZE=2000.
#	Started again on the same DIR it has the same port and the same data.
#   influxd_stop
#	Stop it and wait until it is gone.  No harm when none runs.
#   influxd_query DATABASE QUERY
#	Print the answer as JSON, times in ns; as INFLUXD_USER with
#	INFLUXD_PASSWORD when these are set.  Return 1 when there was no answer,
#	2 when the answer is an error (also inside of a 200).
#   influxd_end_process PID
#	Ask a child of this shell to end (SIGTERM), after ten seconds make it
#	(SIGKILL), and return its exit status.
#   influxd_find
#	Print the path of influxd; 1 when there is none of version 1.
#
# Not for subshells.  The caller traps its own exit and calls influxd_stop there.

# Below the ports that the kernel gives to clients: while the server is down
# for a restart nobody gets its port, and a client that retries it can't meet itself.
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

# Ended also when the shell has yet to collect its status; and when somebody else's process has its
# number by now, which must not get our signals.
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

# That the one that answers is ours and not another that has the port, only its own log tells.
influxd_answers()
{
	grep -qs 'Listening on HTTP' "$1" &&
		curl -s -f -m 5 -o /dev/null "$INFLUXD_URL/ping"
}

# 0 it answers, 1 it ended, 2 it took too long.
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

# One try on one port; as influxd_await.
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
		echo "influxd.sh: no influxd of version 1: run tools/deps.sh demo" >&2
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
