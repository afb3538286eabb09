# shellcheck shell=bash disable=SC2154 # words, build, work and the like are run.sh's
# agent.sh: measures the agent itself, in an idle process.
#
#   agent/ticks.N    N threads: tick_us, CPU time to sample and encode a point (median); cpu_us, all CPU
#                    time of the agent's thread for a point, with delivery (mean)
#   agent/point      bytes of a point in line protocol, and in a gzipped batch of 30
#   agent/memory     memory of a process minus the bare one's, in KiB: rss_kib and pss_kib (shared pages
#                    in full, or divided by their users), private_kib (unshared pages); for contenders
#                    that are plain libraries; _http: with the agent sending to InfluxDB

# crowd_start THREADS [NAME=VALUE…]: sets pid, and ${crowd}, a descriptor that ends it when closed.
crowd_start()
{
	local threads=$1 ready
	shift
	rm -f "$work/crowd" "$work/points"
	mkfifo "$work/crowd"
	env "$@" "$build/tests/bench/crowd" "$threads" <"$work/crowd" >"$work/crowd.out" &
	pid=$!
	exec {crowd}>"$work/crowd"
	for ((ready = 0; ready < 600; ready++)); do
		grep -qs ready "$work/crowd.out" && return 0
		sleep 0.05
	done
	crowd_end
	return 1
}

crowd_end()
{
	exec {crowd}>&-
	wait "$pid"
	rm -f "$work/crowd"
}

# until_lines COUNT
until_lines()
{
	local i
	for ((i = 0; i < 600; i++)); do
		[ "$(grep -cs "" "$work/points")" -lt "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

# ticks_run THREADS: skip the first point, which may lack threads, and the last, which is special.
ticks_run()
{
	crowd_start "$1" "${words[@]}" MEMAGENT_INTERVAL=100ms || return 1
	until_lines 22
	crowd_end
	sed '1,2d; $d' "$work/points" | tr ' ,' '\n' | awk -F= '
		$1 == "agent_tick_ns" { tick[++n] = $2 + 0 }
		$1 == "agent_cpu_ns" { last = $2 + 0; if (!first) first = last }
		END {
			if (n < 3)
				exit 1
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && tick[j - 1] > tick[j]; j--) {
					t = tick[j]; tick[j] = tick[j - 1]; tick[j - 1] = t
				}
			printf "tick_us %.1f\ncpu_us %.1f\n", tick[int((n + 1) / 2)] / 1e3, (last - first) / (n - 1) / 1e3
		}'
}

point_run()
{
	crowd_start 10 "${words[@]}" MEMAGENT_INTERVAL=20ms || return 1
	until_lines 31
	crowd_end
	head -n 30 "$work/points" >"$work/batch"
	echo "bytes $(awk '{ n += length + 1 } END { printf "%.1f", n / NR }' "$work/batch")"
	echo "gzip_bytes $(gzip -c "$work/batch" | wc -c | awk '{ printf "%.1f", $1 / 30 }')"
}

# occupied SUFFIX: print the memory of the process ${pid}.
occupied()
{
	awk -v suffix="$1" '
		/^Rss:/ { print "rss_kib" suffix, $2 }
		/^Pss:/ { print "pss_kib" suffix, $2 }
		/^Private_(Clean|Dirty):/ { private += $2 }
		END { print "private_kib" suffix, private }' "/proc/$pid/smaps_rollup"
}

# influx_has COUNT: return whether InfluxDB has as many points of the process ${pid}.
influx_has()
{
	influxd_query memagent "SELECT count(mallocs) FROM memagent WHERE pid='$pid'" |
		jq -e --argjson count "$1" '.results[0].series[0].values[0][1] >= $count' >/dev/null 2>&1
}

# Each figure is the difference to a bare process measured at the same time.
memory_run()
{
	local i
	[[ $name != bare && ${words[0]} == LD_PRELOAD=* ]] || return 0
	crowd_start 1 || return 1
	{
		occupied ''
		occupied _http
	} >"$work/bare"
	crowd_end
	crowd_start 1 "${words[@]}" MEMAGENT_INTERVAL=100ms || return 1
	agent_only until_lines 5
	occupied '' >"$work/metered"
	crowd_end
	if [[ $name == memagent* && $INFLUXD_PID != '' ]]; then
		crowd_start 1 "${words[@]}" MEMAGENT_INTERVAL=100ms "MEMAGENT_URL=$INFLUXD_URL" || return 1
		for ((i = 0; i < 200; i++)); do
			influx_has 5 && break
			sleep 0.05
		done
		occupied _http >>"$work/metered"
		crowd_end
	fi
	awk 'FNR == NR { bare[$1] = $2; next } { print $1, $2 - bare[$1] }' "$work/bare" "$work/metered"
}

# Only the agent has these figures.
agent_only()
{
	[[ $name != memagent* ]] || "$@"
}

bench_agent()
{
	local threads rounds=3
	[ "$mode" = full ] || rounds=1
	for threads in 1 100 1000 10000; do
		alternate "agent/ticks.$threads" "$rounds" agent_only ticks_run "$threads"
	done
	alternate agent/point 1 agent_only point_run
	wanted agent/memory || return 0
	influxd_start "$work/influxd" || say "agent/memory without HTTP"
	alternate agent/memory "$rounds" memory_run
	influxd_stop
}
