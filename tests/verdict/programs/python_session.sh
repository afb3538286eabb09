# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# python3: each look at SSLObject.session loses a session of OpenSSL (python 3.11.2).
needs()
{
	echo python3 openssl
}

prepare()
{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>openssl.log
}

start()
{
	exec python3 "$programs/load/session.py"
}

load()
{
	sleep "$1"
}
