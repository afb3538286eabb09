/*
 * cfree frees objects too. libc keeps it, under an old symbol version, for programs linked before
 * 2.26.
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

#ifdef __x86_64__
	extern void old_cfree(void *object);

	__asm__(".symver old_cfree, cfree@GLIBC_2.2.5");
	old_cfree(tally_gone(&tally, tally_malloc(&tally, 60)));
	old_cfree(NULL);
#endif
	tally_expect(&tally);
	return 0;
}
