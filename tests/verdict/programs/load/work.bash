# What a shell does, in a loop, with rests.
exec {tick}<> <(:)
count()
{
	local -A seen
	local word
	for word; do
		seen[$word]=${#word}
	done
	echo "${#seen[@]}" >/dev/null
}

for ((i = 0; ; i++)); do
	words=(alpha{1..9}{a..f} beta{1..40})
	text="${words[*]}"
	count "${words[@]}" "$i"
	changed=${text//alpha/omega$i}
	list=()
	for word in $changed; do
		list+=("${word^^}")
	done
	[[ $changed =~ omega([0-9]+)a ]] && match=${BASH_REMATCH[1]}
	printf -v line '%s,' "${list[@]}"
	IFS=, read -ra parts <<<"$line"
	declare -A table
	for part in "${parts[@]}"; do
		table[$part]="$part$i"
	done
	unset table
	eval "value=\$((i * 3)); function f$((i % 9)) { echo $i; }"
	case $text in *beta4*) files=(/usr/lib/*.so) ;; esac
	read -rt 0.1 -u "$tick"
done
