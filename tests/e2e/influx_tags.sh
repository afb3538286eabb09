#!/bin/sh
# Tags are stored as given, whatever characters they have. host, service and pid are right.
. "$(dirname "$0")/lib/influx.sh"

tag()
{
	influxd_query memagent "SELECT last(mallocs) FROM memagent WHERE pid = '$pid' GROUP BY *" |
		jq -r --arg key "$1" '.results[0].series[0].tags[$key]'
}

influxd_start "$work/influxdb"
run_metered MEMAGENT_URL="$INFLUXD_URL" \
	MEMAGENT_TAGS='env=prod,a key\, and\=more=a value\, with\=all and  spaces,path=C:\\temp\\,quote="it'"'"'s",umlaut=grün' \
	"$scripted"
expect_silence "all is well"
expect_exact memagent
expect_equal host "$(uname -n)" "$(tag host)"
expect_equal service scripted "$(tag service)"
expect_equal pid "$pid" "$(tag pid)"
expect_equal env prod "$(tag env)"
expect_equal "a key, and=more" "a value, with=all and  spaces" "$(tag 'a key, and=more')"
expect_equal quote "\"it's\"" "$(tag quote)"
expect_equal umlaut grün "$(tag umlaut)"
# In line protocol a value cannot end with a backslash.  It must not escape what follows.
case $(tag path) in
'C:\temp'*) ;;
*) fail "path: expected C:\\temp, got $(tag path)" ;;
esac

run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_SERVICE='my service, the=second' "$scripted"
expect_silence "a service with spaces"
expect_equal service "my service, the=second" "$(tag service)"
expect_equal "env of a program without tags" "" "$(tag env)"
