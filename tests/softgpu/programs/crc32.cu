// SPDX-License-Identifier: MIT
//
// The CRC of many messages of different lengths, a thread each, with its table in constant memory.
#include "expect.h"

enum { MESSAGES = 300, MOST = 200 };

__constant__ uint32_t table[256];

__global__ void crc(uint32_t *out, const unsigned char *bytes)
{
    int m = blockIdx.x * blockDim.x + threadIdx.x;
    uint32_t c = ~0u;

    if (m >= MESSAGES)
        return;
    for (int i = 0; i < m * 7 % MOST; i++)
        c = table[(c ^ bytes[m * MOST + i]) & 255] ^ c >> 8;
    out[m] = ~c;
}

int main()
{
    static unsigned char bytes[MESSAGES * MOST];
    uint32_t host[256];
    static uint32_t out[MESSAGES];

    for (uint32_t i = 0; i < 256; i++) {
        host[i] = i;
        for (int k = 0; k < 8; k++)
            host[i] = host[i] & 1 ? 0xedb88320u ^ host[i] >> 1 : host[i] >> 1;
    }
    for (int i = 0; i < MESSAGES * MOST; i++)
        bytes[i] = (unsigned char)mix32(i);
    CHECK(cudaMemcpyToSymbol(table, host, sizeof(host)));
    unsigned char *dbytes = to_device(bytes, MESSAGES * MOST);
    uint32_t *dout = device_alloc<uint32_t>(MESSAGES);
    crc<<<(MESSAGES + 31) / 32, 32>>>(dout, dbytes);
    to_host(out, dout, MESSAGES);
    for (int m = 0; m < MESSAGES; m++) {
        uint32_t c = ~0u;
        for (int i = 0; i < m * 7 % MOST; i++) {
            c ^= bytes[m * MOST + i];
            for (int k = 0; k < 8; k++)
                c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
        }
        EXPECT(out[m] == ~c);
    }
    return finish();
}
