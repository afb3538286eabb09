#!/bin/sh
# docs.sh [--check] DESCRIBE FILE…: update the generated tables in the files.
#
# The text between the lines "<!-- table: SECTION -->" and "<!-- end -->" is replaced by the output of
# "DESCRIBE SECTION".  With --check, nothing is written, and a file that would change is an error.
set -eu

check=
if [ "${1-}" = --check ]; then
	check=yes
	shift
fi
describe=$1
shift

tables()
{
	awk -v describe="$describe" '
		/^<!-- end -->$/ { inside = 0 }
		!inside { print }
		/^<!-- table: .* -->$/ {
			inside = 1
			command = describe " " $3
			while ((command | getline line) > 0)
				print line
			if (close(command) != 0)
				exit 1
		}
		END { exit inside }' "$1"
}

for file; do
	tables "$file" >"$file.new" || {
		rm -f "$file.new"
		echo "docs.sh: $file: $describe failed, or a table has no <!-- end -->" >&2
		exit 1
	}
	if [ -z "$check" ]; then
		cat "$file.new" >"$file"
	elif ! diff -u "$file" "$file.new"; then
		rm -f "$file.new"
		echo "docs.sh: $file has outdated tables: run make docs" >&2
		exit 1
	fi
	rm -f "$file.new"
done
