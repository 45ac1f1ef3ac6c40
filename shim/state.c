/* SPDX-License-Identifier: MIT
 *
 * state.c - see state.h. Locks: start_once guards the settings; devices_lock the making of devices,
 * which are published by a release store.
 */
#include "shim/state.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "sched/policy.h"
#include "shim/client.h"
#include "shim/code.h"
#include "shim/gpu.h"
#include "shim/report.h"

#define MAX_DEVICES 64

struct shim_settings shim_settings;
_Atomic int shim_phase = SHIM_NEW;

static pthread_once_t start_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shim_device *_Atomic devices[MAX_DEVICES];
static struct shim_device *_Atomic only_device; /* when the machine has just one */

static void warn_variable(const char *name, const char *value, const char *accepted)
{
    if (value)
        log_warn("%s: can't understand \"%s\"; accepted: %s. The default is used", name, value,
                 accepted);
    else
        log_warn("%s is not a variable of SliVER; did you mean %s?", name, accepted);
}

static int load_rules(void)
{
    size_t bad_at = 0;
    int error = rules_parse(shim_settings.env.slice, &shim_settings.rules, &bad_at);
    if (error == -EINVAL) {
        log_warn("SLIVER_SLICE: can't understand \"%s\"; accepted: auto, off, a size, or rules "
                 "PATTERN=SIZE separated by ';'. The default is used",
                 shim_settings.env.slice + bad_at);
        error = rules_parse("auto", &shim_settings.rules, &bad_at);
    }
    return error;
}

static void open_cache(void)
{
    _cleanup_free_ char *folder = NULL;
    if (env_cache_folder(&shim_settings.env, &folder) < 0 || !folder)
        return;
    int error = cache_create(folder, shim_settings.env.cache_size_bytes, &shim_settings.cache);
    if (error < 0)
        log_warn("no cache in %s: %s", folder, strerror(-error));
}

/* A child of fork can't use the parent's CUDA state; all it can do is exec or exit. */
static void turn_off_in_child(void)
{
    atomic_store_explicit(&shim_phase, SHIM_OFF, memory_order_release);
    atomic_store_explicit(&sched_held, 0, memory_order_relaxed);
    for (size_t i = 0; i < MAX_DEVICES; i++) {
        struct shim_device *device = atomic_load_explicit(&devices[i], memory_order_relaxed);
        if (device)
            sched_abandon(device->sched);
    }
}

/* Log, then settings: their warnings need the log. */
static void start(void)
{
    const char *log_spec = getenv("SLIVER_LOG");
    if (log_spec && *log_spec)
        log_init(log_spec);
    int phase = SHIM_OFF;
    if (env_load(&shim_settings.env, warn_variable) == 0 && !shim_settings.env.disable &&
        load_rules() == 0 && context_start() == 0 && streams_start() == 0 && code_start() == 0 &&
        client_start() == 0 && pthread_atfork(NULL, NULL, turn_off_in_child) == 0) {
        shim_settings.by_stream = strcmp(shim_settings.env.client, "stream") == 0;
        shim_settings.lanes = atoi(shim_settings.env.lanes);
        jit_env_load(&shim_settings.jit);
        open_cache();
        phase = SHIM_ON;
    }
    atomic_store_explicit(&shim_phase, phase, memory_order_release);
}

bool shim_start(void)
{
    pthread_once(&start_once, start);
    return atomic_load_explicit(&shim_phase, memory_order_acquire) == SHIM_ON;
}

static unsigned attribute(CUdevice ordinal, CUdevice_attribute which)
{
    int value = 0;
    if (!driver.cuDeviceGetAttribute || driver.cuDeviceGetAttribute(&value, which, ordinal))
        return 0;
    return value > 0 ? (unsigned)value : 0;
}

static unsigned compute_capability(CUdevice ordinal)
{
    return attribute(ordinal, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) * 10 +
           attribute(ordinal, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
}

static void read_attributes(struct shim_device *device)
{
    CUdevice ordinal = device->ordinal;
    device->cc = compute_capability(ordinal);
    device->n_sms = attribute(ordinal, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    for (int i = 0; i < 3; i++) {
        device->max_grid[i] = attribute(ordinal, CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X + i);
        device->max_threads[i] = attribute(ordinal, CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X + i);
    }
}

static struct shim_device *device_create(CUdevice ordinal)
{
    _cleanup_free_ struct shim_device *device = calloc(1, sizeof(*device));
    if (!device)
        return NULL;
    device->ordinal = ordinal;
    read_attributes(device);
    const struct env *env = &shim_settings.env;
    struct sched_config config = {
        .policy = sched_policy_find(env->policy),
        .quantum_ns = env->quantum_ns,
        .window_ns = env->window_ns,
        .stall_ns = env->stall_ns,
        .tune = env->tune,
        .stats = report_wants_stats(),
        .trace = report_wants_trace(),
    };
    int error = sched_create(&config, &shim_gpu_ops, device, &device->sched);
    if (error < 0) {
        log_warn("no scheduler for device %d: %s", ordinal, strerror(-error));
        return NULL;
    }
    log_info("device %d: compute capability %u.%u, %u multiprocessors, policy %s", ordinal,
             device->cc / 10, device->cc % 10, device->n_sms, env->policy);
    report_add_device(ordinal, device->sched);
    return STEAL_PTR(device);
}

struct shim_device *shim_device_of(CUdevice ordinal)
{
    if (ordinal < 0 || ordinal >= MAX_DEVICES)
        return NULL;
    struct shim_device *device = atomic_load_explicit(&devices[ordinal], memory_order_acquire);
    if (device)
        return device;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&devices_lock);
    device = atomic_load_explicit(&devices[ordinal], memory_order_relaxed);
    if (device)
        return device;
    device = device_create(ordinal);
    atomic_store_explicit(&devices[ordinal], device, memory_order_release);
    int count = 0;
    if (device && driver.cuDeviceGetCount && !driver.cuDeviceGetCount(&count) && count == 1)
        atomic_store_explicit(&only_device, device, memory_order_release);
    return device;
}

struct shim_device *shim_device_current(void)
{
    struct shim_device *device = atomic_load_explicit(&only_device, memory_order_acquire);
    if (__builtin_expect(device != NULL, 1))
        return device;
    CUdevice ordinal;
    if (!driver.cuCtxGetDevice || driver.cuCtxGetDevice(&ordinal))
        return NULL;
    return shim_device_of(ordinal);
}

unsigned shim_common_cc(void)
{
    int count = 0;
    if (!driver.cuDeviceGetCount || driver.cuDeviceGetCount(&count) || count < 1)
        return 0;
    unsigned cc = 0;
    for (int i = 0; i < count; i++) {
        CUdevice ordinal;
        if (driver.cuDeviceGet(&ordinal, i))
            return 0;
        unsigned here = compute_capability(ordinal);
        if (i > 0 && here != cc)
            return 0;
        cc = here;
    }
    return cc;
}
