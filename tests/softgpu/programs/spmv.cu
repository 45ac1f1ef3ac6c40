// SPDX-License-Identifier: MIT
//
// A sparse matrix by rows times a vector, a warp a row.
#include "expect.h"

enum { ROWS = 200, COLUMNS = 300, MOST = 70 };

__global__ void multiply(long long *y, const int *starts, const int *columns, const int *values,
                         const int *x)
{
    int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
    long long sum = 0;

    if (row >= ROWS)
        return;
    for (int i = starts[row] + lane; i < starts[row + 1]; i += 32)
        sum += (long long)values[i] * x[columns[i]];
    for (int d = 16; d; d /= 2)
        sum += __shfl_xor_sync(~0u, sum, d);
    if (!lane)
        y[row] = sum;
}

int main()
{
    static int starts[ROWS + 1], columns[ROWS * MOST], values[ROWS * MOST], x[COLUMNS];
    static long long y[ROWS];

    for (int r = 0; r < ROWS; r++) {
        starts[r + 1] = starts[r] + mix32(r) % MOST;
        for (int i = starts[r]; i < starts[r + 1]; i++) {
            columns[i] = mix32(i) % COLUMNS;
            values[i] = (int)mix32(i + 1000000);
        }
    }
    fill_u32((uint32_t *)x, COLUMNS, 10);
    int *ds = to_device(starts, ROWS + 1), *dc = to_device(columns, ROWS * MOST);
    int *dv = to_device(values, ROWS * MOST), *dx = to_device(x, COLUMNS);
    long long *dy = device_alloc<long long>(ROWS);
    multiply<<<(ROWS * 32 + 127) / 128, 128>>>(dy, ds, dc, dv, dx);
    to_host(y, dy, ROWS);
    for (int r = 0; r < ROWS; r++) {
        unsigned long long sum = 0;
        for (int i = starts[r]; i < starts[r + 1]; i++)
            sum += (unsigned long long)((long long)values[i] * x[columns[i]]);
        EXPECT((unsigned long long)y[r] == sum);
    }
    return finish();
}
