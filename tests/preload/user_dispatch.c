/*
 * The program uses syscall user dispatch, and only libc may make system calls.  Those made through
 * libc's syscall() work.
 */
#include <link.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "expect.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#	define PR_SET_SYSCALL_USER_DISPATCH 59
#	define PR_SYS_DISPATCH_ON 1
#endif

static char selector;
static volatile sig_atomic_t caught;
static uintptr_t from;
static size_t size;

static void catch (int number)
{
	(void)number;
	selector = 0;
	caught = 1;
}

static int find_code(struct dl_phdr_info *object, size_t bytes, void *unused)
{
	(void)bytes, (void)unused;
	if (strstr(object->dlpi_name, "libc.so.6") == NULL)
		return 0;
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_LOAD && object->dlpi_phdr[i].p_flags & PF_X) {
			from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
			size = object->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

int main(void)
{
	struct sigaction action = {.sa_handler = catch};
	pid_t me = getpid();
	long result;

	CHECK(sigaction(SIGSYS, &action, NULL) == 0);
	dl_iterate_phdr(find_code, NULL);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, from, size, &selector))
		skip("this kernel has no syscall user dispatch");
	selector = 1;
	result = syscall(SYS_getpid);
	selector = 0;
	CHECK(!caught && result == me);
	return 0;
}
