// SPDX-License-Identifier: MIT
//
// A program with NVIDIA's own runtime: it gets an error, and the user one sentence on what to do.
//
// build: $(echo $NVCC | sed 's/-cudart shared//') -arch=compute_75 $IN -o $BIN
// expect-stderr: build it with "nvcc -cudart shared"
// preload: no it ends before it launches
#include <cstdio>
#include <cuda_runtime.h>

int main()
{
    int n = 0;
    cudaError_t error = cudaGetDeviceCount(&n);

    if (!error)
        error = cudaFree(0);
    printf("%s\n", error ? "refused" : "accepted");
    return !error;
}
