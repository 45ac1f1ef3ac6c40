// SPDX-License-Identifier: MIT
//
// Two runtimes in one process: the program and a library opened with dlopen, each with its own
// static runtime and images, share buffers and a stream. The library is closed and opened again.
// build: $NVCC -arch=sm_90 -shared -Xcompiler -fPIC $SRC/parts/runtime_library.cu -o $BIN.so
// build: $NVCC -arch=sm_90 $IN -o $BIN -ldl
// expect-sliced: *in_program*
// expect-sliced: *in_library*
#include "check.h"
#include <dlfcn.h>
#include <thread>

enum { BLOCKS = 210, BLOCK = 64, N = BLOCKS * BLOCK };

typedef int (*library_fn)(uint32_t *v, unsigned blocks, unsigned block, void *stream);

__global__ void in_program(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt) + blockIdx.x;
}

int main(int, char **argv)
{
    uint32_t *a = device_words(N, 1), *b = device_words(N, 2);
    cudaStream_t stream;
    char path[4096];

    snprintf(path, sizeof(path), "%s.so", argv[0]);
    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int round = 0; round < 2; round++) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        CHECK(library == NULL);
        library_fn run = (library_fn)dlsym(library, "library_run");
        CHECK(run == NULL);
        std::thread other([run, b] { CHECK(run(b, BLOCKS, BLOCK, NULL)); });
        for (uint32_t k = 0; k < 3; k++) {
            in_program<<<BLOCKS, BLOCK, 0, stream>>>(a, k);
            CHECK(run(a, BLOCKS, BLOCK, stream));
            in_program<<<BLOCKS, BLOCK, 0, stream>>>(a, k + 10);
        }
        other.join();
        CHECK(cudaDeviceSynchronize());
        show_device("a", a, N * 4);
        show_device("b", b, N * 4);
        CHECK(dlclose(library));
    }
    return 0;
}
