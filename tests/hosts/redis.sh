#!/bin/sh
# redis under redis-benchmark: the data, a snapshot and a rewritten log made by forks, a restart
# from both.
. "$(dirname "$0")/lib/hosts.sh"
need redis-server redis-cli redis-benchmark

cli()
{
	redis-cli -s "$scratch/socket" "$@"
}

# Start the server on the data in its directory.
serve()
{
	start redis-server --port 0 --unixsocket "$scratch/socket" --dir "$scratch" --appendonly yes --save '' \
		--logfile "$scratch/log" --lazyfree-lazy-user-del yes --io-threads 2
	await is_up
}

is_up()
{
	[ "$(cli ping 2>/dev/null)" = PONG ]
}

is_done()
{
	cli info persistence | tr -d '\r' >"$scratch/info"
	grep -qx rdb_bgsave_in_progress:0 "$scratch/info" && grep -qx aof_rewrite_in_progress:0 "$scratch/info" &&
		grep -qx aof_rewrite_scheduled:0 "$scratch/info"
}

write()
{
	awk 'BEGIN {
		for (i = 0; i < 4000; i++) {
			printf "SET text:%d %0*d\n", i, i % 200 + 1, i * 7919
			printf "HSET row:%d name n%d price %d\n", i % 300, i, i % 89
			printf "RPUSH list:%d item%d\n", i % 50, i
			printf "ZADD scores %d member%d\n", i * 31 % 5003, i
			printf "SADD set:%d %d\n", i % 20, i
			if (i % 3 == 0)
				printf "DEL text:%d\n", i / 2
			if (i % 7 == 0)
				printf "APPEND text:%d more\n", i
		}
	}' | cli >"$scratch/answers"
	cksum <"$scratch/answers"
}

read_back()
{
	cli --scan | sort >"$scratch/keys"
	sed -n 's/^text:.*/GET &/p; s/^row:.*/HGET & name/p; s/^list:.*/LRANGE & 0 -1/p; s/^set:.*/SCARD &/p' \
		"$scratch/keys" | cli >"$1"
	cli zrange scores 0 -1 withscores >>"$1"
	cli dbsize
}

work()
{
	serve
	write
	cli eval 'local n = 0 for i = 1, 20000 do n = n + #(redis.call("GET", "text:" .. i) or "") end return n' 0
	read_back first
	redis-benchmark -s "$scratch/socket" -q -n 10000 -c 30 -P 8 -r 1000 \
		-t set,get,incr,lpush,rpop,sadd,hset,spop,zadd,lrange_100 >"$scratch/benchmark"
	tr '\r' '\n' <"$scratch/benchmark" | sed -n 's/: [0-9.]* requests per second.*//p'
	cli flushall async
	write
	# Children that write files would have no points if they ended within an interval.
	cli config set rdb-key-save-delay 10
	cli bgrewriteaof
	await is_done
	cli bgsave
	await is_done
	sed -n 's/^\(rdb_last_bgsave_status\|aof_last_bgrewrite_status\)/&/p' "$scratch/info"
	read_back second
	finish TERM

	serve
	read_back third
	cli shutdown nosave
	finish 0
	# The lines of the log that are not notices.
	grep '#' "$scratch/log" | sed 's/^[^#]*//' | grep -v 'Redis version\|overcommit\|Transparent Huge' || :
}

both_ways metered jemalloc
expect_points "$(executable redis-server):4" # two, a snapshot, a rewritten log
