/* What mapping memory for a device costs, by kind of page and amount: VFIO's map, which pins and fills the IOMMU's
   tables, and its unmap; beside them pinning alone, through io_uring, where that is allowed. Every page was touched
   before: the first fault costs far more than the map. */
#include "dmabench.h"

#include <stdlib.h>
#include <string.h>

static struct {
	struct figures map, unmap, pin, unpin;
	uint64_t locked_bytes; /* VmLck rises by what VFIO pins; VmPin does not (drivers/vfio/vfio_iommu_type1.c) */
} result;

static uint64_t locked(void)
{
	char text[8192];

	if (!read_file("/proc/self/status", text, sizeof text))
		return 0;
	const char *found = strstr(text, "\nVmLck:");
	return found ? strtoull(found + strlen("\nVmLck:"), NULL, 10) * KIB : 0;
}

static bool map_once(const struct vfio *vfio, const struct region *region, uint64_t iova, struct reason *why)
{
	uint64_t before = locked();
	double start = now();

	if (!vfio_map(vfio, region->start, region->bytes, iova, why))
		return false;
	double mapped = now();
	uint64_t after = locked();
	double middle = now();
	if (!vfio_unmap(vfio, region->bytes, iova, why))
		return false;
	figures_add(&result.unmap, (now() - middle) * 1e9);
	figures_add(&result.map, (mapped - start) * 1e9);
	result.locked_bytes = after > before ? after - before : 0;
	return true;
}

static bool map_often(const struct vfio *vfio, const struct region *region, const struct options *options,
		      struct reason *why)
{
	uint64_t iova;

	if (!vfio_place(vfio, region->bytes, GIB, options->iova, &iova, why) &&
	    !vfio_place(vfio, region->bytes, 2 * MIB, options->iova, &iova, why))
		return false;
	for (unsigned i = 0; i < options->repeats; i++)
		if (!map_once(vfio, region, iova, why))
			return false;
	return true;
}

static void pin_often(const struct pinner *pinner, const struct region *region, unsigned repeats)
{
	double pin_ns, unpin_ns;
	struct reason why;

	for (unsigned i = 0; pinner->fd >= 0 && i < repeats; i++) {
		if (!pinner_time(pinner, region, &pin_ns, &unpin_ns, &why))
			return;
		figures_add(&result.pin, pin_ns);
		figures_add(&result.unpin, unpin_ns);
	}
}

static void print(const struct region *region)
{
	json_bool("measured", true);
	json_region(region);
	json_whole("locked_bytes", result.locked_bytes);
	json_figures("map_ns", &result.map);
	json_figures("unmap_ns", &result.unmap);
	if (result.pin.count) {
		json_figures("pin_ns", &result.pin);
		json_figures("unpin_ns", &result.unpin);
	}
}

static bool map_one(const struct vfio *vfio, const struct pinner *pinner, enum page_kind kind, uint64_t bytes,
		    const struct options *options)
{
	struct region region = {0};
	struct reason why;
	int node = options->memory_node == ANY_NODE ? first_node_with_cpus() : options->memory_node;

	memset(&result, 0, sizeof result);
	bool done = region_make(&region, bytes, kind, node, options->memory_share, &why) &&
		    map_often(vfio, &region, options, &why);
	json_open(NULL, '{');
	json_whole("bytes", bytes);
	if (done) {
		pin_often(pinner, &region, options->repeats);
		print(&region);
	} else {
		json_text("pages", page_names[kind]);
		json_unmeasured(&why);
	}
	json_close('}');
	region_drop(&region);
	return done;
}

int run_map(const struct options *options)
{
	struct vfio vfio;
	struct pinner pinner;
	struct reason why;
	bool any = false;

	json_whole("group", (uint64_t)options->group);
	if (!vfio_open(&vfio, options->group, options->device, &why)) {
		json_unmeasured(&why);
		return NOT_MEASURED;
	}
	json_vfio(&vfio);
	if (!pinner_open(&pinner, &why))
		json_text("pin_unmeasured", why.text);
	json_open("results", '[');
	for (unsigned size = 0; size < options->size_count; size++)
		for (unsigned kind = 0; kind < options->page_count; kind++)
			if (first_of_its_size(options, kind, size))
				any |= map_one(&vfio, &pinner, options->pages[kind], whole_pages(options, kind, size), options);
	json_close(']');
	json_bool("measured", any);
	pinner_close(&pinner);
	vfio_close(&vfio);
	return any ? MEASURED : NOT_MEASURED;
}
