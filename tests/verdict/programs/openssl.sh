# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# openssl: a server, and clients that connect, ask for its status page and leave.
needs()
{
	echo openssl python3
}

prepare()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$work/key" -out "$work/certificate" 2>/dev/null
	port=$(influxd_random_port)
}

start()
{
	exec openssl s_server -accept "127.0.0.1:$port" -cert "$work/certificate" -key "$work/key" -www -quiet
}

load()
{
	python3 "$programs/load/tls.py" "$port" "$1"
}
