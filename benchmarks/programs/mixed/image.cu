/* SPDX-License-Identifier: MIT
 *
 * image.cu - a pipeline on a grey image: blurred several times by rows and by columns, edges by
 * Sobel's operator, their histogram, and the equalised edges. Whole numbers, so the reference is
 * exact.
 */
#include "mixed.h"

enum { WIDTH = 256, ROWS_PER_SCALE = 16, BLURS = 8, LEVELS = 256, TILE_X = 32, TILE_Y = 8 };

/* Pixels outside repeat the border. */
__host__ __device__ static inline int image_pixel(const uint8_t *image, int height, int x, int y)
{
    x = x < 0 ? 0 : x >= WIDTH ? WIDTH - 1 : x;
    y = y < 0 ? 0 : y >= height ? height - 1 : y;
    return image[y * WIDTH + x];
}

/* Binomial weights 1 4 6 4 1 along (dx, dy). */
__host__ __device__ static inline uint8_t image_blur_at(const uint8_t *in, int height, int x, int y,
                                                        int dx, int dy)
{
    const int sum = image_pixel(in, height, x - 2 * dx, y - 2 * dy) +
                    4 * image_pixel(in, height, x - dx, y - dy) +
                    6 * image_pixel(in, height, x, y) +
                    4 * image_pixel(in, height, x + dx, y + dy) +
                    image_pixel(in, height, x + 2 * dx, y + 2 * dy);

    return (uint8_t)((sum + 8) / 16);
}

__host__ __device__ static inline uint8_t image_sobel_at(const uint8_t *in, int height, int x,
                                                         int y)
{
    int gx = 0, gy = 0;

    for (int d = -1; d <= 1; d++) {
        const int weight = d == 0 ? 2 : 1;
        gx += weight *
              (image_pixel(in, height, x + 1, y + d) - image_pixel(in, height, x - 1, y + d));
        gy += weight *
              (image_pixel(in, height, x + d, y + 1) - image_pixel(in, height, x + d, y - 1));
    }
    const int strength = (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy);
    return (uint8_t)(strength > 255 ? 255 : strength);
}

/* The level's rank among all pixels, spread over the levels. */
__host__ __device__ static inline uint8_t image_equal_level(unsigned long long up_to, size_t pixels)
{
    return (uint8_t)(up_to * (LEVELS - 1) / pixels);
}

__global__ static void image_blur(const uint8_t *in, uint8_t *out, int height, int dx, int dy)
{
    const int x = blockIdx.x * TILE_X + threadIdx.x, y = blockIdx.y * TILE_Y + threadIdx.y;

    out[y * WIDTH + x] = image_blur_at(in, height, x, y, dx, dy);
}

__global__ static void image_sobel(const uint8_t *in, uint8_t *out, int height)
{
    const int x = blockIdx.x * TILE_X + threadIdx.x, y = blockIdx.y * TILE_Y + threadIdx.y;

    out[y * WIDTH + x] = image_sobel_at(in, height, x, y);
}

/* A block counts 4096 pixels in shared memory, then adds up. */
__global__ static void image_histogram(const uint8_t *in, unsigned *histogram)
{
    __shared__ unsigned counts[LEVELS];

    counts[threadIdx.x] = 0;
    __syncthreads();
    for (int i = 0; i < ROWS_PER_SCALE; i++)
        atomicAdd(&counts[in[(blockIdx.x * ROWS_PER_SCALE + i) * WIDTH + threadIdx.x]], 1u);
    __syncthreads();
    if (counts[threadIdx.x] != 0)
        atomicAdd(&histogram[threadIdx.x], counts[threadIdx.x]);
}

/* One block: running sums of the histogram make the table of new levels. */
__global__ static void image_table(const unsigned *histogram, uint8_t *table, size_t pixels)
{
    __shared__ unsigned sums[LEVELS];
    const int t = threadIdx.x;

    sums[t] = histogram[t];
    __syncthreads();
    for (int step = 1; step < LEVELS; step *= 2) {
        const unsigned left = t >= step ? sums[t - step] : 0;
        __syncthreads();
        sums[t] += left;
        __syncthreads();
    }
    table[t] = image_equal_level(sums[t], pixels);
}

__global__ static void image_apply(uint8_t *image, const uint8_t *table)
{
    const int i = blockIdx.x * LEVELS + threadIdx.x;

    image[i] = table[image[i]];
}

namespace
{
struct image_application : application {
    const int height;
    buffer<uint8_t> image, other, table;
    buffer<unsigned> histogram;

    explicit image_application(int scale)
        : height(ROWS_PER_SCALE * scale), image((size_t)WIDTH * height),
          other((size_t)WIDTH * height), table(LEVELS), histogram(LEVELS)
    {
        name = "image";
        main_launches = 2 * BLURS + 4;
        grid = dim3(WIDTH / TILE_X, height / TILE_Y);
        wave_blocks = device_wave_blocks(image_blur, TILE_X * TILE_Y);
        prepare();
    }
    void fill(uint8_t *pixels) const
    {
        for (size_t i = 0; i < image.n; i++)
            pixels[i] = (uint8_t)(data_hash((uint32_t)(i / 3)) % 160 + i / WIDTH % 96);
    }
    void prepare() override
    {
        fill(image.host);
    }
    void copy_in(cudaStream_t stream) override
    {
        image.copy_in(stream);
        histogram.zero(stream);
    }
    void launch(cudaStream_t stream) override
    {
        const dim3 tile(TILE_X, TILE_Y);

        for (int i = 0; i < BLURS; i++) {
            image_blur<<<grid, tile, 0, stream>>>(image.device, other.device, height, 1, 0);
            image_blur<<<grid, tile, 0, stream>>>(other.device, image.device, height, 0, 1);
        }
        image_sobel<<<grid, tile, 0, stream>>>(image.device, other.device, height);
        image_histogram<<<height / ROWS_PER_SCALE, LEVELS, 0, stream>>>(other.device,
                                                                        histogram.device);
        image_table<<<1, LEVELS, 0, stream>>>(histogram.device, table.device, image.n);
        image_apply<<<height * WIDTH / LEVELS, LEVELS, 0, stream>>>(other.device, table.device);
    }
    void copy_out(cudaStream_t stream) override
    {
        other.copy_out(stream);
    }
    bool is_right(int passes) const override
    {
        std::vector<uint8_t> a(image.n), b(image.n);
        std::vector<unsigned long long> up_to(LEVELS);

        fill(a.data());
        for (int i = 0; i < 2 * BLURS; i++, a.swap(b))
            for (size_t k = 0; k < a.size(); k++)
                b[k] = image_blur_at(a.data(), height, (int)(k % WIDTH), (int)(k / WIDTH),
                                     i % 2 == 0, i % 2);
        for (size_t k = 0; k < a.size(); k++)
            up_to[b[k] = image_sobel_at(a.data(), height, (int)(k % WIDTH), (int)(k / WIDTH))]++;
        for (int level = 1; level < LEVELS; level++)
            up_to[level] += up_to[level - 1];
        for (size_t k = 0; k < b.size(); k++)
            b[k] = image_equal_level(up_to[b[k]], b.size());
        return passes == 1 && memcmp(b.data(), other.host, b.size()) == 0;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, other.host, other.bytes());
    }
};
} // namespace

std::unique_ptr<application> mixed_image(int scale)
{
    return std::make_unique<image_application>(scale);
}
