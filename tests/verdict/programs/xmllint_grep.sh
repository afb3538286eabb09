# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# xmllint: its shell's command "grep" loses the path of each node that it finds.
needs()
{
	echo libxml2-utils
}

prepare()
{
	awk 'BEGIN {
		print "<shop>"
		for (i = 0; i < 100; i++)
			printf "<item><name>item %d</name></item>\n", i
		print "</shop>"
	}' >"$work/shop.xml"
	mkfifo "$work/in"
}

start()
{
	exec xmllint --shell "$work/shop.xml" <"$work/in" >/dev/null
}

load()
{
	paced "$1" 10 awk '{
		print "grep item"
		fflush()
	}' >"$work/in"
}
