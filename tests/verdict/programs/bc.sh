# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# bc: long numbers, from its standard input.
needs()
{
	echo bc
}

prepare()
{
	mkfifo "$work/in"
}

start()
{
	exec bc -l <"$work/in" >/dev/null
}

load()
{
	paced "$1" 20 awk '{
		print "scale = " 20 + $1 % 80
		print "a = 4 * a(1); b = sqrt(2 + " $1 "); a * b / 7"
		print "c = 3 ^ " 100 + $1 % 300 "; c % 1234567; c / 99"
		print "define f(n) { if (n < 2) return (1); return (n * f(n - 1)); }"
		print "f(" 30 + $1 % 50 ")"
		print "for (i = 0; i < 40; i++) d[i] = c * i"
		fflush()
	}' >"$work/in"
}
