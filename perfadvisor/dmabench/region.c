/* Memory of one kind of page on one node, every page touched, and nothing claimed that was not got. */
#include "dmabench.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif
#define ENOUGH_HUGE 0.9 /* a region of transparent huge pages may miss some, where memory is fragmented */
#define ENOUGH_ON_NODE 0.99

static uint64_t thp_bytes(void)
{
	uint64_t bytes;

	return read_whole("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", &bytes) ? bytes : 2 * MIB;
}

uint64_t page_kind_bytes(enum page_kind kind)
{
	switch (kind) {
	case PAGES_THP:
		return thp_bytes();
	case PAGES_2M:
		return 2 * MIB;
	case PAGES_1G:
		return GIB;
	default:
		return 4 * KIB;
	}
}

static const char *where(const struct region *region)
{
	static char text[48];

	if (region->spread)
		return "on the nodes of their threads";
	snprintf(text, sizeof text, "on node %d", region->node);
	return text;
}

static bool reserved(enum page_kind kind)
{
	return kind == PAGES_2M || kind == PAGES_1G;
}

/* Free pages of the pool on the node, and how many more the kernel may add to it. A shortage is told before it is
   met: the kernel would answer the first touch with SIGBUS. Documentation/admin-guide/mm/hugetlbpage.rst */
static bool enough_reserved(const struct region *region, struct reason *why)
{
	const char *pool = region->kind == PAGES_2M ? "hugepages-2048kB" : "hugepages-1048576kB";
	uint64_t need = region->bytes / page_kind_bytes(region->kind), here = 0, all = 0, most = 0, surplus = 0;
	char path[192];

	snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/%s/free_hugepages", pool);
	if (!read_whole(path, &all))
		return fail(why, "this kernel has no %s pages", region->kind == PAGES_2M ? "2 MiB" : "1 GiB");
	snprintf(path, sizeof path, "/sys/devices/system/node/node%d/hugepages/%s/free_hugepages", region->node, pool);
	if (!read_whole(path, &here))
		here = all;
	snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/%s/nr_overcommit_hugepages", pool);
	(void)read_whole(path, &most);
	snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/%s/surplus_hugepages", pool);
	(void)read_whole(path, &surplus);
	if (here + (most > surplus ? most - surplus : 0) >= need)
		return true;
	return fail(why, "needs %llu free pages of %s %s, %llu are there (%s/nr_hugepages reserves them)",
		    (unsigned long long)need, region->kind == PAGES_2M ? "2 MiB" : "1 GiB", where(region),
		    (unsigned long long)here, pool);
}

static bool within_limits(const struct region *region, double share, struct reason *why)
{
	uint64_t allowed;

	if (reserved(region->kind))
		return enough_reserved(region, why);
	if (!memory_allowed(region->node, share, &allowed, why))
		return false;
	if (region->bytes <= allowed)
		return true;
	return fail(why, "needs %llu MiB, and %.0f %% of the memory available %s are %llu MiB",
		    (unsigned long long)(region->bytes / MIB), share * 100, where(region),
		    (unsigned long long)(allowed / MIB));
}

/* The mapping, aligned to its pages, in the middle of a larger inaccessible one: so the kernel merges it with no other,
   and smaps shows it alone. */
static bool map_memory(struct region *region, struct reason *why)
{
	uint64_t align = page_kind_bytes(region->kind);
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	region->outer_bytes = region->bytes + 3 * align;
	void *outer = mmap(NULL, region->outer_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (outer == MAP_FAILED)
		return fail(why, "no address space for %llu bytes: %s", (unsigned long long)region->outer_bytes,
			    strerror(errno));
	region->outer = outer;
	uintptr_t first = ((uintptr_t)outer + 2 * align - 1) / align * align;
	region->start = region->outer + (first - (uintptr_t)outer);
	if (reserved(region->kind))
		flags |= MAP_HUGETLB | (__builtin_ctzll(align) << MAP_HUGE_SHIFT);
	if (mmap(region->start, region->bytes, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
		return fail(why, "no memory of %s pages: %s", page_names[region->kind], strerror(errno));
	return true;
}

/* The policy for transparent huge pages. EINVAL: this kernel has none, which suits 4 KiB pages. */
static bool advise(const struct region *region, struct reason *why)
{
	if (region->kind == PAGES_THP && madvise(region->start, region->bytes, MADV_HUGEPAGE))
		return fail(why, "no transparent huge pages: %s", strerror(errno));
	if (region->kind == PAGES_4K && madvise(region->start, region->bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return fail(why, "transparent huge pages cannot be kept out: %s", strerror(errno));
	return true;
}

/* Binds the memory to its node. Containers often may not call mbind (it needs CAP_SYS_NICE in docker's seccomp
   profile): then the first touch decides, done by a CPU of that node, and numa_maps must confirm it. */
static bool bind_memory(struct region *region, struct reason *why)
{
	unsigned long mask[MAX_NODES / (8 * sizeof(unsigned long))] = {0};
	unsigned bits = 8 * sizeof *mask, node = (unsigned)region->node;
	struct cpus cpus;

	if (region->spread) {
		region->placement = "first touch by each thread's CPU";
		return true;
	}
	mask[node / bits] = 1UL << node % bits;
	if (syscall(SYS_mbind, region->start, region->bytes, MPOL_BIND, mask, (unsigned long)MAX_NODES, 0UL) == 0) {
		region->placement = "mbind";
		return true;
	}
	if (node_count() == 1) {
		region->placement = "the only node";
		return true;
	}
	int error = errno;
	node_cpus(region->node, &cpus);
	if (error == EINVAL || !cpus_count(&cpus) || !pin_to(&cpus))
		return fail(why, "memory cannot be bound to node %d: %s", region->node, strerror(error));
	region->placement = "first touch";
	return true;
}

static void touch_pages(const struct region *region, uint64_t from, uint64_t to)
{
	for (uint64_t at = from / (4 * KIB) * (4 * KIB); at < to; at += 4 * KIB)
		*(volatile char *)(region->start + at) = 1;
}

/* Where a CPU cannot be had, its part lies elsewhere, which numa_maps will tell. */
static void touch_parts(const struct region *region)
{
	const struct place *place = region->spread;
	size_t first, length;

	for (unsigned i = 0; i < place->threads; i++) {
		(void)pin_to_cpu(place->cpu_list[i]);
		part_of(place->array_bytes / sizeof(double), place->threads, i, &first, &length);
		for (unsigned array = 0; array < region->arrays; array++) {
			uint64_t from = array * region->apart + first * sizeof(double);
			touch_pages(region, from, from + length * sizeof(double));
		}
	}
	(void)pin_to(&place->cpus);
}

static sigjmp_buf touch_failed;

static void on_sigbus(int signal_number)
{
	(void)signal_number;
	siglongjmp(touch_failed, 1);
}

static bool touch(struct region *region, struct reason *why)
{
	struct sigaction action = {.sa_handler = on_sigbus}, before;
	volatile bool touched = false;

	sigaction(SIGBUS, &action, &before);
	double start = now();
	if (sigsetjmp(touch_failed, 1) == 0) {
		if (region->spread)
			touch_parts(region);
		else
			touch_pages(region, 0, region->bytes);
		touched = true;
	}
	region->touch_seconds = now() - start;
	sigaction(SIGBUS, &before, NULL);
	if (!touched)
		return fail(why, "the kernel had no more %s pages %s (SIGBUS on the first touch)",
			    page_names[region->kind], where(region));
	return true;
}

/* Whether the pages are what was asked for, where it was asked for. */
static bool as_asked(const struct region *region, struct reason *why)
{
	double huge = (double)region->huge_bytes / (double)region->bytes;

	if (region->kind == PAGES_THP && huge < ENOUGH_HUGE)
		return fail(why, "only %.0f %% of the memory came as transparent huge pages", huge * 100);
	if (region->kind == PAGES_4K && region->huge_bytes)
		return fail(why, "%llu bytes came as huge pages", (unsigned long long)region->huge_bytes);
	if (region->kind != PAGES_THP && region->page_bytes != page_kind_bytes(region->kind))
		return fail(why, "the kernel's pages here are of %llu KiB, not %s",
			    (unsigned long long)(region->page_bytes / KIB), page_names[region->kind]);
	if (region->node_share >= 0 && region->node_share < ENOUGH_ON_NODE)
		return fail(why, "only %.0f %% of the pages lie %s", region->node_share * 100, where(region));
	if (region->node_share < 0 && strcmp(region->placement, "first touch") == 0)
		return fail(why, "memory cannot be bound to node %d, and its placement cannot be read", region->node);
	return true;
}

uint64_t whole_pages(const struct options *options, unsigned kind, unsigned size)
{
	uint64_t page = page_kind_bytes(options->pages[kind]);

	return (options->sizes[size] + page - 1) / page * page;
}

bool first_of_its_size(const struct options *options, unsigned kind, unsigned size)
{
	for (unsigned before = 0; before < size; before++)
		if (whole_pages(options, kind, before) == whole_pages(options, kind, size))
			return false;
	return true;
}

static bool make(struct region *region, double share, struct reason *why)
{
	if (within_limits(region, share, why) && map_memory(region, why) && bind_memory(region, why) &&
	    advise(region, why) && touch(region, why) && observe(region, why) && as_asked(region, why))
		return true;
	region_drop(region);
	return false;
}

static uint64_t rounded(uint64_t bytes, enum page_kind kind)
{
	uint64_t page = page_kind_bytes(kind);

	return (bytes + page - 1) / page * page;
}

bool region_make(struct region *region, uint64_t bytes, enum page_kind kind, int node, double share,
		 struct reason *why)
{
	*region = (struct region){.kind = kind, .node = node, .bytes = rounded(bytes, kind)};
	if (!node_exists(node))
		return fail(why, "this machine has no node %d", node);
	return make(region, share, why);
}

bool region_make_spread(struct region *region, enum page_kind kind, const struct place *place, unsigned arrays,
			uint64_t apart, double share, struct reason *why)
{
	uint64_t bytes = (arrays - 1) * apart + place->array_bytes;

	*region = (struct region){.kind = kind, .node = ALL_NODES, .bytes = rounded(bytes, kind)};
	region->spread = place;
	region->arrays = arrays;
	region->apart = apart;
	return make(region, share, why);
}

void region_drop(struct region *region)
{
	if (region->outer)
		munmap(region->outer, region->outer_bytes);
	region->outer = NULL;
}

void json_region(const struct region *region)
{
	json_text("pages", page_names[region->kind]);
	json_whole("page_size_bytes", region->kind == PAGES_THP ? thp_bytes() : region->page_bytes);
	json_whole("kernel_page_bytes", region->page_bytes);
	json_whole("transparent_huge_bytes", region->huge_bytes);
	json_whole("mapped_bytes", region->bytes);
	json_text("placement", region->placement);
	if (region->node_share >= 0)
		json_real("node_share", region->node_share);
	json_real("touch_ns", region->touch_seconds * 1e9);
}
