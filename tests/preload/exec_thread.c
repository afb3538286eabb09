/*
 * exec in one thread while another allocates: the kernel ends all other threads, the agent's too,
 * and the new program counts from zero.
 */
#include "exec_again.h"
#include "thread.h"

static void *exec(void *argument)
{
	exec_again();
	return argument;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};

	(void)argv;
	if (!is_second_run(argc)) {
		thread_start(thread_stack(THREAD_STACK), THREAD_STACK, exec, NULL);
		for (;;)
			free(malloc(100));
	}
	tally_malloc(&tally, 100);
	tally_expect(&tally);
	return 0;
}
