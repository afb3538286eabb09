#!/bin/sh
# completion.sh TOOL: print the bash completion of a tool, made from its --help.
#
# The argument that --help shows for an option says how to complete its value: a|b are the values,
# FILE and WHERE are files, DIR is a directory.  Other values are not completed.
set -eu

name=${1##*/}
files='-A file'
[ "$name" != memagent-run ] || files='-A command -A file'
# Lines "OPTION ARGUMENT", with an empty argument for a switch.
options=$("$1" --help | sed -nE 's/^  (-[a-z]), (--[a-z-]+).*/\1\n\2/p; t; s/^  (--?[a-z-]+)( ([^ ]+))?( .*)?$/\1 \3/p')

cat <<END
# bash completion for $name; generated
_$(echo "$name" | tr - _)()
{
	local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
	# bash splits --option=value at the equals sign.
	if [[ \$word == = ]]; then
		word=
	elif [[ \$before == = ]]; then
		before=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case \$before in
$(echo "$options" | awk '
	$2 == "" { next }
	$2 ~ /\|/ { gsub(/\|/, " ", $2); how = "-W \047" substr($0, length($1) + 2) "\047" }
	$2 ~ /^(FILE|WHERE)$/ { how = "-A file" }
	$2 == "DIR" { how = "-A directory" }
	{ print "\t" $1 ") set -- " (how == "" ? "-W \047\047" : how) " ;;"; how = "" }')
	*)
		if [[ \$word == -* ]]; then
			set -- -W '$(echo "$options" | cut -d ' ' -f 1 | paste -sd ' ')'
		else
			set -- $files
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen "\$@" -- "\$word")
}
complete -o filenames -F _$(echo "$name" | tr - _) $name
END
