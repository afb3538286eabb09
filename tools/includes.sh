#!/bin/sh
# includes.sh FILE: check that files include only what the table in FILE allows.
#
# The table is between the lines "<!-- includes -->" and "<!-- end -->".  Its columns: folder, purpose,
# and other folders that it may include.  The row of a folder also holds for subfolders without a row.
set -eu

table=$1
git ls-files 'shim/*.[ch]' 'agent/*.[ch]' 'agent/*.def' 'tools/*.[ch]' | xargs grep -H '^#include "' |
	awk -v table="$table" '
		# Return the row for a path: that of its folder, or of the nearest folder above.
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
