/* SPDX-License-Identifier: MIT
 *
 * connection.c - see connection.h.
 */
#include "tools/softgpu/device/connection.h"
#include "tools/softgpu/device/device_internal.h"

#include <stdlib.h>

unsigned connections_of(const char *text)
{
    char *end;
    long n;

    if (!text)
        return CONNECTIONS_DEFAULT;
    n = strtol(text, &end, 10);
    return end == text || *end || n < 1 || n > CONNECTIONS_MAX ? CONNECTIONS_DEFAULT : (unsigned)n;
}

void connection_enter(struct connection *connection, struct task *task)
{
    task->connection = connection;
    task->line_prev = connection->last;
    task->line_next = NULL;
    *(connection->last ? &connection->last->line_next : &connection->first) = task;
    connection->last = task;
}

bool connection_may_start(struct task *task)
{
    task->held = task->connection && task->connection->first != task;
    return !task->held;
}

void connection_leave(struct task *task)
{
    struct connection *connection = task->connection;

    if (!connection)
        return;
    *(task->line_prev ? &task->line_prev->line_next : &connection->first) = task->line_next;
    *(task->line_next ? &task->line_next->line_prev : &connection->last) = task->line_prev;
    task->connection = NULL;
    if (connection->first && connection->first->held) {
        connection->first->held = false;
        queue_push(&device.ready, connection->first);
    }
}
