/* A cable with a delay between two network namespaces: `line PID PID DELAY_US RATE_BITS QUEUE_FRAMES`. It makes a TAP device
 * line0 in the namespace of the first process and line1 in that of the second, and carries frames from one to the other:
 * each is due after the delay, later where the rate is used up, and dropped where the queue is full. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 9100, MOST = 16384 };
struct frame { uint64_t due; int size; unsigned char data[FRAME]; };
struct way { struct frame *ring; unsigned head, tail; uint64_t free_at; int from, to; };

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int tap(const char *pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/ns/net", pid);
    int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET)) {
        perror(path);
        exit(1);
    }
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK); /* it belongs to the namespace it is opened in */
    struct ifreq ask = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    snprintf(ask.ifr_name, sizeof ask.ifr_name, "%s", name);
    if (device < 0 || ioctl(device, TUNSETIFF, &ask)) {
        perror(name);
        exit(1);
    }
    close(space);
    return device;
}

static void take(struct way *way, uint64_t delay, uint64_t rate, unsigned queue) {
    while (way->tail - way->head < queue) {
        struct frame *frame = &way->ring[way->tail % MOST];
        frame->size = (int)read(way->from, frame->data, FRAME);
        if (frame->size <= 0) return;
        uint64_t start = now() > way->free_at ? now() : way->free_at;
        way->free_at = start + (uint64_t)frame->size * 8u * 1000000000u / rate;
        frame->due = way->free_at + delay;
        way->tail++;
    }
    unsigned char lost[FRAME];
    while (read(way->from, lost, FRAME) > 0) {}
}

static uint64_t give(struct way *way) {
    while (way->head != way->tail && way->ring[way->head % MOST].due <= now()) {
        struct frame *frame = &way->ring[way->head % MOST];
        if (write(way->to, frame->data, (size_t)frame->size) < 0) {}
        way->head++;
    }
    return way->head == way->tail ? UINT64_MAX : way->ring[way->head % MOST].due;
}

int main(int count, char **words) {
    if (count != 6) return 2;
    struct way ways[2] = {0};
    int first = tap(words[1], "line0"), second = tap(words[2], "line1");
    uint64_t delay = strtoull(words[3], NULL, 10) * 1000u, rate = strtoull(words[4], NULL, 10);
    unsigned queue = (unsigned)strtoul(words[5], NULL, 10);
    if (queue > MOST) queue = MOST;
    for (int i = 0; i < 2; i++) {
        ways[i].ring = malloc(sizeof(struct frame) * MOST);
        if (!ways[i].ring) return 1;
        ways[i].from = i ? second : first;
        ways[i].to = i ? first : second;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        uint64_t next = UINT64_MAX;
        for (int i = 0; i < 2; i++) {
            take(&ways[i], delay, rate, queue);
            uint64_t due = give(&ways[i]);
            if (due < next) next = due;
        }
        uint64_t wait = next == UINT64_MAX ? 1000000000u : next > now() ? next - now() : 0;
        struct timespec t = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
        struct pollfd ends[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
        ppoll(ends, 2, &t, NULL);
    }
}
