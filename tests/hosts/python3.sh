#!/bin/sh
# python3: asyncio, processes by fork and by spawn, threads, TLS, subprocesses, a database.
. "$(dirname "$0")/lib/hosts.sh"
need python3 openssl

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout "$work/tls.pem" -out "$work/certificate" 2>/dev/null
cat "$work/certificate" >>"$work/tls.pem"

# From 3.12 on it counts the system's threads at a fork and warns: docs/REFERENCE.md, "What a program can notice".
counts_threads='ignore:This process (pid=:DeprecationWarning'

work()
{
	metered python3 -W error -W "$counts_threads" "$root/tests/hosts/work/snake.py" "$work/tls.pem"
	# All objects from malloc, not from Python's own pools.
	PYTHONMALLOC=malloc metered python3 -W "$counts_threads" "$root/tests/hosts/work/snake.py" "$work/tls.pem"
	metered python3 -c 'raise SystemExit(3)'
	metered python3 -c 'import os; os.abort()' 2>&1
}

both_ways metered jemalloc
expect_points "$(executable python3):10"
