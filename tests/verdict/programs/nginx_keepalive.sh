# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# nginx: connections that stay for 100 requests, files, compression, and a reload of the configuration.
needs()
{
	echo nginx python3
}

prepare()
{
	mkdir "$work/files"
	seq 3000 >"$work/files/numbers.txt"
	seq 200000 >"$work/files/large.txt"
	chmod 755 "$work/files"
	cat >"$work/conf" <<-END
		daemon off;
		worker_processes 2;
		user nobody nogroup;
		pid $work/pid;
		error_log $work/error.log warn;
		events { worker_connections 200; }
		http {
			access_log off;
			client_body_temp_path $work/body;
			proxy_temp_path $work/proxy;
			fastcgi_temp_path $work/fastcgi;
			uwsgi_temp_path $work/uwsgi;
			scgi_temp_path $work/scgi;
			keepalive_requests 100;
			open_file_cache max=100;
			gzip on;
			gzip_types text/plain;
			default_type text/plain;
			server {
				listen unix:$work/socket;
				root $work/files;
				location /relayed/ { proxy_pass http://unix:$work/socket:/; }
			}
		}
	END
}

start()
{
	exec nginx -e "$work/error.log" -c "$work/conf"
}

load()
{
	python3 "$programs/load/browse.py" "$work/socket" "$1" 100 8 /numbers.txt /relayed/numbers.txt /large.txt /missing &
	sleep $(($1 / 2))
	kill -HUP "$(cat "$work/pid")"
	wait
}
