#!/bin/sh
# gcc and make, with all that they start: they build this project, to the same files byte for byte.
. "$(dirname "$0")/lib/hosts.sh"
need gcc make

# Ignore the settings of a make that started this test.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES BUILD V

work()
{
	metered make -C "$root" -j2 BUILD="$PWD" "$PWD/libmemagent.so" "$PWD/memagent-run" >"$scratch/out"
	sort "$scratch/out"
	# -flto and a compile error run more of gcc's programs.
	metered gcc -O2 -flto -o say -x c - <<-'END'
		#include <stdio.h>
		int main(void) { return printf("hello\n") != 6; }
	END
	./say
	echo 'int main(void) { return nothing; }' | metered gcc -x c - 2>&1
}

both_ways metered
expect_points make cc1
