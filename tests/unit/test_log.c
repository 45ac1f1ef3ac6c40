/* SPDX-License-Identifier: MIT
 *
 * test_log.c - levels, files, whole lines from many threads, and a file descriptor taken from us.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/env.h"
#include "common/log.h"

#define N_THREADS 4
#define N_LINES   200

static char log_path[] = "/tmp/sliver-test-log.XXXXXX";

static int make_file(void **state)
{
    int fd;

    (void)state;
    strcpy(log_path + strlen(log_path) - 6, "XXXXXX");
    fd = mkstemp(log_path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    log_init("off");
    return unlink(log_path);
}

static int init_level_with_file(const char *level)
{
    char spec[64];

    snprintf(spec, sizeof(spec), "%s:%s", level, log_path);
    return log_init(spec);
}

static char *read_log(void)
{
    char *text = calloc(1, 1 << 20);
    _cleanup_fclose_ FILE *file = fopen(log_path, "r");

    assert_non_null(text);
    assert_non_null(file);
    text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    return text;
}

static int count_evaluations;

static int evaluated(void)
{
    return ++count_evaluations;
}

static void only_wanted_levels_are_written_and_evaluated(void **state)
{
    _cleanup_free_ char *text = NULL;

    (void)state;
    assert_int_equal(init_level_with_file("warn"), 0);
    log_error("first %d", evaluated());
    log_warn("second %d", evaluated());
    log_info("third %d", evaluated());
    text = read_log();
    assert_non_null(strstr(text, "error: first 1\n"));
    assert_non_null(strstr(text, "warn: second 2\n"));
    assert_null(strstr(text, "third"));
    assert_int_equal(count_evaluations, 2);
}

static void off_is_silent(void **state)
{
    _cleanup_free_ char *text = NULL;

    (void)state;
    assert_int_equal(init_level_with_file("off"), 0);
    log_error("nothing");
    text = read_log();
    assert_string_equal(text, "");
}

static void an_unknown_level_is_refused_and_silent(void **state)
{
    (void)state;
    assert_int_equal(log_init("debug"), 0);
    assert_int_equal(log_init("loud"), -EINVAL);
    assert_int_equal(log_max_level, LOG_OFF);
    assert_int_equal(log_init(""), -EINVAL);
    assert_int_equal(log_init("warnings"), -EINVAL);
    assert_int_equal(log_init("war"), -EINVAL);
}

/* The variable's row and the log have the same words. */
static void every_accepted_level_is_a_level(void **state)
{
    _cleanup_free_ char *words = strdup(env_find("SLIVER_LOG")->accepted);
    char *rest = NULL;
    int n = 0;

    (void)state;
    for (char *word = strtok_r(words, "|", &rest); word; word = strtok_r(NULL, "|", &rest), n++) {
        assert_int_equal(log_init(word), 0);
        assert_int_equal(log_max_level, n);
    }
    assert_int_equal(n, LOG_DEBUG + 1);
}

static void an_impossible_file_falls_back_to_stderr(void **state)
{
    (void)state;
    assert_int_equal(log_init("info:/nonexistent/folder/file"), -ENOENT);
    assert_int_equal(log_max_level, LOG_INFO);
}

static void a_long_line_is_cut_and_ends_in_newline(void **state)
{
    _cleanup_free_ char *text = NULL;
    char wide[3000];

    (void)state;
    memset(wide, 'x', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    assert_int_equal(init_level_with_file("info"), 0);
    log_info("%s", wide);
    text = read_log();
    assert_int_equal(strlen(text), 1024);
    assert_string_equal(text + 1020, "...\n");
}

static void *write_lines(void *arg)
{
    for (int i = 0; i < N_LINES; i++)
        log_info("thread %d line %d end", *(int *)arg, i);
    return NULL;
}

static void lines_of_several_threads_stay_whole(void **state)
{
    _cleanup_free_ char *text = NULL;
    pthread_t threads[N_THREADS];
    int numbers[N_THREADS], n_lines = 0;
    char *rest = NULL;

    (void)state;
    assert_int_equal(init_level_with_file("info"), 0);
    for (int i = 0; i < N_THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    text = read_log();
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        int thread, number, used = 0, id;

        assert_int_equal(
            sscanf(line, "sliver[%d]: info: thread %d line %d end%n", &id, &thread, &number, &used),
            3);
        assert_int_equal(used, strlen(line));
        n_lines++;
    }
    assert_int_equal(n_lines, N_THREADS * N_LINES);
}

/* A program that closes all descriptors and opens its own file must not find our lines in it. */
static void a_descriptor_taken_over_is_left_alone(void **state)
{
    char other_path[] = "/tmp/sliver-test-other.XXXXXX";
    struct stat info, log_info_;
    int fd;

    (void)state;
    assert_int_equal(init_level_with_file("info"), 0);
    log_info("before");
    fd = mkstemp(other_path);
    assert_true(fd >= 0);
    assert_int_equal(stat(log_path, &log_info_), 0);
    for (int victim = 3; victim < fd; victim++) {
        struct stat found;

        if (fstat(victim, &found) == 0 && found.st_ino == log_info_.st_ino)
            assert_int_equal(dup2(fd, victim), victim);
    }
    log_info("after");
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 0);
    close(fd);
    unlink(other_path);
}

int main(void)
{
#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, make_file, remove_file)
    const struct CMUnitTest tests[] = {
        FILE_TEST(only_wanted_levels_are_written_and_evaluated),
        FILE_TEST(off_is_silent),
        FILE_TEST(an_unknown_level_is_refused_and_silent),
        FILE_TEST(every_accepted_level_is_a_level),
        FILE_TEST(an_impossible_file_falls_back_to_stderr),
        FILE_TEST(a_long_line_is_cut_and_ends_in_newline),
        FILE_TEST(lines_of_several_threads_stay_whole),
        FILE_TEST(a_descriptor_taken_over_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
