#!/bin/sh
# When a server is not InfluxDB, one line says so, and the program is not affected.
. "$(dirname "$0")/lib/influx.sh"

run_bare "$scripted" -x 8
# wrong WHAT STATUS TYPE BODY TEXT...
wrong()
{
	what=$1
	start_answer "$2" "$3" "$4"
	shift 4
	run_metered MEMAGENT_URL="$answer_url" MEMAGENT_INTERVAL=50ms "$scripted" -x 8
	expect_unchanged "$what"
	expect_line "$what" "$@"
	run_metered MEMAGENT_URL="$answer_url" MEMAGENT_INTERVAL=20ms "$scripted" -w 700 -x 8
	[ "$status" -eq 8 ] || fail "$what: status $status instead of 8"
	expect_line "$what for longer" "$@"
}

wrong "404 for everything" 404 text/plain 'no such page' 'not InfluxDB' 404
wrong "a page for everything" 200 text/html '<html><body>Welcome!</body></html>' 'not InfluxDB'
wrong "404 in HTML" 404 'text/html; charset=utf-8' '<h1>Not found</h1>' 'not InfluxDB'
wrong "a redirection" 302 text/plain '' 302
wrong "500 for everything" 500 text/plain "$(printf 'several\nlines\033[1mand more')" 500
wrong "400 for everything" 400 application/json '{"error":"unable to parse"}' 'unable to parse'
wrong "503 for everything" 503 text/plain 'busy' 503
