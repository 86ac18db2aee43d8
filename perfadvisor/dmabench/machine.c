/* CPUs, nodes and caches as sysfs tells them. Without sysfs' node directory (a kernel without NUMA) all is node 0. */
#include "dmabench.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NODES "/sys/devices/system/node"

bool cpus_has(const struct cpus *cpus, unsigned cpu)
{
	return cpu < MAX_CPUS && (cpus->words[cpu / 64] >> cpu % 64 & 1);
}

void cpus_add(struct cpus *cpus, unsigned cpu)
{
	if (cpu < MAX_CPUS)
		cpus->words[cpu / 64] |= (uint64_t)1 << cpu % 64;
}

unsigned cpus_count(const struct cpus *cpus)
{
	unsigned count = 0;

	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
		count += cpus_has(cpus, cpu);
	return count;
}

/* A list as the kernel writes it: "0-3,8", possibly empty. Numbers from `limit` on make it invalid. */
bool cpus_parse(const char *list, struct cpus *cpus, unsigned limit)
{
	*cpus = (struct cpus){{0}};
	while (*list && *list != '\n') {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;
		if (end == list)
			return false;
		if (*end == '-') {
			list = end + 1;
			last = strtoul(list, &end, 10);
			if (end == list)
				return false;
		}
		if (first > last || last >= limit)
			return false;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			cpus_add(cpus, (unsigned)cpu);
		list = *end == ',' ? end + 1 : end;
		if (*end && *end != ',' && *end != '\n')
			return false;
	}
	return true;
}

bool read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t got = 1;

	if (fd < 0)
		return false;
	while (have < size - 1 && (got = read(fd, text + have, size - 1 - have)) > 0)
		have += (size_t)got;
	text[have] = 0;
	close(fd);
	return got >= 0;
}

bool read_whole(const char *path, uint64_t *value)
{
	char text[64], *end;

	if (!read_file(path, text, sizeof text))
		return false;
	*value = strtoull(text, &end, 10);
	return end != text;
}

/* The raw system calls take masks of any length; glibc's cpu_set_t ends at 1024 CPUs. */
bool allowed_cpus(struct cpus *cpus)
{
	*cpus = (struct cpus){{0}};
	return syscall(SYS_sched_getaffinity, 0, sizeof cpus->words, cpus->words) > 0;
}

bool pin_to(const struct cpus *cpus)
{
	return syscall(SYS_sched_setaffinity, 0, sizeof cpus->words, cpus->words) == 0;
}

bool pin_to_cpu(unsigned cpu)
{
	struct cpus one = {{0}};

	cpus_add(&one, cpu);
	return pin_to(&one);
}

static bool nodes_online(struct cpus *nodes)
{
	char list[4096];

	return read_file(NODES "/online", list, sizeof list) && cpus_parse(list, nodes, MAX_NODES);
}

unsigned node_count(void)
{
	struct cpus nodes;

	return nodes_online(&nodes) ? cpus_count(&nodes) : 1;
}

bool node_exists(int node)
{
	struct cpus nodes;

	return nodes_online(&nodes) ? node >= 0 && cpus_has(&nodes, (unsigned)node) : node == 0;
}

void node_cpus(int node, struct cpus *cpus)
{
	char path[128], list[8192];
	struct cpus allowed;

	if (!allowed_cpus(&allowed))
		allowed = (struct cpus){{0}};
	snprintf(path, sizeof path, NODES "/node%d/cpulist", node);
	if (!read_file(path, list, sizeof list) || !cpus_parse(list, cpus, MAX_CPUS))
		*cpus = node_count() == 1 ? allowed : (struct cpus){{0}};
	for (unsigned i = 0; i < MAX_CPUS / 64; i++)
		cpus->words[i] &= allowed.words[i];
}

void core_cpus(unsigned cpu, struct cpus *cpus)
{
	char path[128], list[8192];

	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
	if (read_file(path, list, sizeof list) && cpus_parse(list, cpus, MAX_CPUS) && cpus_has(cpus, cpu))
		return;
	*cpus = (struct cpus){{0}};
	cpus_add(cpus, cpu);
}

int first_node_with_cpus(void)
{
	struct cpus cpus;

	for (int node = 0; node < MAX_NODES; node++) {
		if (!node_exists(node))
			continue;
		node_cpus(node, &cpus);
		if (cpus_count(&cpus))
			return node;
	}
	return 0;
}

/* Bytes of the last-level cache of one CPU, counted only by the first CPU that shares it; 0 where unknown. */
static uint64_t own_cache(unsigned cpu, const struct cpus *among)
{
	char path[128], text[8192];
	uint64_t level, highest = 0, bytes = 0;

	for (unsigned index = 0; index < 8; index++) {
		uint64_t size;
		struct cpus shared;
		const char *format = "/sys/devices/system/cpu/cpu%u/cache/index%u/%s";
		snprintf(path, sizeof path, format, cpu, index, "level");
		if (!read_whole(path, &level) || level <= highest)
			continue;
		snprintf(path, sizeof path, format, cpu, index, "size");
		if (!read_file(path, text, sizeof text))
			continue;
		text[strcspn(text, "\n")] = 0;
		if (!parse_size(text, &size))
			continue;
		snprintf(path, sizeof path, format, cpu, index, "shared_cpu_list");
		highest = level;
		bytes = size;
		if (!read_file(path, text, sizeof text) || !cpus_parse(text, &shared, MAX_CPUS))
			continue;
		for (unsigned other = 0; other < cpu; other++)
			if (cpus_has(&shared, other) && cpus_has(among, other))
				bytes = 0;
	}
	return bytes;
}

uint64_t last_level_cache(const struct cpus *cpus)
{
	uint64_t bytes = 0;

	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
		if (cpus_has(cpus, cpu))
			bytes += own_cache(cpu, cpus);
	return bytes;
}
