/* QEMU's educational device (1234:11e8) copies bytes by DMA from mapped memory into itself and back, and they are checked:
   proof that a device moved them through the IOMMU. It says nothing of speed: the device waits 100 ms before each copy.
   QEMU docs/specs/edu.rst, hw/misc/edu.c */
#include "dmabench.h"

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EDU_IDS 0x11e81234u
#define EDU_IDENTITY 0x00
#define EDU_LIVENESS 0x04
#define EDU_SOURCE 0x80
#define EDU_TARGET 0x88
#define EDU_COUNT 0x90
#define EDU_COMMAND 0x98
#define EDU_START 1u
#define EDU_TO_MEMORY 2u
#define EDU_BUFFER 0x40000u
#define EDU_REACH ((uint64_t)1 << 28) /* its DMA mask, unless QEMU was told another */
/* The device's buffer has 4096 bytes, but before 8.2.1 QEMU ends itself when the last of them is used
   ("edu: fix DMA range upper bound check", January 2024). */
#define EDU_BYTES 4032u
#define PATIENCE 10.0 /* seconds for one copy */
#define PCI_COMMAND 4
#define PCI_COMMAND_MEMORY_MASTER 6

struct edu {
	struct vfio vfio;
	volatile char *registers;
	uint64_t registers_bytes;
	struct region memory;
	uint64_t iova;
	struct figures copy_ns;
	uint64_t wrong;
};

static uint32_t get(const struct edu *edu, unsigned at)
{
	return *(volatile uint32_t *)(edu->registers + at);
}

static void set(const struct edu *edu, unsigned at, uint32_t value)
{
	*(volatile uint32_t *)(edu->registers + at) = value;
}

static bool check_ids(int device, struct reason *why)
{
	struct vfio_region_info config = {.argsz = sizeof config, .index = VFIO_PCI_CONFIG_REGION_INDEX};
	uint32_t ids;
	uint16_t command;

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	    pread(device, &ids, sizeof ids, (off_t)config.offset) != sizeof ids)
		return fail(why, "the device's configuration cannot be read: %s", strerror(errno));
	if (ids != EDU_IDS)
		return fail(why, "the device is %04x:%04x, not QEMU's edu (1234:11e8)", ids & 0xffff, ids >> 16);
	off_t at = (off_t)config.offset + PCI_COMMAND;
	if (pread(device, &command, sizeof command, at) != sizeof command)
		return fail(why, "the device's command register cannot be read: %s", strerror(errno));
	command |= PCI_COMMAND_MEMORY_MASTER; /* without bus mastering it may not do DMA */
	return pwrite(device, &command, sizeof command, at) == sizeof command ||
	       fail(why, "bus mastering cannot be switched on: %s", strerror(errno));
}

static bool map_registers(struct edu *edu, struct reason *why)
{
	struct vfio_region_info bar = {.argsz = sizeof bar, .index = VFIO_PCI_BAR0_REGION_INDEX};

	if (ioctl(edu->vfio.device, VFIO_DEVICE_GET_REGION_INFO, &bar) || bar.size <= EDU_COMMAND)
		return fail(why, "the device has no registers in BAR 0");
	void *start = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, edu->vfio.device, (off_t)bar.offset);
	if (start == MAP_FAILED)
		return fail(why, "the device's registers cannot be mapped: %s", strerror(errno));
	edu->registers = start;
	edu->registers_bytes = bar.size;
	set(edu, EDU_LIVENESS, 0x12345678);
	if ((get(edu, EDU_IDENTITY) & 0xff) != 0xed || get(edu, EDU_LIVENESS) != ~0x12345678u)
		return fail(why, "the device does not answer as edu does");
	return true;
}

static bool copy(struct edu *edu, uint64_t source, uint64_t target, uint32_t command, struct reason *why)
{
	struct timespec pause = {.tv_nsec = 1000000};
	double start = now();

	set(edu, EDU_SOURCE, (uint32_t)source);
	set(edu, EDU_TARGET, (uint32_t)target);
	set(edu, EDU_COUNT, EDU_BYTES);
	set(edu, EDU_COMMAND, command | EDU_START);
	while (get(edu, EDU_COMMAND) & EDU_START) {
		if (now() - start > PATIENCE)
			return fail(why, "the device did not finish within %.0f s", PATIENCE);
		nanosleep(&pause, NULL);
	}
	figures_add(&edu->copy_ns, (now() - start) * 1e9);
	return true;
}

/* Out of the memory's first part and back into its second: with a pattern of its own every time. */
static bool there_and_back(struct edu *edu, unsigned repeat, struct reason *why)
{
	unsigned char *out = (unsigned char *)edu->memory.start, *back = out + 4 * KIB;

	for (unsigned i = 0; i < EDU_BYTES; i++)
		out[i] = (unsigned char)(i * 7 + i / 256 + repeat * 13 + 1);
	memset(back, 0, 4 * KIB);
	__sync_synchronize();
	if (!copy(edu, edu->iova, EDU_BUFFER, 0, why) ||
	    !copy(edu, EDU_BUFFER, edu->iova + 4 * KIB, EDU_TO_MEMORY, why))
		return false;
	__sync_synchronize();
	for (unsigned i = 0; i < EDU_BYTES; i++)
		edu->wrong += back[i] != out[i];
	for (unsigned i = EDU_BYTES; i < 4 * KIB; i++)
		edu->wrong += back[i] != 0;
	return true;
}

static bool work(struct edu *edu, const struct options *options, struct reason *why)
{
	if (!vfio_open(&edu->vfio, options->group, options->device, why) || !check_ids(edu->vfio.device, why) ||
	    !map_registers(edu, why))
		return false;
	if (!region_make(&edu->memory, 8 * KIB, PAGES_4K, first_node_with_cpus(), options->memory_share, why))
		return false;
	uint64_t preferred = options->iova ? options->iova : MIB;
	if (!vfio_place(&edu->vfio, edu->memory.bytes, 4 * KIB, preferred, &edu->iova, why))
		return false;
	if (edu->iova + edu->memory.bytes > EDU_REACH)
		return fail(why, "the device reaches 28 bits of address, not 0x%llx", (unsigned long long)edu->iova);
	if (!vfio_map(&edu->vfio, edu->memory.start, edu->memory.bytes, edu->iova, why))
		return false;
	for (unsigned i = 0; i < options->repeats; i++)
		if (!there_and_back(edu, i, why))
			return false;
	return vfio_unmap(&edu->vfio, edu->memory.bytes, edu->iova, why);
}

/* The device may still write after a failure: the IOMMU forgets the mapping (the container is closed) before the memory
   is given back. */
static void end(struct edu *edu)
{
	if (edu->registers)
		munmap((void *)(uintptr_t)edu->registers, edu->registers_bytes);
	vfio_close(&edu->vfio);
	region_drop(&edu->memory);
}

int run_edu(const struct options *options)
{
	static struct edu edu;
	struct reason why;

	edu.vfio = (struct vfio){.container = -1, .group = -1, .device = -1};
	json_whole("group", (uint64_t)options->group);
	json_text("device", options->device);
	bool done = work(&edu, options, &why);
	if (done) {
		json_bool("measured", true);
		json_bool("verified", !edu.wrong);
		json_whole("iova", edu.iova);
		json_whole("bytes_per_copy", EDU_BYTES);
		json_whole("copies", edu.copy_ns.count);
		json_figures("copy_ns", &edu.copy_ns);
	} else {
		json_unmeasured(&why);
	}
	end(&edu);
	return !done ? NOT_MEASURED : edu.wrong ? WRONG_DATA : MEASURED;
}
