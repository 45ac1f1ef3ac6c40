// SPDX-License-Identifier: MIT
// Launch bounds, register limits, inline PTX of many forms.
// hides: %ctaid
__global__ void __launch_bounds__(128, 4) bounded(unsigned *out) { out[blockIdx.x] = gridDim.z; }
__global__ void __launch_bounds__(64) inlined(unsigned *out, unsigned long *wide)
{
    unsigned x, y, z, w;
    unsigned short h;
    unsigned long l;
    asm volatile("mov.v4.u32 {%0,%1,%2,%3}, %%ctaid;" : "=r"(x), "=r"(y), "=r"(z), "=r"(w));
    asm volatile("mov.u16 %0, %%ctaid.x;" : "=h"(h));
    asm volatile("mov.b64 %0, {%%ctaid.x, %%nctaid.x};" : "=l"(l));
    *out = x + y + z + w + h;
    *wide = l;
    asm volatile("{ .reg .v4 .u32 %%ctaid; mov.u32 %%ctaid.x, 5; mov.u32 %0, %%ctaid.x; }" : "=r"(x));
    out[1] = x;
    asm volatile("cvt.u64.u32 %0, %%nctaid.y;" : "=l"(l));
    wide[1] = l;
}
