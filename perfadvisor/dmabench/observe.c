/* What the kernel says a mapping got: page size and huge pages from smaps, nodes from numa_maps.
   Documentation/filesystems/proc.rst, numa_maps(5) in proc(5). */
#include "dmabench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool kilobytes(const char *line, const char *key, uint64_t *bytes)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return false;
	*bytes = strtoull(line + length, NULL, 10) * KIB;
	return true;
}

static bool within(const struct region *region, uint64_t address)
{
	uint64_t start = (uint64_t)(uintptr_t)region->start;

	return address >= start && address < start + region->bytes;
}

static bool read_smaps(struct region *region, FILE *file, struct reason *why)
{
	char line[1024];
	uint64_t first, last, bytes, seen = 0;
	bool ours = false;

	while (fgets(line, sizeof line, file)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &first, &last) == 2) {
			ours = within(region, first);
			seen += ours ? last - first : 0;
		} else if (ours && kilobytes(line, "KernelPageSize:", &bytes)) {
			region->page_bytes = bytes;
		} else if (ours && kilobytes(line, "AnonHugePages:", &bytes)) {
			region->huge_bytes += bytes;
		}
	}
	if (seen != region->bytes)
		return fail(why, "/proc/self/smaps shows %llu bytes of the memory's %llu", (unsigned long long)seen,
			    (unsigned long long)region->bytes);
	return true;
}

static void add_nodes(const char *line, uint64_t *pages)
{
	for (const char *at = line; (at = strstr(at, " N")); at++) {
		char *end;
		unsigned long number = strtoul(at + 2, &end, 10);
		if (end != at + 2 && *end == '=' && number < MAX_NODES)
			pages[number] += strtoull(end + 1, NULL, 10);
	}
}

/* Of the pages as many as should lie on each node, or do lie there where they are fewer. */
static double share_in_place(const struct region *region, const uint64_t *pages)
{
	double everywhere = 0, right = 0;

	for (int node = 0; node < MAX_NODES; node++)
		everywhere += (double)pages[node];
	if (!region->spread)
		return everywhere > 0 ? (double)pages[region->node] / everywhere : -1;
	for (int node = 0; node < MAX_NODES; node++) {
		unsigned here = pages[node] ? threads_on(region->spread, node) : 0;
		double wanted = everywhere * here / region->spread->threads;
		right += wanted < (double)pages[node] ? wanted : (double)pages[node];
	}
	return everywhere > 0 ? right / everywhere : -1;
}

/* One region's pages are all of one size, so counts need no weights. Absent without NUMA in the kernel. */
static void read_numa_maps(struct region *region)
{
	FILE *file = fopen("/proc/self/numa_maps", "re");
	char line[4096];
	static uint64_t pages[MAX_NODES];
	uint64_t first;

	memset(pages, 0, sizeof pages);
	region->node_share = -1;
	if (!file)
		return;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "%" SCNx64 " ", &first) == 1 && within(region, first))
			add_nodes(line, pages);
	region->node_share = share_in_place(region, pages);
	fclose(file);
}

bool observe(struct region *region, struct reason *why)
{
	FILE *file = fopen("/proc/self/smaps", "re");

	if (!file)
		return fail(why, "/proc/self/smaps cannot be read: %s", strerror(errno));
	bool done = read_smaps(region, file, why);
	fclose(file);
	if (done)
		read_numa_maps(region);
	return done;
}
