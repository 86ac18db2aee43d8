/* Threads that read memory for as long as latencies are measured: what a load takes where the memory is busy. */
#include "dmabench.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_BYTES (256 * MIB)
#define CACHES 4
#define SLICE (((size_t)1 << 20) / sizeof(double)) /* between two looks at whether it goes on */

struct loader {
	struct load *load;
	pthread_t thread;
	unsigned cpu;
	const double *start;
	size_t count;
	double bytes, sum;
	bool pinned;
};

static void *read_along(void *argument)
{
	struct loader *loader = argument;
	kernel_function kernel = loader->load->instructions->kernels[READ];

	loader->pinned = pin_to_cpu(loader->cpu);
	while (!loader->load->stop)
		for (size_t at = 0; at < loader->count && !loader->load->stop; at += SLICE) {
			size_t length = loader->count - at < SLICE ? loader->count - at : SLICE;
			double *from = (double *)(uintptr_t)(loader->start + at);
			loader->sum += kernel(from, from, from, length);
			loader->bytes += (double)(length * sizeof(double));
		}
	return NULL;
}

/* One CPU of each core of the node but that of the CPU that measures. */
static unsigned list_others(const struct place *place, unsigned *list)
{
	struct cpus seen, core;
	unsigned have = 0;

	core_cpus(place->cpu_list[0], &seen);
	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!cpus_has(&place->cpus, cpu) || cpus_has(&seen, cpu))
			continue;
		list[have++] = cpu;
		core_cpus(cpu, &core);
		for (unsigned i = 0; i < MAX_CPUS / 64; i++)
			seen.words[i] |= core.words[i];
	}
	return have;
}

/* Memory of plain pages, far larger than the caches of those CPUs, filled so that no sum is slow. */
static bool make_memory(struct load *load, const struct options *options, const struct place *place, unsigned *list,
			struct reason *why)
{
	struct cpus used = {{0}};

	for (unsigned i = 0; i < load->count; i++)
		cpus_add(&used, list[i]);
	uint64_t bytes = CACHES * last_level_cache(&used);
	bytes = bytes > LEAST_BYTES ? bytes : LEAST_BYTES;
	if (!region_make(&load->region, bytes, PAGES_4K, place->memory_node, options->memory_share, why))
		return false;
	double *values = (double *)(void *)load->region.start;
	for (size_t i = 0; i < load->region.bytes / sizeof(double); i++)
		values[i] = 1.0;
	return true;
}

static bool start_all(struct load *load, const unsigned *list, struct reason *why)
{
	unsigned started = 0;
	int error = 0;

	load->loaders = calloc(load->count, sizeof *load->loaders);
	if (!load->loaders)
		return fail(why, "no memory for %u threads", load->count);
	load->start = now();
	for (; !error && started < load->count; started += !error) {
		struct loader *loader = &load->loaders[started];
		size_t first;
		part_of(load->region.bytes / sizeof(double), load->count, started, &first, &loader->count);
		loader->load = load;
		loader->cpu = list[started];
		loader->start = (const double *)(void *)load->region.start + first;
		error = pthread_create(&loader->thread, NULL, read_along, loader);
	}
	unsigned wanted = load->count;
	load->count = started;
	return error ? fail(why, "%u threads cannot be started: %s", wanted, strerror(error)) : true;
}

bool load_start(struct load *load, const struct options *options, const struct place *place, struct reason *why)
{
	static unsigned list[MAX_CPUS];
	const struct instructions *found[MAX_CANDIDATES];
	unsigned have = list_others(place, list), wanted = options->load_rest ? have : options->load;

	*load = (struct load){0};
	if (!wanted && !options->load_rest)
		return true;
	if (!have || wanted > have)
		return fail(why, "load needs other cores: %u asked for, node %d has %u for this process",
			    wanted ? wanted : 1, place->cpu_node, have);
	if (!choose_instructions(NULL, found, why))
		return false;
	load->instructions = found[0];
	load->count = wanted;
	return make_memory(load, options, place, list, why) && start_all(load, list, why);
}

bool load_stop(struct load *load, struct reason *why)
{
	bool right = true;

	load->stop = true;
	for (unsigned i = 0; load->loaders && i < load->count; i++) {
		struct loader *loader = &load->loaders[i];
		pthread_join(loader->thread, NULL);
		load->bytes += loader->bytes;
		if (!loader->pinned)
			right = fail(why, "a thread cannot be pinned to CPU %u", loader->cpu);
	}
	load->seconds = now() - load->start;
	free(load->loaders);
	load->loaders = NULL;
	region_drop(&load->region);
	return right;
}
