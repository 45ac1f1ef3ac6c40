// SPDX-License-Identifier: MIT
// Virtual functions that do not look at the grid.
struct shape { __device__ virtual float area() const = 0; };
struct square : shape {
    float a;
    __device__ square(float x) : a(x) {}
    __device__ float area() const override { return a * a; }
};
struct circle : shape {
    float r;
    __device__ circle(float x) : r(x) {}
    __device__ float area() const override { return 3 * r * r; }
};
__global__ void areas(float *out)
{
    shape *s = blockIdx.x & 1 ? (shape *)new square(2) : (shape *)new circle(3);
    out[blockIdx.x] = s->area();
    delete s;
}
