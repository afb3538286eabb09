# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# php -S: pages with a session of their own each, at 40 requests a second.
needs()
{
	echo php8.2-cli\|php8.1-cli\|php8.3-cli\|php8.4-cli python3
}

prepare()
{
	port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

start()
{
	exec php -S "127.0.0.1:$port" "$programs/load/page.php"
}

load()
{
	python3 "$programs/load/browse.py" "$port" "$1" 40 4 /list /form /text
}
