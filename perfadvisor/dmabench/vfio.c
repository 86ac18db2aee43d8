/* A VFIO container with one group in it. Documentation/driver-api/vfio.rst; include/uapi/linux/vfio.h */
#include "dmabench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INFO_BYTES 4096

static bool open_container(struct vfio *vfio, struct reason *why)
{
	vfio->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (vfio->container < 0)
		return fail(why, "/dev/vfio/vfio cannot be opened: %s (is the module vfio-pci loaded?)",
			    strerror(errno));
	if (ioctl(vfio->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return fail(why, "the kernel speaks another version of VFIO");
	if (ioctl(vfio->container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1)
		return fail(why, "VFIO has no type1v2 IOMMU here (is the module vfio_iommu_type1 loaded?)");
	return true;
}

static bool open_group(struct vfio *vfio, int group, struct reason *why)
{
	struct vfio_group_status status = {.argsz = sizeof status};
	char path[64];

	snprintf(path, sizeof path, "/dev/vfio/%d", group);
	vfio->group = open(path, O_RDWR | O_CLOEXEC);
	if (vfio->group < 0)
		return fail(why, "%s cannot be opened: %s%s", path, strerror(errno),
			    errno == ENOENT ? " (bind every device of the group to vfio-pci)"
					    : errno == EBUSY ? " (another process holds the group)" : "");
	if (ioctl(vfio->group, VFIO_GROUP_GET_STATUS, &status))
		return fail(why, "the status of group %d cannot be read: %s", group, strerror(errno));
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return fail(why, "group %d is not viable: some of its devices are not bound to vfio-pci", group);
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container))
		return fail(why, "group %d cannot be put into a container: %s", group, strerror(errno));
	if (ioctl(vfio->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return fail(why, "the IOMMU cannot be set: %s%s", strerror(errno),
			    errno == EPERM ? " (no interrupt remapping?)" : "");
	return true;
}

static void read_ranges(struct vfio *vfio, const char *info, uint32_t at)
{
#ifdef VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE
	struct vfio_iommu_type1_info_cap_iova_range ranges;

	if (at > INFO_BYTES - sizeof ranges)
		return;
	memcpy(&ranges, info + at, sizeof ranges);
	at += (uint32_t)sizeof ranges;
	for (uint32_t i = 0; i < ranges.nr_iovas && vfio->range_count < MAX_RANGES; i++) {
		struct vfio_iova_range range;
		if (at > INFO_BYTES - sizeof range)
			return;
		memcpy(&range, info + at, sizeof range);
		at += (uint32_t)sizeof range;
		vfio->range_first[vfio->range_count] = range.start;
		vfio->range_last[vfio->range_count++] = range.end;
	}
#else
	(void)vfio, (void)info, (void)at;
#endif
}

static void read_left(struct vfio *vfio, const char *info, uint32_t at)
{
#ifdef VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL
	struct vfio_iommu_type1_info_dma_avail left;

	if (at > INFO_BYTES - sizeof left)
		return;
	memcpy(&left, info + at, sizeof left);
	vfio->mappings_left = left.avail;
#else
	(void)vfio, (void)info, (void)at;
#endif
}

#ifdef VFIO_IOMMU_INFO_CAPS
static void read_capabilities(struct vfio *vfio, const char *info, uint32_t at)
{
	for (unsigned i = 0; i < 16 && at; i++) {
		struct vfio_info_cap_header header;
		if (at > INFO_BYTES - sizeof header)
			return;
		memcpy(&header, info + at, sizeof header);
#ifdef VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE
		if (header.id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
			read_ranges(vfio, info, at);
#endif
#ifdef VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL
		if (header.id == VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL)
			read_left(vfio, info, at);
#endif
		at = header.next;
	}
}
#endif

static bool read_info(struct vfio *vfio, struct reason *why)
{
	union {
		struct vfio_iommu_type1_info info;
		char bytes[INFO_BYTES];
	} answer = {.info = {.argsz = INFO_BYTES}};

	vfio->mappings_left = -1;
	vfio->page_sizes = 4 * KIB;
	if (ioctl(vfio->container, VFIO_IOMMU_GET_INFO, &answer))
		return fail(why, "the IOMMU cannot be asked what it can: %s", strerror(errno));
	if (answer.info.flags & VFIO_IOMMU_INFO_PGSIZES)
		vfio->page_sizes = answer.info.iova_pgsizes;
#ifdef VFIO_IOMMU_INFO_CAPS
	if (answer.info.flags & VFIO_IOMMU_INFO_CAPS)
		read_capabilities(vfio, answer.bytes, answer.info.cap_offset);
#endif
	if (!vfio->range_count) { /* kernels before 5.4 do not tell: below the interrupts' window all is free */
		vfio->range_last[0] = 0xfedfffff;
		vfio->range_count = 1;
	}
	return true;
}

static bool open_device(struct vfio *vfio, const char *device, struct reason *why)
{
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, device);
	return vfio->device >= 0 || fail(why, "device %s cannot be opened: %s", device, strerror(errno));
}

bool vfio_open(struct vfio *vfio, int group, const char *device, struct reason *why)
{
	*vfio = (struct vfio){.container = -1, .group = -1, .device = -1};
	raise_memlock();
	if (open_container(vfio, why) && open_group(vfio, group, why) && read_info(vfio, why) &&
	    (!device || open_device(vfio, device, why)))
		return true;
	vfio_close(vfio);
	return false;
}

void vfio_close(struct vfio *vfio)
{
	int *descriptors[] = {&vfio->device, &vfio->group, &vfio->container};

	for (unsigned i = 0; i < 3; i++) {
		if (*descriptors[i] >= 0)
			close(*descriptors[i]);
		*descriptors[i] = -1;
	}
}

bool vfio_map(const struct vfio *vfio, const void *start, uint64_t bytes, uint64_t iova, struct reason *why)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof map,
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)start,
		.iova = iova,
		.size = bytes,
	};

	if (ioctl(vfio->container, VFIO_IOMMU_MAP_DMA, &map) == 0)
		return true;
	return fail(why, "%llu MiB cannot be mapped at 0x%llx: %s%s", (unsigned long long)(bytes / MIB),
		    (unsigned long long)iova, strerror(errno), errno == ENOMEM ? " (see ulimit -l)" : "");
}

bool vfio_unmap(const struct vfio *vfio, uint64_t bytes, uint64_t iova, struct reason *why)
{
	struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof unmap, .iova = iova, .size = bytes};

	if (ioctl(vfio->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return fail(why, "memory at 0x%llx cannot be unmapped: %s", (unsigned long long)iova, strerror(errno));
	if (unmap.size != bytes)
		return fail(why, "of %llu bytes %llu were unmapped", (unsigned long long)bytes,
			    (unsigned long long)unmap.size);
	return true;
}

/* The first aligned device address at or above `preferred` where `bytes` fit between the reserved windows. */
bool vfio_place(const struct vfio *vfio, uint64_t bytes, uint64_t align, uint64_t preferred, uint64_t *iova,
		struct reason *why)
{
	for (unsigned i = 0; i < vfio->range_count; i++) {
		uint64_t first = vfio->range_first[i] > preferred ? vfio->range_first[i] : preferred;
		uint64_t start = (first + align - 1) / align * align;
		if (first <= UINT64_MAX - align && start <= vfio->range_last[i] &&
		    vfio->range_last[i] - start >= bytes - 1) {
			*iova = start;
			return true;
		}
	}
	return fail(why, "no %llu MiB of device addresses are free from 0x%llx on", (unsigned long long)(bytes / MIB),
		    (unsigned long long)preferred);
}

void json_vfio(const struct vfio *vfio)
{
	json_open("iommu_page_sizes", '[');
	for (unsigned bit = 0; bit < 64; bit++)
		if (vfio->page_sizes >> bit & 1)
			json_whole(NULL, (uint64_t)1 << bit);
	json_close(']');
	if (vfio->mappings_left >= 0)
		json_whole("mappings_left", (uint64_t)vfio->mappings_left);
}
