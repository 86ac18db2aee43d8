/* Latency: loads that each need the one before, over a random cycle through all lines, so that no prefetcher helps. */
#include "dmabench.h"

#include <string.h>

#define ROUND_SECONDS 0.05
#define LEAST_ROUNDS 3
#define UNROLLED 16

struct line {
	struct line *next;
	uint64_t ordinal; /* its place in the cycle, by which the walk is checked afterwards */
	char rest[64 - sizeof(struct line *) - sizeof(uint64_t)];
};

struct chase {
	struct line *lines, *at;
	uint64_t count, walked, steps; /* steps in one round */
	struct figures latencies;      /* nanoseconds a load, one for each round */
	bool verified;
};

/* xorshift64* with a fixed seed (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016). */
static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return ((*state * UINT64_C(2685821657736338717)) >> 32) * below >> 32;
}

/* Sattolo's shuffle: always one single cycle. */
static void link_lines(struct chase *chase)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

	for (uint64_t i = 0; i < chase->count; i++)
		chase->lines[i].next = &chase->lines[i];
	for (uint64_t i = chase->count - 1; i > 0; i--) {
		uint64_t j = draw(&state, i);
		struct line *other = chase->lines[j].next;
		chase->lines[j].next = chase->lines[i].next;
		chase->lines[i].next = other;
	}
}

/* Numbers the lines along the cycle; false where it comes back early, so is not one. */
static bool number_lines(struct chase *chase)
{
	struct line *at = chase->lines;

	for (uint64_t i = 0; i < chase->count; i++) {
		if (i && at == chase->lines)
			return false;
		at->ordinal = i;
		at = at->next;
	}
	chase->at = chase->lines;
	return at == chase->lines;
}

static struct line *walk(struct line *at, uint64_t steps)
{
	for (uint64_t i = 0; i < steps; i += UNROLLED) {
		at = at->next->next->next->next;
		at = at->next->next->next->next;
		at = at->next->next->next->next;
		at = at->next->next->next->next;
	}
	return at;
}

static double round_ns(struct chase *chase)
{
	double start = now();

	chase->at = walk(chase->at, chase->steps);
	/* The end is used before the clock is read, or the walk could be moved behind it. */
	__asm__ volatile("" : "+r"(chase->at) : : "memory");
	double took = now() - start;
	chase->walked += chase->steps;
	chase->verified = chase->verified && chase->at->ordinal == chase->walked % chase->count;
	return took * 1e9;
}

static void walk_rounds(struct chase *chase, const struct options *options)
{
	chase->verified = true;
	chase->steps = 4096;
	double took = round_ns(chase), rounds = ROUND_SECONDS * 1e9 / (took > 1 ? took : 1);
	chase->steps *= (uint64_t)(rounds < 1 ? 1 : rounds > 4096 ? 4096 : rounds);
	for (double end = now() + options->warmup; now() < end;)
		(void)round_ns(chase);
	for (double end = now() + options->seconds;
	     (now() < end || chase->latencies.count < LEAST_ROUNDS) && chase->latencies.count < MAX_VALUES;)
		figures_add(&chase->latencies, round_ns(chase) / (double)chase->steps);
}

static bool measure(struct chase *chase, struct region *region, struct load *load, const struct options *options,
		    struct place *place, struct reason *why)
{
	if (!place_choose(place, options, 1, 1, why))
		return false;
	if (!region_make(region, place->array_bytes, options->pages[0], place->memory_node, options->memory_share, why))
		return false;
	if (!pin_to_cpu(place->cpu_list[0]))
		return fail(why, "the process cannot be pinned to CPU %u", place->cpu_list[0]);
	chase->lines = (struct line *)(void *)region->start;
	chase->count = place->array_bytes / sizeof(struct line);
	if (chase->count > UINT32_MAX)
		return fail(why, "at most 256 GiB can be walked");
	link_lines(chase);
	if (!number_lines(chase))
		return fail(why, "the lines are not one cycle: the memory did not keep what was written");
	bool loaded = load_start(load, options, place, why) && pin_to_cpu(place->cpu_list[0]);
	if (loaded)
		walk_rounds(chase, options);
	return load_stop(load, loaded ? why : &(struct reason){{0}}) && loaded;
}

int run_chase(const struct options *options)
{
	static struct place place;
	static struct chase chase;
	static struct load load;
	struct region region = {0};
	struct reason why;
	bool done = measure(&chase, &region, &load, options, &place, &why);

	json_bool("measured", done);
	if (done) {
		json_text("kernel", "chase");
		json_place(&place);
		json_region(&region);
		json_whole("loads_per_round", chase.steps);
		json_bool("verified", chase.verified);
		json_whole("load_threads", load.count);
		if (load.count)
			json_real("load_bytes_per_s", load.bytes / load.seconds);
		json_figures("load_ns", &chase.latencies);
	} else {
		json_text("reason", why.text);
	}
	region_drop(&region);
	return !done ? NOT_MEASURED : chase.verified ? MEASURED : WRONG_DATA;
}
