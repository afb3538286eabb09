# Do 200 times a second what leaks in bash 5.2: leaks.bash file|array
# shellcheck shell=bash disable=SC2034 # what it assigns is not used
printf -v name '%0200d' 0
echo text >"$name"
exec {tick}<> <(:)

use_file()
{
	text=$(<"$name")
}

use_array()
{
	local -a of=([1]=$name)
}

while :; do
	for _ in {1..10}; do
		"use_$1"
	done
	read -rt 0.05 -u "$tick"
done
