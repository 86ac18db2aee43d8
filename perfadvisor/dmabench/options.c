/* The command line: which options each command takes, their bounds, and their text for --help. */
#include "dmabench.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool whole(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long long number = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	*value = number;
	return !errno && !*end && number >= low && number <= high;
}

static bool real(const char *text, double low, double high, double *value)
{
	char *end;

	if (!*text)
		return false;
	*value = strtod(text, &end);
	return !*end && isfinite(*value) && *value >= low && *value <= high;
}

/* Calls `one` for each part of a list with commas. */
static bool each(struct options *options, const char *text, bool (*one)(struct options *, const char *))
{
	char part[64];

	for (;;) {
		size_t length = strcspn(text, ",");
		if (length >= sizeof part)
			return false;
		memcpy(part, text, length);
		part[length] = 0;
		if (!one(options, part))
			return false;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

static bool add_pages(struct options *options, const char *name)
{
	for (unsigned kind = 0; kind < PAGE_KINDS; kind++)
		if (strcmp(name, page_names[kind]) == 0 && options->page_count < PAGE_KINDS) {
			options->pages[options->page_count++] = (enum page_kind)kind;
			return true;
		}
	return false;
}

static bool add_size(struct options *options, const char *text)
{
	uint64_t bytes;

	if (options->size_count == MAX_SIZES || !parse_size(text, &bytes) || bytes < 16 * KIB || bytes > 1024 * GIB)
		return false;
	options->sizes[options->size_count++] = bytes;
	return true;
}

static bool set_pages(struct options *options, const char *text)
{
	options->page_count = 0;
	return add_pages(options, text);
}

static bool set_pages_list(struct options *options, const char *text)
{
	options->page_count = 0;
	return each(options, text, add_pages);
}

static bool set_size(struct options *options, const char *text)
{
	options->size_count = 0;
	return strcmp(text, "auto") == 0 || add_size(options, text);
}

static bool set_sizes_list(struct options *options, const char *text)
{
	options->size_count = 0;
	return each(options, text, add_size);
}

static bool node(const char *text, int *number)
{
	uint64_t value;

	if (!whole(text, 0, MAX_NODES - 1, &value))
		return false;
	*number = (int)value;
	return true;
}

static bool set_cpu_node(struct options *options, const char *text)
{
	return node(text, &options->cpu_node);
}

static bool set_cpu_nodes(struct options *options, const char *text)
{
	if (strcmp(text, "all") != 0)
		return node(text, &options->cpu_node);
	options->cpu_node = ALL_NODES;
	return true;
}

static bool set_memory_node(struct options *options, const char *text)
{
	return node(text, &options->memory_node);
}

static bool set_threads(struct options *options, const char *text)
{
	uint64_t value;

	if (!whole(text, 0, MAX_CPUS, &value))
		return false;
	options->threads = (unsigned)value;
	return true;
}

static bool set_load(struct options *options, const char *text)
{
	uint64_t value = 0;

	options->load_rest = strcmp(text, "rest") == 0;
	if (!options->load_rest && !whole(text, 0, MAX_CPUS - 1, &value))
		return false;
	options->load = (unsigned)value;
	return true;
}

static bool set_seconds(struct options *options, const char *text)
{
	return real(text, 0.001, 3600, &options->seconds);
}

static bool set_warmup(struct options *options, const char *text)
{
	return real(text, 0, 600, &options->warmup);
}

static bool set_share(struct options *options, const char *text)
{
	return real(text, 0.01, 0.9, &options->memory_share);
}

static bool set_repeats(struct options *options, const char *text)
{
	uint64_t value;

	if (!whole(text, 1, 1000, &value))
		return false;
	options->repeats = (unsigned)value;
	return true;
}

static bool set_instructions(struct options *options, const char *text)
{
	options->instructions = strcmp(text, "auto") == 0 ? NULL : text;
	return true;
}

static bool set_group(struct options *options, const char *text)
{
	uint64_t value;

	if (!whole(text, 0, 1 << 20, &value))
		return false;
	options->group = (int)value;
	return true;
}

static bool set_device(struct options *options, const char *text)
{
	options->device = text;
	return strlen(text) == 12 && strspn(text, "0123456789abcdef:.") == 12;
}

static bool set_iova(struct options *options, const char *text)
{
	return whole(text, 0, UINT64_MAX >> 1, &options->iova) && options->iova % (4 * KIB) == 0;
}

static const struct option {
	const char *name;
	bool (*set)(struct options *options, const char *text);
	const char *commands; /* the commands that take it */
	const char *meaning;
} table[] = {
	{"--pages", set_pages, "copy read write triad chase", "4k, thp, 2m or 1g (default 4k)"},
	{"--pages", set_pages_list, "pin map", "a list of 4k, thp, 2m, 1g (default all)"},
	{"--size", set_size, "copy read write triad chase",
	 "bytes of one array, 16K to 1024G, or auto: 256M, at least 4 times the caches (default auto)"},
	{"--sizes", set_sizes_list, "pin map", "a list of amounts of memory, 16K to 1024G (default 64M,256M)"},
	{"--cpu-node", set_cpu_nodes, "copy read write triad",
	 "NUMA node whose CPUs work, or all: a thread on each core, its memory on its own node (default the first)"},
	{"--cpu-node", set_cpu_node, "chase", "NUMA node whose CPU works (default the first)"},
	{"--load", set_load, "chase", "threads that read memory meanwhile on other cores of the node, or rest (default 0)"},
	{"--memory-node", set_memory_node, "copy read write triad chase pin map",
	 "NUMA node that holds the memory (default the CPUs' own)"},
	{"--threads", set_threads, "copy read write triad", "pinned threads, 0 for one each CPU of the node, or core of all nodes (default 0)"},
	{"--seconds", set_seconds, "copy read write triad chase", "measured time, 0.001 to 3600 (default 3)"},
	{"--warmup", set_warmup, "copy read write triad chase", "time before that is not counted, 0 to 600 (default 0.5)"},
	{"--instructions", set_instructions, "copy read write triad", "auto: the fastest here, or one of those listed below (default auto)"},
	{"--memory-share", set_share, "copy read write triad chase pin map",
	 "largest share of the available memory to take, 0.01 to 0.9 (default 0.5)"},
	{"--repeats", set_repeats, "pin map edu", "how often each is timed, 1 to 1000 (default 9)"},
	{"--group", set_group, "map edu", "IOMMU group, all of it bound to vfio-pci"},
	{"--device", set_device, "map edu", "PCI address in the group, 0000:01:00.0"},
	{"--iova", set_iova, "map edu", "device address to map at (default the first that fits)"},
};
enum { OPTIONS = sizeof table / sizeof *table };

static bool takes(const struct option *option, const char *command)
{
	const char *found = strstr(option->commands, command);
	size_t length = strlen(command);

	return found && (found[length] == ' ' || !found[length]) && (found == option->commands || found[-1] == ' ');
}

void options_print(FILE *out, const char *command)
{
	for (unsigned i = 0; i < OPTIONS; i++)
		if (takes(&table[i], command))
			fprintf(out, "  %-15s %s\n", table[i].name, table[i].meaning);
}

static const struct option *find(const char *command, const char *name, size_t length)
{
	for (unsigned i = 0; i < OPTIONS; i++)
		if (takes(&table[i], command) && strlen(table[i].name) == length &&
		    strncmp(table[i].name, name, length) == 0)
			return &table[i];
	return NULL;
}

static const struct options defaults = {
	.pages = {PAGES_4K, PAGES_THP, PAGES_2M, PAGES_1G},
	.cpu_node = ANY_NODE,
	.memory_node = ANY_NODE,
	.seconds = 3,
	.warmup = 0.5,
	.memory_share = 0.5,
	.repeats = 9,
	.group = -1,
};

static void complete(struct options *options, const char *command)
{
	bool lists = strcmp(command, "pin") == 0 || strcmp(command, "map") == 0;

	if (!options->page_count)
		options->page_count = lists ? PAGE_KINDS : 1;
	if (!options->size_count && lists) {
		options->sizes[options->size_count++] = 64 * MIB;
		options->sizes[options->size_count++] = 256 * MIB;
	}
}

bool options_read(struct options *options, const char *command, int count, char **words, struct reason *why)
{
	*options = defaults;
	for (int i = 0; i < count; i++) {
		size_t length = strcspn(words[i], "=");
		const char *value = words[i][length] ? words[i] + length + 1 : NULL;
		const struct option *option = find(command, words[i], length);
		if (!option)
			return fail(why, "unknown option `%s`", words[i]);
		if (!value && ++i < count)
			value = words[i];
		if (!value)
			return fail(why, "%s needs a value: %s", option->name, option->meaning);
		if (!option->set(options, value))
			return fail(why, "%s cannot be `%s`: %s", option->name, value, option->meaning);
	}
	complete(options, command);
	if (options->cpu_node == ALL_NODES && options->memory_node != ANY_NODE)
		return fail(why, "--memory-node cannot be given with --cpu-node=all");
	bool vfio = strcmp(command, "map") == 0 || strcmp(command, "edu") == 0;
	if (vfio && options->group < 0)
		return fail(why, "--group is missing: the IOMMU group, all of it bound to vfio-pci");
	if (strcmp(command, "edu") == 0 && !options->device)
		return fail(why, "--device is missing: the PCI address of the edu device, 0000:01:00.0");
	return true;
}
