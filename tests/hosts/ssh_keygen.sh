#!/bin/sh
# ssh-keygen: makes, shows, signs and verifies with keys.
. "$(dirname "$0")/lib/hosts.sh"
need ssh-keygen

ssh-keygen -q -t ed25519 -N '' -C me -f "$work/key"
seq 5000 >"$work/data"
echo "me $(cat "$work/key.pub")" >"$work/allowed"

work()
{
	for type in ed25519 ecdsa rsa; do
		metered ssh-keygen -q -t $type -N '' -C '' -f "$scratch/$type"
		ssh-keygen -y -f "$scratch/$type" | diff -b - "$scratch/$type.pub"
	done
	metered ssh-keygen -l -v -f "$work/key"
	metered ssh-keygen -y -f "$work/key"
	metered ssh-keygen -e -m PEM -f "$work/key"
	metered ssh-keygen -e -f "$work/key"
	metered ssh-keygen -q -Y sign -f "$work/key" -n file <"$work/data" >signature
	metered ssh-keygen -Y verify -f "$work/allowed" -I me -n file -s signature <"$work/data"
	metered ssh-keygen -Y verify -f "$work/allowed" -I me -n other -s signature <"$work/data" 2>&1
	metered ssh-keygen -p -q -P '' -N secret -f "$scratch/rsa"
	metered ssh-keygen -y -P secret -f "$scratch/rsa" >"$scratch/public"
	diff -b "$scratch/public" "$scratch/rsa.pub"
	metered ssh-keygen -y -f "$work/nothing" 2>&1
}

both_ways metered
expect_points ssh-keygen
