/*
 * A signal handler forks at any instruction of malloc, realloc and free: another process stops the
 * program after many of them and sends a signal.  Parent and child go on.  The handler runs on the
 * main stack or, at every other time, interrupts another handler from the alternate stack.
 *
 * wants-points: some
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <ucontext.h>

#include "expect.h"

#ifdef __x86_64__

enum {
	STRIDE = 47, /* instructions between two forks */
	FORKS = 200,
	OBJECTS = 8,
	SIZES = 5,
	STACK = 64 << 10,
	PATIENCE = 20, /* seconds */
};

static volatile sig_atomic_t is_child;

static void work(size_t most)
{
	void *objects[OBJECTS];

	for (size_t i = 0; i < OBJECTS; i++) {
		objects[i] = malloc(most / (i * i + 1) + 1);
		CHECK(objects[i] != NULL);
		objects[i] = realloc(objects[i], most / (i * i + 1) * 2);
		CHECK(objects[i] != NULL);
	}
	for (size_t i = 0; i < OBJECTS; i++)
		free(objects[i]);
}

/* The tracer continues after SIGSTOP without delivering it. */
static void fork_here(void)
{
	pid_t child = fork();

	CHECK(child >= 0);
	is_child = child == 0;
	if (is_child) {
		alarm(PATIENCE);
		return;
	}
	expect_child(child);
	raise(SIGSTOP);
}

static void fork_on_main_stack(int number)
{
	(void)number;
	fork_here();
}

#	define UD2_BYTES 2

static void interrupt_myself(int number)
{
	(void)number;
	__asm__ volatile("ud2");
}

static void fork_on_other_stack(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += UD2_BYTES;
	fork_here();
}

static void handle_signals(void)
{
	static char stack[STACK];
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = fork_on_main_stack};

	CHECK(sigaltstack(&other, NULL) == 0);
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	action.sa_handler = interrupt_myself;
	CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
	action.sa_sigaction = fork_on_other_stack;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	CHECK(sigaction(SIGILL, &action, NULL) == 0);
}

static _Noreturn void be_interrupted(void)
{
	handle_signals();
	CHECK(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
	raise(SIGSTOP);
	for (size_t turn = 0; !is_child; turn++)
		work((size_t)4096 << turn % SIZES);
	for (size_t turn = 0; turn < SIZES; turn++)
		work((size_t)4096 << turn);
	exit(0);
}

/* Wait until the program stops for ${signal}, passing on the signals that its handlers raise. */
static void wait_for(pid_t program, int signal)
{
	int status;

	for (;;) {
		CHECK(waitpid(program, &status, 0) == program);
		if (WIFEXITED(status))
			exit(WEXITSTATUS(status));
		CHECK(WIFSTOPPED(status));
		if (WSTOPSIG(status) == signal)
			return;
		CHECK(ptrace(PTRACE_CONT, program, NULL, (long)WSTOPSIG(status)) == 0);
	}
}

static void run_on(pid_t program)
{
	for (int i = 0; i < STRIDE; i++) {
		CHECK(ptrace(PTRACE_SINGLESTEP, program, NULL, NULL) == 0);
		wait_for(program, SIGTRAP);
	}
}

int main(void)
{
	pid_t program = fork();

	CHECK(program >= 0);
	if (program == 0)
		be_interrupted();
	alarm(2 * PATIENCE);
	wait_for(program, SIGSTOP);
	CHECK(ptrace(PTRACE_SETOPTIONS, program, NULL, (long)PTRACE_O_EXITKILL) == 0);
	for (int i = 0; i < FORKS; i++) {
		run_on(program);
		CHECK(ptrace(PTRACE_CONT, program, NULL, (long)(i % 2 ? SIGUSR1 : SIGUSR2)) == 0);
		wait_for(program, SIGSTOP);
	}
	kill(program, SIGKILL);
	return 0;
}

#else

int main(void)
{
	skip("only x86-64 has this search for a signal handler");
}

#endif
