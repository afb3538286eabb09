#!/bin/sh
# deps.sh installs packages that the release has, even if apt knows other names.  Before that it
# prints them, how much is downloaded and stored, and how long that takes.  Scripts replace apt
# here.
. "$(dirname "$0")/lib.sh"

mkdir "$work/bin"
# play PROGRAM <BODY: make a script that replaces PROGRAM.
play()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

play dpkg-query <<'END'
exit 1
END
play sudo <<'END'
exec "$@"
END
play apt-cache <<'END'
purpose=$1
shift
for package; do
	case $purpose,$package in
	*,--*) ;;
	show,*) echo "Installed-Size: 10240" ;;
	*,libclang-rt-dev | *,cppcheck) printf '%s:\n  Installed: (none)\n  Candidate: (none)\n' "$package" ;;
	*) printf '%s:\n  Installed: (none)\n  Candidate: 1.0\n' "$package" ;;
	esac
done
END
play apt-get <<END
case \$* in
*--print-uris*) printf "'http://mirror/one.deb' one.deb 31457280 \n'http://mirror/two.deb' two.deb 31457280 \n" ;;
*-s\ install*) printf 'Inst one (1.0 Debian)\nConf one (1.0 Debian)\nInst two [0.9] (1.0 Debian)\n' ;;
*\ install*)
	echo "apt-get installs"
	echo "\$*" >"$work/installed"
	;;
esac
END

PATH=$work/bin:$PATH "$root/tools/deps.sh" check >"$work/out" 2>"$work/err" || fail "it failed: $(cat "$work/err")"
grep -q ' libclang-common-14-dev' "$work/installed" || fail "it installs $(cat "$work/installed")"
! grep -q 'libclang-rt-dev\|cppcheck' "$work/installed" || fail "it installs packages that the release lacks: $(cat "$work/installed")"
grep -q 'offers no cppcheck' "$work/err" || fail "about packages that the release lacks it says: $(cat "$work/err")"
grep -q 'installing .*(2 packages' "$work/out" || fail "it says: $(cat "$work/out")"
grep -q ' 60 MiB to download, 20 MiB on the disk; this takes roughly 1 min' "$work/out" || fail "it says: $(cat "$work/out")"
[ "$(tail -n 1 "$work/out")" = "apt-get installs" ] || fail "it does not say so before: $(cat "$work/out")"
