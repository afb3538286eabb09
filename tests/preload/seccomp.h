#ifndef MEMAGENT_TEST_SECCOMP_H
#define MEMAGENT_TEST_SECCOMP_H
/*
 * seccomp: filters on system calls, by their number alone.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "expect.h"

/* The system call and what becomes of it; every other goes to the next line. */
#define SECCOMP_RULE(call, action)                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), BPF_STMT(BPF_RET | BPF_K, action)

#define SECCOMP_NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define SECCOMP_OTHERS(action) BPF_STMT(BPF_RET | BPF_K, action)

#define SECCOMP_PROGRAM(filter)                                                                    \
	{                                                                                          \
		sizeof(filter) / sizeof((filter)[0]), filter                                       \
	}
#endif
