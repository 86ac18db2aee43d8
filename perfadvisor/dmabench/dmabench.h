/* dmabench: what memory gives, and what pinning and mapping it for a device costs. The parts and what they share. */
#ifndef DMABENCH_H
#define DMABENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DMABENCH_VERSION "1"
#define MAX_CPUS 8192
#define MAX_NODES 1024
#define MAX_SIZES 16
#define MAX_VALUES 4096
#define ANY_NODE (-1)
#define ALL_NODES (-2)
#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* Exit codes. */
enum { MEASURED = 0, WRONG_DATA = 1, USAGE = 2, NOT_MEASURED = 3 };

/* --- text.c: words and sizes that every other part uses ------------------------------------------------------- */

/* Why something was not done, in words for the user. fail() fills it and returns false. */
struct reason {
	char text[256];
};
bool fail(struct reason *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool parse_size(const char *text, uint64_t *bytes);

enum page_kind { PAGES_4K, PAGES_THP, PAGES_2M, PAGES_1G, PAGE_KINDS };
extern const char *const page_names[PAGE_KINDS];

enum kernel { COPY, READ, WRITE, TRIAD, KERNELS };
extern const char *const kernel_names[KERNELS];

/* --- options.c: the command line ------------------------------------------------------------------------------ */

struct options {
	enum page_kind pages[PAGE_KINDS]; /* in the order asked for */
	unsigned page_count;
	uint64_t sizes[MAX_SIZES]; /* of one array, or of the memory to map */
	unsigned size_count;       /* 0: chosen by the program */
	int cpu_node, memory_node; /* ANY_NODE: not given; ALL_NODES for the CPUs: a part of the work on each */
	unsigned threads;          /* 0: one for each CPU of the node, or each core of all nodes */
	unsigned load;             /* threads that read memory meanwhile */
	bool load_rest;            /* as many of them as there are other cores */
	double seconds, warmup;
	double memory_share;
	unsigned repeats;
	const char *instructions; /* NULL: the fastest here */
	int group;                /* -1: not given */
	const char *device;       /* PCI address, NULL: not given */
	uint64_t iova;
};

bool options_read(struct options *options, const char *command, int count, char **words, struct reason *why);
void options_print(FILE *out, const char *command);

/* --- json.c ------------------------------------------------------------------------------------------------- */

void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_text(const char *key, const char *value);
void json_whole(const char *key, uint64_t value);
void json_real(const char *key, double value);
void json_bool(const char *key, bool value);
void json_unmeasured(const struct reason *why);

/* --- figures.c: several values of one thing ------------------------------------------------------------------- */

struct figures {
	double values[MAX_VALUES];
	unsigned count;
};
void figures_add(struct figures *figures, double value);
double figures_median(const struct figures *figures);
void json_figures(const char *key, const struct figures *figures);
double now(void); /* seconds, monotonic */

/* --- machine.c: CPUs, nodes and limits as the kernel tells them -------------------------------------------------- */

struct cpus {
	uint64_t words[MAX_CPUS / 64];
};
bool cpus_has(const struct cpus *cpus, unsigned cpu);
void cpus_add(struct cpus *cpus, unsigned cpu);
unsigned cpus_count(const struct cpus *cpus);
bool cpus_parse(const char *list, struct cpus *cpus, unsigned limit);

bool read_file(const char *path, char *text, size_t size);
bool read_whole(const char *path, uint64_t *value);
bool allowed_cpus(struct cpus *cpus);
bool pin_to(const struct cpus *cpus);
bool pin_to_cpu(unsigned cpu);
unsigned node_count(void);
bool node_exists(int node);
void node_cpus(int node, struct cpus *cpus); /* those of the node that this process may use */
void core_cpus(unsigned cpu, struct cpus *cpus); /* those of the same core */
int first_node_with_cpus(void);
uint64_t last_level_cache(const struct cpus *cpus);

/* --- limits.c: how much memory may be taken ----------------------------------------------------------------------- */

bool memory_allowed(int node, double share, uint64_t *bytes, struct reason *why);

/* --- region.c: memory of one kind of page on one node ------------------------------------------------------------- */

struct place;
struct region {
	char *start;
	uint64_t bytes;
	enum page_kind kind;
	int node;
	char *outer; /* with inaccessible guards around, so that the mapping stays one of its own */
	uint64_t outer_bytes;
	double touch_seconds;
	const char *placement; /* how the node was enforced */
	/* What it really got, as /proc/self/smaps and numa_maps say. */
	uint64_t page_bytes, huge_bytes;
	double node_share; /* of the pages that lie where they should; negative: not known */
	/* NULL, or whose threads each have their own parts of so many arrays, so far apart, on their own nodes. */
	const struct place *spread;
	unsigned arrays;
	uint64_t apart;
};
bool region_make(struct region *region, uint64_t bytes, enum page_kind kind, int node, double share,
		 struct reason *why);
bool region_make_spread(struct region *region, enum page_kind kind, const struct place *place, unsigned arrays,
			uint64_t apart, double share, struct reason *why);
void region_drop(struct region *region);
void json_region(const struct region *region);
uint64_t page_kind_bytes(enum page_kind kind);
/* An asked-for amount rounded up to whole pages of the asked-for kind, and whether no amount before came to the same. */
uint64_t whole_pages(const struct options *options, unsigned kind, unsigned size);
bool first_of_its_size(const struct options *options, unsigned kind, unsigned size);

/* --- observe.c: smaps and numa_maps ------------------------------------------------------------------------------- */

bool observe(struct region *region, struct reason *why);

/* --- kernels.c: the loops over arrays --------------------------------------------------------------------------- */

#define SLICE_STEP 64 /* a loop's length is a multiple of so many doubles */
#define TRIAD_FACTOR 3.0
#define WRITE_VALUE 1.5

typedef double (*kernel_function)(double *target, const double *a, const double *b, size_t count);
struct instructions {
	const char *name;
	bool non_temporal;
	bool (*present)(void);
	kernel_function kernels[KERNELS];
};
unsigned kernel_arrays(enum kernel kernel); /* how many it reads and writes */
#define MAX_CANDIDATES 16
/* All that this CPU has, or the one of this name; how many, 0 for none. */
unsigned choose_instructions(const char *name, const struct instructions **found, struct reason *why);
void list_instructions(FILE *out);

/* --- the commands; each prints one JSON object and returns an exit code ------------------------------------------ */

int run_bandwidth(enum kernel kernel, const struct options *options); /* bandwidth.c */
int run_chase(const struct options *options);                         /* chase.c */
int run_pin(const struct options *options);                           /* pin.c */
int run_map(const struct options *options);                           /* map.c */
int run_edu(const struct options *options);                           /* edu.c */

/* --- place.c: the CPUs, node and size that bandwidth and chase work with ------------------------------------------ */

struct place {
	int cpu_node, memory_node;
	struct cpus cpus;
	unsigned cpu_list[MAX_CPUS];
	unsigned threads;
	uint64_t cache_bytes, array_bytes;
};
bool place_choose(struct place *place, const struct options *options, unsigned arrays, unsigned most_threads,
		  struct reason *why);
unsigned threads_on(const struct place *place, int node);
/* The part of an array of `count` doubles that one of the threads works on. */
void part_of(size_t count, unsigned parts, unsigned which, size_t *first, size_t *length);
void json_place(const struct place *place);

/* --- bandwidth_threads.c: the pinned threads and their rounds ------------------------------------------------------ */

struct bandwidth {
	enum kernel kernel;
	const struct instructions *candidates[MAX_CANDIDATES]; /* tried in turn at first */
	unsigned candidate_count;
	const struct instructions *instructions; /* the fastest of them here */
	const struct place *place;
	double *arrays[3];
	size_t count; /* doubles in each array */
	double seconds, warmup;
	struct figures rates; /* bytes per second, one for each round */
	unsigned sweeps;      /* over the arrays in one round */
	uint64_t wrong;       /* elements, or sums, that were not what they should be */
};
bool bandwidth_measure(struct bandwidth *work, struct reason *why);

/* --- chase_load.c: memory kept busy while latencies are measured ---------------------------------------------------- */

struct load {
	struct region region;
	struct loader *loaders;
	unsigned count;
	const struct instructions *instructions;
	_Atomic bool stop;
	double start, seconds;
	double bytes; /* read by all of them */
};
bool load_start(struct load *load, const struct options *options, const struct place *place, struct reason *why);
bool load_stop(struct load *load, struct reason *why); /* false where one of them did not run where it should */

/* --- uring.c: pinning without a device ----------------------------------------------------------------------------- */

struct pinner {
	int fd;
};
bool pinner_open(struct pinner *pinner, struct reason *why);
bool pinner_time(const struct pinner *pinner, const struct region *region, double *pin_ns, double *unpin_ns,
		 struct reason *why);
bool pinner_often(const struct pinner *pinner, const struct region *region, unsigned repeats, struct figures *pin,
		  struct figures *unpin, struct reason *why);
void pinner_close(struct pinner *pinner);
void raise_memlock(void);

/* --- amounts.c: one result for each amount and kind of page asked for ---------------------------------------------- */

struct amounts {
	const struct options *options;
	/* What is measured on one region, and what is printed of it. */
	bool (*measure)(const struct amounts *amounts, const struct region *region, struct reason *why);
	void (*print)(void);
	const struct pinner *pinner;
	const struct vfio *vfio;
};
int measure_amounts(const struct amounts *amounts); /* prints them all; returns an exit code */

/* --- vfio.c -------------------------------------------------------------------------------------------------------- */

#define MAX_RANGES 32
struct vfio {
	int container, group, device;
	uint64_t page_sizes; /* bit n: pages of 2^n bytes */
	uint64_t range_first[MAX_RANGES], range_last[MAX_RANGES];
	unsigned range_count;
	int64_t mappings_left; /* negative: not told */
};
bool vfio_open(struct vfio *vfio, int group, const char *device, struct reason *why);
void vfio_close(struct vfio *vfio);
bool vfio_map(const struct vfio *vfio, const void *start, uint64_t bytes, uint64_t iova, struct reason *why);
bool vfio_unmap(const struct vfio *vfio, uint64_t bytes, uint64_t iova, struct reason *why);
bool vfio_place(const struct vfio *vfio, uint64_t bytes, uint64_t align, uint64_t preferred, uint64_t *iova,
		struct reason *why);
void json_vfio(const struct vfio *vfio);

#endif
