/* SPDX-License-Identifier: MIT
 *
 * quiet.c - the states of the process's threads, from /proc/self/task.
 */
#include "tools/softgpu/device/quiet.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Then it takes longer: the CPU is left alone between looks. */
#define LOOKS_AT_ONCE 200

static size_t read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* Asleep, and how often it has run so far. A thread that just ended counts as asleep. */
static bool thread_rests(const char *tid, uint64_t *runs)
{
    char path[64], text[512], *state;
    unsigned long long on_cpu, waited, times;

    snprintf(path, sizeof(path), "/proc/self/task/%.20s/stat", tid);
    if (!read_file(path, text, sizeof(text)))
        return true;
    state = strrchr(text, ')');
    if (!state || state[1] != ' ' || (state[2] != 'S' && state[2] != 'Z'))
        return false;
    snprintf(path, sizeof(path), "/proc/self/task/%.20s/schedstat", tid);
    if (read_file(path, text, sizeof(text)) &&
        sscanf(text, "%llu %llu %llu", &on_cpu, &waited, &times) == 3)
        *runs += times;
    return true;
}

static bool all_rest(uint64_t *ret_runs)
{
    DIR *tasks = opendir("/proc/self/task");
    long self = (long)gettid();
    bool rest = true;

    *ret_runs = 0;
    if (!tasks)
        return false;
    for (struct dirent *entry; rest && (entry = readdir(tasks));)
        if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) != self)
            rest = thread_rests(entry->d_name, ret_runs);
    closedir(tasks);
    return rest;
}

static uint64_t clock_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* What the other threads have used of the CPU. One that is kept from it by other processes does not
 * poll, however long that takes. */
static uint64_t others_us(void)
{
    return clock_us(CLOCK_PROCESS_CPUTIME_ID) - clock_us(CLOCK_THREAD_CPUTIME_ID);
}

static void let_others_run(unsigned round)
{
    const struct timespec moment = {.tv_nsec = 100000};

    if (round < LOOKS_AT_ONCE)
        sched_yield();
    else
        nanosleep(&moment, NULL);
}

void quiet_wait(uint64_t patience_us)
{
    uint64_t until_us = others_us() + patience_us, runs, before = 0;
    bool rested = false;

    for (unsigned round = 0; others_us() < until_us; round++) {
        bool rest = all_rest(&runs);

        if (rest && rested && runs == before)
            return;
        rested = rest;
        before = runs;
        let_others_run(round);
    }
}
