/* SPDX-License-Identifier: MIT
 *
 * policies.c - the table of policies, and what several of them need.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sched/policy.h"

extern const struct sched_policy policy_rr, policy_fcfs;

const struct sched_policy *const sched_policies[] = {&policy_rr, &policy_fcfs, NULL};

const struct sched_policy *sched_policy_find(const char *name)
{
    for (size_t i = 0; sched_policies[i]; i++)
        if (!strcmp(sched_policies[i]->name, name))
            return sched_policies[i];
    return NULL;
}

/* New ones come last, those whose lane is free again are among the first: the search goes on from
 * both ends. */
void policy_list_insert(struct launch **list, struct launch *launch)
{
    uint64_t seq = launch->op.seq;
    struct launch *after = *list, *before = *list ? (*list)->prev : NULL;
    if (!after || after->op.seq > seq) {
        DL_PREPEND(*list, launch);
        return;
    }
    while (before->op.seq > seq && after->next->op.seq < seq) {
        before = before->prev;
        after = after->next;
    }
    DL_APPEND_ELEM(*list, before->op.seq < seq ? before : after, launch);
}

void policy_list_remove(struct launch **list, struct launch *launch)
{
    DL_DELETE(*list, launch);
}
