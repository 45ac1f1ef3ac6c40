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

/* Most arrive last, so the search begins at the end. */
void policy_list_insert(struct launch **list, struct launch *launch)
{
    struct launch *before = *list ? (*list)->prev : NULL;
    while (before && before->op.seq > launch->op.seq)
        before = before == *list ? NULL : before->prev;
    if (before)
        DL_APPEND_ELEM(*list, before, launch);
    else
        DL_PREPEND(*list, launch);
}

void policy_list_remove(struct launch **list, struct launch *launch)
{
    DL_DELETE(*list, launch);
}
