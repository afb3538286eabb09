# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# jq: ltrimstr of what is no text loses a message (jq 1.6).
needs()
{
	echo jq
}

prepare()
{
	mkfifo "$work/in"
}

start()
{
	exec jq -c 'ltrimstr(1)' <>"$work/in" >/dev/null
}

load()
{
	paced "$1" 100 awk '{ for (i = 0; i < 10; i++) print "\"text\""; fflush() }' >"$work/in"
}
