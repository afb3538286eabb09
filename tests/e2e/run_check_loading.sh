#!/bin/sh
# memagent-run: --check runs the dynamic linker on the program with the library, and prints what is
# missing.
set -eu

. "$(dirname "$0")/lib/run.sh"

echo 'int part(void) { return 0; }' | gcc -shared -fPIC -x c - -o "$dir/libpart.so"
echo 'int part(void); int main(void) { return part(); }' | gcc -x c - -o "$dir/program" -L"$dir" -lpart
export LD_LIBRARY_PATH="$dir"
got=$("$build/memagent-run" --check "$dir/program") || fail "with all there: $got"
echo "$got" | grep -qx "command  ok  $dir/program can be metered" || fail "with all there: $got"
rm "$dir/libpart.so"
! got=$("$build/memagent-run" --check "$dir/program") || fail "without libpart.so: $got"
echo "$got" | grep -q "^command  FAIL  $dir/program cannot be metered: its dynamic linker cannot load it: .*libpart.so" ||
	fail "without libpart.so: $got"

# A library that needs a newer libc than the installed one.
cp "$build/memagent-run" "$dir"
echo 'int part(void); int whole(void) { return part(); }' >"$dir/whole.c"
echo 'NEWER_9 { part; };' >"$dir/map"
echo 'int part(void) { return 0; }' | gcc -shared -fPIC -x c - -Wl,--version-script="$dir/map" -o "$dir/libpart.so"
gcc -shared -fPIC "$dir/whole.c" -o "$dir/libmemagent.so" -L"$dir" -lpart
echo 'int part(void) { return 0; }' | gcc -shared -fPIC -x c - -Wl,--default-symver -o "$dir/libpart.so"
! got=$("$dir/memagent-run" --check /bin/true) || fail "with a library that is too new: $got"
echo "$got" | grep -q "^command  FAIL  [^ ]* cannot be metered: its dynamic linker cannot load it: .*NEWER_9" ||
	fail "with a library that is too new: $got"
