#!/bin/sh
# make install installs the expected files, and make uninstall removes them all.  The manual has every
# option, variable and field, and bash completes options and their values.
#
# limit: 300
. "$(dirname "$0")/lib.sh"

build=${BUILD:-$root/build}
run_make()
{
	env -u MAKELEVEL -u MAKEFLAGS make -C "$root" --no-print-directory BUILD="$build" \
		DESTDIR="$work/root" PREFIX=/usr "$1" >"$work/out" 2>&1 || fail "make $1: $(cat "$work/out")"
}

run_make install
share=$work/root/usr/share
(cd "$work/root/usr" && find . -type f | grep -v jemalloc | sort) >"$work/installed"
LC_ALL=C sort >"$work/expected" <<'END'
./bin/memagent-report
./bin/memagent-run
./bin/memagent-send
./lib/libmemagent.so
./lib/memagent-http.so
./share/bash-completion/completions/memagent-report
./share/bash-completion/completions/memagent-run
./share/bash-completion/completions/memagent-send
./share/man/man1/memagent-report.1
./share/man/man1/memagent-run.1
./share/man/man1/memagent-send.1
./share/man/man7/memagent.7
./share/memagent/LICENSE
./share/memagent/grafana/dashboards/fleet.json
./share/memagent/grafana/dashboards/memagent.json
./share/memagent/grafana/provisioning-v2/datasources/memagent.yaml
./share/memagent/grafana/provisioning-v3/datasources/memagent.yaml
./share/memagent/grafana/provisioning/alerting/memagent.yaml
./share/memagent/grafana/provisioning/dashboards/memagent.yaml
./share/memagent/grafana/provisioning/datasources/memagent.yaml
END
LC_ALL=C sort -o "$work/installed" "$work/installed"
diff "$work/expected" "$work/installed" >"$work/diff" || fail "installed files differ: $(cat "$work/diff")"

"$root/tools/man/lint.sh" "$share"/man/man?/* 2>"$work/lint" || fail "lint: $(cat "$work/lint")"

for tool in memagent-run memagent-send memagent-report; do
	mandoc -T ascii "$share/man/man1/$tool.1" | sed "s/.$(printf '\b')//g" >"$work/page"
	completion=$share/bash-completion/completions/$tool
	bash -n "$completion" || fail "$tool: bash cannot read the completion"
	"$work/root/usr/bin/$tool" --help | sed -n 's/^  \(-[^ ]*\( --[a-z-]*\)\{0,1\}\).*/\1/p' | tr -d , | tr ' ' '\n' >"$work/options"
	[ -s "$work/options" ] || fail "$tool --help has no options"
	while read -r option; do
		grep -qE -e "^ +(-., )?$option( |,|\$)" "$work/page" || fail "$tool.1 lacks $option"
		grep -qE -e "[ ']${option}[ ']" "$completion" || fail "completion of $tool lacks $option"
	done <"$work/options"
done
mandoc -T ascii "$share/man/man7/memagent.7" | sed "s/.$(printf '\b')//g" >"$work/page"
sed -n 's/^OPTION([a-z_]*, "\([A-Z_]*\)".*/MEMAGENT_\1/p' "$root/agent/settings/options.def" >"$work/variables"
[ -s "$work/variables" ] || fail "options.def has no variables"
while read -r variable; do
	grep -qE "^ +$variable( |\$)" "$work/page" || fail "memagent.7 lacks $variable"
done <"$work/variables"
"$build/memagent-describe" fields-tsv | awk '$4 != "sizes" { print $1 }' >"$work/fields"
[ -s "$work/fields" ] || fail "fields.def has no fields"
while read -r field; do
	grep -qE "^ +$field \(" "$work/page" || fail "memagent.7 lacks the field $field"
done <"$work/fields"

# expect_completed WORDS WORD...: these words complete the last of the command line's words.
expect_completed()
{
	wanted=$1
	shift
	completed=$(cd "$work/root/usr" && bash -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_memagent_run; echo "${COMPREPLY[*]}"' bash "$share/bash-completion/completions/memagent-run" "$@")
	[ "$completed" = "$wanted" ] || fail "$* is completed to \"$completed\", wanted \"$wanted\""
}

expect_completed '0 1' memagent-run --enabled ''
expect_completed 'v1 v2 v3' memagent-run --api ''
expect_completed 'go-runtime' memagent-run --schema = g
expect_completed 'share/memagent/LICENSE' memagent-run --ca-file share/memagent/L
expect_completed 'share' memagent-run --spool s
expect_completed '' memagent-run --spool share/memagent/L
expect_completed '' memagent-run --database s
expect_completed '--check' memagent-run --ch

run_make uninstall
left=$(find "$work/root" ! -type d)
[ -z "$left" ] || fail "uninstall leaves $left"
