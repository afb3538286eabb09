# words.awk: numbers with units, for people.

function bytes(n,    sign)
{
	sign = n < 0 ? "-" : ""
	n = n < 0 ? -n : n
	if (n >= 1073741824)
		return sprintf("%s%.2f GiB", sign, n / 1073741824)
	if (n >= 1048576)
		return sprintf("%s%.1f MiB", sign, n / 1048576)
	if (n >= 1024)
		return sprintf("%s%.1f KiB", sign, n / 1024)
	return sprintf("%s%.0f bytes", sign, n)
}

function grouped(n,    text, sign)
{
	sign = n < 0 ? "-" : ""
	text = sprintf("%.0f", n < 0 ? -n : n)
	n = ""
	while (length(text) > 3) {
		n = "," substr(text, length(text) - 2) n
		text = substr(text, 1, length(text) - 3)
	}
	return sign text n
}
