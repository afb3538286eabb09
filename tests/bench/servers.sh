# shellcheck shell=bash disable=SC2154 # words, slow, mode, build, work and root are run.sh's
# servers.sh: servers under load: requests a second, and the server's processor time for a request.
#
#   demo        tools/demo/server.c, mode local, wrk: 100 connections; a request takes 100 ms
#   redis       redis-benchmark: SET and GET of 100 bytes among 100,000 keys, 50 connections
#   nginx       wrk: a file of 1 KiB, 50 connections, no log
#   memcached   tests/bench/ask.c: set and get of 100 bytes among 10,000 keys, 8 connections
#
# A server runs in its own session with all its processes (nginx's worker, heaptrack's interpreter).  It
# is pinned to the last processor and the load generator to the first.  Otherwise the scheduler's choice
# would hide everything else.
processors=$(awk '/^Cpus_allowed_list:/ { print $2 }' /proc/self/status)

# server_start COMMAND…: set pid to the session's id.
server_start()
{
	setsid taskset -c "${processors##*[,-]}" env "${words[@]}" "$@" </dev/null >"$work/server.out" 2>"$work/server.err" &
	pid=$!
	children="$children $pid"
}

server_stop()
{
	kill -TERM -- "-$pid" 2>/dev/null
	timeout 10 tail -f /dev/null --pid "$pid" -s 0.05
	kill -KILL -- "-$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	children=${children% "$pid"}
}

# answers PORT: wait for an answer; return 1 if the server has ended or takes too long.
answers()
{
	local i
	for ((i = 0; i < 600; i++)); do
		(: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

# server_run START LOAD: START PORT starts one, LOAD PORT prints how many requests it made.
server_run()
{
	local port requests cpu began took i
	for ((i = 0; i < 10; i++)); do
		port=$(influxd_random_port)
		"$1" "$port"
		answers "$port" && break
		server_stop
		[ "$i" -lt 9 ] || return 1
	done
	cpu=$("$build/tests/bench/used" "$pid")
	began=$EPOCHREALTIME
	requests=$(
		taskset -c -p "${processors%%[,-]*}" "$BASHPID" >/dev/null
		"$2" "$port"
	)
	took=$EPOCHREALTIME
	echo "$requests $cpu $("$build/tests/bench/used" "$pid") $began $took" | awk '
		NF == 5 && $1 > 0 && $3 > $2 {
			printf "requests_per_s %.1f\ncpu_us_per_request %.4f\n",
			    $1 / ($5 - $4), ($3 - $2) / 1e3 / $1
			done = 1
		}
		END { exit !done }'
	i=$?
	server_stop
	return $i
}

wrk_requests()
{
	wrk "$@" | awk '/requests in/ { print $1 }'
}

demo_start()
{
	server_start "$build/demo-server" "$1" local
}

demo_load()
{
	wrk_requests -t 1 -c 100 -d "${load_seconds}s" "http://127.0.0.1:$1/v1/push"
}

redis_start()
{
	server_start redis-server --port "$1" --bind 127.0.0.1 --save '' --appendonly no --dir "$work"
}

redis_load()
{
	local count=$((load_seconds * 20000))
	[ "$slow" = 0 ] || count=$((count / 20))
	redis-benchmark -h 127.0.0.1 -p "$1" -q -c 50 -d 100 -r 100000 -n "$count" -t set,get >"$work/load.out" &&
		echo $((2 * count))
}

nginx_start()
{
	mkdir -p "$work/nginx/logs"
	head -c 1024 /dev/zero >"$work/nginx/file"
	cat >"$work/nginx/conf" <<-END
		daemon off; worker_processes 1; pid $work/nginx/pid; error_log stderr crit;
		events { worker_connections 256; }
		http {
			access_log off;
			client_body_temp_path $work/nginx; proxy_temp_path $work/nginx;
			fastcgi_temp_path $work/nginx; uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
			server { listen 127.0.0.1:$1; root $work/nginx; }
		}
	END
	# Started by root, the worker would run as nobody, who may not enter the directory.
	[ "$(id -u)" -ne 0 ] || sed -i '1s/^/user root; /' "$work/nginx/conf"
	server_start nginx -p "$work/nginx" -c "$work/nginx/conf"
}

nginx_load()
{
	wrk_requests -t 1 -c 50 -d "${load_seconds}s" "http://127.0.0.1:$1/file"
}

memcached_start()
{
	local user=()
	[ "$(id -u)" -ne 0 ] || user=(-u root)
	server_start memcached -l 127.0.0.1 -p "$1" -U 0 -m 256 -t 2 "${user[@]}"
}

memcached_load()
{
	local count=$((load_seconds * 40000))
	[ "$slow" = 0 ] || count=$((count / 20))
	"$build/tests/bench/ask" "$1" 8 "$count"
}

# server NAME PROGRAM…: measure it if these programs exist.
server()
{
	local name=$1 program rounds=8
	[ "$mode" = full ] || rounds=1
	shift
	for program; do
		command -v "$program" >/dev/null || {
			say "without servers/$name: there is no $program"
			return 0
		}
	done
	alternate "servers/$name" "$rounds" server_run "${name}_start" "${name}_load"
}

bench_servers()
{
	load_seconds=1
	server demo "$build/demo-server" wrk
	server redis redis-server redis-benchmark
	server nginx nginx wrk
	server memcached memcached
}
