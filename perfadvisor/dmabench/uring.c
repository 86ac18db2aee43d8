/* Pinning without a device: io_uring pins registered buffers as VFIO does (pin_user_pages with FOLL_LONGTERM,
   io_uring/rsrc.c), so registering them times the pinning alone. Unregistering also waits until no request can use
   the buffers, on some kernels for tens of milliseconds (6.1: io_rsrc_ref_quiesce): an upper bound for unpinning. */
#include "dmabench.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#if defined __has_include
#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#define HAVE_URING 1
#endif
#endif
#ifndef SYS_io_uring_setup /* the same on all architectures but Alpha */
#define SYS_io_uring_setup 425
#define SYS_io_uring_register 427
#endif

/* Largest registered buffer: SZ_1G in io_uring/rsrc.c; number of them: UIO_MAXIOV. */
#define BUFFER_BYTES GIB
#define MOST_BUFFERS 1024

void raise_memlock(void)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0 || getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
}

#ifdef HAVE_URING
bool pinner_open(struct pinner *pinner, struct reason *why)
{
	struct io_uring_params parameters = {0};

	raise_memlock();
	pinner->fd = (int)syscall(SYS_io_uring_setup, 1, &parameters);
	return pinner->fd >= 0 || fail(why, "io_uring is not available: %s", strerror(errno));
}

bool pinner_time(const struct pinner *pinner, const struct region *region, double *pin_ns, double *unpin_ns,
		 struct reason *why)
{
	struct iovec buffers[MOST_BUFFERS];
	unsigned count = 0;

	for (uint64_t at = 0; at < region->bytes && count < MOST_BUFFERS; at += BUFFER_BYTES, count++) {
		uint64_t rest = region->bytes - at;
		buffers[count].iov_base = region->start + at;
		buffers[count].iov_len = rest < BUFFER_BYTES ? rest : BUFFER_BYTES;
	}
	double start = now();
	long result = syscall(SYS_io_uring_register, pinner->fd, IORING_REGISTER_BUFFERS, buffers, count);
	double middle = now();
	if (result)
		return fail(why, "%llu MiB cannot be pinned: %s%s", (unsigned long long)(region->bytes / MIB),
			    strerror(errno), errno == ENOMEM ? " (see ulimit -l)" : "");
	result = syscall(SYS_io_uring_register, pinner->fd, IORING_UNREGISTER_BUFFERS, NULL, 0);
	*unpin_ns = (now() - middle) * 1e9;
	*pin_ns = (middle - start) * 1e9;
	return result == 0 || fail(why, "the memory cannot be unpinned: %s", strerror(errno));
}
#else
bool pinner_open(struct pinner *pinner, struct reason *why)
{
	pinner->fd = -1;
	return fail(why, "built without <linux/io_uring.h>");
}

bool pinner_time(const struct pinner *pinner, const struct region *region, double *pin_ns, double *unpin_ns,
		 struct reason *why)
{
	(void)pinner, (void)region, (void)pin_ns, (void)unpin_ns;
	return fail(why, "built without <linux/io_uring.h>");
}
#endif

bool pinner_often(const struct pinner *pinner, const struct region *region, unsigned repeats, struct figures *pin,
		  struct figures *unpin, struct reason *why)
{
	double pin_ns, unpin_ns;

	for (unsigned i = 0; i < repeats; i++) {
		if (!pinner_time(pinner, region, &pin_ns, &unpin_ns, why))
			return false;
		figures_add(pin, pin_ns);
		figures_add(unpin, unpin_ns);
	}
	return true;
}

void pinner_close(struct pinner *pinner)
{
	if (pinner->fd >= 0)
		close(pinner->fd);
	pinner->fd = -1;
}
