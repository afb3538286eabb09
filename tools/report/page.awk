# page.awk: index.html.  In: "NAME TITLE" lines of the pictures.  Environment: report_title; report_verdict and
# report_figures, files as of verdict.awk.

function html(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	gsub(/"/, "\\&quot;", text)
	return text
}

function shown(name, value)
{
	if (name ~ /bytes/ || name ~ /slope/)
		return value >= 1048576 || value <= -1048576 ? sprintf("%.1f MiB", value / 1048576) : \
		    value >= 1024 || value <= -1024 ? sprintf("%.1f KiB", value / 1024) : \
		    sprintf("%.1f bytes", value)
	if (name ~ /_ns$/)
		return sprintf("%.2f ms", value / 1e6)
	if (name ~ /seconds$/)
		return sprintf("%.1f s", value)
	return value
}

function spoken(name)
{
	sub(/_bytes_per_/, " per ", name)
	sub(/_(bytes|ns|seconds)$/, "", name)
	gsub(/_/, " ", name)
	sub(/^rss/, "RSS", name)
	return name
}

BEGIN {
	title = ENVIRON["report_title"]
	verdict = ENVIRON["report_verdict"]
	figures = ENVIRON["report_figures"]
	print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
	print "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	print "<title>" html(title) "</title>"
	print "<style>"
	print "body { margin: 0; background: #f5f7fa; color: #1f2933; font: 16px/1.5 system-ui, \"DejaVu Sans\", sans-serif; }"
	print "main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }"
	print "h1 { font-size: 26px; margin: 8px 0 16px; }"
	print ".verdict { background: #fff; border-left: 6px solid #2f9e44; border-radius: 4px; padding: 12px 16px; margin: 0 0 12px; }"
	print ".verdict.leaks { border-color: #c92a2a; }\n.verdict.grows { border-color: #f08c00; }\n.verdict.unknown { border-color: #9aa5b1; }"
	print "figure { background: #fff; border-radius: 4px; margin: 16px 0; padding: 8px; }"
	print "img { display: block; width: 100%; height: auto; }"
	print "table { border-collapse: collapse; background: #fff; margin: 16px 0; width: 100%; font-size: 14px; }"
	print "caption { text-align: left; font-weight: 600; padding: 8px 0; }"
	print "th, td { text-align: left; padding: 4px 12px; border-bottom: 1px solid #e4e7eb; font-weight: 400; }"
	print "td { text-align: right; font-variant-numeric: tabular-nums; }"
	print "</style>\n</head>\n<body>\n<main>\n<h1>" html(title) "</h1>"
	while ((getline line < figures) > 0)
		if (split(line, part, "\t") == 2 && part[1] == "class")
			class[++classes] = part[2]
	close(figures)
	while ((getline line < verdict) > 0)
		print "<p class=\"verdict " class[++told] "\">" html(line) "</p>"
}

{
	name = $1
	sub(/^[^ ]* /, "")
	print "<figure><img src=\"" name ".svg\" alt=\"" html($0) "\" width=\"960\" height=\"360\"></figure>"
}

END {
	while ((getline line < figures) > 0) {
		split(line, part, "\t")
		if (part[1] == "process") {
			if (open)
				print "</table>"
			open = 1
			print "<table><caption>" html(part[2]) "</caption>"
		} else if (part[1] != "class")
			print "<tr><th scope=\"row\">" spoken(part[1]) "</th><td>" shown(part[1], part[2]) "</td></tr>"
	}
	if (open)
		print "</table>"
	print "</main>\n</body>\n</html>"
}
