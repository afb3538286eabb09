# shellcheck shell=sh disable=SC2154 # work, runs and so on are influx.sh's
# kills.sh: kills influxd repeatedly while points arrive.  Source it after influx.sh.

# Sleep for a random part of ${1} seconds.
random_pause()
{
	random=$(od -An -N2 -tu2 /dev/urandom)
	sleep "$(awk -v most="$1" -v random="$random" 'BEGIN { print most * random / 65536 }')"
}

# kill_influxd TIMES DIR: kill influxd at random moments while points arrive, and restart it on DIR.
kill_influxd()
{
	killed=0
	while [ $killed -lt "$1" ]; do
		now=$(date +%s%N)
		await_points memagent "time > $now"
		random_pause 0.4
		kill -KILL "$INFLUXD_PID"
		wait "$INFLUXD_PID" 2>/dev/null || :
		killed=$((killed + 1))
		influxd_start "$2"
	done
}
