# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# nginx: one worker serves files, compresses, proxies to itself and includes.
needs()
{
	echo nginx\|nginx-light python3
}

prepare()
{
	mkdir "$work/files"
	seq 3000 >"$work/files/numbers.txt"
	seq 100000 >"$work/files/large.txt"
	echo '<html><!--#echo var="REQUEST_METHOD" --><!--#include file="numbers.txt" --></html>' >"$work/files/index.html"
	chmod 755 "$work/files"
	cat >"$work/conf" <<-END
		daemon off;
		master_process off;
		pid $work/pid;
		error_log $work/error.log crit;
		events { worker_connections 200; }
		http {
			access_log off;
			client_body_temp_path $work/body;
			proxy_temp_path $work/proxy;
			fastcgi_temp_path $work/fastcgi;
			uwsgi_temp_path $work/uwsgi;
			scgi_temp_path $work/scgi;
			gzip on;
			gzip_types text/plain;
			server {
				listen unix:$work/socket;
				root $work/files;
				location = /index.html { ssi on; }
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
	python3 "$programs/load/get.py" "$work/socket" "$1" 20 /numbers.txt /large.txt /index.html /relayed/numbers.txt /nothing
}
