# shellcheck shell=sh disable=SC2034,SC2154 # shared with the tests
# tls.sh: a proxy with a self-signed certificate in front of influxd.  Source it after influx.sh.

stunnel=$(command -v stunnel4 || command -v stunnel) || skip "stunnel4 is not installed"
command -v openssl >/dev/null || skip "openssl is not installed"

tls_answers()
{
	curl -s -f -m 5 -o /dev/null --cacert "$work/$1.pem" "https://localhost:$tls_port/ping"
}

# tls_start_proxy NAME: start it at $tls_url with the certificate NAME.pem.
tls_start_proxy()
{
	round=0
	while [ $round -lt 10 ]; do
		tls_port=$(influxd_random_port)
		cat >"$work/proxy.conf" <<-END
			foreground = yes
			pid =
			[influxdb]
			accept = 127.0.0.1:$tls_port
			connect = 127.0.0.1:$INFLUXD_PORT
			cert = $work/$1.pem
			key = $work/$1.key
		END
		"$stunnel" "$work/proxy.conf" </dev/null >"$work/proxy.log" 2>&1 &
		proxy_pid=$!
		children="$children $proxy_pid"
		tries=0
		while [ $tries -lt 100 ] && ! influxd_process_ended $proxy_pid; do
			if tls_answers "$1"; then
				tls_url=https://localhost:$tls_port
				return 0
			fi
			tries=$((tries + 1))
			sleep 0.05
		done
		round=$((round + 1))
	done
	fail "the proxy did not start: $(tail -n 5 "$work/proxy.log")"
}

tls_certificate()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
		-keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
