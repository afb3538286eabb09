# Points of a process and of its call sites, one a second, in line protocol, as the agent writes them.
#   awk -v now=SECONDS -v service=NAME -v pid=NUMBER [-v points=40] [-v path=FILE -v build_id=ID -v address=0x1100] -f sites.awk
# push_global leaks 100,000 bytes a second.  fill_cache holds 5,000,000 bytes.  A site with a hostile name, with frames
# of a JIT, begins after half of the time.  "other" has 10,000 bytes.  A site's first point has its stack.
# With -v ends=1 the process ends after the last point: in one more point it holds nothing.  With -v threads=1 all stacks begin in a thread, so none has main.  With -v restart=1 the process was there before, with other sites, and its counts begin again.

function site(t, id, name, live, made, error, texts)
{
	printf "memagent_site,host=h,service=%s,pid=%s,allocator=glibc,site=%s,function=%s live_bytes=%di,live_objects=%di,alloc_bytes=%di," \
	    "alloc_objects=%di,freed_bytes=%di,freed_objects=%di,live_bytes_error=%di,oldest_ns=%.0fi,age_0s_bytes=%di%s %.0f000000\n",
	    service, pid, id, name, live, live / 100, made, made / 100, made - live, (made - live) / 100, error, (t < 0 ? t + 41 : t + 1) * 1e9, live, texts, (now - points + t) * 1000
}

function process(t, live, made)
{
	printf "memagent,host=h,service=%s,pid=%s,allocator=glibc mallocs=%di,frees=%di,heap_objects=%di,heap_alloc_bytes=%di,total_alloc_bytes=%di," \
	    "rss_bytes=%di,sites_live_bytes=%di %.0f000000\n", service, pid, made / 100, (made - live) / 100, live / 100, live, made, live + 4e6, live,
	    (now - points + t) * 1000
}

function texts(stack, frames)
{
	return ",stack=\"" stack "\",frames=\"" frames "\""
}

BEGIN {
	points = points ? points : 40
	path = path ? path : "/usr/bin/server"
	build_id = build_id ? build_id : "0123456789abcdef0123456789abcdef01234567"
	address = address ? address : "0x1100"
	server = path "@" build_id "+"
	libc = "/lib/x86_64-linux-gnu/libc.so.6@aabbccddeeff00112233445566778899aabbccdd+"
	start = threads ? libc "0x109000;+0x89000;" : server "0x1050;" libc "0x27304;"
	root = threads ? "clone;start_thread;" : "_start;__libc_start_main;"
	leaks = texts(root (threads ? "" : "main;") "handle;push_global", start server (threads ? "" : "0x1300;+") "0x1400;+" address)
	cache = texts(root (threads ? "" : "main;") "fill_cache", start server (threads ? "" : "0x1310;+") "0x1600")
	hostile = texts("[truncated];[jit];</script><i>&\\\"'\\\\x\001\377é", "[jit]+0x7f0000001000;+0x7f0000002000;/opt/a b@+0x99")
	for (t = 0; restart && t < 30; t++) {
		process(t - 40, 1e6 * t, 1e9 + 1e6 * t)
		site(t - 40, "00000000000000aa", "gone", 1e6 * t, 1e9 + 1e6 * t, 1000, texts("main;gone", "+0x1"))
	}
	for (t = 0; t < points; t++) {
		live = 5010000 + 100000 * t
		process(t, live + (t * 2 >= points ? 1e5 : 0), live + 300000 * t)
		site(t, "00c0ffee00c0ffee", "push_global", 100000 * t, 100000 * t, 20000, t ? "" : leaks)
		site(t, "0123456789abcdef", "fill_cache", 5e6, 5e6 + 200000 * t, 1e5, t ? "" : cache)
		if (t * 2 >= points)
			site(t, "ffffffffffffffff", "</script><i>\\,\\=\\ \"'", 1e5, 1e5, 3e4, t * 2 == points ? hostile : "")
		site(t, "other", "other", 10000, 1e6 - 1000 * t, 5000, "")
	}
	if (ends) {
		printf "memagent_event,host=h,service=%s,pid=%s event=\"exit\",text=\"exited\" %d250000000\n", service, pid, now - 1
		process(points - 0.5, 0, live + 300000 * points)
		site(points - 0.5, "00c0ffee00c0ffee", "push_global", 0, 100000 * points, 0, "")
		site(points - 0.5, "other", "other", 0, 1e6, 0, "")
	}
}
