// SPDX-License-Identifier: MIT
//
// A fork before CUDA is used: parent and child each use it. Then a fork with work queued whose
// child only leaves, and one whose child executes something else; the parent goes on
// undisturbed.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 160, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void step(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt) + blockIdx.x;
}

static int status_of(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) != child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void work(const char *who, uint32_t seed)
{
    uint32_t *v = device_words(N, seed);

    for (uint32_t k = 0; k < 5; k++)
        step<<<BLOCKS, BLOCK>>>(v, k);
    CHECK(cudaGetLastError());
    show_device(who, v, N * 4);
    fflush(stdout);
}

int main()
{
    uint32_t *v;
    pid_t child = fork();

    if (child == 0) {
        work("child", 1);
        exit(4);
    }
    printf("child %d\n", status_of(child));
    work("parent", 2);
    v = device_words(N, 3);
    for (uint32_t k = 0; k < 10; k++) {
        step<<<BLOCKS, BLOCK>>>(v, k);
        if (k == 3) {
            child = fork();
            if (child == 0)
                _exit(5);
            printf("leaving child %d\n", status_of(child));
        }
        if (k == 6) {
            fflush(stdout);
            child = fork();
            if (child == 0)
                execl("/bin/sh", "sh", "-c", "echo from a shell; exit 6", (char *)NULL);
            printf("executing child %d\n", status_of(child));
        }
    }
    show_device("parent", v, N * 4);
    return 0;
}
