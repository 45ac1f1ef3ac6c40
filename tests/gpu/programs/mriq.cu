// SPDX-License-Identifier: MIT
//
// MRI-Q: 64^3 voxels in 1024 blocks of 256; the samples come by constant memory, rewritten before
// each of the launches without any synchronisation in between.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *compute_q*
#include "check.h"
#include <vector>

enum { VOXELS = 64 * 64 * 64, THREADS = 256, CHUNK = 256, CHUNKS = 4 };

struct sample {
    float x, y, z, phi;
};

__constant__ struct sample samples[CHUNK];

__global__ void compute_phi(const float *real, const float *imaginary, float *phi)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    phi[i] = real[i] * real[i] + imaginary[i] * imaginary[i];
}

__global__ void compute_q(const float *x, const float *y, const float *z, float *qr, float *qi)
{
    const unsigned i = blockIdx.x * THREADS + threadIdx.x;
    const float sx = x[i], sy = y[i], sz = z[i];
    float r = qr[i], im = qi[i];

    for (int k = 0; k < CHUNK; k++) {
        const float angle =
            6.2831853071795864769f * (samples[k].x * sx + samples[k].y * sy + samples[k].z * sz);
        r += samples[k].phi * cosf(angle);
        im += samples[k].phi * sinf(angle);
    }
    qr[i] = r;
    qi[i] = im;
}

int main()
{
    const int n = CHUNK * CHUNKS;
    std::vector<float> kx(n), ky(n), kz(n), phi(n);
    std::vector<sample> chunk(CHUNK);
    float *real = device_floats(n, 1), *imaginary = device_floats(n, 2),
          *phi_d = device_alloc<float>(n);
    float *x = device_floats(VOXELS, 3), *y = device_floats(VOXELS, 4),
          *z = device_floats(VOXELS, 5);
    float *qr = device_alloc<float>(VOXELS), *qi = device_alloc<float>(VOXELS);

    fill_f32(kx.data(), n, 6);
    fill_f32(ky.data(), n, 7);
    fill_f32(kz.data(), n, 8);
    compute_phi<<<n / 128, 128>>>(real, imaginary, phi_d);
    CHECK(cudaMemcpy(phi.data(), phi_d, n * sizeof(float), cudaMemcpyDeviceToHost));
    CHECK(cudaMemset(qr, 0, VOXELS * sizeof(float)));
    CHECK(cudaMemset(qi, 0, VOXELS * sizeof(float)));
    for (int c = 0; c < CHUNKS; c++) {
        for (int k = 0; k < CHUNK; k++)
            chunk[k] = {kx[c * CHUNK + k], ky[c * CHUNK + k], kz[c * CHUNK + k],
                        phi[c * CHUNK + k]};
        CHECK(cudaMemcpyToSymbol(samples, chunk.data(), sizeof(sample) * CHUNK));
        compute_q<<<VOXELS / THREADS, THREADS>>>(x, y, z, qr, qi);
    }
    CHECK(cudaGetLastError());
    show_device("qr", qr, VOXELS * sizeof(float));
    show_device("qi", qi, VOXELS * sizeof(float));
    return 0;
}
