# rows.awk: the same lines as lines.awk from those of json.jq.

# With the last point go the sizes.
function end_of_process()
{
	if (row != "")
		print row "\t" sizes
	row = ""
}

BEGIN {
	FS = "\t"
}

NF > 1 {
	end_of_process()
	who = $1 FS $2 FS $3
	columns = split($4, name, " ")
	sizes = $5
	next
}

{
	if (row != "")
		print row "\t"
	split(substr($0, 2, length($0) - 2), value, ",")
	row = who FS sprintf("%.3f", value[1] / 1000) FS
	separator = ""
	for (i = 2; i <= columns; i++)
		if (value[i] != "null") {
			row = row separator name[i] "=" value[i]
			separator = " "
		}
}

END {
	end_of_process()
}
