/* One result for each amount and kind of page that was asked for: a region is made, measured, printed and dropped. */
#include "dmabench.h"

static bool one(const struct amounts *amounts, enum page_kind kind, uint64_t bytes)
{
	const struct options *options = amounts->options;
	struct region region = {0};
	struct reason why;
	int node = options->memory_node == ANY_NODE ? first_node_with_cpus() : options->memory_node;

	bool done = region_make(&region, bytes, kind, node, options->memory_share, &why) &&
		    amounts->measure(amounts, &region, &why);
	json_open(NULL, '{');
	json_whole("bytes", bytes);
	if (done) {
		json_bool("measured", true);
		json_region(&region);
		amounts->print();
	} else {
		json_text("pages", page_names[kind]);
		json_unmeasured(&why);
	}
	json_close('}');
	region_drop(&region);
	return done;
}

int measure_amounts(const struct amounts *amounts)
{
	const struct options *options = amounts->options;
	bool any = false;

	json_open("results", '[');
	for (unsigned size = 0; size < options->size_count; size++)
		for (unsigned kind = 0; kind < options->page_count; kind++)
			if (first_of_its_size(options, kind, size))
				any |= one(amounts, options->pages[kind], whole_pages(options, kind, size));
	json_close(']');
	json_bool("measured", any);
	return any ? MEASURED : NOT_MEASURED;
}
