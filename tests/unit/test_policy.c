/* SPDX-License-Identifier: MIT
 *
 * test_policy.c - the policies alone: whom they pick, given what is ready and what was charged.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sched/state.h"

#define QUANTUM 1000

static const struct sched_config config = {.quantum_ns = QUANTUM};
static struct sched_client clients[3];
static struct launch launches[12];
static const struct sched_policy *policy;
static void *state;

static void start(const char *name)
{
    policy = sched_policy_find(name);
    assert_non_null(policy);
    state = policy->create(&config);
    assert_non_null(state);
    for (unsigned i = 0; i < 3; i++)
        clients[i] = (struct sched_client){.policy.weight = 1};
    for (unsigned i = 0; i < 12; i++)
        launches[i] = (struct launch){.client = &clients[i % 3], .op.seq = i};
}

/* Picks and charges as much as a slice of that time; whose was it? */
static unsigned serve(int64_t ns)
{
    struct launch *launch = policy->pick(state);
    assert_non_null(launch);
    policy->charge(state, &launch->client->policy, ns);
    return (unsigned)(launch->client - clients);
}

static void test_names(void **unused)
{
    (void)unused;
    assert_string_equal(sched_policies[0]->name, "rr");
    assert_null(sched_policy_find("lottery"));
    for (unsigned i = 0; sched_policies[i]; i++)
        assert_ptr_equal(sched_policy_find(sched_policies[i]->name), sched_policies[i]);
}

static void test_fcfs(void **unused)
{
    static const unsigned order[] = {7, 3, 9, 0};
    (void)unused;
    start("fcfs");
    assert_null(policy->pick(state));
    for (unsigned i = 0; i < 4; i++)
        policy->enqueue(state, &launches[order[i]]);
    assert_ptr_equal(policy->pick(state), &launches[0]);
    policy->charge(state, &clients[0].policy, 1000 * QUANTUM);
    assert_ptr_equal(policy->pick(state), &launches[0]);
    policy->dequeue(state, &launches[0]); /* not ready for now */
    assert_ptr_equal(policy->pick(state), &launches[3]);
    policy->enqueue(state, &launches[0]);
    assert_ptr_equal(policy->pick(state), &launches[0]);
    policy->destroy(state);
}

/* Equal time, whatever the slices cost. */
static void test_rr_equal_time(void **unused)
{
    static const int64_t cost[3] = {50, 400, 2500};
    int64_t had[3] = {0};
    (void)unused;
    start("rr");
    for (unsigned i = 0; i < 3; i++)
        policy->enqueue(state, &launches[i]);
    for (int i = 0; i < 5000; i++) {
        unsigned client = (unsigned)(policy->pick(state)->client - clients);
        had[serve(cost[client])] += cost[client];
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_true(had[i] > had[0] - 3 * QUANTUM);
        assert_true(had[i] < had[0] + 3 * QUANTUM);
    }
    policy->destroy(state);
}

static void test_rr_weight(void **unused)
{
    int64_t had[3] = {0};
    (void)unused;
    start("rr");
    clients[1].policy.weight = 3;
    policy->enqueue(state, &launches[0]);
    policy->enqueue(state, &launches[1]);
    for (int i = 0; i < 4000; i++)
        had[serve(100)] += 100;
    assert_in_range(had[1], 3 * had[0] - 4 * QUANTUM, 3 * had[0] + 4 * QUANTUM);
    policy->destroy(state);
}

/* Oldest launch of the client first. */
static void test_rr_own_order(void **unused)
{
    (void)unused;
    start("rr");
    policy->enqueue(state, &launches[6]);
    policy->enqueue(state, &launches[0]);
    policy->enqueue(state, &launches[3]);
    assert_ptr_equal(policy->pick(state), &launches[0]);
    policy->dequeue(state, &launches[0]);
    assert_ptr_equal(policy->pick(state), &launches[3]);
    policy->destroy(state);
}

/* Who comes back within its turn goes on with it; who was away for rounds gets one turn, at once.
 */
static void test_rr_coming_back(void **unused)
{
    (void)unused;
    start("rr");
    for (unsigned i = 0; i < 3; i++)
        policy->enqueue(state, &launches[i]);
    unsigned first = serve(100);
    policy->dequeue(state, &launches[first]);
    assert_int_not_equal(serve(100), first);
    policy->enqueue(state, &launches[first]);
    assert_int_equal(serve(100), first);
    policy->dequeue(state, &launches[first]);
    for (int i = 0; i < 20; i++)
        serve(QUANTUM);
    policy->enqueue(state, &launches[first]);
    int64_t had = 0;
    for (int i = 0; i < 5; i++)
        had += serve(QUANTUM / 4) == first ? QUANTUM / 4 : 0;
    assert_int_equal(had, QUANTUM);
    policy->destroy(state);
}

/* However often one comes back, the others have their turn in every round. */
static void test_rr_no_starving(void **unused)
{
    unsigned served[3] = {0};
    (void)unused;
    start("rr");
    for (unsigned i = 0; i < 3; i++)
        policy->enqueue(state, &launches[i]);
    for (unsigned i = 0; i < 300; i++) {
        served[serve(QUANTUM)]++;
        policy->dequeue(state, &launches[0]);
        policy->enqueue(state, &launches[0]);
    }
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(served[i], 98, 102);
    policy->destroy(state);
}

/* A slice that took a hundred times its quantum is paid back, but not for ever. */
static void test_rr_debt(void **unused)
{
    int turns = 0;
    (void)unused;
    start("rr");
    policy->enqueue(state, &launches[0]);
    policy->enqueue(state, &launches[1]);
    unsigned first = serve(100 * QUANTUM);
    policy->dequeue(state, &launches[first]);
    policy->enqueue(state, &launches[first]);
    while (serve(QUANTUM) != first)
        turns++;
    assert_in_range(turns, 4, 12);
    policy->destroy(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),          cmocka_unit_test(test_fcfs),
        cmocka_unit_test(test_rr_equal_time),  cmocka_unit_test(test_rr_weight),
        cmocka_unit_test(test_rr_own_order),   cmocka_unit_test(test_rr_coming_back),
        cmocka_unit_test(test_rr_no_starving), cmocka_unit_test(test_rr_debt),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
