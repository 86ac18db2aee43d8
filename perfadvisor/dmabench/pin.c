/* What pinning memory costs, by kind of page and amount. Needs no device. */
#include "dmabench.h"

static struct figures pin, unpin;

static bool measure(const struct amounts *amounts, const struct region *region, struct reason *why)
{
	pin.count = unpin.count = 0;
	return pinner_often(amounts->pinner, region, amounts->options->repeats, &pin, &unpin, why);
}

static void print(void)
{
	json_figures("pin_ns", &pin);
	json_figures("unpin_ns", &unpin);
}

int run_pin(const struct options *options)
{
	struct pinner pinner;
	struct reason why;
	struct amounts amounts = {.options = options, .measure = measure, .print = print, .pinner = &pinner};

	if (!pinner_open(&pinner, &why)) {
		json_unmeasured(&why);
		return NOT_MEASURED;
	}
	int code = measure_amounts(&amounts);
	pinner_close(&pinner);
	return code;
}
