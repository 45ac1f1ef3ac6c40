// SPDX-License-Identifier: MIT
// Grid-wide synchronisation beside an ordinary kernel.
#include <cooperative_groups.h>
__global__ void together(unsigned *out)
{
    out[blockIdx.x] = 1;
    cooperative_groups::this_grid().sync();
    out[blockIdx.x] += out[(blockIdx.x + 1) % gridDim.x];
}
__global__ void alone(unsigned *out) { out[blockIdx.x] = gridDim.x; }
