# What a shell does all day; prints the same whenever it runs.
set -u

numbers=$(seq 20000)
echo "$numbers" | sort -rn | tr -d 1 | awk '{ sum += $1 } END { print "pipe", sum }'
echo "status ${PIPESTATUS[*]}"

for i in 1 2 3 4 5 6 7 8; do
	(exit "$i") &
	jobs[i]=$!
done
for i in "${!jobs[@]}"; do
	wait "${jobs[i]}"
	echo "job $i ended with $?"
done

declare -A words
for i in {1..5000}; do
	words[key$((i % 611))]+=" $i"
done
echo "words ${#words[@]} ${words[key5]}"

diff <(printf '%s\n' a b c) <(printf '%s\n' a x c)
coproc tac
printf '%s\n' one two three >&"${COPROC[1]}"
exec {to}>&"${COPROC[1]}" {to}>&-
eval "exec ${COPROC[1]}>&-"
cat <&"${COPROC[0]}"
wait

usr1=0
trap 'usr1=$((usr1 + 1))' USR1
for i in 1 2 3 4 5; do
	kill -USR1 $$
done
echo "USR1 $usr1"
trap 'echo a child ended' CHLD
set -m
sleep 0.05 &
wait $!
trap - CHLD
set +m

sleep 60 &
kill $!
wait $! 2>/dev/null
echo "killed: $?"

exec 9<>file
echo text >&9
# Not through a pipe: while that is made, one end of it is among them.
ls /proc/$$/fd >descriptors
tr '\n' ' ' <descriptors
exec 9>&-
echo
while read -r -t 5 line; do
	[[ $line =~ ^([a-z]+)=([0-9]+)$ ]] && echo "${BASH_REMATCH[2]} ${BASH_REMATCH[1]^^}"
done <<<$'one=1\ntwo=2\nnone'
(ulimit -n 20 && ulimit -n)
trap 'echo leaving' EXIT
printf '%s\n' {a..e}{1..3} | while read -r word; do echo -n "$word "; done
echo
