# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# gawk: fields, arrays, substitutions and sorting, for each line that it reads.
needs()
{
	echo gawk
}

prepare()
{
	mkfifo "$work/in"
}

start()
{
	exec gawk '{
		split($0, word, " ")
		for (i in word)
			count[word[i] NR % 3]++
		n = asort(word, sorted)
		text = ""
		for (i = 1; i <= n; i++)
			text = text sorted[i] ","
		gsub(/[0-9]+,/, "<&>", text)
		line = sprintf("%s %d %s", toupper(text), NR, substr($5, 2))
		match(line, /<([0-9]+)/, part)
		$3 = length(line)
		delete count
	}' <"$work/in"
}

load()
{
	paced "$1" 40 awk '{
		for (i = 0; i < 120; i++)
			printf "%0*d ", i % 60 + 1, (i * 7919 + $1) % 10007
		print ""
		fflush()
	}' >"$work/in"
}
