# shellcheck shell=bash disable=SC2154,SC2016 # words, mode, build and work are run.sh's; $ is perl's
# programs.sh: whole programs, from start to end.  Processor time, user and system; in the full run also
# instructions in user mode, by valgrind.  Instructions show differences of one percent, which noise
# hides in times, but not the time spent waiting for memory.
#
#   python     /usr/bin/python3 with all objects from malloc: writes, reads and sorts JSON
#   perl       hashes of arrays of strings
#   cc1        gcc's compiler proper on a large preprocessed file, -O1
#   sqlite3    a database in memory: inserts, an index, a join
#   jq         groups and formats a large file

programs_python='
import json
rows = [{"id": i, "name": "user%d" % i, "tags": ["a%d" % (i % 7), "b"], "at": i * 0.5} for i in range(60000)]
back = json.loads(json.dumps(rows))
back.sort(key=lambda row: row["name"])
assert len({row["name"] for row in back}) == 60000
'

programs_perl='
for my $i (1 .. 600000) { push @{$by{"key" . $i % 5003}}, "value $i" }
for my $key (sort keys %by) { $sum += length(join ",", sort @{$by{$key}}) }
die unless $sum > 0;
'

programs_sqlite="
CREATE TABLE a(id INTEGER PRIMARY KEY, name TEXT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
INSERT INTO a SELECT i, 'name' || (i * 7919 % 150000), i * 0.5 FROM n;
CREATE INDEX by_name ON a(name);
SELECT count(*), sum(x.value) FROM a x JOIN a y ON y.name = 'name' || x.id;
"

# System headers and a hundred functions.
programs_make_source()
{
	{
		printf '#include <%s.h>\n' stdio stdlib string math pthread unistd sys/socket netinet/in
		awk 'BEGIN {
			for (i = 0; i < 120; i++) {
				printf "struct s%d { int a; char *b; double c[%d]; };\n", i, i % 7 + 1
				printf "int f%d(struct s%d *p, int n)\n{\n\tint sum = %d;\n", i, i, i
				printf "\tfor (int i = 0; i < n; i++) {\n\t\tif (p[i].a > sum) sum += p[i].a * %d;\n", i + 3
				printf "\t\telse sum ^= (int)strlen(p[i].b);\n\t\tp[i].c[0] = sin(sum);\n\t}\n\treturn sum;\n}\n"
			}
		}'
	} | gcc -E -P -
}

programs_make_json()
{
	awk 'BEGIN {
		for (i = 0; i < 40000; i++)
			printf "{\"user\": \"u%d\", \"tags\": [\"a%d\", \"b\"], \"bytes\": %d.5}\n", i % 997, i, i * 31 % 4096
	}'
}

# programs_run COMMAND…
programs_run()
{
	"$build/tests/bench/spent" 1 "${words[@]}" "$@"
}

# programs_count COMMAND…: count all of its threads, but not the program that starts it.
programs_count()
{
	case $name in
	bare | memagent | memagent-no-sites | memagent-jemalloc) ;;
	*) return 0 ;; # a quarter of a minute each
	esac
	env "${words[@]}" valgrind --tool=exp-bbv --instr-count-only=yes --bb-out-file=/dev/null \
		--pc-out-file=/dev/null "$@" 2>&1 >/dev/null </dev/null |
		awk '/Total instructions:/ { n += $NF } END { if (!n) exit 1; printf "instructions %.0f\n", n }'
}

# program NAME ROUNDS COMMAND…: run it if the command exists.
program()
{
	local name=$1 rounds=$2
	shift 2
	if command -v "$1" >/dev/null; then
		alternate "programs/$name" "$rounds" programs_run "$@"
		[ "$mode" = quick ] || alternate "programs/$name" 1 programs_count "$@"
	else
		say "without programs/$name: there is no $1"
	fi
}

bench_programs()
{
	local rounds=12 cc1
	[ "$mode" = full ] || rounds=1
	wanted_any programs || return 0
	export PYTHONMALLOC=malloc
	cc1=$(gcc -print-prog-name=cc1)
	echo "$programs_python" >"$work/rows.py"
	echo "$programs_perl" >"$work/hashes.pl"
	echo "$programs_sqlite" >"$work/inserts.sql"
	programs_make_source >"$work/large.c"
	programs_make_json >"$work/large.json"
	program python "$rounds" /usr/bin/python3 "$work/rows.py"
	program perl "$rounds" perl "$work/hashes.pl"
	program cc1 "$rounds" "$cc1" -quiet -O1 -fpreprocessed "$work/large.c" -o /dev/null
	program sqlite3 "$rounds" sqlite3 :memory: ".read $work/inserts.sql"
	program jq "$rounds" jq -s -c 'group_by(.user) | map({user: .[0].user, bytes: (map(.bytes) | add)}) | .[]' \
		"$work/large.json"
}
