# shellcheck shell=sh
# hosts.sh: add the real programs that tests/hosts runs to PATH.  Source it with $root set.
#
# Installed programs come first, then those that deps.sh has unpacked into .deps/hosts.

hosts_dir=$root/.deps/hosts
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH:$hosts_dir/usr/sbin:$hosts_dir/usr/bin
for hosts_bin in /usr/lib/postgresql/*/bin "$hosts_dir"/usr/lib/postgresql/*/bin; do
	PATH=$PATH:$hosts_bin
done
