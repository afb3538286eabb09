#ifndef MEMAGENT_PPROF_H
#define MEMAGENT_PPROF_H
/*
 * pprof: the stacks as a profile for pprof, speedscope and the like.
 *
 * The sample types are those of Go's heap profiles.  Samples have addresses, files and build-ids,
 * so that pprof can find source lines.  Files are placed one after the other at made-up addresses;
 * an executable with fixed addresses stays where it is.
 *
 * Layer    tools; needs stacks, site_table, binary, protobuf, alloc, messages; zlib.
 * Source   github.com/google/pprof, proto/profile.proto.
 */
#include <stdio.h>

struct protobuf;
struct stacks;

/* Encode ${stacks}, of which there is at least one, as a message Profile. */
void pprof_encode(const struct stacks *stacks, struct protobuf *out);

/* Write the profile of ${stacks}, compressed. */
void pprof_write(FILE *out, const struct stacks *stacks);

#endif
