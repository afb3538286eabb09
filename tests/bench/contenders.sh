# shellcheck shell=bash disable=SC2034,SC2154 # what is set here is run.sh's, and build and work are
# contenders.sh: the contenders, and how each runs a command; to be sourced.
#
#   contender NAME    set
#     words       the words before a command: NAME=VALUE and, for some, a program
#     slow        1 if it is so slow that it does a twentieth of the work, in one round
#     kind        "allocates" for another allocator that counts nothing, else "counts"
#     absent      '' or why it cannot take part
contenders='bare memagent memagent-no-sites memagent-jemalloc jemalloc jemalloc-prof tcmalloc tcmalloc-sampler tcmalloc-profiler mimalloc memusage heaptrack massif'

# The agent's settings.  The interval is the default.
agent=(MEMAGENT_INTERVAL=1s)

# preloaded SONAME [VARIABLE=VALUE…]: preload the library that the dynamic linker finds.
preloaded()
{
	words=("LD_PRELOAD=$1" "${@:2}")
	env "LD_PRELOAD=$1" MEMAGENT_ENABLED=0 true 2>&1 | grep -q 'cannot be preloaded' && absent="$1 is not installed"
}

# jemalloc reports options that it was built without on stderr.
jemalloc_profiles()
{
	local conf=MALLOC_CONF=prof:true,lg_prof_sample:19

	preloaded libjemalloc.so.2 "$conf"
	if [ "$absent" = '' ] && env "${words[@]}" true 2>&1 | grep -q .; then
		absent='this libjemalloc.so.2 was built without profiling'
	fi
}

through()
{
	words=("$@")
	command -v "$1" >/dev/null || absent="$1 is not installed"
}

contender()
{
	words=() slow=0 kind=counts absent=''
	case $1 in
	bare) kind=none ;;
	memagent) preloaded "$build/libmemagent.so" "MEMAGENT_URL=file://$work/points" "${agent[@]}" ;;
	memagent-no-sites)
		preloaded "$build/libmemagent.so" "MEMAGENT_URL=file://$work/points" MEMAGENT_SITES=0 "${agent[@]}"
		;;
	memagent-jemalloc)
		preloaded "$build/libmemagent-jemalloc.so" "MEMAGENT_URL=file://$work/points" "${agent[@]}"
		;;
	jemalloc) kind=allocates && preloaded libjemalloc.so.2 ;;
	jemalloc-prof) jemalloc_profiles ;;
	tcmalloc) kind=allocates && preloaded libtcmalloc_minimal.so.4 ;;
	tcmalloc-sampler) preloaded libtcmalloc.so.4 TCMALLOC_SAMPLE_PARAMETER=524288 ;;
	tcmalloc-profiler) slow=1 && preloaded libtcmalloc.so.4 "HEAPPROFILE=$work/heap" ;;
	mimalloc) kind=allocates && preloaded libmimalloc.so.2 ;;
	memusage) preloaded libmemusage.so ;;
	heaptrack) slow=1 && through heaptrack --raw -o "$work/heaptrack" ;;
	massif) slow=1 && through valgrind --quiet --tool=massif --massif-out-file=/dev/null ;;
	*) absent='there is no such contender' ;;
	esac
	return 0
}
