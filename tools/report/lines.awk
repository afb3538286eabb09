# lines.awk: points of line protocol, a line each:
# "host TAB service TAB pid TAB time in s TAB field=value ...", strings left out.
# Environment: report_measurement.
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
}

{
	line = $0
	gsub(/\\ /, "\001", line)
	gsub(/\\,/, "\002", line)
	gsub(/\\=/, "\003", line)
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
	fields = split(part[2], field, ",")
	values = ""
	for (i = 1; i <= fields; i++)
		if (field[i] ~ /=-?[0-9.]+([eE][-+]?[0-9]+)?[iu]?$/) {
			sub(/[iu]$/, "", field[i])
			values = values (values == "" ? "" : " ") field[i]
		}
	digits = length(part[3])
	# Nanoseconds, unless the file was written by somebody else.
	if (digits > 17)
		time = substr(part[3], 1, digits - 9) "." substr(part[3], digits - 8)
	else
		time = part[3] / (digits > 14 ? 1e6 : digits > 11 ? 1e3 : 1)
	printf "%s\t%s\t%s\t%.3f\t%s\n", host, service, pid, time, values
}
