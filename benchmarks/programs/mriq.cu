/* SPDX-License-Identifier: MIT
 *
 * mriq - the matrix Q alone: how long it takes, by itself or cut up by somebody.
 */
#include "mriq.cuh"

int main(int argc, char **argv)
{
    struct alone_options options = ALONE_DEFAULTS;
    const char *size = "large";
    const struct argument table[] = {
        {"size", MRIQ_SIZES, "Parboil's inputs, or voxels and samples", ARGUMENT_TEXT, &size, 0, 0},
        ALONE_ARGUMENTS(options),
    };

    ARGUMENTS_PARSE(argc, argv, "Times the matrix Q of all samples.", table);
    const struct mriq_shape shape = mriq_parse("size", size);
    device_require();
    mriq_application app(shape);
    application_run_alone(app, options);
    return 0;
}
