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

static bool measure(const struct amounts *amounts, const struct region *region, struct reason *why)
{
	struct reason unpinned; /* the maps are the result; pinning is shown beside them where it could be timed */

	memset(&result, 0, sizeof result);
	if (!map_often(amounts->vfio, region, amounts->options, why))
		return false;
	if (amounts->pinner->fd >= 0)
		pinner_often(amounts->pinner, region, amounts->options->repeats, &result.pin, &result.unpin, &unpinned);
	return true;
}

static void print(void)
{
	json_whole("locked_bytes", result.locked_bytes);
	json_figures("map_ns", &result.map);
	json_figures("unmap_ns", &result.unmap);
	if (result.pin.count) {
		json_figures("pin_ns", &result.pin);
		json_figures("unpin_ns", &result.unpin);
	}
}

int run_map(const struct options *options)
{
	struct vfio vfio;
	struct pinner pinner;
	struct reason why;
	struct amounts amounts = {
		.options = options, .measure = measure, .print = print, .pinner = &pinner, .vfio = &vfio};

	json_whole("group", (uint64_t)options->group);
	if (!vfio_open(&vfio, options->group, options->device, &why)) {
		json_unmeasured(&why);
		return NOT_MEASURED;
	}
	json_vfio(&vfio);
	if (!pinner_open(&pinner, &why))
		json_text("pin_unmeasured", why.text);
	int code = measure_amounts(&amounts);
	pinner_close(&pinner);
	vfio_close(&vfio);
	return code;
}
