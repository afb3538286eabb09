#!/bin/sh
# includes.sh FILE: check that no file includes what its folder may not.
#
# The table stands in FILE between "<!-- includes -->" and "<!-- end -->": folder, purpose, and the
# folders that it may include besides itself.  A folder without a row belongs to the one above it.
set -eu

table=$1
git ls-files 'shim/*.[ch]' 'agent/*.[ch]' 'agent/*.def' 'tools/*.[ch]' | xargs grep -H '^#include "' |
	awk -v table="$table" '
		# The row that a path belongs to: its folder, or the nearest one above.
		function row_of(path) {
			while (sub(/\/[^\/]*$/, "", path))
				if (path in allowed)
					return path
			return ""
		}
		BEGIN {
			while ((getline line <table) > 0) {
				if (line == "<!-- includes -->")
					inside = 1
				else if (line == "<!-- end -->")
					inside = 0
				else if (inside && split(line, cell, / *\| */) >= 4)
					allowed[cell[2]] = " " cell[2] " " cell[4] " "
			}
			if (!("shim" in allowed)) {
				print "includes.sh: " table " has no table of includes" >"/dev/stderr"
				failed = 1
				exit
			}
		}
		{
			file = $0
			sub(/:#include.*/, "", file)
			split($0, part, "\"")
			from = row_of(file)
			to = row_of(part[2])
			if (from != "" && index(allowed[from], " " to " "))
				next
			printf "%s includes \"%s\", which %s does not allow\n", file, part[2], table >"/dev/stderr"
			failed = 1
		}
		END { exit failed }'
