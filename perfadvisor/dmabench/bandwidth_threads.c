/* Pinned threads that sweep over their parts of the arrays together, round by round, and check the result.

   At first every kind of loop that the CPU has is tried on small parts of the arrays, each time another part, so that
   none finds in the caches what the one before it left; the fastest goes on.

   A round is the time from the first thread's start to the last one's end. Rounds are made long enough that starting
   them together costs nothing visible. Every value is a small whole number times one half, so all arithmetic is exact:
   a sum does not depend on its order, a triad not on fusing. */
#include "dmabench.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_SECONDS 0.05
#define LEAST_ROUNDS 3
#define POISON (-7.0)
#define TURNS 5 /* each kind is tried so often, and its best time counts */
#define PART (((size_t)16 << 20) / sizeof(double)) /* of each array, by each thread: some milliseconds */

enum phase { TRY, CALIBRATE, WARM_UP, MEASURE, STOP };

struct crew {
	struct bandwidth *work;
	pthread_barrier_t barrier;
	pthread_mutex_t gate_lock;
	pthread_cond_t gate_moved;
	int gate; /* 0: wait, 1: go, -1: go home */
	enum phase phase;
	double phase_end;
	double best[MAX_CANDIDATES]; /* seconds for a part */
	unsigned tried;              /* parts so far */
	struct member *members;
	unsigned count;
};

struct member {
	struct crew *crew;
	pthread_t thread;
	unsigned cpu;
	size_t first, length; /* its part of the arrays, in doubles */
	double start, end, sum;
	uint64_t wrong;
	bool pinned;
};

static double a_value(size_t i)
{
	return (double)(i % 1021);
}

static double b_value(size_t i)
{
	return (double)(i % 509);
}

static double *target_of(const struct bandwidth *work)
{
	return work->arrays[kernel_arrays(work->kernel) - 1];
}

static void fill(const struct member *member)
{
	const struct bandwidth *work = member->crew->work;
	double *target = target_of(work);

	for (size_t i = member->first; i < member->first + member->length; i++) {
		if (work->kernel == TRIAD)
			work->arrays[1][i] = b_value(i);
		target[i] = POISON;
		if (work->kernel != WRITE)
			work->arrays[0][i] = a_value(i);
	}
}

static void check(struct member *member)
{
	const struct bandwidth *work = member->crew->work;
	const double *target = target_of(work);
	double sum = 0;

	for (size_t i = member->first; i < member->first + member->length; i++) {
		double expected = work->kernel == WRITE ? WRITE_VALUE : a_value(i);
		if (work->kernel == TRIAD)
			expected += TRIAD_FACTOR * b_value(i);
		member->wrong += target[i] != expected;
		sum += a_value(i);
	}
	if (work->kernel == READ)
		member->wrong += sum != member->sum;
}

/* One more part was tried: note its time, and choose when every kind had its turns. */
static void compare(struct crew *crew, double took)
{
	struct bandwidth *work = crew->work;
	unsigned kinds = work->candidate_count, kind = crew->tried % kinds, fastest = 0;

	if (crew->tried < kinds || took < crew->best[kind])
		crew->best[kind] = took;
	if (++crew->tried < TURNS * kinds) {
		work->instructions = work->candidates[crew->tried % kinds];
		return;
	}
	for (unsigned i = 1; i < kinds; i++)
		fastest = crew->best[i] < crew->best[fastest] ? i : fastest;
	work->instructions = work->candidates[fastest];
	crew->phase = CALIBRATE;
}

/* By the first thread alone, while the others wait: what was this round, and what is the next. */
static void account(struct crew *crew)
{
	struct bandwidth *work = crew->work;
	double first = crew->members[0].start, last = crew->members[0].end;

	for (unsigned i = 1; i < crew->count; i++) {
		first = crew->members[i].start < first ? crew->members[i].start : first;
		last = crew->members[i].end > last ? crew->members[i].end : last;
	}
	double took = last - first > 1e-9 ? last - first : 1e-9;
	double bytes = (double)work->count * sizeof(double) * kernel_arrays(work->kernel);
	if (crew->phase == TRY) {
		compare(crew, took);
	} else if (crew->phase == CALIBRATE) {
		double sweeps = ROUND_SECONDS / took + 1;
		work->sweeps = sweeps < 1e6 ? (unsigned)sweeps : 1000000;
		crew->phase = WARM_UP;
		crew->phase_end = last + work->warmup;
	} else if (crew->phase == MEASURE) {
		figures_add(&work->rates, bytes * work->sweeps / took);
		if ((last >= crew->phase_end && work->rates.count >= LEAST_ROUNDS) || work->rates.count == MAX_VALUES)
			crew->phase = STOP;
	}
	if (crew->phase == WARM_UP && last >= crew->phase_end) {
		crew->phase = MEASURE;
		crew->phase_end = last + work->seconds;
	}
}

static void sweep(struct member *member)
{
	struct bandwidth *work = member->crew->work;
	kernel_function kernel = work->instructions->kernels[work->kernel];
	double *target = target_of(work) + member->first;
	const double *a = work->arrays[0] + member->first, *b = work->arrays[1] + member->first;
	size_t length = member->length, from = 0;

	if (member->crew->phase == TRY && length > PART) {
		from = member->crew->tried * PART % (length - PART + 1) / SLICE_STEP * SLICE_STEP;
		length = PART;
	}
	member->start = now();
	for (unsigned i = 0; i < work->sweeps; i++)
		member->sum = kernel(target + from, a + from, b + from, length);
	member->end = now();
}

static bool wait_for_gate(struct crew *crew)
{
	pthread_mutex_lock(&crew->gate_lock);
	while (!crew->gate)
		pthread_cond_wait(&crew->gate_moved, &crew->gate_lock);
	int gate = crew->gate;
	pthread_mutex_unlock(&crew->gate_lock);
	return gate > 0;
}

static void move_gate(struct crew *crew, int gate)
{
	pthread_mutex_lock(&crew->gate_lock);
	crew->gate = gate;
	pthread_cond_broadcast(&crew->gate_moved);
	pthread_mutex_unlock(&crew->gate_lock);
}

static void *work_along(void *argument)
{
	struct member *member = argument;
	struct crew *crew = member->crew;

	member->pinned = pin_to_cpu(member->cpu);
	if (!wait_for_gate(crew))
		return NULL;
	fill(member);
	while (crew->phase != STOP) {
		pthread_barrier_wait(&crew->barrier);
		sweep(member);
		if (pthread_barrier_wait(&crew->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			account(crew);
		pthread_barrier_wait(&crew->barrier);
	}
	check(member);
	return NULL;
}

static void share_out(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct member *member = &crew->members[i];
		member->crew = crew;
		member->cpu = crew->work->place->cpu_list[i];
		part_of(crew->work->count, crew->count, i, &member->first, &member->length);
	}
}

static bool work_together(struct crew *crew, struct reason *why)
{
	unsigned started = 0;
	int error = pthread_barrier_init(&crew->barrier, NULL, crew->count);

	for (; !error && started < crew->count; started += !error)
		error = pthread_create(&crew->members[started].thread, NULL, work_along, &crew->members[started]);
	move_gate(crew, error ? -1 : 1);
	for (unsigned i = 0; i < started; i++)
		pthread_join(crew->members[i].thread, NULL);
	pthread_barrier_destroy(&crew->barrier);
	if (error)
		return fail(why, "%u threads cannot be started: %s", crew->count, strerror(error));
	for (unsigned i = 0; i < crew->count; i++) {
		crew->work->wrong += crew->members[i].wrong;
		if (!crew->members[i].pinned)
			return fail(why, "a thread cannot be pinned to CPU %u", crew->members[i].cpu);
	}
	return true;
}

bool bandwidth_measure(struct bandwidth *work, struct reason *why)
{
	struct crew crew = {.work = work,
			    .count = work->place->threads,
			    .gate_lock = PTHREAD_MUTEX_INITIALIZER,
			    .gate_moved = PTHREAD_COND_INITIALIZER};

	work->sweeps = 1;
	work->instructions = work->candidates[0];
	crew.phase = work->candidate_count > 1 ? TRY : CALIBRATE;
	crew.members = calloc(crew.count, sizeof *crew.members);
	if (!crew.members)
		return fail(why, "no memory for %u threads", crew.count);
	share_out(&crew);
	bool done = work_together(&crew, why);
	free(crew.members);
	return done;
}
