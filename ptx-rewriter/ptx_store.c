/* SPDX-License-Identifier: MIT
 *
 * ptx_store.c - see ptx_store.h. Numbers are 32 bits in the machine's byte order: a cache stays on
 * its machine. A text is its length and its bytes; a missing one has the length ABSENT.
 */
#include "ptx-rewriter/ptx_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#define STORE_VERSION 1u
#define ABSENT        UINT32_MAX

static void put_number(struct str *out, uint32_t number)
{
    str_add_bytes(out, &number, sizeof(number));
}

static void put_text(struct str *out, const char *text, size_t size)
{
    put_number(out, text ? (uint32_t)size : ABSENT);
    if (text)
        str_add_bytes(out, text, size);
}

static void put_kernel(struct str *out, const struct ptx_kernel *kernel)
{
    put_text(out, kernel->name, strlen(kernel->name));
    put_text(out, kernel->reason, kernel->reason ? strlen(kernel->reason) : 0);
    put_number(out, kernel->has_twin);
    put_number(out, kernel->line);
    put_number(out, kernel->column);
    put_number(out, kernel->param_bytes);
    put_number(out, kernel->twin_tail_bytes);
    for (int i = 0; i < 3; i++)
        put_number(out, kernel->cluster[i]);
    put_number(out, (uint32_t)kernel->n_params);
    for (size_t i = 0; i < kernel->n_params; i++) {
        put_number(out, kernel->params[i].offset_bytes);
        put_number(out, kernel->params[i].size_bytes);
    }
}

int ptx_store_pack(const struct ptx_result *result, void **ret_bytes, size_t *ret_size_bytes)
{
    struct str out = STR_INIT;
    put_number(&out, STORE_VERSION);
    put_number(&out, result->debug);
    put_number(&out, result->version);
    put_text(&out, result->target, strlen(result->target));
    put_text(&out, result->text, result->size_bytes);
    put_number(&out, (uint32_t)result->n_kernels);
    for (size_t i = 0; i < result->n_kernels; i++)
        put_kernel(&out, &result->kernels[i]);
    return str_take(&out, (char **)ret_bytes, ret_size_bytes);
}

/* What is left to read; error is sticky. */
struct in {
    const uint8_t *at;
    size_t left;
    int error;
};

static uint32_t get_number(struct in *in)
{
    uint32_t number = 0;
    if (in->error || in->left < sizeof(number)) {
        in->error = in->error ? in->error : -EINVAL;
        return 0;
    }
    memcpy(&number, in->at, sizeof(number));
    in->at += sizeof(number);
    in->left -= sizeof(number);
    return number;
}

static char *get_text(struct in *in, size_t *ret_size)
{
    uint32_t size = get_number(in);
    *ret_size = 0;
    if (in->error || size == ABSENT)
        return NULL;
    if (size > in->left) {
        in->error = -EINVAL;
        return NULL;
    }
    char *text = malloc((size_t)size + 1);
    if (!text) {
        in->error = -ENOMEM;
        return NULL;
    }
    memcpy(text, in->at, size);
    text[size] = '\0';
    in->at += size;
    in->left -= size;
    *ret_size = size;
    return text;
}

/* An array of n elements that each take at least `least` of the bytes left. */
static void *get_array(struct in *in, uint32_t n, size_t element, size_t least)
{
    if (in->error || n > in->left / least) {
        in->error = in->error ? in->error : -EINVAL;
        return NULL;
    }
    void *array = calloc(n ? n : 1, element);
    if (!array)
        in->error = -ENOMEM;
    return array;
}

static void get_kernel(struct in *in, struct ptx_kernel *kernel)
{
    size_t size;
    kernel->name = get_text(in, &size);
    if (!kernel->name && !in->error)
        in->error = -EINVAL;
    kernel->reason = get_text(in, &size);
    kernel->has_twin = get_number(in);
    kernel->line = get_number(in);
    kernel->column = get_number(in);
    kernel->param_bytes = get_number(in);
    kernel->twin_tail_bytes = get_number(in);
    for (int i = 0; i < 3; i++)
        kernel->cluster[i] = get_number(in);
    uint32_t n = get_number(in);
    kernel->params = get_array(in, n, sizeof(*kernel->params), 2 * sizeof(uint32_t));
    kernel->n_params = kernel->params ? n : 0;
    for (size_t i = 0; i < kernel->n_params; i++) {
        kernel->params[i].offset_bytes = get_number(in);
        kernel->params[i].size_bytes = get_number(in);
    }
}

static void get_result(struct in *in, struct ptx_result *result)
{
    size_t size;
    if (get_number(in) != STORE_VERSION)
        in->error = in->error ? in->error : -EINVAL;
    result->debug = get_number(in);
    result->version = get_number(in);
    char *target = get_text(in, &size);
    if (target && size < sizeof(result->target))
        memcpy(result->target, target, size + 1);
    else
        in->error = in->error ? in->error : -EINVAL;
    free(target);
    result->text = get_text(in, &result->size_bytes);
    uint32_t n = get_number(in);
    result->kernels = get_array(in, n, sizeof(*result->kernels), 11 * sizeof(uint32_t));
    for (uint32_t i = 0; result->kernels && i < n; i++) {
        result->n_kernels = i + 1;
        get_kernel(in, &result->kernels[i]);
        if (in->error)
            return;
    }
}

int ptx_store_unpack(const void *bytes, size_t size_bytes, struct ptx_result *ret_result)
{
    struct in in = {.at = bytes, .left = size_bytes};
    struct ptx_result result = {0};
    get_result(&in, &result);
    if (!in.error && in.left > 0)
        in.error = -EINVAL;
    if (in.error)
        ptx_result_finish(&result);
    else
        *ret_result = result;
    return in.error;
}
