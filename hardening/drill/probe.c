/*
 * What an intruder with native code would try from inside a container. Put in place of the service's own program, it runs
 * under everything that confines the service, tries each thing once, and prints one JSON line per try.
 *
 * Harmless by construction: calls that would change the machine get arguments that the kernel refuses after it has looked
 * at the caller's rights, files of the kernel are opened and not written, what is made is removed. Each try has a process
 * of its own and five seconds.
 *
 *   probe [--database HOST:PORT] [--reach NAME=HOST:PORT]... [--read NAME=PATH]... [--stay SECONDS]
 *
 * An answer is `open` (it worked, or nothing but the arguments was wrong with it), or the error's number, or the signal
 * that ended the try. Which layer refused is not told here: the reader knows the filter and the kernel's audit log.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif
#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define STARTED "HARDEN_PROBE"

enum { OPEN = 0, ABSENT = 250, SECONDS = 5 };

static const char *scratch; /* a folder that exists, writable where there is one */
static char self[4096];     /* the path under which this program runs */

/* The result of a call as a try's answer: 0 is `open`. */
static int answer(long result) { return result < 0 ? errno : OPEN; }

/* For calls whose arguments are wrong on purpose: these errors come after the caller's rights were looked at. */
static int answer_but(long result, int a, int b)
{
	if (result < 0 && errno != a && errno != b)
		return errno;
	return OPEN;
}

/* By the calls that filters name: what a C library takes for `open` and `fork` differs from one to the other. */
static int opened(const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
}
static pid_t child_process(void) { return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

static int open_and_close(const char *path, int flags)
{
	int fd = opened(path, flags | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return errno;
	close(fd);
	return OPEN;
}

static int a_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return errno;
	close(fd);
	return OPEN;
}

/* A child that only waits, to be traced, read and written; by the one call to wait with that every program needs. It ends
 * by itself, where nobody may end it. */
static char target_memory[16] = "harden";
static pid_t waiting_child(void)
{
	pid_t child = child_process();
	if (child == 0) {
		static int never;
		struct timespec second = {1, 0};
		syscall(SYS_futex, &never, FUTEX_WAIT, 0, &second, NULL, 0);
		_exit(0);
	}
	return child;
}

static int on_child(int (*try)(pid_t))
{
	pid_t child = waiting_child();
	if (child < 0)
		return errno;
	int result = try(child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return result;
}

static char *scratch_path(const char *name)
{
	static char path[4200];
	snprintf(path, sizeof path, "%s/%s-%d", scratch, name, getpid());
	return path;
}

/* --- mounts ------------------------------------------------------------------------------------------------------ */

static int unmount_if(long result)
{
	int answered = answer(result);
	if (answered == OPEN)
		umount2(scratch, MNT_DETACH);
	return answered;
}

static int mount_tmpfs(void) { return unmount_if(mount("none", scratch, "tmpfs", 0, "size=64k")); }
static int mount_proc(void) { return unmount_if(mount("proc", scratch, "proc", 0, NULL)); }
static int mount_cgroup(void) { return unmount_if(mount("cgroup", scratch, "cgroup2", 0, NULL)); }
static int mount_bind(void) { return unmount_if(mount("/proc", scratch, NULL, MS_BIND, NULL)); }
static int remount_root(void) { return answer(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL)); }
static int unmount(void) { return answer_but(umount2("/proc/sys", MNT_DETACH), EINVAL, EINVAL); }
static int pivot(void) { return answer_but(syscall(SYS_pivot_root, ".", "."), EINVAL, EBUSY); }
static int mount_by_fsopen(void) { return answer(syscall(SYS_fsopen, "tmpfs", 0)); }
static int clone_tree(void) { return answer(syscall(SYS_open_tree, AT_FDCWD, "/proc", OPEN_TREE_CLONE)); }
static int move_tree(void) { return answer_but(syscall(SYS_move_mount, -1, "", -1, "", 4), EBADF, ENOENT); }
static int change_mount(void)
{
	uint64_t attributes[4] = {0, 1, 0, 0}; /* clear MOUNT_ATTR_RDONLY */
	return answer_but(syscall(SYS_mount_setattr, AT_FDCWD, "/proc", 0, attributes, sizeof attributes), EINVAL, EINVAL);
}
static int change_root(void) { return answer(chroot("/")); }

/* --- namespaces -------------------------------------------------------------------------------------------------- */

static int unshare_user(void) { return answer(unshare(CLONE_NEWUSER)); }
static int unshare_mounts(void) { return answer(unshare(CLONE_NEWNS)); }
static int unshare_network(void) { return answer(unshare(CLONE_NEWNET)); }
static int unshare_rest(void) { return answer(unshare(CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID)); }
static int unshare_cgroup(void) { return answer(unshare(CLONE_NEWCGROUP)); }

static int reap(long child)
{
	if (child < 0)
		return errno;
	if (child == 0)
		_exit(0);
	waitpid((pid_t)child, NULL, 0);
	return OPEN;
}

static int clone_user(void) { return reap(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)); }
static int clone3_user(void)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	return reap(syscall(SYS_clone3, &args, sizeof args));
}
static int enter_namespace(void)
{
	int fd = opened("/proc/self/ns/uts", O_RDONLY, 0);
	if (fd < 0)
		return errno;
	int answered = answer(setns(fd, CLONE_NEWUTS));
	close(fd);
	return answered;
}
static int rename_host(void)
{
	char name[65];
	if (gethostname(name, sizeof name) < 0)
		return errno;
	return answer(sethostname(name, strlen(name)));
}

/* --- other processes --------------------------------------------------------------------------------------------- */

static int attach(pid_t child) { return answer(ptrace(PTRACE_SEIZE, child, 0, 0)); }
static int trace(void) { return on_child(attach); }

static int copy_memory(pid_t child, long number)
{
	char here[sizeof target_memory] = "harden";
	struct iovec ours = {here, sizeof here}, theirs = {target_memory, sizeof target_memory};
	return answer(syscall(number, child, &ours, 1, &theirs, 1, 0));
}
static int read_child(pid_t child) { return copy_memory(child, SYS_process_vm_readv); }
static int write_child(pid_t child) { return copy_memory(child, SYS_process_vm_writev); }
static int read_memory(void) { return on_child(read_child); }
static int write_memory(void) { return on_child(write_child); }

static int open_memory(pid_t child)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/mem", child);
	return open_and_close(path, O_RDWR);
}
static int memory_file(void) { return on_child(open_memory); }

static int take_file(pid_t child)
{
	long fd = syscall(SYS_pidfd_open, child, 0);
	if (fd < 0)
		return errno;
	int answered = answer(syscall(SYS_pidfd_getfd, fd, 1, 0));
	close((int)fd);
	return answered;
}
static int steal_file(void) { return on_child(take_file); }

static int compare(pid_t child) { return answer(syscall(SYS_kcmp, getpid(), child, 1, 0, 0)); }
static int compare_processes(void) { return on_child(compare); }

/* --- rare parts of the kernel ------------------------------------------------------------------------------------- */

static int bpf_map(void)
{
	union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	return answer(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
static int bpf_program(void)
{
	struct bpf_insn code[2] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr attributes = {.prog_type = BPF_PROG_TYPE_KPROBE, .insn_cnt = 2, .insns = (uintptr_t)code,
				     .license = (uintptr_t) "GPL"};
	return answer(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}
static int performance_events(void)
{
	struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK,
					.exclude_kernel = 1, .exclude_hv = 1};
	return answer(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}
static int fault_handling(void)
{
	long fd = syscall(SYS_userfaultfd, O_CLOEXEC | 1); /* faults of the program alone: what anybody may have */
	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_userfaultfd, O_CLOEXEC); /* kernels that know no difference */
	return answer(fd);
}
static int ring(void)
{
	struct io_uring_params parameters = {0};
	return answer(syscall(SYS_io_uring_setup, 1, &parameters));
}
static int kernel_key(void) { return answer(syscall(SYS_add_key, "user", "harden-probe", "x", 1, -1)); }
static int key_ring(void) { return answer(syscall(SYS_keyctl, 0, -3, 1, 0, 0)); }
static int ask_key(void) { return answer_but(syscall(SYS_request_key, "user", "harden-none", NULL, 0), ENOKEY, ENOKEY); }
static int load_module(void) { return answer_but(syscall(SYS_init_module, "x", 1, ""), ENOEXEC, EINVAL); }
static int load_module_file(void) { return answer_but(syscall(SYS_finit_module, -1, "", 0), EBADF, EINVAL); }
static int unload_module(void)
{
	return answer_but(syscall(SYS_delete_module, "harden_no_such_module", O_NONBLOCK), ENOENT, ENOENT);
}
static int other_kernel(void) { return answer_but(syscall(SYS_kexec_load, 0, 0, NULL, ~0UL), EINVAL, EINVAL); }
static int other_kernel_file(void)
{
	return answer_but(syscall(SYS_kexec_file_load, -1, -1, 0, "", ~0UL), EINVAL, EBADF);
}
static int reboot_machine(void) { return answer_but(syscall(SYS_reboot, 1, 2, 3, NULL), EINVAL, EINVAL); }
static int kernel_log(void)
{
	char text[16];
	return answer(syscall(SYS_syslog, 3, text, sizeof text));
}
static int io_ports(void)
{
#ifdef SYS_ioperm
	return answer(syscall(SYS_ioperm, 0x80, 1, 1));
#else
	return ABSENT;
#endif
}
static int swap_on(void) { return answer_but(syscall(SYS_swapon, "/harden-no-such-file", 0), ENOENT, ENOENT); }
static int open_by_handle(void)
{
	struct { unsigned bytes; int type; unsigned char handle[8]; } handle = {8, 1, {0}};
	return answer_but(syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, O_RDONLY), ESTALE, EBADF);
}
static void no_such_door(int number)
{
	(void)number;
	_exit(ABSENT); /* the processor's answer where the kernel takes no 32-bit calls */
}

static int call_of_32_bits(void)
{
	signal(SIGSEGV, no_such_door);
	int answered;
	__asm__ volatile("int $0x80" : "=a"(answered) : "a"(20) : "memory"); /* getpid */
	return answered < 0 ? -answered : answered == getpid() ? OPEN : ABSENT;
}

static int segment_table(void)
{
#ifdef SYS_modify_ldt
	char table[16] = {0};
	return answer(syscall(SYS_modify_ldt, 0, table, sizeof table));
#else
	return ABSENT;
#endif
}
static int old_layout(void) { return answer(personality(ADDR_NO_RANDOMIZE)); }

/* --- sockets ------------------------------------------------------------------------------------------------------ */

static int kernel_crypto(void) { return a_socket(AF_ALG, SOCK_SEQPACKET, 0); }
static int packets(void) { return a_socket(AF_PACKET, SOCK_RAW, 0); }
static int raw_icmp(void) { return a_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }
static int raw_icmp6(void) { return a_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }
static int hypervisor(void) { return a_socket(AF_VSOCK, SOCK_STREAM, 0); }
static int express_data_path(void) { return a_socket(AF_XDP, SOCK_RAW, 0); }
static int multipath(void) { return a_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP); }
static int netlink_audit(void) { return a_socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT); }
static int netlink_firewall(void) { return a_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER); }

/* Makes a network interface, which needs power over the network namespace. */
static int netlink_interface(void)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		char attributes[64];
	} request = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = RTM_NEWLINK,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL}};
	struct { struct nlmsghdr header; struct nlmsgerr error; char rest[256]; } reply;
	struct rtattr *info = (void *)((char *)&request + NLMSG_ALIGN(request.header.nlmsg_len));
	struct rtattr *kind = RTA_DATA(info);
	kind->rta_type = IFLA_INFO_KIND;
	kind->rta_len = RTA_LENGTH(6);
	memcpy(RTA_DATA(kind), "dummy", 6);
	info->rta_type = IFLA_LINKINFO;
	info->rta_len = RTA_LENGTH(RTA_ALIGN(kind->rta_len));
	request.header.nlmsg_len = NLMSG_ALIGN(request.header.nlmsg_len) + RTA_ALIGN(info->rta_len);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return errno;
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 || recv(fd, &reply, sizeof reply, 0) < 0)
		return errno;
	close(fd);
	/* where the kernel has no such interface it says so after the rights were looked at */
	return reply.error.error == 0 || reply.error.error == -EOPNOTSUPP ? OPEN : -reply.error.error;
}

/* --- files of the kernel and of the machine ----------------------------------------------------------------------- */

static int core_pattern(void) { return open_and_close("/proc/sys/kernel/core_pattern", O_WRONLY); }
static int module_loader(void) { return open_and_close("/proc/sys/kernel/modprobe", O_WRONLY); }
static int magic_keys(void) { return open_and_close("/proc/sysrq-trigger", O_WRONLY); }
static int kernel_memory(void) { return open_and_close("/proc/kcore", O_RDONLY); }
static int kernel_keys(void) { return open_and_close("/proc/keys", O_RDONLY); }
static int timers(void) { return open_and_close("/proc/timer_list", O_RDONLY); }
static int device_settings(void) { return open_and_close("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY); }
static int uevents(void) { return open_and_close("/sys/kernel/uevent_helper", O_WRONLY); }
static int firmware(void)
{
	int fd = opened("/sys/firmware", O_RDONLY | O_DIRECTORY, 0);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder)
		return errno;
	struct dirent *entry;
	int entries = 0;
	while ((entry = readdir(folder)))
		entries += entry->d_name[0] != '.';
	closedir(folder);
	return entries ? OPEN : ENOENT;
}
static int release_agent(void)
{
	int answered = open_and_close("/sys/fs/cgroup/release_agent", O_WRONLY);
	return answered == ENOENT ? open_and_close("/sys/fs/cgroup/cgroup.procs", O_WRONLY) : answered;
}
static int memory_device(void)
{
	char *path = scratch_path("mem");
	if (syscall(SYS_mknodat, AT_FDCWD, path, S_IFCHR | 0600, makedev(1, 1)) < 0)
		return errno;
	unlink(path);
	return OPEN;
}
static int disk_device(void)
{
	char *path = scratch_path("disk");
	if (syscall(SYS_mknodat, AT_FDCWD, path, S_IFBLK | 0600, makedev(254, 0)) < 0)
		return errno;
	unlink(path);
	return OPEN;
}
static int shadow(void) { return open_and_close("/etc/shadow", O_RDONLY); }
static int new_file_at(const char *path)
{
	int fd = opened(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	unlink(path);
	return OPEN;
}
/* The program itself is covered by this one: whoever may write its folder replaces it. */
static int write_program(void)
{
	char path[4200];
	snprintf(path, sizeof path, "%s.probe", self);
	return new_file_at(path);
}
static int write_programs(void) { return new_file_at("/usr/harden-probe"); }
static int write_settings(void) { return new_file_at("/etc/harden-probe"); }
static int write_root(void) { return new_file_at("/harden-probe"); }

static int docker_socket(void)
{
	static const char *paths[] = {"/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock"};
	int answered = ENOENT;
	for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		strcpy(address.sun_path, paths[i]);
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			return errno;
		if (connect(fd, (void *)&address, sizeof address) == 0)
			answered = OPEN;
		else if (errno != ENOENT)
			answered = errno;
		close(fd);
		if (answered == OPEN)
			return OPEN;
	}
	return answered;
}

/* --- rights ------------------------------------------------------------------------------------------------------- */

static int become_root(void)
{
	if (setresuid(0, 0, 0) < 0)
		return errno;
	return geteuid() == 0 ? OPEN : EPERM;
}
static int become_root_group(void) { return answer(setresgid(0, 0, 0)); }
static int other_groups(void)
{
	gid_t group = 0;
	return answer(syscall(SYS_setgroups, 1, &group));
}
static int more_capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct sets[2];
	if (syscall(SYS_capget, &header, sets) < 0)
		return errno;
	sets[0].effective |= 1u << CAP_SYS_ADMIN;
	sets[0].permitted |= 1u << CAP_SYS_ADMIN;
	return answer(syscall(SYS_capset, &header, sets));
}
static int give_file_away(void)
{
	char *path = scratch_path("own");
	int fd = opened(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return errno;
	int answered = answer(fchown(fd, getuid() + 1, (gid_t)-1));
	close(fd);
	unlink(path);
	return answered;
}
static int real_time(void)
{
	struct sched_param parameter = {1};
	return answer(sched_setscheduler(0, SCHED_FIFO, &parameter));
}
static int higher_priority(void) { return answer(setpriority(PRIO_PROCESS, 0, -5)); }

/* --- code of one's own -------------------------------------------------------------------------------------------- */

/* Runs a copy of this program; a child that could be started ends with 77. */
static int run_at(int folder, const char *path, int flags)
{
	pid_t child = child_process();
	if (child < 0)
		return errno;
	if (child == 0) {
		char *argv[] = {"probe", NULL}, *environment[] = {STARTED "=1", NULL};
		syscall(SYS_execveat, folder, path, argv, environment, flags);
		if (errno == ENOSYS || errno == EPERM) { /* execveat may be refused where execve is not */
			char by_number[32];
			snprintf(by_number, sizeof by_number, "/proc/self/fd/%d", folder);
			execve(path[0] ? path : by_number, argv, environment);
		}
		_exit(errno);
	}
	int status;
	if (waitpid(child, &status, 0) < 0)
		return errno;
	if (WIFSIGNALED(status))
		return EACCES;
	return WEXITSTATUS(status) == 77 ? OPEN : WEXITSTATUS(status);
}

static int copy_self_to(int out)
{
	char block[65536];
	int in = opened("/proc/self/exe", O_RDONLY, 0);
	if (in < 0)
		in = opened(self, O_RDONLY, 0);
	if (in < 0)
		return errno;
	ssize_t count;
	while ((count = read(in, block, sizeof block)) > 0)
		if (write(out, block, (size_t)count) != count)
			return errno ? errno : ENOSPC;
	close(in);
	return count < 0 ? errno : OPEN;
}

static int run_written_file(void)
{
	char *path = scratch_path("run");
	int fd = opened(path, O_WRONLY | O_CREAT | O_EXCL, 0700);
	if (fd < 0)
		return errno;
	int answered = copy_self_to(fd);
	close(fd);
	if (answered == OPEN)
		answered = run_at(AT_FDCWD, path, 0);
	unlink(path);
	return answered;
}
static int run_from_memory(void)
{
	long fd = syscall(SYS_memfd_create, "probe", 0);
	if (fd < 0)
		return errno;
	int answered = copy_self_to((int)fd);
	if (answered == OPEN)
		answered = run_at((int)fd, "", AT_EMPTY_PATH);
	close((int)fd);
	return answered;
}
static int map_written_file(void)
{
	char *path = scratch_path("map");
	int fd = opened(path, O_RDWR | O_CREAT | O_EXCL, 0700);
	if (fd < 0)
		return errno;
	int answered = ftruncate(fd, 4096) < 0 ? errno : OPEN;
	if (answered == OPEN && mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		answered = errno;
	close(fd);
	unlink(path);
	return answered;
}
static int writable_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page == MAP_FAILED ? errno : OPEN;
}
static int code_after_writing(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return errno;
	*(volatile char *)page = (char)0xc3;
	if (mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
		return OPEN; /* a compiler's way, which a filter may let through where it refuses the other */
	return mprotect(page, 4096, PROT_READ | PROT_EXEC) < 0 ? errno : OPEN;
}
static int run_shell(void)
{
	static const char *shells[] = {"/bin/sh", "/bin/bash", "/bin/busybox"};
	int answered = ENOENT;
	for (unsigned i = 0; i < sizeof shells / sizeof *shells; i++) {
		pid_t child = child_process();
		if (child < 0)
			return errno;
		if (child == 0) {
			char *argv[] = {"sh", "-c", "exit 77", NULL}, *environment[] = {STARTED "=1", NULL};
			execve(shells[i], argv, environment);
			_exit(errno);
		}
		int status;
		if (waitpid(child, &status, 0) < 0)
			return errno;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
			return OPEN;
		if (!WIFEXITED(status))
			answered = EACCES;
		else if (WEXITSTATUS(status) != ENOENT)
			answered = WEXITSTATUS(status);
	}
	return answered;
}

/* --- the network -------------------------------------------------------------------------------------------------- */

/* A connected socket, or -1 with errno. Names are asked of the container's own name server. */
static int connected(const char *place)
{
	char host[256];
	const char *colon = strrchr(place, ':');
	if (!colon || (size_t)(colon - place) >= sizeof host) {
		errno = EINVAL;
		return -1;
	}
	memcpy(host, place, (size_t)(colon - place));
	host[colon - place] = 0;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		errno = EINVAL; /* the caller gives addresses: a static program has no resolver of its own */
		return -1;
	}
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (void *)&address, sizeof address) < 0 && errno != EINPROGRESS)
		return -1;
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int ready = poll(&wait, 1, 3000), fault = 0;
	socklen_t size = sizeof fault;
	if (ready == 0)
		fault = ETIMEDOUT;
	else if (ready < 0)
		fault = errno;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &size);
	if (fault) {
		close(fd);
		errno = fault;
		return -1;
	}
	return fd;
}

static const char *place;
static int reach(void)
{
	int fd = connected(place);
	if (fd < 0)
		return errno;
	close(fd);
	return OPEN;
}

/* MongoDB's wire protocol, by hand: `listDatabases` from nobody. Only an answer with ok: 1 is open. */
static int database(void)
{
	unsigned char message[64], reply[4096];
	static const unsigned char header[] = {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0, 0};
	static const unsigned char body[] = {0x10, 'l', 'i', 's', 't', 'D', 'a', 't', 'a', 'b', 'a', 's', 'e', 's', 0, 1, 0, 0, 0,
					     2, '$', 'd', 'b', 0, 6, 0, 0, 0, 'a', 'd', 'm', 'i', 'n', 0, 0};
	unsigned size = 16 + 5 + 4 + sizeof body;
	memset(message, 0, sizeof message);
	memcpy(message, header, sizeof header);
	message[0] = (unsigned char)size;
	message[21] = (unsigned char)(4 + sizeof body);
	memcpy(message + 25, body, sizeof body);
	int fd = connected(place);
	if (fd < 0)
		return errno;
	fcntl(fd, F_SETFL, 0);
	struct timeval limit = {3, 0};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (write(fd, message, size) != (ssize_t)size)
		return errno;
	ssize_t count = read(fd, reply, sizeof reply);
	close(fd);
	if (count <= 0)
		return count == 0 ? ECONNRESET : errno == EAGAIN ? ETIMEDOUT : errno;
	static const unsigned char fine[] = {1, 'o', 'k', 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f};
	return memmem(reply, (size_t)count, fine, sizeof fine) ? OPEN : EACCES;
}

static const char *path_to_read;
static int read_path(void) { return open_and_close(path_to_read, O_RDONLY); }

/* --- running them ------------------------------------------------------------------------------------------------- */

struct probe {
	const char *id, *call;
	int (*try)(void);
};

static const struct probe probes[] = {
	{"mount-tmpfs", "mount", mount_tmpfs},
	{"mount-proc", "mount", mount_proc},
	{"mount-cgroup", "mount", mount_cgroup},
	{"mount-bind", "mount", mount_bind},
	{"remount-root", "mount", remount_root},
	{"unmount", "umount2", unmount},
	{"pivot-root", "pivot_root", pivot},
	{"mount-fsopen", "fsopen", mount_by_fsopen},
	{"mount-clone", "open_tree", clone_tree},
	{"mount-move", "move_mount", move_tree},
	{"mount-attributes", "mount_setattr", change_mount},
	{"chroot", "chroot", change_root},
	{"namespace-user", "unshare", unshare_user},
	{"namespace-mount", "unshare", unshare_mounts},
	{"namespace-network", "unshare", unshare_network},
	{"namespace-others", "unshare", unshare_rest},
	{"namespace-cgroup", "unshare", unshare_cgroup},
	{"clone-user", "clone", clone_user},
	{"clone3-user", "clone3", clone3_user},
	{"namespace-enter", "setns", enter_namespace},
	{"hostname", "sethostname", rename_host},
	{"ptrace", "ptrace", trace},
	{"memory-read", "process_vm_readv", read_memory},
	{"memory-write", "process_vm_writev", write_memory},
	{"memory-file", "openat", memory_file},
	{"file-steal", "pidfd_getfd", steal_file},
	{"process-compare", "kcmp", compare_processes},
	{"bpf-map", "bpf", bpf_map},
	{"bpf-program", "bpf", bpf_program},
	{"perf-event", "perf_event_open", performance_events},
	{"userfaultfd", "userfaultfd", fault_handling},
	{"io-uring", "io_uring_setup", ring},
	{"key-add", "add_key", kernel_key},
	{"key-ring", "keyctl", key_ring},
	{"key-request", "request_key", ask_key},
	{"module-load", "init_module", load_module},
	{"module-load-file", "finit_module", load_module_file},
	{"module-unload", "delete_module", unload_module},
	{"kexec", "kexec_load", other_kernel},
	{"kexec-file", "kexec_file_load", other_kernel_file},
	{"reboot", "reboot", reboot_machine},
	{"kernel-log", "syslog", kernel_log},
	{"io-ports", "ioperm", io_ports},
	{"swap", "swapon", swap_on},
	{"open-by-handle", "open_by_handle_at", open_by_handle},
	{"segment-table", "modify_ldt", segment_table},
	{"calls-32-bit", "getpid", call_of_32_bits},
	{"personality", "personality", old_layout},
	{"socket-crypto", "socket", kernel_crypto},
	{"socket-packet", "socket", packets},
	{"socket-raw", "socket", raw_icmp},
	{"socket-raw6", "socket", raw_icmp6},
	{"socket-vsock", "socket", hypervisor},
	{"socket-xdp", "socket", express_data_path},
	{"socket-multipath", "socket", multipath},
	{"netlink-audit", "socket", netlink_audit},
	{"netlink-firewall", "socket", netlink_firewall},
	{"netlink-interface", "socket", netlink_interface},
	{"core-pattern", "openat", core_pattern},
	{"module-loader", "openat", module_loader},
	{"magic-keys", "openat", magic_keys},
	{"kernel-memory", "openat", kernel_memory},
	{"kernel-keys", "openat", kernel_keys},
	{"kernel-timers", "openat", timers},
	{"sys-write", "openat", device_settings},
	{"uevent-helper", "openat", uevents},
	{"firmware", "openat", firmware},
	{"cgroup-release-agent", "openat", release_agent},
	{"device-memory", "mknodat", memory_device},
	{"device-disk", "mknodat", disk_device},
	{"shadow", "openat", shadow},
	{"image-program", "openat", write_program},
	{"image-programs", "openat", write_programs},
	{"image-settings", "openat", write_settings},
	{"image-root", "openat", write_root},
	{"engine-socket", "connect", docker_socket},
	{"setuid", "setresuid", become_root},
	{"setgid", "setresgid", become_root_group},
	{"setgroups", "setgroups", other_groups},
	{"capabilities", "capset", more_capabilities},
	{"chown", "fchown", give_file_away},
	{"real-time", "sched_setscheduler", real_time},
	{"priority", "setpriority", higher_priority},
	{"exec-written", "execve", run_written_file},
	{"exec-memory", "memfd_create", run_from_memory},
	{"map-written", "mmap", map_written_file},
	{"writable-code", "mmap", writable_code},
	{"code-after-writing", "mprotect", code_after_writing},
	{"exec-shell", "execve", run_shell},
};

static void say(const char *id, const char *call, const char *outcome, int number)
{
	char line[512];
	int size = snprintf(line, sizeof line, "{\"probe\":\"%s\",\"call\":\"%s\",\"outcome\":\"%s\",\"number\":%d}\n", id, call,
			    outcome, number);
	if (write(1, line, (size_t)size) != size)
		_exit(3);
}

static void attempt(const char *id, const char *call, int (*try)(void))
{
	pid_t child = child_process();
	if (child == 0) {
		alarm(SECONDS);
		_exit(try());
	}
	int status;
	if (child < 0 || waitpid(child, &status, 0) < 0) {
		say(id, call, "untried", errno); /* the filter lets the service have no children */
		return;
	}
	if (WIFSIGNALED(status))
		say(id, call, WTERMSIG(status) == SIGALRM ? "no answer" : "killed", WTERMSIG(status));
	else if (WEXITSTATUS(status) == ABSENT)
		say(id, call, "absent", 0);
	else
		say(id, call, WEXITSTATUS(status) ? "refused" : "open", WEXITSTATUS(status));
}

static void choose_scratch(void)
{
	static const char *folders[] = {"/tmp", "/dev/shm", "/run", "/var/tmp", "/proc"};
	for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
		scratch = folders[i];
		if (access(scratch, W_OK) == 0)
			return;
	}
}

int main(int argc, char **argv)
{
	int stay = 0;
	/* Started by itself: it may stand in place of the very shell that it tries to start. */
	if (getenv(STARTED))
		return 77;
	choose_scratch();
	if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0) /* a profile need not let it look at itself */
		snprintf(self, sizeof self, "%s", argv[0]);
	for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++)
		attempt(probes[i].id, probes[i].call, probes[i].try);
	for (int i = 1; i + 1 < argc; i += 2) {
		char *value = argv[i + 1], *equals = strchr(value, '=');
		if (strcmp(argv[i], "--stay") == 0) {
			stay = atoi(value);
		} else if (equals) {
			*equals = 0;
			place = path_to_read = equals + 1;
			if (strcmp(argv[i], "--database") == 0)
				attempt(value, "connect", database);
			else if (strcmp(argv[i], "--reach") == 0)
				attempt(value, "connect", reach);
			else if (strcmp(argv[i], "--read") == 0)
				attempt(value, "openat", read_path);
		}
	}
	say("end", "", "open", (int)(sizeof probes / sizeof *probes));
	sleep((unsigned)stay);
	return 0;
}
