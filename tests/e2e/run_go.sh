#!/bin/sh
# memagent-run: it recognizes and reports a Go program without cgo.
set -eu

. "$(dirname "$0")/lib/run.sh"

# As Go's own linker makes them: a note and no libc, static or with a dynamic linker.
cat >"$dir/go.s" <<'END'
	.section .note.go.buildid,"a"
	.long 4, 4, 4
	.asciz "Go\0"
	.asciz "abc"
	.section .go.buildinfo,"a"
	.ascii "\377 Go buildinf:"
	.section .note.GNU-stack,""
END
cat >"$dir/start.c" <<'END'
#include <sys/syscall.h>
void _start(void) { for (;;) __asm__ volatile("syscall" : : "a"(SYS_exit_group), "D"(5) : "rcx", "r11"); }
END
[ "$(uname -m)" = x86_64 ] || {
	echo "the stand-in for a Go program is made for x86-64"
	exit 77
}
gcc -static -nostdlib -o "$dir/go-static" "$dir/start.c" "$dir/go.s"
gcc -pie -fPIE -nostdlib -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 \
	-o "$dir/go-pie" "$dir/start.c" "$dir/go.s"
gcc -pie -fPIE -nostdlib -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 -o "$dir/no-libc" "$dir/start.c"
echo 'int main(void) { return 5; }' | gcc -x c - -x assembler "$dir/go.s" -o "$dir/cgo"

# expect NAME TEXT
expect()
{
	status=0
	"$build/memagent-run" "$dir/$1" 2>"$dir/err" || status=$?
	[ $status -eq 5 ] || fail "$1: it did not run: $status"
	[ "$(cat "$dir/err")" = "${2:+memagent-run: cannot meter $dir/$1: $2; it runs without}" ] ||
		fail "$1: it said: $(cat "$dir/err")"
}

expect go-static 'it is a Go program without cgo, which does not use malloc'
expect go-pie 'it is a Go program without cgo, which does not use malloc'
expect no-libc 'it does not use the C library'
expect cgo ''
