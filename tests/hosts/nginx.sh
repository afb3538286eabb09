#!/bin/sh
# nginx under wrk: a master and two workers serve files, compress and proxy, and the configuration
# is reloaded.
. "$(dirname "$0")/lib/hosts.sh"
need nginx wrk curl

mkdir "$work/files"
seq 3000 >"$work/files/numbers.txt"
seq 200000 >"$work/files/large.txt"
echo '<html><!--#echo var="REQUEST_METHOD" --></html>' >"$work/files/index.html"
touch -d 2026-01-01 "$work"/files/*
chmod 755 "$work/files"

configure()
{
	cat <<-END
		daemon off;
		worker_processes 2;
		user nobody nogroup;
		pid $scratch/pid;
		error_log $scratch/error.log warn;
		events { worker_connections 200; }
		http {
			access_log $scratch/access.log;
			client_body_temp_path $scratch/body;
			proxy_temp_path $scratch/proxy;
			fastcgi_temp_path $scratch/fastcgi;
			uwsgi_temp_path $scratch/uwsgi;
			scgi_temp_path $scratch/scgi;
			proxy_cache_path $scratch/cache keys_zone=kept:1m;
			gzip on;
			gzip_types text/plain;
			default_type text/plain;
			server {
				listen 127.0.0.1:$port;
				root $work/files;
				location = /index.html { ssi on; ssi_types *; }
				location /relayed/ { proxy_pass http://127.0.0.1:$port/; }
				location /kept/ { proxy_pass http://127.0.0.1:$port/; proxy_cache kept; proxy_cache_valid 1m; }
				location /round { return 200 "round $1\n"; }
			}
		}
	END
}

is_up()
{
	curl -s -f -o /dev/null "http://127.0.0.1:$port/numbers.txt" || {
		# The port is in use: try another.
		! grep -qs 'Address already in use' "$scratch/error.log" || fail "port $port is taken"
		false
	}
}

serves_round()
{
	[ "$(curl -s "http://127.0.0.1:$port/round")" = "round $1" ]
}

workers_are()
{
	[ "$(pgrep -c -P "$server")" = "$1" ]
}

get()
{
	curl -s -S -i "$@" "http://127.0.0.1:$port/$path" | sed '/^Date: /d'
}

work()
{
	port=$(influxd_random_port)
	configure 1 >"$scratch/nginx.conf"
	chmod 777 "$scratch"
	start nginx -c "$scratch/nginx.conf" 2>"$scratch/stderr"
	await is_up
	for path in numbers.txt index.html relayed/numbers.txt kept/numbers.txt kept/numbers.txt nothing; do
		echo "$path"
		get
		get -H 'Accept-Encoding: gzip' --output - | cksum
	done
	path=large.txt
	get -r 100-200
	get | cksum
	for path in numbers.txt relayed/numbers.txt kept/numbers.txt; do
		wrk -t 2 -c 20 -d 1s "http://127.0.0.1:$port/$path" >"$scratch/wrk"
		grep 'Socket errors\|Non-2xx' "$scratch/wrk" || :
		grep -q '[1-9][0-9]* requests in' "$scratch/wrk"
	done
	configure 2 >"$scratch/nginx.conf"
	kill -HUP "$server"
	await serves_round 2
	await workers_are 4 # the two of the cache among them
	kill -USR1 "$server"
	finish QUIT
	# wrk aborts some requests at its end (499).
	cut -d ' ' -f 6-9 "$scratch/access.log" | grep -v ' 499$' | sort -u
	sed "s/^[^[]*//; s/[0-9]*#[0-9]*: //; s/\\*[0-9]* //; s/:$port/:PORT/" "$scratch/error.log"
}

both_ways metered jemalloc
expect_points nginx:5 # the master, two workers, two more
