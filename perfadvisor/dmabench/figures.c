/* Several values of one thing: their median, range and the values themselves. */
#include "dmabench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

void figures_add(struct figures *figures, double value)
{
	if (figures->count < MAX_VALUES)
		figures->values[figures->count++] = value;
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

double figures_median(const struct figures *figures)
{
	struct figures sorted = *figures;
	unsigned n = sorted.count;

	if (!n)
		return 0;
	qsort(sorted.values, n, sizeof *sorted.values, ascending);
	return n % 2 ? sorted.values[n / 2] : (sorted.values[n / 2 - 1] + sorted.values[n / 2]) / 2;
}

void json_figures(const char *key, const struct figures *figures)
{
	double least = figures->values[0], most = least;

	for (unsigned i = 1; i < figures->count; i++) {
		least = figures->values[i] < least ? figures->values[i] : least;
		most = figures->values[i] > most ? figures->values[i] : most;
	}
	json_open(key, '{');
	json_real("median", figures_median(figures));
	json_real("min", least);
	json_real("max", most);
	json_open("values", '[');
	for (unsigned i = 0; i < figures->count; i++)
		json_real(NULL, figures->values[i]);
	json_close(']');
	json_close('}');
}
