#!/bin/sh
# openssl: speed in one process and in two, digests, signatures, ciphers, a TLS connection.
. "$(dirname "$0")/lib/hosts.sh"
need openssl

head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null >"$work/data"
openssl genpkey -algorithm ed25519 -out "$work/ed25519"
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out "$work/rsa" 2>/dev/null
openssl req -x509 -key "$work/rsa" -subj /CN=localhost -days 2 -out "$work/certificate"

work()
{
	# The measured figures differ, so check only that they are printed.
	metered openssl speed -seconds 1 -bytes 1024 -evp sha256 >"$scratch/one" 2>&1
	metered openssl speed -seconds 1 -bytes 1024 -multi 2 -evp sha256 >"$scratch/two" 2>&1
	sed 's/[0-9][0-9.]*k\{0,1\}/N/g; s/  */ /g; /^Doing/d; /^+/d' "$scratch/one" "$scratch/two"
	metered openssl dgst -sha256 -sha3-512 "$work/data"
	metered openssl dgst -sha256 -sign "$work/rsa" -out signature "$work/data"
	openssl pkey -in "$work/rsa" -pubout -out "$scratch/public"
	metered openssl dgst -sha256 -verify "$scratch/public" -signature signature "$work/data"
	metered openssl dgst -sha1 -verify "$scratch/public" -signature signature "$work/data" 2>"$scratch/err"
	head -c 1000 "$work/data" >"$scratch/short"
	metered openssl pkeyutl -sign -rawin -inkey "$work/ed25519" -in "$scratch/short" -out ed25519
	metered openssl enc -aes-256-cbc -pbkdf2 -S 0011223344556677 -pass pass:secret -in "$work/data" -out secret
	metered openssl enc -d -aes-256-cbc -pbkdf2 -S 0011223344556677 -pass pass:secret -in secret |
		cmp - "$work/data"
	metered openssl x509 -in "$work/certificate" -noout -text
	metered openssl genpkey -algorithm rsa -out "$scratch/key" 2>/dev/null
	openssl pkey -in "$scratch/key" -check -noout

	start openssl s_server -accept 127.0.0.1:0 -cert "$work/certificate" -key "$work/rsa" -rev \
		>"$scratch/server" 2>&1
	await grep -q '^ACCEPT 127' "$scratch/server"
	port=$(sed -n 's/^ACCEPT .*://p' "$scratch/server")
	# shellcheck disable=SC2094 # that is the point: the input ends when the answer is there
	(echo 'a line' && await grep -qs . "$scratch/client") |
		metered openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile "$work/certificate" \
			-connect "127.0.0.1:$port" >"$scratch/client" 2>/dev/null
	cat "$scratch/client"
	finish TERM
}

both_ways metered
expect_points openssl
