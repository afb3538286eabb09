# options.awk: turn the options in the output of --help into items of an mdoc list.
#
# The column where the text of "-h, --help" begins is that of every text.
{ line[NR] = $0 }
match($0, /^  -h, --help +/) { column = RLENGTH }
END {
	for (i = 1; i <= NR; i++) {
		if (line[i] ~ /^  -/) {
			inside = 1
			head = substr(line[i], 3)
			text = ""
			if (length(line[i]) > column && substr(line[i], column, 1) == " ") {
				head = substr(line[i], 3, column - 3)
				text = substr(line[i], column + 1)
			}
			print_item(head)
			print_text(text)
		} else if (inside && substr(line[i], 1, column) ~ /^ +$/)
			print_text(substr(line[i], column + 1))
		else
			inside = 0
	}
}

function print_item(head, words, n, j, out)
{
	n = split(head, words, " ")
	out = ".It"
	for (j = 1; j <= n; j++) {
		if (words[j] ~ /^-/) {
			comma = sub(/,$/, "", words[j])
			out = out " Fl " substr(words[j], 2) (comma ? " ," : "")
		} else
			out = out " Ar " words[j]
	}
	print out
}

function print_text(text)
{
	gsub(/\\/, "\\e", text)
	sub(/^[.']/, "\\\\\\&&", text)
	if (text != "")
		print text
}
