/* SPDX-License-Identifier: MIT
 *
 * pair.cu - an ordinary CUDA program for tools/demo: two host threads share the GPU, one multiplying
 * matrices (SGEMM), one computing the Q matrix of an MRI reconstruction (MRI-Q), each on a stream of
 * its own, over and over. It knows nothing of SliVER.
 *
 *     pair [-t SECONDS | -n ROUNDS] [-m MATRIX_SIZE] [-v VOXELS] [-k SAMPLES] OUTPUT
 *
 * Every round computes the same from the same inputs, so the bytes written to OUTPUT do not depend on
 * how many rounds there were. Status 77: there is no CUDA device.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include <pthread.h>
#include <unistd.h>

#define TILE         16   /* SGEMM: threads along each side of a block */
#define Q_THREADS    256  /* MRI-Q: threads of a block */
#define Q_PER_LAUNCH 1024 /* samples that fit the constant memory of one launch */

#define CHECK(call)                                                                                \
    do {                                                                                           \
        cudaError_t error_ = (call);                                                               \
        if (error_ != cudaSuccess) {                                                               \
            fprintf(stderr, "pair: %s: %s\n", #call, cudaGetErrorString(error_));                  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

struct settings {
    double seconds = 2.0;
    long rounds = 0; /* 0: as many as fit the seconds */
    int matrix_size = 2048;
    int n_voxels = 64 * 64 * 64;
    int n_samples = 2048;
};

static settings settings;

/* The same numbers in every run: in [-1, 1), from a linear congruence. */
static std::vector<float> make_input(size_t n, uint32_t seed)
{
    std::vector<float> values(n);

    for (float &value : values) {
        seed = seed * 1664525u + 1013904223u;
        value = (float)(seed >> 8) / (1 << 23) - 1.0f;
    }
    return values;
}

static float *to_device(const std::vector<float> &values)
{
    float *device;

    CHECK(cudaMalloc(&device, values.size() * sizeof(float)));
    CHECK(cudaMemcpy(device, values.data(), values.size() * sizeof(float), cudaMemcpyHostToDevice));
    return device;
}

/* C = A * B, all n x n, row by row; n is a multiple of TILE. */
__global__ void sgemm(const float *a, const float *b, float *c, int n)
{
    __shared__ float tile_a[TILE][TILE], tile_b[TILE][TILE];
    int row = blockIdx.y * TILE + threadIdx.y, column = blockIdx.x * TILE + threadIdx.x;
    float sum = 0.0f;

    for (int k = 0; k < n; k += TILE) {
        tile_a[threadIdx.y][threadIdx.x] = a[(size_t)row * n + k + threadIdx.x];
        tile_b[threadIdx.y][threadIdx.x] = b[(size_t)(k + threadIdx.y) * n + column];
        __syncthreads();
        for (int i = 0; i < TILE; i++)
            sum += tile_a[threadIdx.y][i] * tile_b[i][threadIdx.x];
        __syncthreads();
    }
    c[(size_t)row * n + column] = sum;
}

/* x, y, z in k-space and the magnitude there. */
__constant__ float4 samples[Q_PER_LAUNCH];

/* Adds the samples' part to Q (real and imaginary) of each voxel. */
__global__ void compute_q(int n_samples, int n_voxels, const float *x, const float *y,
                          const float *z, float *q_real, float *q_imaginary)
{
    int voxel = blockIdx.x * blockDim.x + threadIdx.x;

    if (voxel >= n_voxels)
        return;
    float real = q_real[voxel], imaginary = q_imaginary[voxel];
    for (int i = 0; i < n_samples; i++) {
        float angle = 6.2831853f * (samples[i].x * x[voxel] + samples[i].y * y[voxel] +
                                    samples[i].z * z[voxel]);

        real += samples[i].w * cosf(angle);
        imaginary += samples[i].w * sinf(angle);
    }
    q_real[voxel] = real;
    q_imaginary[voxel] = imaginary;
}

/* What a thread does: prepare once, rounds over and over, then fetch the result. */
struct job {
    const char *name;
    std::vector<float> output;
    float *device_output;
    long n_rounds = 0;
    cudaStream_t stream;

    explicit job(const char *name) : name(name)
    {
    }
    virtual void prepare() = 0;
    virtual void round() = 0;
};

struct sgemm_job : job {
    float *a, *b;

    sgemm_job() : job("sgemm")
    {
    }

    void prepare() override
    {
        size_t n = (size_t)settings.matrix_size * settings.matrix_size;

        output.resize(n);
        a = to_device(make_input(n, 1));
        b = to_device(make_input(n, 2));
        device_output = to_device(output);
    }

    void round() override
    {
        int n = settings.matrix_size;
        dim3 grid(n / TILE, n / TILE), block(TILE, TILE);

        sgemm<<<grid, block, 0, stream>>>(a, b, device_output, n);
    }
};

struct mri_q_job : job {
    std::vector<float> k_space;
    float *x, *y, *z;

    mri_q_job() : job("mri-q")
    {
    }

    void prepare() override
    {
        size_t n = settings.n_voxels;

        output.resize(2 * n);
        k_space = make_input(4 * (size_t)settings.n_samples, 3);
        x = to_device(make_input(n, 4));
        y = to_device(make_input(n, 5));
        z = to_device(make_input(n, 6));
        device_output = to_device(output);
    }

    void round() override
    {
        int n = settings.n_voxels, blocks = (n + Q_THREADS - 1) / Q_THREADS;

        CHECK(cudaMemsetAsync(device_output, 0, output.size() * sizeof(float), stream));
        for (int first = 0; first < settings.n_samples; first += Q_PER_LAUNCH) {
            int count = settings.n_samples - first;

            count = count < Q_PER_LAUNCH ? count : Q_PER_LAUNCH;
            CHECK(cudaMemcpyToSymbolAsync(samples, &k_space[4 * (size_t)first],
                                          count * sizeof(float4), 0, cudaMemcpyHostToDevice,
                                          stream));
            compute_q<<<blocks, Q_THREADS, 0, stream>>>(count, n, x, y, z, device_output,
                                                        device_output + n);
        }
    }
};

static pthread_barrier_t both_ready;

static double now_seconds()
{
    timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void *run_job(void *arg)
{
    job *job = static_cast<struct job *>(arg);
    double end;

    pthread_setname_np(pthread_self(), job->name);
    CHECK(cudaSetDevice(0));
    CHECK(cudaStreamCreateWithFlags(&job->stream, cudaStreamNonBlocking));
    job->prepare();
    pthread_barrier_wait(&both_ready);
    end = now_seconds() + settings.seconds;
    do {
        job->round();
        CHECK(cudaGetLastError());
        CHECK(cudaStreamSynchronize(job->stream));
        job->n_rounds++;
    } while (settings.rounds ? job->n_rounds < settings.rounds : now_seconds() < end);
    CHECK(cudaMemcpyAsync(job->output.data(), job->device_output,
                          job->output.size() * sizeof(float), cudaMemcpyDeviceToHost,
                          job->stream));
    CHECK(cudaStreamSynchronize(job->stream));
    return nullptr;
}

/* FNV-1a, 64 bits. */
static uint64_t checksum(const std::vector<float> &values)
{
    const unsigned char *bytes = reinterpret_cast<const unsigned char *>(values.data());
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < values.size() * sizeof(float); i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

static int usage()
{
    fputs("usage: pair [-t SECONDS | -n ROUNDS] [-m MATRIX_SIZE] [-v VOXELS] [-k SAMPLES] OUTPUT\n",
          stderr);
    return 2;
}

static int read_settings(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "t:n:m:v:k:")) != -1)
        switch (option) {
        case 't':
            settings.seconds = atof(optarg);
            break;
        case 'n':
            settings.rounds = atol(optarg);
            break;
        case 'm':
            settings.matrix_size = (atoi(optarg) + TILE - 1) / TILE * TILE;
            break;
        case 'v':
            settings.n_voxels = atoi(optarg);
            break;
        case 'k':
            settings.n_samples = atoi(optarg);
            break;
        default:
            return -1;
        }
    if (optind + 1 != argc || settings.matrix_size <= 0 || settings.n_voxels <= 0 ||
        settings.n_samples <= 0 || settings.rounds < 0)
        return -1;
    return 0;
}

int main(int argc, char **argv)
{
    sgemm_job sgemm;
    mri_q_job mri_q;
    job *jobs[] = {&sgemm, &mri_q};
    pthread_t threads[2];
    int n_devices = 0;
    cudaError_t error;
    FILE *file;

    if (read_settings(argc, argv) < 0)
        return usage();
    error = cudaGetDeviceCount(&n_devices);
    if (error != cudaSuccess || n_devices == 0) {
        fprintf(stderr, "pair: no CUDA device: %s\n", cudaGetErrorString(error));
        return 77;
    }
    pthread_barrier_init(&both_ready, nullptr, 2);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], nullptr, run_job, jobs[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], nullptr);

    file = fopen(argv[optind], "wb");
    if (!file) {
        perror(argv[optind]);
        return 1;
    }
    for (job *job : jobs) {
        fwrite(job->output.data(), sizeof(float), job->output.size(), file);
        printf("%-6s checksum %016llx, %ld rounds\n", job->name,
               (unsigned long long)checksum(job->output), job->n_rounds);
    }
    return fclose(file) == 0 ? 0 : 1;
}
