#!/bin/sh
# When the disk is full, there is one line, the program is not affected, and the file has whole
# lines only.
. "$(dirname "$0")/lib/influx.sh"

mounted=no
clean_up_more()
{
	[ $mounted = no ] || umount "$work/disk"
}

mkdir "$work/disk"
mount -t tmpfs -o size=16k memagent-test "$work/disk" 2>/dev/null ||
	skip "a file system of its own cannot be mounted here"
mounted=yes

run_bare "$scripted" -w 1000 -x 2
run_metered MEMAGENT_URL="file://$work/disk/points" MEMAGENT_INTERVAL=10ms "$scripted" -w 1000 -x 2
expect_unchanged "disk full"
expect_line "disk full" "No space left"
[ "$(wc -l <"$work/disk/points")" -ge 2 ] || fail "nothing was written while there was room"
grep -vqE '^memagent(_event|_site)?,.* [0-9]{19}$' "$work/disk/points" && fail "a line is not whole"
[ -z "$(tail -c 1 "$work/disk/points")" ] || fail "the last line has no newline"

# The disk is full from the start.
dd if=/dev/zero of="$work/disk/filler" bs=1k 2>/dev/null || :
rm -f "$work/disk/points"
dd if=/dev/zero of="$work/disk/filler2" bs=1k 2>/dev/null || :
run_metered MEMAGENT_URL="file://$work/disk/others" "$scripted" -x 2
run_bare "$scripted" -x 2
expect_unchanged "full from the beginning"
expect_line "full from the beginning" "No space left"
[ ! -s "$work/disk/others" ] || fail "something was written to a full disk"
