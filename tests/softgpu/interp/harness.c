/* SPDX-License-Identifier: MIT
 *
 * harness.c - the interpreter alone, for tests.
 */
#include "tests/softgpu/interp/harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ALLOCATIONS 256
#define MAX_OUTPUT      (1u << 16)

struct harness {
    struct exec_program *program;
    struct exec_memory memory;
    _Atomic uint64_t generation;
    uint64_t now_ns;
    struct {
        uint64_t start, end;
    } allocations[MAX_ALLOCATIONS];
    char output[MAX_OUTPUT], taken[MAX_OUTPUT];
    size_t output_bytes;
    uint64_t instructions;
    struct exec_fault fault;
};

static void die(const char *what, const char *detail)
{
    fprintf(stderr, "harness: %s: %s\n", what, detail);
    exit(1);
}

static int check(void *arg, uint64_t address, size_t bytes, bool write, uint64_t ret_range[2])
{
    const struct harness *harness = arg;

    (void)write;
    for (unsigned i = 0; i < MAX_ALLOCATIONS; i++) {
        uint64_t start = harness->allocations[i].start, end = harness->allocations[i].end;
        if (address >= start && address < end && bytes <= end - address) {
            ret_range[0] = start;
            ret_range[1] = end;
            return 0;
        }
    }
    return -EFAULT;
}

static uint64_t now_ns(void *arg)
{
    struct harness *harness = arg;

    return harness->now_ns;
}

static void print(void *arg, const char *text, size_t bytes)
{
    struct harness *harness = arg;

    if (bytes > MAX_OUTPUT - 1 - harness->output_bytes)
        bytes = MAX_OUTPUT - 1 - harness->output_bytes;
    memcpy(harness->output + harness->output_bytes, text, bytes);
    harness->output_bytes += bytes;
}

static struct harness *load(const char *text, size_t size, const char *name)
{
    struct harness *harness = calloc(1, sizeof(*harness));
    struct exec_error error;
    char message[400];

    if (!harness)
        die(name, "out of memory");
    harness->memory = (struct exec_memory){check, &harness->generation, harness};
    if (exec_program_create(&text, &size, 1, &harness->program, &error) < 0) {
        snprintf(message, sizeof(message), "line %u: %s", error.line, error.message);
        die(name, message);
    }
    return harness;
}

struct harness *harness_text(const char *text)
{
    return load(text, strlen(text), "text");
}

struct harness *harness_load(const char *path)
{
    FILE *file = fopen(path, "r");
    struct harness *harness;
    size_t size;
    char *text;

    if (!file)
        die(path, "can't be opened");
    fseek(file, 0, SEEK_END);
    size = (size_t)ftell(file);
    rewind(file);
    text = malloc(size + 1);
    if (!text || fread(text, 1, size, file) != size)
        die(path, "can't be read");
    fclose(file);
    harness = load(text, size, path);
    free(text);
    return harness;
}

void harness_destroy(struct harness *harness)
{
    if (!harness)
        return;
    for (unsigned i = 0; i < MAX_ALLOCATIONS; i++)
        free((void *)(uintptr_t)harness->allocations[i].start);
    exec_program_destroy(harness->program);
    free(harness);
}

void *harness_alloc(struct harness *harness, size_t bytes)
{
    for (unsigned i = 0; i < MAX_ALLOCATIONS; i++) {
        void *memory;
        if (harness->allocations[i].start)
            continue;
        memory = aligned_alloc(256, (bytes + 255) & ~(size_t)255);
        if (!memory)
            die("alloc", "out of memory");
        memset(memory, 0, bytes);
        harness->allocations[i].start = (uintptr_t)memory;
        harness->allocations[i].end = (uintptr_t)memory + bytes;
        return memory;
    }
    die("alloc", "too many allocations");
    return NULL;
}

void harness_free(struct harness *harness, void *memory)
{
    for (unsigned i = 0; i < MAX_ALLOCATIONS; i++) {
        if (harness->allocations[i].start != (uintptr_t)memory)
            continue;
        harness->allocations[i].start = harness->allocations[i].end = 0;
        harness->generation++;
        free(memory);
    }
}

void *harness_global(struct harness *harness, const char *name, size_t *ret_bytes)
{
    const struct exec_global *global = exec_find_global(harness->program, name);

    if (!global)
        die(name, "no such variable");
    if (ret_bytes)
        *ret_bytes = global->size_bytes;
    return global->address;
}

const struct exec_kernel *harness_kernel(struct harness *harness, const char *part)
{
    const struct exec_kernel **kernels;
    size_t n = exec_kernels(harness->program, &kernels);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(kernels[i]->name, part) == 0)
            return kernels[i];
    }
    for (size_t i = 0; i < n; i++) {
        if (strstr(kernels[i]->name, part))
            return kernels[i];
    }
    die(part, "no such kernel");
    return NULL;
}

static uint8_t *pack(const struct exec_kernel *kernel, struct harness_args args)
{
    uint8_t *params = calloc(1, kernel->param_bytes + 1);

    if (!params || args.n != kernel->n_params)
        die(kernel->name, "wrong number of parameters");
    for (unsigned i = 0; i < args.n; i++)
        memcpy(params + kernel->params[i][0], args.at[i], kernel->params[i][1]);
    return params;
}

static enum exec_fault_kind run_cluster(struct harness *harness, const struct exec_launch *launch,
                                        const uint32_t first[3], uint64_t budget)
{
    uint64_t costs[EXEC_CLUSTER_BLOCKS];
    struct exec_cluster *cluster;
    enum exec_status status;

    if (exec_cluster_create(launch, first, NULL, &cluster) < 0)
        die(launch->kernel->name, "blocks can't be made");
    do {
        status = exec_cluster_run(cluster, budget ? budget : 1u << 20, costs, &harness->fault);
        harness->now_ns += costs[0];
    } while (status == EXEC_YIELDED && !budget);
    harness->instructions += exec_cluster_instructions(cluster);
    exec_cluster_destroy(cluster);
    if (status == EXEC_YIELDED)
        die(launch->kernel->name, "did not end within its budget");
    return status == EXEC_FAULT ? harness->fault.kind : EXEC_FAULT_NONE;
}

static struct exec_launch new_launch(struct harness *harness, const struct exec_kernel *kernel)
{
    return (struct exec_launch){.kernel = kernel,
                                .grid = {1, 1, 1},
                                .threads = {1, 1, 1},
                                .cluster = {1, 1, 1},
                                .memory = &harness->memory,
                                .n_sms = 4,
                                .grid_id = 7,
                                .print = print,
                                .print_arg = harness,
                                .now_ns = now_ns,
                                .now_arg = harness};
}

struct exec_block *harness_block(struct harness *harness, const struct exec_kernel *kernel,
                                 const void *params, uint32_t threads, const uint32_t index[3])
{
    struct exec_launch launch = new_launch(harness, kernel);
    struct exec_block *block = NULL;

    launch.params = params;
    launch.threads[0] = threads;
    if (exec_block_create(&launch, index, 0, &block) < 0)
        die(kernel->name, "block can't be made");
    return block;
}

enum exec_fault_kind harness_try(struct harness *harness, const char *name, const uint32_t grid[3],
                                 const uint32_t block[3], struct harness_args args,
                                 const struct harness_options *options)
{
    static const struct harness_options none;
    const struct harness_options *o = options ? options : &none;
    const struct exec_kernel *kernel = harness_kernel(harness, name);
    struct exec_launch launch = new_launch(harness, kernel);
    uint8_t *params = pack(kernel, args);
    enum exec_fault_kind fault = EXEC_FAULT_NONE;
    uint32_t index[3];

    launch.params = params;
    launch.dynamic_shared_bytes = o->dynamic_shared_bytes;
    launch.check_races = o->check_races;
    for (unsigned i = 0; i < 3; i++) {
        launch.grid[i] = grid[i];
        launch.threads[i] = block[i];
        launch.cluster[i] = o->cluster[i] ? o->cluster[i] : 1;
        launch.explicit_cluster |= o->cluster[i] != 0;
    }
    for (index[2] = 0; index[2] < grid[2] && !fault; index[2] += launch.cluster[2])
        for (index[1] = 0; index[1] < grid[1] && !fault; index[1] += launch.cluster[1])
            for (index[0] = 0; index[0] < grid[0] && !fault; index[0] += launch.cluster[0])
                fault = run_cluster(harness, &launch, index, o->budget);
    free(params);
    return fault;
}

void harness_launch3(struct harness *harness, const char *kernel, const uint32_t grid[3],
                     const uint32_t block[3], struct harness_args args,
                     const struct harness_options *options)
{
    if (harness_try(harness, kernel, grid, block, args, options) != EXEC_FAULT_NONE) {
        fprintf(stderr, "harness: %s: line %u: %s\n", kernel, harness->fault.line,
                harness->fault.message);
        exit(1);
    }
}

void harness_launch(struct harness *harness, const char *kernel, uint32_t grid, uint32_t block,
                    struct harness_args args)
{
    const uint32_t grid3[3] = {grid, 1, 1}, block3[3] = {block, 1, 1};

    harness_launch3(harness, kernel, grid3, block3, args, NULL);
}

const struct exec_fault *harness_fault(const struct harness *harness)
{
    return &harness->fault;
}

const char *harness_output(struct harness *harness)
{
    memcpy(harness->taken, harness->output, harness->output_bytes);
    harness->taken[harness->output_bytes] = 0;
    harness->output_bytes = 0;
    return harness->taken;
}

uint64_t harness_instructions(const struct harness *harness)
{
    return harness->instructions;
}
