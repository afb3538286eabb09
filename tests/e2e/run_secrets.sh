#!/bin/sh
# memagent-run: no password appears on a command line: none is accepted there, and no curl is run.
set -eu

. "$(dirname "$0")/lib/run.sh"

for tool in curl python3; do
	command -v $tool >/dev/null || {
		echo "there is no $tool"
		exit 77
	}
done

. "$(dirname "$0")/lib/ping.sh"


# refused OPTION...: it is refused, and the message does not repeat the secret.
refused()
{
	status=0
	"$build/memagent-run" "$@" true >"$dir/out" 2>&1 || status=$?
	[ $status -eq 2 ] || fail "$1: exit status $status"
	grep -q 'a command line is public' "$dir/out" || fail "$1: it said: $(cat "$dir/out")"
	grep -q -e --password-file "$dir/out" || fail "$1: no way out: $(cat "$dir/out")"
	! grep -q hush "$dir/out" || fail "$1: it repeats the secret: $(cat "$dir/out")"
	[ "$(wc -l <"$dir/out")" -eq 1 ] || fail "$1: more than a line: $(cat "$dir/out")"
}

refused --password hush
refused --password=hush
refused --url http://me:hush@localhost:8086
refused --url=https://hush@localhost

# A curl that records its command line.
mkdir "$dir/bin"
cat >"$dir/bin/curl" <<END
#!/bin/sh
printf '%s\n' "\$0 \$*" >>"$dir/curl-lines"
exec "$(command -v curl)" "\$@"
END
chmod +x "$dir/bin/curl"
PATH=$dir/bin:$PATH
# shellcheck disable=SC2016 # nothing is to be expanded
export SECRET='hu"sh\ $IFS'\''#%'
# shellcheck disable=SC2119 # without a certificate
start
url=http://127.0.0.1:$port
printf '%s\nsecond line\n' "$SECRET" >"$dir/password"
got=$("$build/memagent-run" --check --url "$url" --username me --password-file "$dir/password") ||
	fail "from the file: $got"
got=$(MEMAGENT_PASSWORD=$SECRET "$build/memagent-run" --check --url "$url" --username me) ||
	fail "from the variable: $got"
got=$(MEMAGENT_PASSWORD=wrong "$build/memagent-run" --check --url "$url" --username me) &&
	fail "a wrong password: $got"
[ "$got" = "server  FAIL  $url/ping answers 401: see --username and --password-file" ] ||
	fail "a wrong password: $got"
got=$("$build/memagent-run" --check --url "$url" --username me --password-file "$dir/none") &&
	fail "no password file: $got"
echo "$got" | grep -q "^password  FAIL  $dir/none cannot be read" || fail "no password file: $got"

[ ! -e "$dir/curl-lines" ] || fail "it ran curl: $(cat "$dir/curl-lines")"

# A password in MEMAGENT_URL is not shown either.
got=$(MEMAGENT_URL=http://me:hush@127.0.0.1:1 "$build/memagent-run" --check) && fail "without a server: $got"
echo "$got" | grep -q '^server  FAIL  http://\*\*\*@127.0.0.1:1 does not answer' || fail "masked: $got"
! echo "$got" | grep -q hush || fail "the secret is shown: $got"
