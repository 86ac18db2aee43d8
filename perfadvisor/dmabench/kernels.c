/* The loops. One text for every vector width, compiled once for each; the CPU is asked at run time which it has.

   Stores are non-temporal where there are such: a plain store reads the line before it writes it, which STREAM's
   counting does not see and which costs nearly half of the copy. What paired runs on a Zen 3 guest chose: lines in their
   order (interleaving several pages, as glibc's memcpy does, took three quarters of the rate), two of them a turn
   (four: -15 %), and for the copy a prefetch eight lines ahead (+7 %; further ahead, or for the triad: nothing or less). */
#include "dmabench.h"

#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <immintrin.h>
#define X86 1
#endif

#define LINE 8 /* doubles */
#define AHEAD (8 * LINE)
#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif
#define EACH_VECTOR(k, width) for (size_t k = 0; k < 2 * LINE; k += (width))

/* LOOPS(name, attribute, vector type, its width, load, store, set, fence): the four loops for one kind of vector.
   `count` is a multiple of SLICE_STEP, arrays are aligned to lines. Products and sums of the values used are exact (see
   bandwidth_threads.c), so it does not matter whether the compiler fuses them. The prefetches behind an array's end
   stay within the mapping and its guards. */
#define LOOPS(name, attribute, vector, width, load, store, set, fence)                                               \
	attribute static double name##_copy(double *target, const double *a, const double *b, size_t count)           \
	{                                                                                                              \
		(void)b;                                                                                               \
		for (size_t i = 0; i < count; i += 2 * LINE) {                                                         \
			__builtin_prefetch(a + i + AHEAD, 0, 0);                                                       \
			__builtin_prefetch(a + i + AHEAD + LINE, 0, 0);                                                \
			UNROLL EACH_VECTOR(k, width) store(target + i + k, load(a + i + k));                           \
		}                                                                                                      \
		fence();                                                                                               \
		return 0;                                                                                              \
	}                                                                                                              \
	attribute static double name##_read(double *target, const double *a, const double *b, size_t count)           \
	{                                                                                                              \
		vector w = set(0), x = set(0), y = set(0), z = set(0);                                                 \
		double lanes[width], sum = 0;                                                                          \
		(void)target;                                                                                          \
		(void)b;                                                                                               \
		for (size_t i = 0; i < count; i += 4 * (width)) {                                                      \
			w += load(a + i);                                                                              \
			x += load(a + i + (width));                                                                    \
			y += load(a + i + 2 * (width));                                                                \
			z += load(a + i + 3 * (width));                                                                \
		}                                                                                                      \
		w += x + (y + z);                                                                                      \
		memcpy(lanes, &w, sizeof lanes);                                                                       \
		for (unsigned i = 0; i < (width); i++)                                                                 \
			sum += lanes[i];                                                                               \
		return sum;                                                                                            \
	}                                                                                                              \
	attribute static double name##_write(double *target, const double *a, const double *b, size_t count)          \
	{                                                                                                              \
		vector value = set(WRITE_VALUE);                                                                       \
		(void)a;                                                                                               \
		(void)b;                                                                                               \
		for (size_t i = 0; i < count; i += 2 * LINE)                                                           \
			UNROLL EACH_VECTOR(k, width) store(target + i + k, value);                                     \
		fence();                                                                                               \
		return 0;                                                                                              \
	}                                                                                                              \
	attribute static double name##_triad(double *target, const double *a, const double *b, size_t count)          \
	{                                                                                                              \
		vector factor = set(TRIAD_FACTOR);                                                                     \
		for (size_t i = 0; i < count; i += 2 * LINE)                                                           \
			UNROLL EACH_VECTOR(k, width)                                                                   \
				store(target + i + k, load(a + i + k) + factor * load(b + i + k));                     \
		fence();                                                                                               \
		return 0;                                                                                              \
	}

#define NAMES(name) {name##_copy, name##_read, name##_write, name##_triad}

/* Plain C, for every machine: the compilers' own vectors become NEON on arm64. */
typedef double pair __attribute__((vector_size(16)));
#define plain_load(from) (*(const pair *)(const void *)(from))
#define plain_store(to, value) (*(pair *)(void *)(to) = (value))
#define plain_set(value) ((pair){(value), (value)})
#define plain_fence() ((void)0)
LOOPS(plain, , pair, 2, plain_load, plain_store, plain_set, plain_fence)

static bool always(void)
{
	return true;
}

#ifdef X86
#define target_of(features) __attribute__((target(features)))
LOOPS(sse2, target_of("sse2"), __m128d, 2, _mm_load_pd, _mm_stream_pd, _mm_set1_pd, _mm_sfence)
LOOPS(avx2, target_of("avx2,fma"), __m256d, 4, _mm256_load_pd, _mm256_stream_pd, _mm256_set1_pd, _mm_sfence)
LOOPS(avx512, target_of("avx512f"), __m512d, 8, _mm512_load_pd, _mm512_stream_pd, _mm512_set1_pd, _mm_sfence)

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
#endif

/* Best first. */
static const struct instructions table[] = {
#ifdef X86
	{"avx512", true, has_avx512, NAMES(avx512)},
	{"avx2", true, has_avx2, NAMES(avx2)},
	{"sse2", true, has_sse2, NAMES(sse2)},
#endif
	{"plain", false, always, NAMES(plain)},
};
enum { KINDS = sizeof table / sizeof *table };

const struct instructions *choose_instructions(const char *name, struct reason *why)
{
	for (unsigned i = 0; i < KINDS; i++)
		if ((!name || strcmp(name, table[i].name) == 0) && table[i].present())
			return &table[i];
	fail(why, "this CPU or build has no `%s` instructions", name);
	return NULL;
}

void list_instructions(FILE *out)
{
	for (unsigned i = 0; i < KINDS; i++)
		fprintf(out, "%s%s", i ? ", " : "", table[i].name);
}
