#!/bin/sh
# memagent-run: --help and --version.
set -eu

. "$(dirname "$0")/lib/run.sh"

"$build/memagent-run" --help >"$dir/out" 2>"$dir/err" || fail "--help: exit status $?"
[ ! -s "$dir/err" ] || fail "--help said on standard error: $(cat "$dir/err")"
head -n 1 "$dir/out" | grep -q '^usage: memagent-run' || fail "--help begins: $(head -n 1 "$dir/out")"
grep -q '^  --interval TIME  *time between two points' "$dir/out" || fail "--help lacks --interval"
grep -q 'MEMAGENT_PASSWORD ' "$dir/out" || fail "--help lacks MEMAGENT_PASSWORD"
! grep -q '[^-]--password ' "$dir/out" || fail "--help has --password"
! grep -q '@' "$dir/out" || fail "--help has a marker left"
! grep -q '.\{80\}' "$dir/out" || fail "--help is wider than 79 columns"

# --help has every variable of the table.
sed -n 's/^OPTION([a-z_]*, "\([A-Z_]*\)".*/MEMAGENT_\1/p' "$root/agent/settings/options.def" >"$dir/variables"
[ -s "$dir/variables" ] || fail "options.def could not be read"
while read -r variable; do
	tr '\n' ' ' <"$dir/out" | grep -q "${variable}[^A-Z_]" || fail "--help lacks $variable"
done <"$dir/variables"

"$build/memagent-run" --version | grep -q '^memagent-run [0-9][0-9.]*$' || fail "--version"

"$build/memagent-run" -h | cmp - "$dir/out" || fail "-h is not --help"
[ "$("$build/memagent-run" -v)" = "$("$build/memagent-run" --version)" ] || fail "-v is not --version"
