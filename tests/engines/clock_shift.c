/* Makes a process see a wrong clock: preload it and name a file in CLOCK_SHIFT_FILE
   that holds the seconds to add. The file may change while the process runs; clocks
   that only measure how long something takes go on as they are, as on a machine whose
   time is set. libfaketime cannot be used: its epoll_wait fails Kafka's client. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shift(void) {
    static int file = -1;
    char text[32];
    if (file < 0) {
        const char *name = getenv("CLOCK_SHIFT_FILE");
        file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    }
    ssize_t size = file < 0 ? 0 : pread(file, text, sizeof text - 1, 0);
    if (size <= 0) return 0;
    text[size] = 0;
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, at);
    if (!result && clock == CLOCK_REALTIME) at->tv_sec += shift();
    return result;
}

int gettimeofday(struct timeval *at, void *zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(at, zone);
    if (!result) at->tv_sec += shift();
    return result;
}

time_t time(time_t *to) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (to) *to = at.tv_sec;
    return at.tv_sec;
}
