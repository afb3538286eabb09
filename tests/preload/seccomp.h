#ifndef MEMAGENT_TEST_SECCOMP_H
#define MEMAGENT_TEST_SECCOMP_H
/*
 * seccomp: filters that decide by the number of the system call alone.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "privileges.h"

/* The action for this system call; all others go on to the next rule. */
#define SECCOMP_RULE(call, action)                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), BPF_STMT(BPF_RET | BPF_K, action)

#define SECCOMP_NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define SECCOMP_OTHERS(action) BPF_STMT(BPF_RET | BPF_K, action)

#define SECCOMP_PROGRAM(filter)                                                                    \
	{                                                                                          \
		sizeof(filter) / sizeof((filter)[0]), filter                                       \
	}

/* Set it for the calling thread, by a system call that no library can wrap. */
static inline void seccomp_set_unseen(const struct sock_fprog *program)
{
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)program) == 0);
}
#endif
