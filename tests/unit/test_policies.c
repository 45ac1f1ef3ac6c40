/* SPDX-License-Identifier: MIT
 *
 * test_policies.c - the words that SLIVER_POLICY accepts are the policies there are, the default
 * first.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "common/cleanup.h"
#include "common/env.h"
#include "sched/policy.h"

static void every_word_is_a_policy_and_every_policy_a_word(void **state)
{
    const struct env_row *row = env_find("SLIVER_POLICY");
    _cleanup_free_ char *words = strdup(row->accepted);
    char *rest = NULL;
    size_t n = 0;

    (void)state;
    for (char *word = strtok_r(words, "|", &rest); word; word = strtok_r(NULL, "|", &rest), n++) {
        assert_non_null(sched_policies[n]);
        assert_string_equal(sched_policies[n]->name, word);
        assert_ptr_equal(sched_policy_find(word), sched_policies[n]);
    }
    assert_null(sched_policies[n]);
    assert_string_equal(sched_policies[0]->name, row->fallback);
    assert_null(sched_policy_find("lottery"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_a_policy_and_every_policy_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
