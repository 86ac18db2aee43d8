/* Words and sizes that every other part uses: names, reasons, and amounts as people write them. */
#include "dmabench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const page_names[PAGE_KINDS] = {"4k", "thp", "2m", "1g"};
const char *const kernel_names[KERNELS] = {"copy", "read", "write", "triad"};

bool fail(struct reason *why, const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	vsnprintf(why->text, sizeof why->text, format, rest);
	va_end(rest);
	return false;
}

bool parse_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

	if (errno || (*end && !unit) || (unit && end[1]) || number > UINT64_MAX >> shift)
		return false;
	*bytes = (uint64_t)number << shift;
	return true;
}
