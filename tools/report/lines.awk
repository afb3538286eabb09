# lines.awk: points of line protocol, a line each:
# "host TAB service TAB pid TAB time in s TAB field=value ... TAB sizes_...=value,...", with the fields of report_fields.
# Environment: report_measurement, report_fields.
#
# A day has 86,400 points of some sixty fields: only those that are wanted are looked for, and the sizes are left as they
# stand, with what may follow them, because only those of the last point are looked at.
#
# Escaped separators stand as control characters while the line is split.

function plain(text)
{
	gsub(/\001/, " ", text)
	gsub(/\002/, ",", text)
	gsub(/\003/, "=", text)
	return text
}

BEGIN {
	measurement = ENVIRON["report_measurement"]
	fields = split(ENVIRON["report_fields"], field, " ")
}

{
	line = $0
	if (index(line, "\\")) {
		gsub(/\\ /, "\001", line)
		gsub(/\\,/, "\002", line)
		gsub(/\\=/, "\003", line)
	}
	while (match(line, /="([^"\\]|\\.)*"/))
		line = substr(line, 1, RSTART - 1) "=" substr(line, RSTART + RLENGTH)
	# Anything else is no line that memagent wrote, or one that was cut short.
	if (split(line, part, " ") != 3 || part[3] !~ /^[0-9]+$/)
		next
	tags = split(part[1], tag, ",")
	if (plain(tag[1]) != measurement)
		next
	host = service = pid = "-"
	for (i = 2; i <= tags; i++) {
		equals = index(tag[i], "=")
		key = substr(tag[i], 1, equals - 1)
		value = plain(substr(tag[i], equals + 1))
		gsub(/\t/, " ", value)
		if (key == "host")
			host = value
		else if (key == "service")
			service = value
		else if (key == "pid")
			pid = value
	}
	text = "," part[2]
	values = ""
	for (i = 1; i <= fields; i++) {
		start = index(text, "," field[i] "=")
		value = substr(text, start + length(field[i]) + 2, 32)
		if (start && value ~ /^-?[0-9]/) {
			sub(/[,iu].*/, "", value)
			values = values " " field[i] "=" value
		}
	}
	start = index(text, ",sizes_")
	digits = length(part[3])
	# Nanoseconds, unless the file was written by somebody else.
	if (digits > 17)
		time = substr(part[3], 1, digits - 9) "." substr(part[3], digits - 8)
	else
		time = part[3] / (digits > 14 ? 1e6 : digits > 11 ? 1e3 : 1)
	printf "%s\t%s\t%s\t%.3f\t%s\t%s\n", host, service, pid, time, substr(values, 2), start ? substr(text, start + 1) : ""
}
