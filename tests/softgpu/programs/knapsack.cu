// SPDX-License-Identifier: MIT
//
// Dynamic programming over two rows, one launch an item.
#include "expect.h"

enum { ITEMS = 40, ROOM = 1000 };

__global__ void take(int *to, const int *from, int weight, int value)
{
    int room = blockIdx.x * blockDim.x + threadIdx.x;

    if (room <= ROOM)
        to[room] = room >= weight ? max(from[room], from[room - weight] + value) : from[room];
}

int main()
{
    static int row[ROOM + 1], got[ROOM + 1];
    int *d[2] = {to_device(row, ROOM + 1), device_alloc<int>(ROOM + 1)};

    for (int i = 0; i < ITEMS; i++) {
        int weight = mix32(i) % 90 + 10, value = mix32(i + 100) % 500;
        take<<<(ROOM + 64) / 64, 64>>>(d[(i + 1) % 2], d[i % 2], weight, value);
        for (int room = ROOM; room >= weight; room--)
            if (row[room - weight] + value > row[room])
                row[room] = row[room - weight] + value;
    }
    to_host(got, d[ITEMS % 2], ROOM + 1);
    EXPECT(!memcmp(got, row, sizeof(row)));
    return finish();
}
