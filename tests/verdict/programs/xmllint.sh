# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# xmllint: its shell loads a document again and again, and asks it with XPath.
needs()
{
	echo libxml2-utils
}

prepare()
{
	awk 'BEGIN {
		print "<shop>"
		for (i = 0; i < 300; i++)
			printf "<item id=\"%d\" kind=\"k%d\"><name>item %d</name><price>%d</price><text>%0*d</text></item>\n", i, i % 7, i, i % 90, i % 100 + 1, i
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
	paced "$1" 8 awk -v file="$work/shop.xml" '{
		print "load " file
		print "xpath //item[price > 50]/name"
		print "xpath count(//item[@kind = \047k" $1 % 7 "\047]) + string-length(string(//item[3]/text))"
		print "xpath concat(//item[9]/name, translate(//item[5]/text, \047" "0\047, \047x\047))"
		print "cd /shop/item[" $1 % 300 + 1 "]"
		print "setbase http://example.org/" $1
		print "pwd"
		print "cat name"
		fflush()
	}' >"$work/in"
}
