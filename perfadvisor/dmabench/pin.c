/* What pinning memory costs, by kind of page and amount. Needs no device. */
#include "dmabench.h"

static bool pin_often(const struct pinner *pinner, const struct region *region, unsigned repeats, struct figures *pin,
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

static bool pin_one(const struct pinner *pinner, enum page_kind kind, uint64_t bytes, const struct options *options)
{
	static struct figures pin, unpin;
	struct region region = {0};
	struct reason why;
	int node = options->memory_node == ANY_NODE ? first_node_with_cpus() : options->memory_node;

	pin.count = unpin.count = 0;
	bool done = region_make(&region, bytes, kind, node, options->memory_share, &why) &&
		    pin_often(pinner, &region, options->repeats, &pin, &unpin, &why);
	json_open(NULL, '{');
	json_whole("bytes", bytes);
	if (done) {
		json_bool("measured", true);
		json_region(&region);
		json_figures("pin_ns", &pin);
		json_figures("unpin_ns", &unpin);
	} else {
		json_text("pages", page_names[kind]);
		json_unmeasured(&why);
	}
	json_close('}');
	region_drop(&region);
	return done;
}

int run_pin(const struct options *options)
{
	struct pinner pinner;
	struct reason why;
	bool any = false;

	if (!pinner_open(&pinner, &why)) {
		json_unmeasured(&why);
		return NOT_MEASURED;
	}
	json_open("results", '[');
	for (unsigned size = 0; size < options->size_count; size++)
		for (unsigned kind = 0; kind < options->page_count; kind++)
			if (first_of_its_size(options, kind, size))
				any |= pin_one(&pinner, options->pages[kind], whole_pages(options, kind, size), options);
	json_close(']');
	json_bool("measured", any);
	pinner_close(&pinner);
	return any ? MEASURED : NOT_MEASURED;
}
