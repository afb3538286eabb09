#!/bin/sh
# A program brings an older libcurl (conda, LD_LIBRARY_PATH), and delivery works.  If that lacks an
# option that the agent needs, a line names the option and the version.
. "$(dirname "$0")/lib/influx.sh"

ldd "$build/memagent-http.so" | grep -q '[[:space:]]libcurl.so.4 ' || skip "libcurl has another name here"
influxd_start "$work/influxdb"
run_bare "$scripted" -x 7
run_metered LD_LIBRARY_PATH="$build/tests/e2e/old" MEMAGENT_URL="$INFLUXD_URL" "$scripted" -x 7
expect_unchanged "an older libcurl"
expect_silence "an older libcurl"
expect_exact memagent

# CURLOPT_NOPROXY
run_metered LD_LIBRARY_PATH="$build/tests/e2e/old" OLD_CURL_REFUSES=177 MEMAGENT_URL="$INFLUXD_URL" "$scripted" -x 7
expect_unchanged "an option that it does not take"
expect_line "an option that it does not take" "cannot write to $INFLUXD_URL: libcurl " \
	" does not support CURLOPT_NOPROXY: An unknown option was passed in to libcurl"
