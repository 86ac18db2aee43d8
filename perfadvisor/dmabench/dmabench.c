/* dmabench: memory bandwidth and latency by node and page size, and the cost of pinning and mapping memory for a device.

   Prints one JSON object. Nothing is measured that could not be had: then "measured" is false and "reason" says why. */
#include "dmabench.h"

#include <string.h>

static int run_copy(const struct options *options)
{
	return run_bandwidth(COPY, options);
}

static int run_read(const struct options *options)
{
	return run_bandwidth(READ, options);
}

static int run_write(const struct options *options)
{
	return run_bandwidth(WRITE, options);
}

static int run_triad(const struct options *options)
{
	return run_bandwidth(TRIAD, options);
}

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	const char *summary;
} commands[] = {
	{"copy", run_copy, "b[i] = a[i]: bytes read and written per second"},
	{"read", run_read, "sum of a[i]: bytes read per second"},
	{"write", run_write, "a[i] = constant: bytes written per second"},
	{"triad", run_triad, "c[i] = a[i] + s * b[i]: bytes read and written per second"},
	{"chase", run_chase, "nanoseconds a load takes whose address the load before it gives"},
	{"pin", run_pin, "nanoseconds to pin and unpin memory, through io_uring's registered buffers"},
	{"map", run_map, "nanoseconds to map and unmap memory for a device, through VFIO (type1v2)"},
	{"edu", run_edu, "let QEMU's edu device copy bytes by DMA and check them"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *out)
{
	fprintf(out, "usage: dmabench COMMAND [OPTION VALUE]...\n\ncommands:\n");
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-6s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\nBytes are counted as STREAM does: each array once for every element, nothing for write-allocate.\n"
		     "Exit code: 0 measured, 1 the data was wrong, 2 usage, 3 not measured (the JSON says why).\n"
		     "`dmabench COMMAND --help` lists the options. CPUs with ");
	list_instructions(out);
	fprintf(out, " get their own loops.\n");
}

static int run(const struct command *command, int count, char **words)
{
	struct options options;
	struct reason why;

	if (count && strcmp(words[0], "--help") == 0) {
		printf("usage: dmabench %s [OPTION VALUE]...\n%s\n\n", command->name, command->summary);
		options_print(stdout, command->name);
		return 0;
	}
	if (!options_read(&options, command->name, count, words, &why)) {
		fprintf(stderr, "dmabench %s: %s (dmabench %s --help lists the options)\n", command->name, why.text,
			command->name);
		return USAGE;
	}
	json_open(NULL, '{');
	json_text("dmabench", DMABENCH_VERSION);
	json_text("command", command->name);
	int code = command->run(&options);
	json_close('}');
	if (fflush(stdout) || ferror(stdout)) {
		perror("dmabench: cannot write the result");
		return NOT_MEASURED;
	}
	return code;
}

int main(int count, char **words)
{
	if (count > 1 && strcmp(words[1], "--version") == 0) {
		printf("dmabench %s\n", DMABENCH_VERSION);
		return 0;
	}
	if (count > 1 && (strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0)) {
		usage(stdout);
		return 0;
	}
	for (unsigned i = 0; count > 1 && i < COMMANDS; i++)
		if (strcmp(words[1], commands[i].name) == 0)
			return run(&commands[i], count - 2, words + 2);
	if (count > 1)
		fprintf(stderr, "dmabench: unknown command `%s`\n", words[1]);
	usage(stderr);
	return USAGE;
}
