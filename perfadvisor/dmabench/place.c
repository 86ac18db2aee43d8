/* Where bandwidth and latency are measured: which CPUs, which node's memory, how large an array. */
#include "dmabench.h"

#define DEFAULT_ARRAY (256 * MIB)
#define LEAST_ARRAY (16 * MIB)
#define CACHES 4 /* STREAM's rule: an array at least four times all last-level caches in use */
#define LEAST_TURN 4 /* a turn through all arrays that is this many caches long comes back to lines long gone from them */

static unsigned list_cpus(struct place *place)
{
	unsigned have = 0;

	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
		if (cpus_has(&place->cpus, cpu))
			place->cpu_list[have++] = cpu;
	return have;
}

/* The first CPU of each core: a second thread of a core adds nothing to what STREAM measures. */
static unsigned list_cores(struct place *place)
{
	struct cpus seen = {{0}}, core;
	unsigned have = 0;

	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!cpus_has(&place->cpus, cpu) || cpus_has(&seen, cpu))
			continue;
		place->cpu_list[have++] = cpu;
		core_cpus(cpu, &core);
		for (unsigned i = 0; i < MAX_CPUS / 64; i++)
			seen.words[i] |= core.words[i];
	}
	return have;
}

static bool choose_cpus(struct place *place, const struct options *options, unsigned most, struct reason *why)
{
	place->cpu_node = options->cpu_node == ANY_NODE ? first_node_with_cpus() : options->cpu_node;
	place->memory_node = options->memory_node == ANY_NODE ? place->cpu_node : options->memory_node;
	bool all = place->cpu_node == ALL_NODES;
	if (!all && !node_exists(place->cpu_node))
		return fail(why, "this machine has no node %d", place->cpu_node);
	if (!all)
		node_cpus(place->cpu_node, &place->cpus);
	else if (!allowed_cpus(&place->cpus))
		return fail(why, "cannot read which CPUs this process may use");
	unsigned have = all ? list_cores(place) : list_cpus(place);
	if (!have)
		return fail(why, "no CPU of node %d may be used by this process", place->cpu_node);
	place->threads = options->threads ? options->threads : have;
	if (place->threads > most)
		place->threads = most;
	if (place->threads > have && all)
		return fail(why, "%u threads need as many cores, this process may use %u", place->threads, have);
	if (place->threads > have)
		return fail(why, "%u threads need as many CPUs, node %d has %u for this process", place->threads,
			    place->cpu_node, have);
	return true;
}

unsigned threads_on(const struct place *place, int node)
{
	struct cpus cpus;
	unsigned count = 0;

	node_cpus(node, &cpus);
	for (unsigned i = 0; i < place->threads; i++)
		count += cpus_has(&cpus, place->cpu_list[i]);
	return count;
}

void part_of(size_t count, unsigned parts, unsigned which, size_t *first, size_t *length)
{
	size_t steps = count / SLICE_STEP, each = steps / parts, more = steps % parts;

	*first = (which * each + (which < more ? which : more)) * SLICE_STEP;
	*length = (each + (which < more)) * SLICE_STEP;
}

/* How much memory may be taken in all. Over all nodes each thread's part lies on its own: the node with the least room
   for each of its threads limits them all. */
static bool room(const struct place *place, double share, uint64_t *bytes, struct reason *why)
{
	if (!memory_allowed(place->memory_node, share, bytes, why))
		return false;
	for (int node = 0; place->memory_node == ALL_NODES && node < MAX_NODES; node++) {
		unsigned here = node_exists(node) ? threads_on(place, node) : 0;
		uint64_t there;
		if (!here)
			continue;
		if (!memory_allowed(node, share, &there, why))
			return false;
		if (there / here * place->threads < *bytes)
			*bytes = there / here * place->threads;
	}
	return true;
}

static struct cpus used_cpus(const struct place *place)
{
	struct cpus used = {{0}};

	for (unsigned i = 0; i < place->threads; i++)
		cpus_add(&used, place->cpu_list[i]);
	return used;
}

/* Small machines and containers get smaller arrays, as long as the caches cannot hold a telling part of them. */
static bool choose_size(struct place *place, const struct options *options, unsigned arrays, struct reason *why)
{
	uint64_t preferred = CACHES * place->cache_bytes > DEFAULT_ARRAY ? CACHES * place->cache_bytes : DEFAULT_ARRAY;
	uint64_t turn = LEAST_TURN * place->cache_bytes / arrays, least = turn > LEAST_ARRAY ? turn : LEAST_ARRAY;
	uint64_t allowed;

	place->array_bytes = options->size_count ? options->sizes[0] : preferred;
	place->array_bytes = (place->array_bytes + 4 * KIB - 1) / (4 * KIB) * (4 * KIB);
	if (options->size_count || options->pages[0] == PAGES_2M || options->pages[0] == PAGES_1G)
		return true;
	if (!room(place, options->memory_share, &allowed, why))
		return false;
	allowed = allowed / arrays > 4 * MIB ? (allowed / arrays - 4 * MIB) / MIB * MIB : 0; /* rounding and padding */
	if (allowed < least)
		return fail(why, "needs %u arrays of %llu MiB, of what is available %llu MiB each may be taken", arrays,
			    (unsigned long long)(least / MIB), (unsigned long long)(allowed / MIB));
	if (place->array_bytes > allowed)
		place->array_bytes = allowed;
	return true;
}

bool place_choose(struct place *place, const struct options *options, unsigned arrays, unsigned most_threads,
		  struct reason *why)
{
	*place = (struct place){0};
	if (!choose_cpus(place, options, most_threads, why))
		return false;
	struct cpus used = used_cpus(place);
	place->cache_bytes = last_level_cache(&used);
	return choose_size(place, options, arrays, why);
}

void json_place(const struct place *place)
{
	if (place->cpu_node == ALL_NODES) {
		json_text("nodes", "all");
	} else {
		json_whole("cpu_node", (uint64_t)place->cpu_node);
		json_whole("memory_node", (uint64_t)place->memory_node);
	}
	json_whole("node_count", node_count());
	json_whole("threads", place->threads);
	json_whole("array_bytes", place->array_bytes);
	json_whole("last_level_cache_bytes", place->cache_bytes);
}
