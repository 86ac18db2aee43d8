/* How much memory may be taken: a share of what the machine, the node and the control groups still have. */
#include "dmabench.h"

#include <stdlib.h>
#include <string.h>

/* The kB value of a line "...Key:  123 kB" of a meminfo file. */
static bool field(const char *text, const char *key, uint64_t *bytes)
{
	const char *found = strstr(text, key);

	if (!found)
		return false;
	*bytes = strtoull(found + strlen(key), NULL, 10) * KIB;
	return true;
}

static bool machine_room(uint64_t *bytes)
{
	char text[8192];

	return read_file("/proc/meminfo", text, sizeof text) &&
	       (field(text, "MemAvailable:", bytes) || field(text, "MemFree:", bytes));
}

/* A node has no MemAvailable: what is free, and file pages that can be dropped. The only node is the machine: a kernel
   that takes its memory into use bit by bit counts what it has not needed yet for the machine alone. */
static bool node_room(int node, uint64_t *bytes)
{
	char path[128], text[8192];
	uint64_t inactive = 0;

	if (node_count() < 2)
		return false;
	snprintf(path, sizeof path, "/sys/devices/system/node/node%d/meminfo", node);
	if (!read_file(path, text, sizeof text) || !field(text, "MemFree:", bytes))
		return false;
	if (field(text, "Inactive(file):", &inactive))
		*bytes += inactive;
	return true;
}

/* File pages a group holds and would drop first: memory.stat's inactive_file (total_inactive_file in version 1). */
static uint64_t droppable(const char *directory)
{
	char path[512], text[8192];

	if (snprintf(path, sizeof path, "%s/memory.stat", directory) >= (int)sizeof path ||
	    !read_file(path, text, sizeof text))
		return 0;
	const char *found = strstr(text, "\ntotal_inactive_file ");
	if (!found)
		found = strstr(text, "\ninactive_file ");
	return found ? strtoull(strchr(found, ' '), NULL, 10) : 0;
}

/* Room below one directory of the memory controller, version 2 or 1 by the names of its files. "max" is no number. */
static void group_room(const char *directory, const char *limit, const char *usage, uint64_t *least)
{
	char path[512];
	uint64_t most, used = 0;

	if (snprintf(path, sizeof path, "%s/%s", directory, limit) >= (int)sizeof path || !read_whole(path, &most))
		return;
	if (snprintf(path, sizeof path, "%s/%s", directory, usage) < (int)sizeof path && read_whole(path, &used)) {
		uint64_t cache = droppable(directory);
		used -= cache < used ? cache : used;
	}
	uint64_t room = most > used ? most - used : 0;
	*least = room < *least ? room : *least;
}

/* The limits of a group and all above it, up to the mount point. In a container the path may be the host's, which is
   not there: its parents are passed over and the mount point itself holds the container's own limits. */
static void hierarchy_room(const char *mount, const char *path, const char *limit, const char *usage, uint64_t *least)
{
	char directory[400];

	if (snprintf(directory, sizeof directory, "%s%s", mount, path) >= (int)sizeof directory)
		snprintf(directory, sizeof directory, "%s", mount);
	while (strlen(directory) >= strlen(mount)) {
		group_room(directory, limit, usage, least);
		char *slash = strrchr(directory, '/');
		*slash = 0;
	}
}

static void groups_room(uint64_t *least)
{
	char text[16384], *rest = text;

	if (!read_file("/proc/self/cgroup", text, sizeof text))
		return;
	for (char *line; (line = strsep(&rest, "\n"));) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = 0;
		controllers++;
		if (!*controllers)
			hierarchy_room("/sys/fs/cgroup", path, "memory.max", "memory.current", least);
		else if (strcmp(controllers, "memory") == 0)
			hierarchy_room("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes",
				       "memory.usage_in_bytes", least);
	}
}

bool memory_allowed(int node, double share, uint64_t *bytes, struct reason *why)
{
	uint64_t room, on_node, in_group = UINT64_MAX;

	if (!machine_room(&room))
		return fail(why, "how much memory is available cannot be read from /proc/meminfo");
	if (node_room(node, &on_node) && on_node < room)
		room = on_node;
	groups_room(&in_group);
	if (in_group < room)
		room = in_group;
	*bytes = (uint64_t)((double)room * share);
	return true;
}
