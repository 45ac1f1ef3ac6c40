// SPDX-License-Identifier: MIT
// The two kernels of MRI-Q in their usual form: samples in constant memory, one voxel per thread.
struct sample {
    float x, y, z, magnitude;
};

__constant__ struct sample samples[1024];

extern "C" __global__ void magnitudes(const float *real, const float *imaginary, float *out, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        out[i] = real[i] * real[i] + imaginary[i] * imaginary[i];
}

extern "C" __global__ void compute_q(int n, const float *x, const float *y, const float *z,
                                     float *qr, float *qi)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float px = x[i], py = y[i], pz = z[i], r = qr[i], m = qi[i];

    for (int k = 0; k < n; k++) {
        float angle =
            6.2831853071795864769f * (samples[k].x * px + samples[k].y * py + samples[k].z * pz);
        r += samples[k].magnitude * cosf(angle);
        m += samples[k].magnitude * sinf(angle);
    }
    qr[i] = r;
    qi[i] = m;
}
