# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# php, without its own pools: arrays, objects, regular expressions and JSON, in a loop.
needs()
{
	echo "php8.2-cli|php8.1-cli|php8.3-cli|php8.4-cli"
}

start()
{
	export USE_ZEND_ALLOC=0
	exec php -n "$programs/load/work.php"
}

load()
{
	sleep "$1"
}
