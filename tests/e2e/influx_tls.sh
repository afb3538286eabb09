#!/bin/sh
# TLS through a proxy with a self-signed certificate: trusted with MEMAGENT_CA_FILE or
# MEMAGENT_INSECURE=1, refused without.
. "$(dirname "$0")/lib/influx.sh"

. "$root/tests/e2e/lib/tls.sh"

tls_certificate localhost
tls_certificate elsewhere
influxd_start "$work/influxdb"
tls_start_proxy localhost
run_bare "$scripted" -x 5

run_metered MEMAGENT_URL="$tls_url" MEMAGENT_CA_FILE="$work/localhost.pem" "$scripted" -x 5
expect_silence "trusted"
expect_unchanged "trusted"
expect_exact memagent
before=$(count_points memagent memagent)

refused()
{
	expect_unchanged "$1"
	expect_line "$1" "$2"
	expect_equal "$1: points" "$before" "$(count_points memagent memagent)"
}
run_metered MEMAGENT_URL="$tls_url" "$scripted" -x 5
refused "not trusted" certificate
run_metered MEMAGENT_URL="$tls_url" MEMAGENT_CA_FILE="$work/elsewhere.pem" "$scripted" -x 5
refused "another is trusted" certificate
# The certificate is for localhost and does not contain the address.
run_metered MEMAGENT_URL="https://127.0.0.1:$tls_port" MEMAGENT_CA_FILE="$work/localhost.pem" \
	"$scripted" -x 5
refused "for another host" 127.0.0.1
run_metered MEMAGENT_URL="https://127.0.0.1:$INFLUXD_PORT" "$scripted" -x 5
refused "a server without TLS" SSL

# MEMAGENT_INSECURE=1 accepts any certificate; 0 is the default.
run_metered MEMAGENT_URL="$tls_url" MEMAGENT_INSECURE=0 "$scripted" -x 5
refused "insecure, but not" certificate
run_metered MEMAGENT_URL="https://127.0.0.1:$tls_port" MEMAGENT_INSECURE=1 "$scripted" -x 5
expect_silence "insecure"
expect_unchanged "insecure"
expect_exact memagent

# A program that uses OpenSSL before the agent does: a short-lived child, whose agent starts late.
# Its clean-up must not run before the last point.
run_bare sh -c 'openssl rand -hex 30000000 | wc -c'
run_metered MEMAGENT_URL="$tls_url" MEMAGENT_CA_FILE="$work/localhost.pem" MEMAGENT_INTERVAL=1h \
	MEMAGENT_MIN_UPTIME=10ms MEMAGENT_EXIT_TIMEOUT=30s sh -c 'openssl rand -hex 30000000 | wc -c'
expect_silence "a program that uses OpenSSL"
expect_unchanged "a program that uses OpenSSL"
events=$(influxd_query memagent "SELECT event FROM memagent_event WHERE service = 'openssl'" |
	jq -r '.results[0].series[0].values[][1]' | paste -sd ' ')
expect_equal "its events" "start exit" "$events"
