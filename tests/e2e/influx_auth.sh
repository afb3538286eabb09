#!/bin/sh
# With the right user and password, from the environment or a file, points are stored.  With a wrong
# password there is one line, without the password, and the program is not affected.
. "$(dirname "$0")/lib/influx.sh"

INFLUXD_USER='admin'
INFLUXD_PASSWORD='s3cret & "more"=%20'
influxd_start "$work/influxdb" INFLUXDB_HTTP_AUTH_ENABLED=true
influxd_query '' "CREATE USER admin WITH PASSWORD '$INFLUXD_PASSWORD' WITH ALL PRIVILEGES" >/dev/null

run_bare "$scripted" -x 3
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD="$INFLUXD_PASSWORD" \
	"$scripted" -x 3
expect_silence "right password"
expect_unchanged "right password"
expect_exact memagent

printf '%s\nand a second line\n' "$INFLUXD_PASSWORD" >"$work/password"
chmod 600 "$work/password"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD_FILE="$work/password" \
	"$scripted" -x 3
expect_silence "right password in a file"
expect_unchanged "right password in a file"
expect_exact memagent
before=$(count_points memagent memagent)

wrong()
{
	expect_unchanged "$1"
	expect_line "$1" 401
	if grep -qF "wr0ng" "$work/err"; then
		fail "$1: the password is in the line"
	fi
	expect_equal "$1: points" "$before" "$(count_points memagent memagent)"
}
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD=wr0ng "$scripted" -x 3
wrong "wrong password"
echo wr0ng >"$work/password"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD_FILE="$work/password" \
	"$scripted" -x 3
wrong "wrong password in a file"
run_metered MEMAGENT_URL="$INFLUXD_URL" "$scripted" -x 3
wrong "no user"

# The server's log of requests lacks it, too.
if grep -qF s3cret "$work/influxdb/influxd.log"; then
	fail "the password is in the server's log of requests"
fi

# A user who may write but not create a database: the line says what to do.
influxd_query '' "CREATE USER writer WITH PASSWORD 'w'" >/dev/null
influxd_query '' 'GRANT WRITE ON memagent TO writer' >/dev/null
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=writer MEMAGENT_PASSWORD=w "$scripted" -x 3
expect_silence "a user who may write"
expect_exact memagent
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=writer MEMAGENT_PASSWORD=w \
	MEMAGENT_DATABASE=other "$scripted" -x 3
expect_unchanged "a user who may not create"
expect_line "a user who may not create" 403
