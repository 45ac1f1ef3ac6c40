/* SPDX-License-Identifier: MIT
 *
 * sgemm - the matrix product alone: how long it takes, by itself or cut up by somebody.
 */
#include "sgemm.cuh"

int main(int argc, char **argv)
{
    struct alone_options options = ALONE_DEFAULTS;
    const char *size = "medium";
    const struct argument table[] = {
        {"size", SGEMM_SIZES, "Parboil's inputs, or sides; N: square, large tiles", ARGUMENT_TEXT,
         &size, 0, 0},
        ALONE_ARGUMENTS(options),
    };

    ARGUMENTS_PARSE(argc, argv, "Times one matrix product.", table);
    const struct sgemm_shape shape = sgemm_parse("size", size);
    device_require();
    sgemm_application app(shape);
    application_run_alone(app, options);
    return 0;
}
