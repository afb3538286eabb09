#!/bin/sh
# columns.sh FILE…: check that no line of a Markdown file is longer than 100 columns.
#
# Tables, code blocks and pictures may be longer, and the target of a link is not counted.
set -eu

status=0
for file; do
	long=$(awk '
		/^ *```/ { code = !code }
		code || /^(    |\|| *!\[)/ { print ""; next }
		{ gsub(/\]\([^)]*\)/, "]"); print }' "$file" | LC_ALL=C.UTF-8 grep -nE '.{101}') || continue
	echo "columns.sh: $file has lines of more than 100 columns, wrap them:" >&2
	echo "$long" >&2
	status=1
done
exit $status
