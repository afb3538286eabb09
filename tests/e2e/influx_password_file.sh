#!/bin/sh
# For an unusable password file one line names the file, and the program is not affected.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
run_bare "$scripted" -x 11
# unusable WHAT FILE TEXT
unusable()
{
	run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=me MEMAGENT_PASSWORD_FILE="$2" \
		"$scripted" -x 11
	expect_unchanged "$1"
	expect_line "$1" MEMAGENT_PASSWORD_FILE "$2" "$3"
}

unusable "missing" "$work/missing" "No such file"
unusable "a directory" "$work" "directory"
: >"$work/empty"
unusable "empty" "$work/empty" "first line is the password"
printf '\nsecond\n' >"$work/empty-line"
unusable "an empty first line" "$work/empty-line" "first line is the password"
printf '%0300d\n' 0 >"$work/long"
unusable "a long line" "$work/long" "first line is the password"
if [ "$(id -u)" -ne 0 ]; then
	echo secret >"$work/unreadable"
	chmod 0 "$work/unreadable"
	unusable "unreadable" "$work/unreadable" "Permission denied"
fi
# Nothing writes to the FIFO: reading must not block.
mkfifo "$work/fifo"
unusable "a fifo" "$work/fifo" "readable file"
