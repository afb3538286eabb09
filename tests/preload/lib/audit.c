/*
 * audit: an audit library that asks for every event and changes nothing.  It allocates with its own
 * libc.
 */
#include <link.h>
#include <stdlib.h>

unsigned int la_version(unsigned int version)
{
	free(malloc(100));
	return version;
}

unsigned int la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
	(void)map, (void)space, (void)cookie;
	free(malloc(100));
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to,
		       unsigned int *flags, const char *name)
{
	(void)index, (void)from, (void)to, (void)flags, (void)name;
	free(malloc(100));
	return symbol->st_value;
}
