/*
 * jailed: runs a command under a filter that kills for system calls that usual services do not
 * make, like systemd's SystemCallFilter=@system-service.
 *
 *	jailed COMMAND...
 *
 * Source   systemd-analyze syscall-filter @system-service (systemd 252): what is not in it, of the
 *          system calls of x86-64.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SKIPPED 77

#ifdef __x86_64__
static const unsigned forbidden[] = {
    SYS_mincore,
    SYS_ptrace,
    SYS_syslog,
    SYS_uselib,
    SYS_ustat,
    SYS_sysfs,
    SYS_vhangup,
    SYS_modify_ldt,
    SYS_pivot_root,
    SYS__sysctl,
    SYS_adjtimex,
    SYS_chroot,
    SYS_acct,
    SYS_settimeofday,
    SYS_mount,
    SYS_umount2,
    SYS_swapon,
    SYS_swapoff,
    SYS_reboot,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_iopl,
    SYS_ioperm,
    SYS_create_module,
    SYS_init_module,
    SYS_delete_module,
    SYS_get_kernel_syms,
    SYS_query_module,
    SYS_quotactl,
    SYS_nfsservctl,
    SYS_getpmsg,
    SYS_putpmsg,
    SYS_afs_syscall,
    SYS_tuxcall,
    SYS_security,
    SYS_lookup_dcookie,
    SYS_clock_settime,
    SYS_vserver,
    SYS_kexec_load,
    SYS_perf_event_open,
    SYS_fanotify_init,
    SYS_fanotify_mark,
    SYS_open_by_handle_at,
    SYS_clock_adjtime,
    SYS_finit_module,
    SYS_seccomp,
    SYS_kexec_file_load,
    SYS_bpf,
    SYS_pkey_mprotect,
    SYS_pkey_alloc,
    SYS_pkey_free,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_pidfd_getfd,
    SYS_mount_setattr,
    SYS_quotactl_fd,
    SYS_landlock_create_ruleset,
    SYS_landlock_add_rule,
    SYS_landlock_restrict_self,
    SYS_memfd_secret,
    SYS_process_mrelease,
};

enum { CALLS = sizeof(forbidden) / sizeof(forbidden[0]) };

int main(int argc, char **argv)
{
	struct sock_filter filter[2 * CALLS + 2] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
	struct sock_fprog program = {2 * CALLS + 2, filter};

	if (argc < 2)
		return 2;
	for (size_t i = 0; i < CALLS; i++) {
		filter[2 * i + 1] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], 0, 1);
		filter[2 * i + 2] =
		    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	}
	filter[2 * CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		puts("this system has no filters of system calls");
		return SKIPPED;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
#else
int main(void)
{
	puts("only the system calls of x86-64 are known here");
	return SKIPPED;
}
#endif
