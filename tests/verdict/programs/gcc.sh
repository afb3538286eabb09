# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# cc1, gcc's compiler: it includes a file that arrives slowly.
needs()
{
	echo gcc
}

prepare()
{
	local i
	for ((i = 0; i < 400; i++)); do
		echo "#include \"$work/part\""
	done >"$work/all.c"
	mkfifo "$work/part"
}

start()
{
	exec "$(gcc -print-prog-name=cc1)" -quiet -fsyntax-only -Wall "$work/all.c"
}

load()
{
	local end=$((SECONDS + $1)) i=0
	while [ $SECONDS -lt $end ]; do
		awk -v n="$i" 'BEGIN {
			for (k = 0; k < 40; k++) {
				f = "f" n "_" k
				printf "#define M%d_%d(a, b) ((a) + (b) * %d)\n", n, k, k
				printf "struct s%s { int a, b[%d]; char *c; };\n", f, k + 1
				printf "static inline int %s(struct s%s *s, int x)\n{\n\tint i, sum = M%d_%d(x, 3);\n", f, f, n, k
				printf "\tfor (i = 0; i < %d; i++)\n\t\tsum += s->b[i] * x;\n\tswitch (sum) { case 1: return x; default: return sum ? M%d_%d(sum, x) : i; }\n}\n", k, n, k
			}
		}' >"$work/text"
		# A compiler that has ended opens the pipe no more.
		timeout 10 sh -c 'cat "$1" >"$2"' sh "$work/text" "$work/part" || break
		i=$((i + 1))
		sleep 0.2
	done
}
