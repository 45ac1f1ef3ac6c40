/* SPDX-License-Identifier: MIT
 *
 * mark.c - see mark.h. A slot is one word and the value it has when its latest mark is reached;
 * values only grow (modulo 2^32), so a slot given up before its mark was reached can be used again.
 * Free slots are a stack under the lock.
 */
#include "shim/mark.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/cleanup.h"

#define N_SLOTS 1024u /* more than the scheduler has in flight */

struct slot {
    struct marks *marks;
    _Atomic uint32_t *word;
    CUdeviceptr device_word;
    uint32_t value;
    uint32_t next_free; /* N_SLOTS: none */
    CUevent event;      /* in place of the word; made when first used */
};

struct marks {
    pthread_mutex_t lock;
    uint32_t first_free; /* under lock */
    bool by_event;
    struct slot slots[N_SLOTS];
};

/* Memory of ours that the driver maps, rather than the driver's own: it may be read by whoever
 * polls also when the driver has taken the context down, at exit for one. */
static CUresult map_words(struct marks *marks)
{
    CUdeviceptr device_words = 0;
    _Atomic uint32_t *words = aligned_alloc(4096, N_SLOTS * sizeof(*words));
    if (!words)
        return CUDA_ERROR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < N_SLOTS; i++)
        atomic_init(&words[i], 0);
    CUresult result =
        driver.cuMemHostRegister_v2((void *)words, N_SLOTS * sizeof(*words),
                                    CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_DEVICEMAP);
    if (!result)
        result = driver.cuMemHostGetDevicePointer_v2(&device_words, (void *)words, 0);
    if (result) {
        free((void *)words);
        return result;
    }
    for (uint32_t i = 0; i < N_SLOTS; i++) {
        marks->slots[i].word = &words[i];
        marks->slots[i].device_word = device_words + i * sizeof(uint32_t);
    }
    return CUDA_SUCCESS;
}

struct marks *marks_create(struct shim_device *device)
{
    struct marks *marks = calloc(1, sizeof(*marks));
    if (!marks)
        return NULL;
    pthread_mutex_init(&marks->lock, NULL);
    for (uint32_t i = 0; i < N_SLOTS; i++) {
        marks->slots[i].marks = marks;
        marks->slots[i].next_free = i + 1;
    }
    marks->by_event = !device->has_stream_writes || map_words(marks);
    return marks;
}

/* Not the words: what is on the GPU may still write to them. */
void marks_destroy(struct marks *marks)
{
    if (!marks)
        return;
    pthread_mutex_destroy(&marks->lock);
    free(marks);
}

static struct slot *slot_take(struct marks *marks)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&marks->lock);
    if (marks->first_free == N_SLOTS)
        return NULL;
    struct slot *slot = &marks->slots[marks->first_free];
    marks->first_free = slot->next_free;
    return slot;
}

static void slot_give(struct slot *slot)
{
    struct marks *marks = slot->marks;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&marks->lock);
    slot->next_free = marks->first_free;
    marks->first_free = (uint32_t)(slot - marks->slots);
}

static CUresult record_event(struct slot *slot, CUstream stream)
{
    CUresult result = CUDA_SUCCESS;
    if (!slot->event)
        result = driver.cuEventCreate(&slot->event, CU_EVENT_DISABLE_TIMING);
    return result ? result : driver.cuEventRecord(slot->event, stream);
}

CUresult marks_put(struct marks *marks, CUstream stream, struct gpu_mark *ret_mark)
{
    struct slot *slot = slot_take(marks);
    if (!slot)
        return CUDA_ERROR_OUT_OF_MEMORY;
    uint32_t value = ++slot->value;
    CUresult result = marks->by_event
                          ? record_event(slot, stream)
                          : driver.cuStreamWriteValue32_v2(stream, slot->device_word, value, 0);
    if (result) {
        slot_give(slot);
        return result;
    }
    *ret_mark = (struct gpu_mark){.value = value, .where = slot};
    return CUDA_SUCCESS;
}

bool mark_reached(const struct gpu_mark *mark)
{
    const struct slot *slot = mark->where;
    if (slot->marks->by_event)
        return driver.cuEventQuery(slot->event) != CUDA_ERROR_NOT_READY;
    return (int32_t)(atomic_load_explicit(slot->word, memory_order_acquire) - mark->value) >= 0;
}

void mark_drop(struct gpu_mark *mark)
{
    slot_give(mark->where);
    mark->where = NULL;
}
