/* copy, read, write and triad: one process measures one of them on one pair of nodes with one kind of page. */
#include "dmabench.h"

/* Arrays a power of two apart share cache sets and DRAM banks: the triad then lost a quarter of its rate. A third of a
   page between them also keeps the three streams at different places in their pages, where a load is not held up by a
   store to the same place (2 to 10 % of the triad on Zen 3, paired runs). */
#define SPACING 1344

/* The arrays in memory in the order a, b, target; a kernel has as many of them as it needs. */
static void lay_out(struct bandwidth *work, const struct region *region)
{
	unsigned arrays = kernel_arrays(work->kernel);

	for (unsigned i = 0; i < 3; i++) {
		uint64_t place = i < arrays ? i * (work->place->array_bytes + SPACING) : 0;
		work->arrays[i] = (double *)(void *)(region->start + place);
	}
}

static void print(const struct bandwidth *work, const struct region *region)
{
	json_bool("measured", true);
	json_text("kernel", kernel_names[work->kernel]);
	json_text("instructions", work->instructions->name);
	json_whole("instructions_tried", work->candidate_count);
	json_bool("non_temporal", work->instructions->non_temporal && work->kernel != READ);
	json_place(work->place);
	json_region(region);
	json_whole("sweeps_per_round", work->sweeps);
	json_bool("verified", !work->wrong);
	if (work->wrong)
		json_whole("wrong", work->wrong);
	json_figures("bytes_per_s", &work->rates);
}

static bool measure(struct bandwidth *work, struct region *region, const struct options *options, struct place *place,
		    struct reason *why)
{
	unsigned arrays = kernel_arrays(work->kernel);

	work->candidate_count = choose_instructions(options->instructions, work->candidates, why);
	if (!work->candidate_count || !place_choose(place, options, arrays, MAX_CPUS, why))
		return false;
	uint64_t bytes = arrays * place->array_bytes + (arrays - 1) * SPACING;
	bool made = place->cpu_node == ALL_NODES
			    ? region_make_spread(region, options->pages[0], place, arrays, place->array_bytes + SPACING,
						 options->memory_share, why)
			    : region_make(region, bytes, options->pages[0], place->memory_node, options->memory_share, why);
	if (!made)
		return false;
	lay_out(work, region);
	work->count = place->array_bytes / sizeof(double);
	return bandwidth_measure(work, why);
}

int run_bandwidth(enum kernel kernel, const struct options *options)
{
	static struct place place;
	static struct bandwidth work;
	struct region region = {0};
	struct reason why;

	work = (struct bandwidth){
		.kernel = kernel, .place = &place, .seconds = options->seconds, .warmup = options->warmup};
	bool done = measure(&work, &region, options, &place, &why);
	if (done)
		print(&work, &region);
	else
		json_unmeasured(&why);
	region_drop(&region);
	return !done ? NOT_MEASURED : work.wrong ? WRONG_DATA : MEASURED;
}
