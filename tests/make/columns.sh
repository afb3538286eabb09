#!/bin/sh
# columns.sh refuses a line of more than 100 columns, except in tables, code blocks and pictures.
. "$(dirname "$0")/lib.sh"

# row COUNT: print that many letters of two bytes each.
row()
{
	awk -v n="$1" 'BEGIN { while (n-- > 0) printf "ü"; print "" }'
}

{
	row 100
	echo "| $(row 120) |"
	echo "![picture]($(row 120))"
	echo "See [the page]($(row 120))."
	echo '```'
	row 120
	echo '```'
	echo "    $(row 120)"
} >"$work/good.md"
"$root/tools/columns.sh" "$work/good.md" || fail "a file without long lines is refused"

row 101 >"$work/long.md"
"$root/tools/columns.sh" "$work/good.md" "$work/long.md" "$work/good.md" 2>"$work/err" &&
	fail "a line of 101 columns is accepted"
grep -q "long.md" "$work/err" || fail "the error does not name the file"
echo "[a]($(row 50)) $(row 100)" >"$work/link.md"
"$root/tools/columns.sh" "$work/link.md" 2>/dev/null && fail "text beside a link is not counted"
exit 0
