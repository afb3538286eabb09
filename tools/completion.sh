#!/bin/sh
# completion.sh TOOL: print the bash completion of a tool, with the options that its --help lists.
set -eu

name=${1##*/}
options=$("$1" --help | sed -n 's/^  \(-.*\)/\1/p' | grep -oE '^-[a-z], --[a-z-]+|^--?[a-z-]+' | tr -d ',' | tr '\n' ' ')
files='-A file'
[ "$name" != memagent-run ] || files='-A command -A file'
cat <<END
# bash completion for $name; generated
_${name%-*}_${name#*-}()
{
	local word=\${COMP_WORDS[COMP_CWORD]}
	if [[ \$word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '${options% }' -- "\$word")
	else
		mapfile -t COMPREPLY < <(compgen $files -- "\$word")
	fi
}
complete -o filenames -F _${name%-*}_${name#*-} $name
END
