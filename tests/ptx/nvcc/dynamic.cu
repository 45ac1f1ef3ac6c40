// SPDX-License-Identifier: MIT
// A kernel that launches another from the device.
__global__ void child(unsigned *out) { out[blockIdx.x] = gridDim.x; }
__global__ void parent(unsigned *out) { child<<<4, 1>>>(out + 4 * blockIdx.x); }
__global__ void other(unsigned *out) { out[blockIdx.x] = 7; }
