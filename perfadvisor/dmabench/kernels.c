/* The loops. One text for every kind of vector and store, compiled once for each; the CPU is asked at run time which it
   has, and bandwidth_threads.c tries which of those is fastest here.

   Which one that is, no CPU tells. A plain store reads the line before it writes it, which STREAM's counting does not
   see and which costs nearly half of the copy on Zen 3; Xeons from Sapphire Rapids on avoid that read by themselves
   (SpecI2M), while their non-temporal stores of one thread wait for few write buffers. Lines in their order suit Zen 3;
   taking them from four pages in turn, as glibc's memcpy does for large blocks, keeps more of Intel's prefetchers busy, each of
   which stays within its page. What paired runs on a Zen 3 guest chose besides: two lines a turn (four: -15 %), and for
   the copy a prefetch eight lines ahead (+7 %; further ahead, or for the triad: nothing or less). On a Xeon with 480 MiB of
   cache that prefetch halved the copy, and four pages in turn without it gave 1.25 times the copy in order. */
#include "dmabench.h"

#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <immintrin.h>
#define X86 1
#endif

#define LINE 8 /* doubles */
#define PAIR (2 * LINE)
#define FOUR (4 * LINE)
#define PAGE 512
#define AHEAD (8 * LINE)
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif
#define EACH_VECTOR(k, unit, width) for (size_t k = 0; k < (unit); k += (width))

/* Where the n-th unit of `count` doubles lies if `pages` pages are taken in turn; what does not fill such a turn comes
   last, in its order. */
INLINE size_t place_of(size_t n, size_t count, unsigned pages, size_t unit)
{
	size_t each = PAGE / unit, turn = each * pages, done = n / turn * turn;

	if (pages == 1 || (done + turn) * unit > count)
		return n * unit;
	return (done + n % turn % pages * each + n % turn / pages) * unit;
}

/* LOOPS(name, attribute, vector type, its width, load, store, set, fence, pages): the four loops for one kind of vector.
   `count` is a multiple of SLICE_STEP, arrays are aligned to lines. Products and sums of the values used are exact (see
   bandwidth_threads.c), so it does not matter whether the compiler fuses them. The prefetches behind an array's end
   stay within the mapping and its guards. */
#define LOOPS(name, attribute, vector, width, load, store, set, fence, pages)                                        \
	attribute static double name##_copy(double *target, const double *a, const double *b, size_t count)           \
	{                                                                                                              \
		(void)b;                                                                                               \
		for (size_t n = 0; n < count / PAIR; n++) {                                                            \
			size_t i = place_of(n, count, pages, PAIR);                                                    \
			if (pages == 1) {                                                                              \
				__builtin_prefetch(a + i + AHEAD, 0, 0);                                               \
				__builtin_prefetch(a + i + AHEAD + LINE, 0, 0);                                        \
			}                                                                                              \
			UNROLL EACH_VECTOR(k, PAIR, width) store(target + i + k, load(a + i + k));                     \
		}                                                                                                      \
		fence();                                                                                               \
		return 0;                                                                                              \
	}                                                                                                              \
	attribute static double name##_read(double *target, const double *a, const double *b, size_t count)           \
	{                                                                                                              \
		vector sums[4] = {set(0), set(0), set(0), set(0)};                                                     \
		double lanes[width], sum = 0;                                                                          \
		(void)target;                                                                                          \
		(void)b;                                                                                               \
		for (size_t n = 0; n < count / FOUR; n++) {                                                            \
			size_t i = place_of(n, count, pages, FOUR);                                                    \
			UNROLL EACH_VECTOR(k, FOUR, 4 * (width))                                                       \
			{                                                                                              \
				sums[0] += load(a + i + k);                                                            \
				sums[1] += load(a + i + k + (width));                                                  \
				sums[2] += load(a + i + k + 2 * (width));                                              \
				sums[3] += load(a + i + k + 3 * (width));                                              \
			}                                                                                              \
		}                                                                                                      \
		sums[0] += sums[1] + (sums[2] + sums[3]);                                                              \
		memcpy(lanes, &sums[0], sizeof lanes);                                                                 \
		for (unsigned i = 0; i < (width); i++)                                                                 \
			sum += lanes[i];                                                                               \
		return sum;                                                                                            \
	}                                                                                                              \
	attribute static double name##_write(double *target, const double *a, const double *b, size_t count)          \
	{                                                                                                              \
		vector value = set(WRITE_VALUE);                                                                       \
		(void)a;                                                                                               \
		(void)b;                                                                                               \
		for (size_t n = 0; n < count / PAIR; n++) {                                                            \
			size_t i = place_of(n, count, pages, PAIR);                                                    \
			UNROLL EACH_VECTOR(k, PAIR, width) store(target + i + k, value);                               \
		}                                                                                                      \
		fence();                                                                                               \
		return 0;                                                                                              \
	}                                                                                                              \
	attribute static double name##_triad(double *target, const double *a, const double *b, size_t count)          \
	{                                                                                                              \
		vector factor = set(TRIAD_FACTOR);                                                                     \
		for (size_t n = 0; n < count / PAIR; n++) {                                                            \
			size_t i = place_of(n, count, pages, PAIR);                                                    \
			UNROLL EACH_VECTOR(k, PAIR, width)                                                             \
				store(target + i + k, load(a + i + k) + factor * load(b + i + k));                     \
		}                                                                                                      \
		fence();                                                                                               \
		return 0;                                                                                              \
	}
#define NAMES(name) {name##_copy, name##_read, name##_write, name##_triad}

/* Plain C, for every machine: the compilers' own vectors become NEON on arm64. */
typedef double pair __attribute__((vector_size(16)));
#define plain_load(from) (*(const pair *)(const void *)(from))
#define plain_store(to, value) (*(pair *)(void *)(to) = (value))
#define plain_set(value) ((pair){(value), (value)})
#define no_fence() ((void)0)
LOOPS(plain, , pair, 2, plain_load, plain_store, plain_set, no_fence, 1)
LOOPS(plain_paged, , pair, 2, plain_load, plain_store, plain_set, no_fence, 4)

static bool always(void)
{
	return true;
}

#ifdef X86
#define target_of(features) __attribute__((target(features)))
/* Non-temporal and plain stores, each in order and by four pages in turn. */
#define X86_LOOPS(name, features, vector, width, load, stream, store, set)                                            \
	LOOPS(name, target_of(features), vector, width, load, stream, set, _mm_sfence, 1)                             \
	LOOPS(name##_paged, target_of(features), vector, width, load, stream, set, _mm_sfence, 4)                     \
	LOOPS(name##_cached, target_of(features), vector, width, load, store, set, no_fence, 1)                       \
	LOOPS(name##_cached_paged, target_of(features), vector, width, load, store, set, no_fence, 4)
X86_LOOPS(sse2, "sse2", __m128d, 2, _mm_load_pd, _mm_stream_pd, _mm_store_pd, _mm_set1_pd)
X86_LOOPS(avx2, "avx2,fma", __m256d, 4, _mm256_load_pd, _mm256_stream_pd, _mm256_store_pd, _mm256_set1_pd)
X86_LOOPS(avx512, "avx512f", __m512d, 8, _mm512_load_pd, _mm512_stream_pd, _mm512_store_pd, _mm512_set1_pd)

static bool has_avx512(void)
{
	return __builtin_cpu_supports("avx512f");
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_sse2(void)
{
	return __builtin_cpu_supports("sse2");
}

#define ALL(name, present)                                                                                             \
	{#name, true, present, NAMES(name)}, {#name "-paged", true, present, NAMES(name##_paged)},                    \
		{#name "-cached", false, present, NAMES(name##_cached)},                                               \
	{                                                                                                              \
		#name "-cached-paged", false, present, NAMES(name##_cached_paged)                                      \
	}
#endif

static const struct instructions table[] = {
#ifdef X86
	ALL(avx512, has_avx512),
	ALL(avx2, has_avx2),
	ALL(sse2, has_sse2),
#endif
	{"plain", false, always, NAMES(plain)},
	{"plain-paged", false, always, NAMES(plain_paged)},
};
enum { KINDS = sizeof table / sizeof *table };
_Static_assert(KINDS <= MAX_CANDIDATES, "every kind may be tried");

unsigned choose_instructions(const char *name, const struct instructions **found, struct reason *why)
{
	unsigned count = 0;

	for (unsigned i = 0; i < KINDS; i++)
		if ((!name || strcmp(name, table[i].name) == 0) && table[i].present())
			found[count++] = &table[i];
	if (!count)
		fail(why, "this CPU or build has no `%s` instructions", name);
	return count;
}

void list_instructions(FILE *out)
{
	for (unsigned i = 0; i < KINDS; i++)
		fprintf(out, "%s%s", i ? ", " : "", table[i].name);
}

unsigned kernel_arrays(enum kernel kernel)
{
	static const unsigned arrays[KERNELS] = {[COPY] = 2, [READ] = 1, [WRITE] = 1, [TRIAD] = 3};

	return arrays[kernel];
}
