#!/bin/sh
# xmllint: parse, format and canonicalise a document of 1,000 elements.
#
# limit: 300
{
	echo '<?xml version="1.0"?><log xmlns:x="urn:x">'
	awk 'BEGIN { for (i = 0; i < 1000; i++)
		printf "<x:entry id=\"e%d\" when=\"%d\">text &amp; more <b>%d</b></x:entry>", i, i * 3, i }'
	echo '</log>'
} | "$(dirname "$0")/compare" xmllint --format -
