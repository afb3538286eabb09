#ifndef MEMAGENT_RUST_V0_H
#define MEMAGENT_RUST_V0_H
/*
 * rust_v0: the names of Rust functions in the newer mangling, "_R...".
 *
 * Layer    agent, leaf; pure.
 * Source   rustc book, "v0 Symbol Format".
 */
#include <stdbool.h>
#include <stddef.h>

/*
 * rust_v0(name, out, size):
 * Write ${name} as a path, without generic arguments and hashes, to ${out}: "server::Cache::add".
 * Return false if it is no such name.
 */
bool rust_v0(const char *name, char *out, size_t size);

#endif
