/* SPDX-License-Identifier: MIT
 *
 * twin_cost - what the twin costs when it is launched as one slice, without SliVER in the process.
 *
 *     nvcc -arch=sm_90 -ptx kernels.cu -o kernels.ptx
 *     sliver rewrite kernels.ptx -o twins.ptx
 *     twin_cost twins.ptx [OPTIONS]
 *
 * Times the original entry and its twin in turn, the order changing from pair to pair, and prints
 * the median of the pairs' ratios (twin / original) and their quartiles, for each kernel. The
 * results of both are compared too: twins that compute something else are not measured. Beside it
 * stand the same ratios for copies of the original that differ in place only (controls.h): a twin's
 * ratio within their range says nothing of what the twin does.
 */
#include "arguments.h"
#include "controls.h"
#include "json.h"
#include <cuda.h>

/* As ptx-rewriter/ptx.h has it: six more 32-bit parameters, offset and whole grid. */
#define TWIN_PREFIX "__sliver_twin_"
enum { TAIL_WORDS = 6, MAX_PARAMS = 8, MAX_PAIRS = 1000 };

struct subject {
    const char *name;
    unsigned grid[3], block[3];
    void *params[MAX_PARAMS + TAIL_WORDS];
    int n_params;
    CUdeviceptr result;
    size_t result_bytes;
    CUfunction original, twin, controls[N_CONTROLS];
};

static const char *const kernels[] = {"sgemm_tiled", "sgemm_study", "mriq"};

static int launches = 5;
static CUevent begin_event, end_event;

static CUdeviceptr make_floats(size_t n, float scale)
{
    float *host = malloc(n * sizeof(float));
    CUdeviceptr device;

    for (size_t i = 0; i < n; i++)
        host[i] = scale * ((float)(i * 2654435761u % 1000) / 1000.0f - 0.5f);
    CHECK(cuMemAlloc(&device, n * sizeof(float)));
    CHECK(cuMemcpyHtoD(device, host, n * sizeof(float)));
    free(host);
    return device;
}

/* The tail goes behind the parameters; original launches do not look at it. */
static void launch(const struct subject *s, CUfunction function, void **params)
{
    CHECK(cuLaunchKernel(function, s->grid[0], s->grid[1], s->grid[2], s->block[0], s->block[1],
                         s->block[2], 0, NULL, params, NULL));
}

static double time_ms(const struct subject *s, CUfunction function, void **params)
{
    float ms;

    CHECK(cuEventRecord(begin_event, NULL));
    for (int i = 0; i < launches; i++)
        launch(s, function, params);
    CHECK(cuEventRecord(end_event, NULL));
    CHECK(cuEventSynchronize(end_event));
    CHECK(cuEventElapsedTime(&ms, begin_event, end_event));
    return ms / launches;
}

/* Both start from the same bytes; 1 if both end with the same. */
static int same_result(const struct subject *s, void **params)
{
    char *start = malloc(s->result_bytes), *first = malloc(s->result_bytes);
    char *second = malloc(s->result_bytes);
    int same;

    CHECK(cuMemcpyDtoH(start, s->result, s->result_bytes));
    launch(s, s->original, params);
    CHECK(cuMemcpyDtoH(first, s->result, s->result_bytes));
    CHECK(cuMemcpyHtoD(s->result, start, s->result_bytes));
    launch(s, s->twin, params);
    CHECK(cuMemcpyDtoH(second, s->result, s->result_bytes));
    same = memcmp(first, second, s->result_bytes) == 0;
    free(start);
    free(first);
    free(second);
    return same;
}

static void look_up(struct subject *s, CUmodule module)
{
    char name[64];

    CHECK(cuModuleGetFunction(&s->original, module, s->name));
    snprintf(name, sizeof(name), TWIN_PREFIX "%s", s->name);
    CHECK(cuModuleGetFunction(&s->twin, module, name));
    for (int i = 0; i < N_CONTROLS; i++) {
        snprintf(name, sizeof(name), CONTROL_NAME, i, s->name);
        CHECK(cuModuleGetFunction(&s->controls[i], module, name));
    }
}

/* Times the original and other in turn: ratios (other / original) and the original's times. */
static void time_pairs(struct subject *s, CUfunction other, int pairs, double *ret_ratios,
                       double *ret_originals)
{
    for (int p = -2; p < pairs; p++) {
        double ms[2];
        for (int k = 0; k < 2; k++) {
            const int second = (p & 1) ^ k;
            ms[second] = time_ms(s, second ? other : s->original, s->params);
        }
        if (p >= 0) {
            ret_ratios[p] = ms[1] / ms[0];
            ret_originals[p] = ms[0];
        }
    }
}

static void measure(struct subject *s, CUmodule module, int pairs)
{
    static double ratios[MAX_PAIRS], originals[MAX_PAIRS], unused[MAX_PAIRS];
    uint32_t tail[TAIL_WORDS] = {0, 0, 0, s->grid[0], s->grid[1], s->grid[2]};
    double control_ratios[N_CONTROLS], control[MAX_PAIRS];
    int registers[2];

    look_up(s, module);
    CHECK(cuFuncGetAttribute(&registers[0], CU_FUNC_ATTRIBUTE_NUM_REGS, s->original));
    CHECK(cuFuncGetAttribute(&registers[1], CU_FUNC_ATTRIBUTE_NUM_REGS, s->twin));
    for (int i = 0; i < TAIL_WORDS; i++)
        s->params[s->n_params + i] = &tail[i];
    if (!same_result(s, s->params)) {
        fprintf(stderr, "%s: the twin's result differs\n", s->name);
        exit(EXIT_WRONG);
    }
    time_pairs(s, s->twin, pairs, ratios, originals);
    for (int i = 0; i < N_CONTROLS; i++) {
        time_pairs(s, s->controls[i], pairs, control, unused);
        control_ratios[i] = median(control, (size_t)pairs);
    }
    json_begin("twin_cost");
    json_text("kernel", s->name);
    json_count("pairs", pairs);
    json_number("original_ms", median(originals, (size_t)pairs));
    json_number("ratio", median(ratios, (size_t)pairs));
    json_number("ratio_q1", percentile(ratios, (size_t)pairs, 0.25));
    json_number("ratio_q3", percentile(ratios, (size_t)pairs, 0.75));
    json_numbers("control_ratios", control_ratios, N_CONTROLS);
    json_count("registers", registers[0]);
    json_count("twin_registers", registers[1]);
    json_end();
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    if (file == NULL) {
        perror(path);
        exit(EXIT_USAGE);
    }
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = calloc(1, (size_t)size + 1);
    CHECK(fread(text, 1, (size_t)size, file) != (size_t)size);
    fclose(file);
    return text;
}

static void measure_sgemm(CUmodule module, int n, int pairs)
{
    const size_t size = (size_t)n * (size_t)n;
    CUdeviceptr a = make_floats(size, 1), b = make_floats(size, 1), c = make_floats(size, 1);
    float alpha = 0.5f, beta = 0.25f;
    struct subject tiled = {.name = "sgemm_tiled",
                            .grid = {(unsigned)n / 128, (unsigned)n / 128, 1},
                            .block = {256, 1, 1},
                            .params = {&a, &b, &c, &n, &alpha, &beta},
                            .n_params = 6,
                            .result = c,
                            .result_bytes = size * sizeof(float)};
    struct subject study = {.name = "sgemm_study",
                            .grid = {(unsigned)n / 128, (unsigned)n / 16, 1},
                            .block = {16, 8, 1},
                            .params = {&a, &n, &b, &n, &c, &n, &alpha, &beta},
                            .n_params = 8,
                            .result = c,
                            .result_bytes = size * sizeof(float)};

    measure(&tiled, module, pairs);
    measure(&study, module, pairs);
    CHECK(cuMemFree(a));
    CHECK(cuMemFree(b));
    CHECK(cuMemFree(c));
}

static void measure_mriq(CUmodule module, int voxels, int pairs)
{
    enum { SAMPLES = 1024 };
    const size_t n = (size_t)voxels;
    CUdeviceptr x = make_floats(n, 1), y = make_floats(n, 1), z = make_floats(n, 1);
    CUdeviceptr qr = make_floats(n, 0), qi = make_floats(n, 0), samples, values;
    int n_samples = SAMPLES;
    struct subject mriq = {.name = "mriq",
                           .grid = {(unsigned)voxels / 256, 1, 1},
                           .block = {256, 1, 1},
                           .params = {&x, &y, &z, &qr, &qi, &n_samples},
                           .n_params = 6,
                           .result = qr,
                           .result_bytes = n * sizeof(float)};
    size_t size;

    CHECK(cuModuleGetGlobal(&samples, &size, module, "mriq_samples"));
    values = make_floats(size / sizeof(float), 1);
    CHECK(cuMemcpyDtoD(samples, values, size));
    measure(&mriq, module, pairs);
}

int main(int argc, char **argv)
{
    int pairs = 30, size = 4096, voxels = 128 * 128 * 128;
    const struct argument table[] = {
        {"pairs", "N", "pairs timed", ARGUMENT_INT, &pairs, 1, MAX_PAIRS},
        {"size", "N", "of the square product, a multiple of 128", ARGUMENT_INT, &size, 128, 32768},
        {"voxels", "N", "of the image, a multiple of 256", ARGUMENT_INT, &voxels, 256, 1 << 28},
        {"launches", "N", "launches in one time", ARGUMENT_INT, &launches, 1, 100000},
    };
    CUcontext context;
    CUmodule module;
    CUdevice device;
    char *ptx;

    if (argc < 2 || strncmp(argv[1], "--", 2) == 0) {
        ARGUMENTS_PARSE(argc, argv, "Times twins; their file comes before the options.", table);
        fprintf(stderr, "usage: twin_cost TWINS.ptx [--NAME VALUE]...\n");
        return EXIT_USAGE;
    }
    ARGUMENTS_PARSE(argc - 1, argv + 1, "", table);
    if (cuInit(0) != CUDA_SUCCESS)
        return EXIT_NO_DEVICE;
    CHECK(cuDeviceGet(&device, 0));
    CHECK(cuDevicePrimaryCtxRetain(&context, device));
    CHECK(cuCtxSetCurrent(context));
    ptx = read_file(argv[1]);
    for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++)
        ptx = controls_add(ptx, kernels[i]);
    CHECK(cuModuleLoadData(&module, ptx));
    free(ptx);
    CHECK(cuEventCreate(&begin_event, CU_EVENT_DEFAULT));
    CHECK(cuEventCreate(&end_event, CU_EVENT_DEFAULT));
    measure_sgemm(module, size / 128 * 128, pairs);
    measure_mriq(module, voxels, pairs);
    return 0;
}
